"""Explaining one item's route: as it is stored, why, the machine's answer and the human labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assistant.application.routing.instructions import read_instructions
from assistant.application.routing.machine_answers import Trusted, read_trusted
from assistant.application.routing.route_run import RouteOptions, plan_routes
from assistant.domain.items import StoredItem
from assistant.domain.labels import LabelAnswer
from assistant.domain.reviews import HumanAnswer
from assistant.domain.runs import Run
from assistant.errors import NotFoundError
from assistant.routing.instructions.finding import Instruction
from assistant.routing.route import Decision
from assistant.routing.route_scored import Explanation, explain_first
from assistant.trust.human_labels import HumanLabels
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class HumanSide:
    """What people did about an item.

    Args:
        settled: what they settled it as; None where they are evenly split.
        answers: (who, answer), the newest of each person.
        adjudicated_by: who settled what answers differ on; empty where nobody had to.
        precedent: whether it was settled before the run, which then never asked about it.
    """

    settled: LabelAnswer | None
    answers: tuple[tuple[str, LabelAnswer], ...]
    adjudicated_by: str = ""
    precedent: bool = False


@dataclass(frozen=True, slots=True)
class ItemRoute:
    """One item's route in a run.

    Args:
        trusted: the run, with the certificate and fit that say how far its labels can be trusted.
        round: of routing; None before anything was calibrated.
        rules: each rule about it; none where the run never routed it.
        decision: where it goes by what is known now: the stored route where nothing is calibrated; None without any.
        stored: the newest stored route, None where there is none.
        labels: the machine's final answer: the classifier's where it has one, else the run's own; None without any.
        own: the run's own answer, None where it can't be used or there is none.
        confidence: calibrated; NaN where there is none.
        people: what they did; None where nobody answered.
        instructions: what in the content was taken for an instruction, where that is one of the doubts.
    """

    trusted: Trusted
    round: int | None
    rules: list[Explanation]
    decision: Decision | None
    stored: Decision | None
    labels: LabelAnswer | None
    own: LabelAnswer | None
    confidence: float
    people: HumanSide | None
    instructions: tuple[Instruction, ...] = ()


def explain_item(workspace: Workspace, run: Run, item_id: str, choice: RouteOptions) -> ItemRoute:
    """Why one item goes where it goes.

    Before anything was calibrated that is the first route, as it was stored. From then on every rule is applied to
    what is known now.

    Raises:
        InputError: the run has no answer to it, and people settled nothing either.
    """
    item = workspace.items.get(item_id)
    result = None if item is None else workspace.results.get(run, item_id)
    if item is None or result is None or result["status"] == "pending":
        raise NotFoundError("item_without_answer", run=run.name, item=item_id)
    people, trusted = _people(workspace, item, result), read_trusted(workspace, run)
    own = tuple(result["labels"]) if result["status"] == "labelled" else None
    routed = workspace.routes.of_item(run.id, item_id)
    stored = routed[-1].decision if routed else None
    found = read_instructions(workspace.policy, item.item.content, () if stored is None else stored.doubts)
    if result["status"] == "settled" or (trusted.certificate is None and trusted.fit is None):
        rules = [] if stored is None else _first_rules(workspace, stored, result)
        return ItemRoute(trusted, None, rules, stored, stored, own, own, float("nan"), people, found)
    plan = plan_routes(workspace, run, choice)
    at, rules = plan.explain(item_id)
    code = int(plan.machine.codes[at])
    return ItemRoute(
        trusted=plan.trusted,
        round=plan.round.number,
        rules=rules,
        decision=plan.routed.decision(plan.items, at),
        stored=stored,
        labels=own if code < 0 else plan.machine.answers[code],
        own=own,
        confidence=float(plan.items.confidence[at]),
        people=people,
        instructions=found,
    )


def _first_rules(workspace: Workspace, stored: Decision, result: dict[str, Any]) -> list[Explanation]:
    settings = workspace.settings.routing
    return explain_first(
        stored,
        result["signals"] or {},
        accept_probability=settings.accept_probability,
        audit_share=settings.audit_share,
    )


def _people(workspace: Workspace, item: StoredItem, result: dict[str, Any]) -> HumanSide | None:
    """What people did; what they settled is counted as everywhere, whether or not the answers were blind."""
    store = workspace.adjudications
    given, adjudicated = store.answers(item.key), store.of_item(item.key)
    answers = tuple((one.rater, one.labels) for one in given)
    if result["status"] == "settled":
        return HumanSide(tuple(result["labels"]), answers, precedent=True)
    if not answers and not adjudicated:
        return None
    name = item.item.id
    said = [HumanAnswer(one.rater, one.labels, one.shown_suggestion) for one in given]
    known = HumanLabels({name: said}, {name: adjudicated[-1].labels} if adjudicated else {})
    settled = known.consensus().labels.get(name)
    by = adjudicated[-1].actor if adjudicated and settled == adjudicated[-1].labels else ""
    return HumanSide(settled, answers, by)
