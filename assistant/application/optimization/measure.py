"""Measuring a draft: the job of every variant, on the test part alone, and the comparison with what is in use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from difflib import unified_diff

from assistant.application.evaluation.data import asked_variant
from assistant.application.evaluation.run import evaluation_work
from assistant.application.evaluation.snapshots import SnapshotItems, find_items
from assistant.application.evaluation.suites import asking_of
from assistant.application.labeling.session import RunSession
from assistant.application.labeling.work import JobChoice
from assistant.application.optimization.files import StoredDraft
from assistant.application.optimization.measurements import count_looks
from assistant.application.optimization.session import FOLDER, ProposalSession
from assistant.errors import InputError
from assistant.prelabel.estimate import total_usd
from evals.comparison.compare import compare
from evals.comparison.comparison import Comparison
from evals.comparison.scores import ComparisonTerms
from evals.data.assemble import assemble_snapshot
from evals.data.eval_data import EvalData
from evals.gates.suite import VariantChoice
from evals.proposals.draft import DraftKind

_LOOKS = "looks.jsonl"


@dataclass(frozen=True, slots=True)
class DraftFigures:
    """What a draft is worth.

    Args:
        comparison: with what is in use, on the test part.
        looks: how many drafts were measured on this test part, this one included.
    """

    comparison: Comparison
    looks: int


class Measurement:
    """Everything there is to ask about a draft.

    Args:
        proposal: where it comes from.
        placed: the draft in its file.
        concurrency: questions on their way at once; None takes the setting.
    """

    def __init__(self, proposal: ProposalSession, placed: StoredDraft, concurrency: int | None = None) -> None:
        self._proposal = proposal
        self._placed = placed
        self._workspace = proposal.workspace
        self._choice = JobChoice(concurrency=concurrency, budget=proposal.choice.budget)
        self._whole: SnapshotItems = find_items(self._workspace, proposal.frozen.snapshot)
        test = frozenset(proposal.parts.test.ids)
        items = tuple(one for one in proposal.frozen.snapshot.items if one.id in test)
        self._snapshot = replace(proposal.frozen.snapshot, items=items)
        self._found: SnapshotItems = find_items(self._workspace, self._snapshot)
        self.variant = self._drafted_variant()
        self.sessions = [self._session(repeat) for repeat in range(proposal.frozen.suite.repeats)]

    @property
    def diff(self) -> list[str]:
        """The two texts line by line."""
        old = self._proposal.drafted_from
        before, after = old[1].splitlines(), self._placed.source.splitlines()
        return list(unified_diff(before, after, old[0], self._placed.name, lineterm="", n=2))

    def prepare(self, note: Callable[[str], None]) -> list[RunSession]:
        """Bring the index up to date and count; the sessions that have anything to do.

        Args:
            note: told in words what was done.
        """
        for session in self.sessions:
            session.prepare(note)
        return [session for session in self.sessions if session.waiting()]

    def estimated_usd(self) -> float | None:
        """What is still to ask would cost, None where the price is not known; call after `prepare`."""
        return total_usd(session.estimate() for session in self.sessions)

    def result(self) -> DraftFigures:
        """The comparison, once everything was asked.

        Raises:
            InputError: the draft has not answered anything, e.g. since the job was stopped.
        """
        if not any(session.totals().statuses for session in self.sessions):
            raise InputError("draft_not_asked")
        data = self._data()
        terms = ComparisonTerms(margin=self._proposal.frozen.suite.margin, seed=self._proposal.choice.seed)
        comparison = compare(data, self._proposal.variant.name, self.variant.name, terms)
        looks = count_looks(
            self._workspace.project_state / FOLDER / _LOOKS,
            self._proposal.frozen.digest,
            self._proposal.parts.test.ids,
            self._placed.source,
        )
        return DraftFigures(comparison, looks)

    def _session(self, repeat: int) -> RunSession:
        """As the suite's own variants are asked: nothing adjudicated of any of its items guides the answers."""
        workspace, proposal = self._workspace, self._proposal
        asking = asking_of(workspace, self.variant, repeat)
        work = evaluation_work(workspace, asking, proposal.frozen, self._whole, self._found, budget=proposal.budget)
        return RunSession(workspace, self._choice, work)

    def _drafted_variant(self) -> VariantChoice:
        changed: dict[str, object] = {"name": self._placed.name}
        if self._proposal.kind is DraftKind.PROMPT:
            changed["prompt"] = self._placed.name
        else:
            changed["policy"] = self._placed.path.resolve()
        return self._proposal.variant.model_copy(update=changed)

    def _data(self) -> EvalData:
        whole = self._proposal.data
        texts = {} if whole.texts is None else dict(zip(whole.ids, whole.texts, strict=True))
        variants = [
            asked_variant(self._workspace, self._proposal.frozen, self._found, one)
            for one in (self._proposal.variant, self.variant)
        ]
        return assemble_snapshot(
            self._snapshot,
            variants,
            names=self._found.names,
            texts=texts,
            slices=self._proposal.frozen.suite.slices,
        )
