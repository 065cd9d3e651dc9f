"""Asking what a suite's variants have not answered yet: the job of production, on the suite's items alone.

An evaluation has runs of its own, one for each variant, repeat and snapshot. They are nobody's newest run, no answer in
them is routed, and production never learns from them. But runs that ask the very same share their replies, whatever
they were opened for, so that nothing is paid for twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.application.evaluation.snapshots import FrozenSuite, SnapshotItems, find_items
from assistant.application.evaluation.suites import asking_of
from assistant.application.labeling.running_jobs import refuse_unpriced
from assistant.application.labeling.session import RunSession
from assistant.application.labeling.work import JobChoice, QuestionInputs, SessionWork, open_run
from assistant.errors import InputError
from assistant.models.guard.budget import Budget
from assistant.prelabel.estimate import CostEstimate, total_usd
from assistant.wiring.workspace import Workspace
from evals.freezing.leakage import precedent_ties, ties
from evals.gates.suite import VariantChoice


@dataclass(frozen=True, slots=True)
class VariantState:
    """One repeat of one variant, as it stands.

    Args:
        variant: its name.
        repeat: counting from 0.
        run: the run that holds the answers.
        items: of the snapshot.
        answered: of these, with an answer, usable or not.
        failed: of these, without a usable one.
        asked: replies paid for just now.
        cost_usd: of all answers, at the price of the original calls; None where no price is known.
    """

    variant: str
    repeat: int
    run: str
    items: int
    answered: int
    failed: int
    asked: int
    cost_usd: float | None


@dataclass(frozen=True, slots=True)
class VariantSession:
    """A session of one repeat of one variant."""

    variant: VariantChoice
    repeat: int
    session: RunSession


class SuiteRun:
    """Everything a suite has to ask, ready to go.

    Args:
        workspace: the opened workspace.
        frozen: the suite and its data.
        choice: concurrency, budget and pace; the budget is that of this command, all variants together.

    Raises:
        InputError: none of the items is in the workspace, or a budget is given and the price of a model is not known.
    """

    def __init__(self, workspace: Workspace, frozen: FrozenSuite, choice: JobChoice) -> None:
        self._workspace = workspace
        self._frozen = frozen
        self._choice = choice
        self._budget = Budget(choice.budget)
        self.found = find_items(workspace, frozen.snapshot)
        asked = [variant for variant in frozen.suite.variants if variant.asked]
        if asked and not self.found.facts:
            raise InputError("suite_items_absent", items=len(frozen.snapshot.items), suite=frozen.suite.name)
        self.confirm_above_usd = workspace.settings.model.confirm_above_usd
        self.withheld: set[str] = set()
        self.sessions = [
            VariantSession(variant, repeat, self._session(variant, repeat))
            for variant in asked
            for repeat in range(frozen.suite.repeats)
        ]

    def prepare(self, note: Callable[[str], None]) -> None:
        """Take in what a killed session left, bring the index up to date, count what is to ask."""
        for one in self.sessions:
            one.session.prepare(note)

    def estimates(self) -> list[tuple[VariantSession, CostEstimate]]:
        """What asking would take, by session; asks nothing."""
        return [(one, one.session.estimate()) for one in self.sessions]

    def estimated_usd(self) -> float | None:
        """What asking would cost, all variants together; None where the price of a model is not known."""
        return total_usd(one.session.estimate() for one in self.sessions)

    def notes(self) -> list[str]:
        """What whoever runs it must know, in sentences."""
        notes = []
        absent = len(self.found.missing) + len(self.found.changed)
        if absent and self.sessions:
            notes.append(f"{absent:,} frozen items can't be asked: they are not in this workspace with that content")
        if self.withheld:
            notes.append(f"{len(self.withheld):,} precedents belong to items of the suite: no item is shown them")
        return notes

    def states(self) -> list[VariantState]:
        """How far each variant has come."""
        keys = list(self.found.names)
        store = self._workspace.eval_answers
        states = []
        for one in self.sessions:
            given = store.answers(one.session.run.id, keys)
            costs = [cost for cost in given.costs_usd if cost is not None]
            states.append(
                VariantState(
                    variant=one.variant.name,
                    repeat=one.repeat,
                    run=one.session.run.name,
                    items=len(self._frozen.snapshot.items),
                    answered=len(given),
                    failed=sum(status != "labelled" for status in given.statuses),
                    asked=one.session.asked,
                    cost_usd=sum(costs) if costs else None,
                )
            )
        return states

    def _session(self, variant: VariantChoice, repeat: int) -> RunSession:
        workspace, frozen = self._workspace, self._frozen
        asking = asking_of(workspace, variant, repeat)
        if self._choice.budget is not None:
            refuse_unpriced(workspace, asking.model_spec)
        work = evaluation_work(workspace, asking, frozen, self.found, budget=self._budget, dry_run=self._choice.dry_run)
        self.withheld |= work.withheld
        return RunSession(workspace, self._choice, work)


def evaluation_work(
    workspace: Workspace,
    asking: QuestionInputs,
    frozen: FrozenSuite,
    found: SnapshotItems,
    among: SnapshotItems | None = None,
    *,
    budget: Budget,
    dry_run: bool = False,
) -> SessionWork:
    """How an evaluation asks: in a run of its own, with nothing adjudicated of the suite's items in sight.

    Args:
        workspace: the opened workspace.
        asking: what is asked.
        frozen: the suite.
        found: all of its items: no answer is guided by any of them.
        among: the items to ask about; None for all of these.
        budget: the spend cap, shared by all that is asked together.
        dry_run: only price it.
    """
    policy_id = asking.policy.id
    run = open_run(workspace, asking, data=frozen.digest, dry_run=dry_run)
    withheld = _withheld_precedents(workspace, found, policy_id, frozen.suite.data.group_by)
    own = {facts.digest for facts in found.facts.values()}
    since = workspace.labelled_items.first_settled(policy_id, sorted(own | withheld))
    asked = found if among is None else among
    store = workspace.prelabels_among(sorted(asked.names), shared_before=since)
    return SessionWork(asking, run, store, None, withheld, budget)


def _withheld_precedents(workspace: Workspace, found: SnapshotItems, policy_id: str, group_by: str) -> frozenset[str]:
    """Contents settled since the suite was frozen that are its own items, or of their leakage groups."""
    own = {
        tie
        for facts in found.facts.values()
        for tie in ties(facts.digest, None if facts.group is None else str(facts.group), facts.meta, group_by)
    }
    places = workspace.labelled_items.precedents(policy_id)
    return frozenset(one.digest for one in places if not own.isdisjoint(precedent_ties(one, group_by)))
