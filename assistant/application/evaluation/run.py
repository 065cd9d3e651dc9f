"""Asking what a suite's variants have not answered yet: the job of production, on the suite's items alone.

An evaluation has runs of its own, one for each variant, repeat and snapshot. They are nobody's newest run, no answer in
them is routed, and production never learns from them. But runs that ask the very same share their replies, whatever
they were opened for, so that nothing is paid for twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.application.evaluation.snapshots import Found, FrozenSuite, find_items
from assistant.application.evaluation.suites import asking_of
from assistant.application.labeling.session import Session
from assistant.application.labeling.work import Asking, JobChoice, Work, open_run
from assistant.errors import InputError, SettingsError
from assistant.models.guard.budget import Budget
from assistant.prelabel.estimate import Estimate
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
    session: Session


class SuiteRun:
    """Everything a suite has to ask, ready to go.

    Args:
        workspace: the opened workspace.
        frozen: the suite and its data.
        choice: concurrency, budget and pace; the budget is that of this command, all variants together.

    Raises:
        InputError: none of the items is in the workspace.
        SettingsError: a budget without the price of a model.
    """

    def __init__(self, workspace: Workspace, frozen: FrozenSuite, choice: JobChoice) -> None:
        self._workspace = workspace
        self._frozen = frozen
        self._choice = choice
        self._budget = Budget(choice.budget)
        self.found = find_items(workspace, frozen.snapshot)
        asked = [variant for variant in frozen.suite.variants if variant.asked]
        if asked and not self.found.facts:
            raise InputError(
                f"none of the {len(frozen.snapshot.items):,} items of {frozen.suite.name} is in this workspace",
                hint="assistant ingest FILE  takes items in; their ids and contents must be those of the suite",
            )
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

    def estimates(self) -> list[tuple[VariantSession, Estimate]]:
        """What asking would take, by session; asks nothing."""
        return [(one, one.session.estimate()) for one in self.sessions]

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

    def _session(self, variant: VariantChoice, repeat: int) -> Session:
        asking = asking_of(self._workspace, variant, repeat)
        if self._choice.budget is not None and not self._workspace.prices(asking.model_spec).known:
            raise SettingsError(
                f"--budget needs the price of {asking.model_spec}",
                where="assistant.toml",
                hint=f'add [prices."{asking.model_spec}"] with input and output in US$ per million tokens',
            )
        return Session(self._workspace, self._choice, self._work(asking))

    def _work(self, asking: Asking) -> Work:
        workspace, policy_id = self._workspace, asking.policy.id
        run = open_run(workspace, asking, data=self._frozen.digest, dry_run=self._choice.dry_run)
        withheld = withheld_precedents(workspace, self.found, policy_id, self._frozen.suite.data.group_by)
        self.withheld |= withheld
        own = {facts.digest for facts in self.found.facts.values()}
        since = workspace.labelled_items.first_settled(policy_id, sorted(own | withheld))
        store = workspace.prelabels_among(sorted(self.found.names), shared_before=since)
        return Work(asking, run, store, None, withheld, self._budget)


def withheld_precedents(workspace: Workspace, found: Found, policy_id: str, group_by: str) -> frozenset[str]:
    """Contents settled since the suite was frozen that are its own items, or of their leakage groups."""
    own = {
        tie
        for facts in found.facts.values()
        for tie in ties(facts.digest, None if facts.group is None else str(facts.group), facts.meta, group_by)
    }
    places = workspace.labelled_items.precedents(policy_id)
    return frozenset(one.digest for one in places if not own.isdisjoint(precedent_ties(one, group_by)))
