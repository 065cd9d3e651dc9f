"""A proposal put together: what is asked for a draft, where the draft goes, and what measuring it takes."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from assistant.application.evaluation.data import suite_data
from assistant.application.evaluation.snapshots import FrozenSuite, open_frozen
from assistant.application.evaluation.suites import asking_of, find_suite
from assistant.application.labeling.running_jobs import refuse_unpriced
from assistant.application.labeling.work import QuestionInputs
from assistant.application.optimization.choice import Forecast, ProposalChoice
from assistant.application.optimization.files import check_out
from assistant.application.optimization.replies import DraftReplies
from assistant.application.projects.projects import refuse_asking_models
from assistant.domain.prelabels import Usage
from assistant.errors import InputError, InvalidValueError, NotFoundError
from assistant.models.chat_api import read_usage
from assistant.models.guard.budget import Budget
from assistant.models.guard.guarded import GuardedModel
from assistant.models.interface import ModelRequest, RawReply
from assistant.wiring.models import check_spec
from assistant.wiring.workspace import Workspace
from evals.data.eval_data import EvalData
from evals.disagreements.analyse import analyse_disagreements
from evals.disagreements.analysis import DisagreementAnalysis
from evals.gates.suite import Suite, VariantChoice
from evals.proposals.draft import DraftKind, NoDraftError
from evals.proposals.drafting import Drafted, ask_for_draft
from evals.proposals.findings import likely_kind
from evals.proposals.parts import Parts, split_data, without_passages_of
from evals.proposals.reading import ReadDraft, policy_reader, prompt_reader
from evals.proposals.request import DraftRequest, policy_request, prompt_request

FOLDER = "proposals"


class ProposalSession:
    """One proposal, up to its draft.

    Args:
        workspace: the opened workspace.
        choice: what the user chose.

    Raises:
        InputError: no such suite or variant, the variant is not asked here or was not yet, it differs from people
            nowhere, or the drafter can't draft.
    """

    def __init__(self, workspace: Workspace, choice: ProposalChoice) -> None:
        self.workspace = workspace
        self.choice = choice
        self.drafter = _drafter(workspace, choice)
        self.frozen: FrozenSuite = open_frozen(workspace, find_suite(workspace, choice.suite))
        self.data: EvalData = suite_data(workspace, self.frozen.path)[0]
        self.variant = _variant(self.frozen.suite, choice.variant)
        self.asking: QuestionInputs = asking_of(workspace, self.variant, 0)
        self.parts: Parts = _parts(self.data, self.frozen.suite, choice)
        found, self.hidden = _found(self.parts, choice)
        self.kind = choice.kind or likely_kind(found)
        check_out(workspace, self.kind, self.asking.prompt.name, choice.out)
        self.request: DraftRequest = self._request(found)
        self.budget = Budget(choice.budget)
        self._read = self._reader()
        self._replies = DraftReplies(
            workspace.project_state / FOLDER, self.drafter, workspace.settings.model.options(self.drafter).parameters
        )
        self.paid = Usage()
        self.confirm_above_usd = workspace.settings.model.confirm_above_usd

    @property
    def present_path(self) -> Path:
        """The file of the policy the variant is asked under."""
        policy = self.variant.policy
        return self.workspace.policy_path if policy is None else self.workspace.folder / policy

    @property
    def drafted_from(self) -> tuple[str, str]:
        """Name and text of what is in use."""
        asking = self.asking
        if self.kind is DraftKind.PROMPT:
            return asking.prompt.ref, asking.prompt.source
        return f"{asking.policy.id} {asking.policy.version}", asking.policy.source

    async def recall(self) -> Drafted | None:
        """The draft that an earlier command was given for the very same question; asks nothing."""
        try:
            return await ask_for_draft(self.request, self._kept, self._read)
        except (_NotKeptError, NoDraftError):
            return None

    async def draft(self) -> Drafted:
        """A draft, asked for where it is not kept. Raises as `ask_for_draft`, and InputError for a missing price.

        Raises:
            ConflictError: the project is paused or closed.
        """
        refuse_asking_models(self.workspace)
        self._check_prices()
        model = self.workspace.model(self.drafter, concurrency=1, budget=self.budget)
        asked: list[ModelRequest] = []

        async def ask(request: ModelRequest) -> RawReply:
            asked.append(request)
            return await self._kept_or_asked(model, request)

        try:
            return await ask_for_draft(self.request, ask, self._read)
        except NoDraftError:
            for request in asked:
                self._replies.forget(request)
            raise
        finally:
            await model.aclose()

    def forecast(self, *, drafted: bool) -> Forecast:
        """What is to be paid for, roughly: the variant's own answers tell what an answer takes.

        Args:
            drafted: whether the draft is there already.
        """
        usage = Usage(self.request.prompt_tokens, self.request.max_tokens)
        questions = len(self.parts.test) * self.frozen.suite.repeats
        return Forecast(
            0.0 if drafted else self.workspace.cost(self.drafter, usage),
            self._measuring_usd(questions),
            questions,
        )

    def _request(self, found: DisagreementAnalysis) -> DraftRequest:
        room = self.workspace.settings.content.prompt_tokens
        if self.kind is DraftKind.PROMPT:
            return prompt_request(self.asking.prompt, self.asking.policy, found, room)
        return policy_request(self.asking.policy, found, room)

    def _reader(self) -> ReadDraft:
        texts = [text for text in self.data.texts or () if text]
        if self.kind is DraftKind.PROMPT:
            return prompt_reader(self.asking.prompt, self.asking.policy, texts)
        return policy_reader(self.asking.policy, self.request, texts)

    async def _kept(self, request: ModelRequest) -> RawReply:
        reply = self._replies.get(request)
        if reply is None:
            raise _NotKeptError
        return reply

    async def _kept_or_asked(self, model: GuardedModel, request: ModelRequest) -> RawReply:
        kept = self._replies.get(request)
        if kept is not None:
            return kept
        reply = await model.ask(request)
        self._replies.keep(request, reply)
        self.paid += Usage(*read_usage(reply.body))
        return reply

    def _check_prices(self) -> None:
        for spec in (self.drafter, self.asking.model_spec):
            if self.choice.budget is not None:
                refuse_unpriced(self.workspace, spec)

    def _measuring_usd(self, questions: int) -> float | None:
        spent = self.parts.test.variants[self.variant.name].spent
        if spent is None:
            return None
        known = spent.cost_usd[~np.isnan(spent.cost_usd)]
        if len(known):
            return float(known.mean()) * questions
        tokens = spent.tokens[~np.isnan(spent.tokens)]
        return self.workspace.cost(self.asking.model_spec, Usage(0, round(float(tokens.mean()) * questions)))


class _NotKeptError(Exception):
    """This question was never answered."""


def _drafter(workspace: Workspace, choice: ProposalChoice) -> str:
    spec = choice.drafter or workspace.settings.model.spec
    check_spec(spec)
    if spec == "local":
        raise InvalidValueError("drafter_too_small", field="drafter")
    return spec


def _variant(suite: Suite, name: str) -> VariantChoice:
    known = {one.name: one for one in suite.variants}
    if name not in known:
        near = get_close_matches(name, known, n=1)
        if near:
            raise NotFoundError("variant_misspelled", where=suite.name, variant=name, near=near[0])
        raise NotFoundError("variant_not_found", where=suite.name, variant=name, known=list(known))
    if not known[name].asked:
        asked = [one.name for one in suite.variants if one.asked]
        raise InvalidValueError("variant_answered_elsewhere", field="variant", variant=name, asked=asked or "-")
    return known[name]


def _parts(data: EvalData, suite: Suite, choice: ProposalChoice) -> Parts:
    if choice.variant not in data.variants or not len(data.answered(choice.variant)):
        raise InputError("variant_unanswered", variant=choice.variant, suite=suite.name, chosen=choice.suite)
    return split_data(data, choice.variant, choice.dev_share, choice.seed)


def _found(parts: Parts, choice: ProposalChoice) -> tuple[DisagreementAnalysis, int]:
    """What is found on the dev part, and how many examples are not shown for what they share with the test part."""
    found = analyse_disagreements(parts.dev, choice.variant, seed=choice.seed)
    if not found.disagreed:
        raise InputError("nothing_to_learn_from", items=len(parts.dev), variant=choice.variant)
    texts: Sequence[str] = [text for text in parts.test.texts or () if text]
    return without_passages_of(found, texts)
