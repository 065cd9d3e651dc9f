"""A prelabel job put together: the run, what it shares, and the pieces it works through."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cached_property

from assistant.application.labeling.injection import KeptDetector, injection_detector
from assistant.application.labeling.run_parameters import retrieval_options, sampling
from assistant.application.labeling.running_jobs import refuse_unpriced
from assistant.application.labeling.work import JobChoice, SessionWork, production_work
from assistant.application.projects.projects import refuse_asking_models
from assistant.domain.prelabels import Usage
from assistant.domain.runs import RunTotals
from assistant.errors import AssistantError, FatalModelError, NotFoundError
from assistant.ingest.embedding import ItemEmbedder
from assistant.ingest.indexing import bring_up_to_date
from assistant.models.guard.budget import Budget
from assistant.models.guard.guarded import GuardedModel
from assistant.policy.index.vector_index import VectorIndex
from assistant.prelabel.estimate import CostEstimate, estimate
from assistant.prelabel.feed import Feed
from assistant.prelabel.job import JobOptions, PrelabelJob
from assistant.prelabel.label_one import LabelKit
from assistant.prelabel.progress import JobProgress
from assistant.prelabel.writer import AnswerWriter, recover
from assistant.store.runs.journal import unread
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Unseen:
    """Attempts that were sent and brought no answer, which a provider may bill all the same.

    Args:
        attempts: timeouts and replies cut on the way.
        tokens: of these, as estimated.
        cost_usd: by that estimate, None where the price is not known.
    """

    attempts: int = 0
    tokens: int = 0
    cost_usd: float | None = None


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


class RunSession:
    """One session of a run, ready to go.

    Args:
        workspace: the opened workspace.
        choice: what the user chose.
        work: what to work at; None for all items of the workspace, as production does.
    """

    def __init__(self, workspace: Workspace, choice: JobChoice, work: SessionWork | None = None) -> None:
        if not choice.dry_run:
            refuse_asking_models(workspace)
        self._workspace = workspace
        self._choice = choice
        self._work = work or production_work(workspace, choice)
        self._asking = self._work.asking
        self.model_spec = self._asking.model_spec
        self.prompt = self._asking.prompt
        self.run = self._work.run
        self.confirm_above_usd = workspace.settings.model.confirm_above_usd
        self.progress = JobProgress(total=0)
        self._pending = 0
        self._job: PrelabelJob | None = None
        self._model: GuardedModel | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.interrupted = False

    def prepare(self, note: Callable[[str], None]) -> None:
        """Take in what a killed session left, bring the index up to date, count what is to ask.

        A dry run leaves all of that to the job: it counts, and looks things up in an index of its own.

        Args:
            note: told in words what was done.
        """
        workspace = self._workspace
        if not workspace.items.count()["items"]:
            raise NotFoundError("nothing_to_label")
        policy, dry = self._asking.policy, self._choice.dry_run
        if self._choice.budget is not None and not dry:
            refuse_unpriced(workspace, self.model_spec)
        if not dry:
            self._recover(note)
        told = bring_up_to_date(self._index, policy, workspace.precedents, self._embedder)
        if told and not dry:
            note(told)
        self._pending = self._work.store.count_pending(self.run, policy.id, retry_failed=self._choice.retry_failed)
        self.progress.total = self._pending if self._choice.limit is None else min(self._pending, self._choice.limit)

    def _recover(self, note: Callable[[str], None]) -> None:
        recovered, damaged = recover(self._workspace.journal, self._workspace.prelabels)
        for one in damaged:
            note(one.words())
        if recovered:
            note(f"{recovered:,} answers of a session that was cut off were found and are reused")
        self.progress.recovered = recovered

    @cached_property
    def _index(self) -> VectorIndex:
        return VectorIndex.in_memory() if self._choice.dry_run else self._workspace.index

    @cached_property
    def _detector(self) -> KeptDetector | None:
        """None where nothing is routed: in a dry run, and in an evaluation."""
        return None if self._work.routing is None else injection_detector(self._workspace)

    @cached_property
    def _embedder(self) -> ItemEmbedder:
        embedder = self._workspace.item_embedder
        return embedder.keeping_nothing() if self._choice.dry_run else embedder

    def estimate(self) -> CostEstimate:
        """What asking everything still to ask would take; what has a reply costs nothing. Renders a sample only."""
        totals = self.totals()
        answered = totals.statuses.get("labelled", 0)
        return estimate(
            self._feed(),
            self._asking.renderer,
            calls=min(self._pending - self._known(), self.progress.total),
            max_tokens=self.prompt.sampling.max_tokens,
            reply_tokens=totals.completion_tokens / answered if answered else None,
            cost=self._cost,
            retry_failed=self._choice.retry_failed,
        )

    def with_media(self) -> int:
        """Contents still to answer that have media, of which no model is shown more than the text."""
        again = self._choice.retry_failed
        return self._work.store.count_pending(self.run, self._asking.policy.id, retry_failed=again, only_media=True)

    def _known(self) -> int:
        """Contents still to answer that have a reply; what failed before is asked anew all the same."""
        if self._choice.retry_failed:
            return 0
        return self._work.store.count_known(self.run, self._asking.policy.id) + self._left_by_a_kill()

    def _left_by_a_kill(self) -> int:
        """Contents whose reply is on disk and not in the database yet; a job has taken them in by now."""
        if not self._choice.dry_run:
            return 0
        folder = self._workspace.journal_folder
        left = {reply.content_digest for reply in unread(folder, self.run.key.__eq__)}
        return len(left.difference(self._work.store.stored_replies(self.run, sorted(left))))

    async def work(self, watch: Callable[[JobProgress], None]) -> AssistantError | None:
        """Do the job; returns the BudgetError that ended it early, or None.

        Args:
            watch: called about twice a second with the counts.

        Raises:
            AssistantError: see `PrelabelJob.run`.
        """
        workspace, self._loop = self._workspace, asyncio.get_running_loop()
        concurrency = self._choice.concurrency or workspace.settings.model.concurrency
        model = self._model = self._guarded(concurrency)
        workspace.journal.hold_back()
        writer = AnswerWriter(self._work.store, self.run, workspace.journal)
        self._job = PrelabelJob(
            feed=self._feed(),
            kit=self._kit(model, writer),
            writer=writer,
            routing=self._work.routing,
            options=JobOptions(
                concurrency=min(concurrency, model.parallel or concurrency),
                limit=self._choice.limit,
                retry_failed=self._choice.retry_failed,
                near_distance=retrieval_options(self._asking.settings).near_distance,
            ),
            progress=self.progress,
        )
        started: dict[str, object] = {"to_ask": self.progress.total}
        if self._detector is not None:
            started["injection_detector"] = self._detector.digest
        if self.interrupted:  # asked to stop before it had begun
            self.stop()
        workspace.runs.event(self.run, "started", started)
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
        self._index.stop_waiting()
        if self._job is not None and self._model is not None:
            self._job.stop()
            self._model.refuse(FatalModelError("stopped"))  # who waits for a turn or a retry need not wait any more

    def stop_from_elsewhere(self) -> None:
        """As `stop`, from any thread, before the work has begun, too."""
        self.interrupted = True
        if self._loop is not None:
            with suppress(RuntimeError):  # the work is over
                self._loop.call_soon_threadsafe(self.stop)

    def retries(self) -> Mapping[str, int]:
        """How often the guard had to ask again, by reason."""
        return {} if self._model is None else self._model.counts.retries

    def waiting(self) -> bool:
        """Whether there is anything to ask, or an answer to share; call after `prepare`."""
        return self.progress.total > 0 or bool(self._work.store.unshared(self.run, limit=1))

    @property
    def unseen(self) -> Unseen:
        """What may have been billed in this session though no answer came."""
        if self._model is None:
            return Unseen()
        counts = self._model.counts
        known = self._workspace.prices(self.model_spec).known
        return Unseen(counts.unseen, counts.unseen_tokens, counts.unseen_usd if known else None)

    @property
    def asked(self) -> int:
        """Replies that were paid for in this session."""
        return 0 if self._model is None else self._model.counts.answered

    def totals(self) -> RunTotals:
        """The run so far, all sessions."""
        return self._workspace.results.totals(self.run)

    def _guarded(self, concurrency: int) -> GuardedModel:
        budget = self._choice.budget
        return self._workspace.model(
            self.model_spec,
            concurrency=concurrency,
            budget=self._work.budget or Budget(budget, spent=(self.totals().cost_usd or 0.0) + self._unseen_before()),
            requests_per_minute=self._choice.requests_per_minute,
            tokens_per_minute=self._choice.tokens_per_minute,
            record=self._choice.record,
        )

    def _unseen_before(self) -> float:
        """US$ that earlier sessions of the run may have cost without an answer to show for it."""
        ended = [detail.get("unseen") for _, _, detail in self._workspace.runs.events(self.run)]
        return sum(float(one.get("cost_usd") or 0.0) for one in ended if isinstance(one, dict))

    def _kit(self, model: GuardedModel, writer: AnswerWriter) -> LabelKit:
        asking = self._asking
        return LabelKit(
            identity=asking.identity,
            renderer=asking.renderer,
            model=model,
            sampling=sampling(asking.settings, asking.prompt, asking.model_spec),
            cost=self._cost,
            keep=writer.keep,
            max_asks=asking.settings.model.max_asks,
        )

    def _feed(self) -> Feed:
        return Feed(
            store=self._work.store,
            run=self.run,
            policy=self._asking.policy,
            index=self._index,
            embedder=self._embedder,
            options=retrieval_options(self._asking.settings),
            withheld=self._work.withheld,
            check=None if self._detector is None else self._detector.check,
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
            "control_questions": progress.controls,
            "unseen": asdict(self.unseen),
            "retries": dict(self.retries()),
            "cost_usd": progress.cost_usd,
            "seconds": round(progress.seconds, 2),
        }
        self._workspace.runs.event(self.run, "interrupted" if self.interrupted else "ended", detail)
