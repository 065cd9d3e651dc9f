"""Who may be given an item: one rule, whichever way it is given, and the same as a claim's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from assistant.domain.permissions import Permission, role_may
from assistant.domain.review_work import EXPERT, OutcomeKind, Principal, Role, SkipReason, TaskKind
from assistant.review.gold import make_gold
from assistant.review.steering import Recipients, Unfit, UnfitError, able, assign, unfit
from assistant.store.people.members import add_members
from assistant.store.review.queue.slots import find_slot
from assistant.store.review.queue.tasks import task_of
from assistant.store.tables.people import qualifications, users
from tests.review.conftest import Desk, answer

WORK: dict[str, Any] = {"queue": "vendor", "harm": "hate", "severity": 3, "skill": EXPERT}
FITS: dict[str, Any] = {"queues": ["vendor"], "skills": [EXPERT], "languages": ["en"]}

# What makes somebody who fits unfit, and the reason.
CASES: dict[str, tuple[dict[str, Any], Unfit | None]] = {
    "fits": ({}, None),
    "judges all languages": ({"languages": []}, None),
    "an external of the queue": ({"role": "external"}, None),
    "a lead of the queue": ({"role": "lead"}, None),
    "account closed": ({"disabled": True}, Unfit.CLOSED),
    "an analyst": ({"role": "analyst"}, Unfit.ROLE),
    "in no queue": ({"queues": []}, Unfit.QUEUE),
    "in another queue": ({"queues": ["days"]}, Unfit.QUEUE),
    "an external of another queue": ({"role": "external", "queues": ["other"]}, Unfit.QUEUE),
    "another language": ({"languages": ["zh"]}, Unfit.LANGUAGE),
    "opted out": ({"opt_outs": ["hate"]}, Unfit.OPT_OUT),
    "no expert": ({"skills": []}, Unfit.SKILL),
}


def add(desk: Desk, name: str, **more: Any) -> Principal:
    """Somebody as the database has them."""
    row = {"name": name, "display_name": name, "role": "reviewer", "languages": [], "skills": [], "opt_outs": []}
    row |= {"queues": [], "team": "", "preferences": {}, "disabled": False, "created_at": "now"} | more
    with desk.database.write() as connection:
        key = connection.execute(sa.insert(users).returning(users.c.id), [row]).scalar_one()
        add_members(connection, desk.database.project_id, [(key, Role(row["role"]))], event="joined", actor="tests")
    chosen = {name: frozenset(row[name]) for name in ("languages", "skills", "opt_outs", "queues")}
    return Principal(key, name, role=Role(str(row["role"])), **chosen)


@pytest.mark.parametrize(("change", "why"), CASES.values(), ids=CASES)
def test_every_way_of_giving_an_item_asks_the_same(desk: Desk, change: dict[str, Any], why: Unfit | None) -> None:
    giver, other = add(desk, "giver", **FITS), add(desk, "other", **FITS | change)
    desk.tasks(1, **WORK)
    queue = desk.queue()
    [one] = queue.claim(giver)
    slot = find_slot(desk.database, one.assignment_id)
    assert slot is not None
    assert [user.name for user in queue.colleagues(giver, one.assignment_id)] == ([] if why else ["other"])
    with desk.database.read() as connection:
        task = task_of(connection, one.task_id)
        assert Recipients.read(connection, [one.assignment_id]).unfit(one.assignment_id, task, other) is why
    given = queue.hand_over(giver, one.assignment_id, one.token, to=other.user_id)
    if why is None:
        assert given.message == "handover"
        assert [got.item_id for got in queue.claim(other)] == ["i1"]  # what was given reaches them
        return
    assert given.kind is OutcomeKind.REFUSED
    assert given.message == ("nobody" if why is Unfit.CLOSED else why)
    assert [held.item_id for held in queue.held(giver)] == ["i1"]  # it stayed where it was
    with desk.database.write() as connection, pytest.raises(UnfitError) as refused:
        assign(connection, slot, other, "lea")
    assert refused.value.why is why
    assert queue.claim(other) == []


def test_the_list_of_names_for_a_lead_is_made_by_the_rule(desk: Desk) -> None:
    people = [add(desk, name, **FITS | change) for name, (change, _) in CASES.items()]
    desk.tasks(1, **WORK)

    class Row:
        id, language, harm, skill, queue, policy_id, policy_version = 1, "en", "hate", EXPERT, "vendor", "rules", "1"

    with desk.database.read() as connection:
        fit = able(connection, [Row()], people)
    assert fit == {1: [name for name, (_, why) in CASES.items() if why is None]}


def test_the_roles_that_can_be_given_work_are_those_that_may_review(desk: Desk) -> None:
    [number] = desk.tasks(1)
    with desk.database.read() as connection:
        task = task_of(connection, number)
    for role in Role:
        fits = unfit(Principal(1, "a", role=role, queues=frozenset({""})), task) is None
        assert fits == role_may(role, Permission.REVIEW)


@pytest.mark.parametrize("before", ["answered", "skipped", "holds"])
def test_who_has_had_to_do_with_an_item_is_not_given_it(desk: Desk, before: str) -> None:
    giver, other = add(desk, "giver"), add(desk, "other")
    desk.tasks(1, TaskKind.DOUBLE, overlap=3)
    queue = desk.queue()
    [theirs] = queue.claim(other)
    if before == "answered":
        queue.submit(other, answer(theirs))
    elif before == "skipped":
        queue.skip(other, theirs.assignment_id, theirs.token, SkipReason.OTHER)
    [one] = queue.claim(giver)
    assert queue.colleagues(giver, one.assignment_id) == []
    assert queue.hand_over(giver, one.assignment_id, one.token, to=other.user_id).message == "met_before"
    assert queue.hand_over(giver, one.assignment_id, one.token, to=giver.user_id).message == "met_before"


def test_who_has_not_passed_the_round_is_not_given_what_they_could_not_claim(desk: Desk) -> None:
    giver, new, passed = add(desk, "giver"), add(desk, "new"), add(desk, "passed")
    round_ = {
        "project_id": 1,
        "policy_id": "rules",
        "policy_version": "1",
        "language": "en",
        "state": "passed",
        "asked": 1,
        "right": 1,
    }
    with desk.database.write() as connection:
        rows = [round_ | {"user_id": who.user_id, "created_at": "now"} for who in (giver, passed)]
        connection.execute(sa.insert(qualifications), rows)
    desk.tasks(1)
    queue = desk.queue(qualification_items=1)
    [one] = queue.claim(giver)
    assert [user.name for user in queue.colleagues(giver, one.assignment_id)] == ["passed"]
    assert queue.hand_over(giver, one.assignment_id, one.token, to=new.user_id).message == Unfit.QUALIFICATION
    assert queue.hand_over(giver, one.assignment_id, one.token, to=passed.user_id).message == "handover"


def test_an_external_learns_of_nobody_outside_their_queues(desk: Desk) -> None:
    outside, inside = add(desk, "outside", role="external", queues=["vendor"]), add(desk, "inside", languages=["zh"])
    desk.tasks(1, queue="vendor")
    queue = desk.queue()
    [one] = queue.claim(outside)
    unknown = queue.hand_over(outside, one.assignment_id, one.token, to=10**6)
    assert queue.hand_over(outside, one.assignment_id, one.token, to=inside.user_id) == unknown


def test_only_who_holds_an_item_learns_who_could_take_it(desk: Desk) -> None:
    giver, other, eve = add(desk, "giver"), add(desk, "other", languages=["zh"]), add(desk, "eve")
    desk.tasks(1)
    queue = desk.queue()
    [one] = queue.claim(giver)
    assert queue.colleagues(eve, one.assignment_id) == []
    for token in (0, one.token, one.token + 1):
        assert queue.hand_over(eve, one.assignment_id, token, to=other.user_id).kind is OutcomeKind.LATE


@pytest.mark.parametrize("harm", ["", "hate"])
def test_whether_a_blind_item_can_be_handed_over_says_nothing_of_the_machines_answer(desk: Desk, harm: str) -> None:
    giver, averse = add(desk, "giver"), add(desk, "averse", opt_outs=["hate"])
    desk.tasks(1, TaskKind.AUDIT, harm=harm, severity=3 if harm else 0)
    queue = desk.queue()
    [one] = queue.claim(giver)
    assert queue.colleagues(giver, one.assignment_id) == []
    assert queue.hand_over(giver, one.assignment_id, one.token, to=averse.user_id).message == Unfit.OPT_OUT


Pass = Callable[..., Any]
PASSES: dict[str, Pass] = {
    "skip": lambda queue, who, one, _: queue.skip(who, one.assignment_id, one.token, SkipReason.TOO_HARD, "n"),
    "escalate": lambda queue, who, one, _: queue.escalate(who, one.assignment_id, one.token, "n"),
    "back": lambda queue, who, one, _: queue.hand_over(who, one.assignment_id, one.token, "n"),
    "colleague": lambda queue, who, one, to: queue.hand_over(who, one.assignment_id, one.token, "n", to.user_id),
    "unfit": lambda queue, who, one, _: queue.hand_over(who, one.assignment_id, one.token, "n", 10**6),
    "wrong token": lambda queue, who, one, _: queue.escalate(who, one.assignment_id, one.token + 1, "n"),
}


@pytest.mark.parametrize("way", PASSES)
def test_gold_that_is_passed_on_is_answered_as_any_other_item(desk: Desk, way: str) -> None:
    told = {}
    for number, kind in enumerate((TaskKind.GOLD, TaskKind.AUDIT)):
        who, to = (add(desk, f"{name}{number}", queues=["vendor"], role="external") for name in ("a", "b"))
        if kind is TaskKind.GOLD:
            [known] = desk.items(1)
            with desk.database.write() as connection:
                make_gold(connection, known, policy_id="rules", labels=("spam",), explanation="", actor="lead")
        desk.tasks(1, TaskKind.AUDIT, queue="vendor")
        queue = desk.queue(gold_rate=0.5 if kind is TaskKind.GOLD else 0)
        [one] = queue.claim(who)
        while kind is TaskKind.GOLD and one.kind is not TaskKind.GOLD:  # until the draw gives it
            queue.submit(who, answer(one))
            desk.tasks(1, TaskKind.AUDIT, queue="vendor")
            [one] = queue.claim(who)
        assert one.kind is kind
        passed = PASSES[way](queue, who, one, to)
        names = [user.name for user in queue.colleagues(who, one.assignment_id)]
        theirs = [got.item_id == one.item_id for got in queue.claim(to)] if way == "colleague" else None
        told[kind] = (
            passed,
            names == [],
            theirs,
            [got.item_id for got in queue.claim(who) if got.item_id == one.item_id],
        )
    assert told[TaskKind.GOLD] == told[TaskKind.AUDIT]
