"""A prelabel job put together: the run, what it shares, and the pieces it works through."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from assistant.domain.prelabels import Usage
from assistant.errors import AssistantError, FatalModelError, InputError, SettingsError
from assistant.ingest.indexing import bring_up_to_date
from assistant.models.guard.budget import Budget
from assistant.models.guard.guarded import GuardedModel
from assistant.prelabel.estimate import Estimate, estimate
from assistant.prelabel.feed import Feed
from assistant.prelabel.job import JobOptions, PrelabelJob
from assistant.prelabel.label_one import LabelKit
from assistant.prelabel.progress import JobProgress
from assistant.prelabel.writer import AnswerWriter, recover
from assistant.prompting.render import PromptRenderer
from assistant.store.results import RunTotals
from assistant.store.runs import Run
from assistant.wiring.models import check_spec
from assistant.wiring.parameters import retrieval_options, routing_policy, run_identity, sampling
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class JobChoice:
    """What the user chose; None takes the setting."""

    prompt: str | None = None
    model: str | None = None
    concurrency: int | None = None
    limit: int | None = None
    budget: float | None = None
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    replicate: int = 0
    retry_failed: bool = False
    record: str | None = None


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Python's garbage collector looks through all imported libraries again and again, a tenth of the job's CPU.

    What is there when the job begins stays; what it makes is freed without the collector, which then runs rarely.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


class Session:
    """One session of a run, ready to go.

    Args:
        workspace: the opened workspace.
        choice: what the user chose.
    """

    def __init__(self, workspace: Workspace, choice: JobChoice) -> None:
        settings = workspace.settings
        self._workspace = workspace
        self._choice = choice
        self.model_spec = choice.model or settings.model.spec
        check_spec(self.model_spec)
        self.prompt = workspace.prompt(choice.prompt, self.model_spec)
        self._renderer = PromptRenderer(self.prompt, workspace.policy, content_tokens=settings.content.prompt_tokens)
        self._identity = run_identity(settings, self.prompt, workspace.policy, self.model_spec, choice.replicate)
        self.run = self._open_run()
        self.confirm_above_usd = settings.model.confirm_above_usd
        self.progress = JobProgress(total=0)
        self._job: PrelabelJob | None = None
        self._model: GuardedModel | None = None
        self.interrupted = False

    def prepare(self, note: Callable[[str], None]) -> None:
        """Take in what a killed session left, bring the index up to date, count what is to ask.

        Args:
            note: told in words what was done.
        """
        workspace = self._workspace
        if not workspace.items.count()["items"]:
            raise InputError("there is nothing to label", hint="assistant ingest FILE  takes content in")
        if recovered := recover(workspace.journal, workspace.prelabels):
            note(f"{recovered:,} answers of a session that was cut off were found; they are not asked again")
        self.progress.recovered = recovered
        if told := bring_up_to_date(workspace.index, workspace.policy, workspace.precedents, workspace.item_embedder):
            note(told)
        pending = workspace.prelabels.count_pending(
            self.run, workspace.policy.id, retry_failed=self._choice.retry_failed
        )
        self.progress.total = pending if self._choice.limit is None else min(pending, self._choice.limit)

    def estimate(self) -> Estimate:
        """What asking everything still to ask would take; renders a sample, asks nothing."""
        totals = self.totals()
        answered = totals.statuses.get("labelled", 0)
        return estimate(
            self._feed(),
            self._renderer,
            calls=self.progress.total,
            max_tokens=self.prompt.sampling.max_tokens,
            reply_tokens=totals.completion_tokens / answered if answered else None,
            cost=self._cost,
            retry_failed=self._choice.retry_failed,
        )

    async def work(self, watch: Callable[[JobProgress], None]) -> AssistantError | None:
        """Do the job; returns the BudgetError that ended it early, or None.

        Args:
            watch: called about twice a second with the counts.

        Raises:
            AssistantError: see `PrelabelJob.run`.
        """
        workspace = self._workspace
        concurrency = self._choice.concurrency or workspace.settings.model.concurrency
        model = self._model = self._guarded(concurrency)
        writer = AnswerWriter(workspace.prelabels, self.run, workspace.journal)
        self._job = PrelabelJob(
            feed=self._feed(),
            kit=self._kit(model, writer),
            writer=writer,
            routing=routing_policy(workspace.settings.routing, workspace.policy),
            options=JobOptions(
                concurrency=min(concurrency, model.parallel or concurrency),
                limit=self._choice.limit,
                retry_failed=self._choice.retry_failed,
                near_distance=retrieval_options(workspace.settings).near_distance,
            ),
            progress=self.progress,
        )
        workspace.runs.event(self.run, "started", {"to_ask": self.progress.total})
        try:
            with _rare_collections():
                return await self._job.run(lambda progress: watch(self._with_retries(progress)))
        finally:
            try:
                await model.aclose()
            finally:
                writer.close()
                self._record_end()

    def _with_retries(self, progress: JobProgress) -> JobProgress:
        progress.asked_again = self.retries()
        return progress

    def stop(self) -> None:
        """Ask nothing new and end when the answers on their way are in."""
        self.interrupted = True
        if self._job is not None and self._model is not None:
            self._job.stop()
            self._model.refuse(FatalModelError("stopped"))  # who waits for a turn or a retry need not wait any more

    def retries(self) -> Mapping[str, int]:
        """How often the guard had to ask again, by reason."""
        return {} if self._model is None else self._model.counts.retries

    def totals(self) -> RunTotals:
        """The run so far, all sessions."""
        return self._workspace.results.totals(self.run)

    def _open_run(self) -> Run:
        workspace, policy = self._workspace, self._workspace.policy
        workspace.registry.register_prompt(
            self.prompt.name, self.prompt.version, self.prompt.digest, self.prompt.source
        )
        workspace.registry.register_policy(policy)
        return workspace.runs.open(
            self._identity, prompt=(self.prompt.name, self.prompt.version), policy=(policy.id, policy.version)
        )

    def _guarded(self, concurrency: int) -> GuardedModel:
        budget = self._choice.budget
        if budget is not None and not self._workspace.prices(self.model_spec).known:
            raise SettingsError(
                f"--budget needs the price of {self.model_spec}",
                where="assistant.toml",
                hint=f'add [prices."{self.model_spec}"] with input and output in US$ per million tokens',
            )
        return self._workspace.model(
            self.model_spec,
            concurrency=concurrency,
            budget=Budget(budget, spent=self.totals().cost_usd or 0.0),
            requests_per_minute=self._choice.requests_per_minute,
            tokens_per_minute=self._choice.tokens_per_minute,
            record=self._choice.record,
        )

    def _kit(self, model: GuardedModel, writer: AnswerWriter) -> LabelKit:
        return LabelKit(
            identity=self._identity,
            renderer=self._renderer,
            model=model,
            sampling=sampling(self._workspace.settings, self.prompt),
            cost=self._cost,
            keep=writer.keep,
            max_asks=self._workspace.settings.model.max_asks,
        )

    def _feed(self) -> Feed:
        workspace = self._workspace
        return Feed(
            store=workspace.prelabels,
            run=self.run,
            policy=workspace.policy,
            index=workspace.index,
            embedder=workspace.item_embedder,
            options=retrieval_options(workspace.settings),
        )

    def _cost(self, usage: Usage) -> float | None:
        return self._workspace.cost(self.model_spec, usage)

    def _record_end(self) -> None:
        progress = self.progress
        detail = {
            "labelled": progress.labelled,
            "failed": progress.failed,
            "shared": progress.shared,
            "recovered_replies": progress.recovered,
            "retries": dict(self.retries()),
            "cost_usd": progress.cost_usd,
            "seconds": round(progress.seconds, 2),
        }
        self._workspace.runs.event(self.run, "interrupted" if self.interrupted else "ended", detail)
