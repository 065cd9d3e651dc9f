"""The review service and the lead's hand on the queue: ids that open nothing, answers checked once, slots assigned."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assistant.application.review.fill_queue import plan_filling
from assistant.application.review.practice import begin_round, give_training
from assistant.application.review.service import HeldAssignment, ReviewService, check_clauses
from assistant.application.review.steering import (
    assign,
    assignable,
    assignment_name,
    find_wanted,
    list_labelers,
    list_leases,
    list_waiting,
    queue_overview,
    return_leases,
)
from assistant.domain.assignments import PartitionFilter
from assistant.domain.permissions import Permission, roles_that_may
from assistant.domain.review_work import LABELING_ROLES, NewTask, OutcomeKind, Principal, Role, Submission, TaskKind
from assistant.errors import ConflictError, InputError, InvalidValueError, NotFoundError
from assistant.review.steering import UnfitError
from assistant.store.audit import log as audit
from assistant.store.review.queue.tasks import add_tasks
from assistant.wiring.workspace import Workspace


def person(workspace: Workspace, name: str, role: Role = Role.REVIEWER, **more: Any) -> Principal:
    return workspace.users.add(name, role=role, actor="tests", **more).principal()


def put(workspace: Workspace, *items: str, **more: Any) -> list[str]:
    """One review task for each item; their assignments' ids for leads, most urgent first."""
    policy = workspace.policy
    values = {"policy_id": policy.id, "policy_version": policy.version, "language": "en", "blind": False} | more
    with workspace.database.write() as connection:
        for name in items:
            stored = workspace.items.get(name)
            assert stored is not None
            add_tasks(connection, [NewTask(item_key=stored.key, kind=TaskKind.REVIEW, **values)])
    found = list_waiting(workspace, PartitionFilter(), None, 9)
    return [assignment_name(workspace, one.id) for one in found]


def submission(token: int, *labels: str, **more: Any) -> Submission:
    return Submission(assignment_id=0, token=token, labels=labels, key="key-0001", **more)


def test_an_answer_is_checked_against_the_policy_and_stored_once(workspace: Workspace) -> None:
    put(workspace, "i1")
    ana, service = person(workspace, "ana"), ReviewService(workspace)
    [task] = service.claim(ana, 3, language="en").tasks
    for labels, clauses, code in (
        (("nice",), (), "labels_refused"),
        ((), (), "labels_miscounted"),
        (("spam",), ("X99",), "no_such_clause"),
    ):
        with pytest.raises(InvalidValueError, match=code):
            service.answer(ana, task.assignment_id, submission(task.token, *labels, clauses=clauses))
    assert service.last_answers(ana) == []
    given = submission(task.token, "SPAM", clauses=(workspace.policy.clauses[0].id,))
    first = service.answer(ana, task.assignment_id, given)
    again = service.answer(ana, task.assignment_id, given)
    assert (first.kind, again.kind) == (OutcomeKind.STORED, OutcomeKind.ALREADY)
    [last] = service.last_answers(ana)
    assert (last.labels, service.assignment_name(ana, last.assignment_id or 0)) == (("spam",), task.assignment_id)
    undone = service.undo(ana, last.review_id, language="en")
    assert getattr(undone, "assignment_id", None) == task.assignment_id


def test_an_id_opens_nothing_for_anyone_but_its_holder(workspace: Workspace) -> None:
    put(workspace, "i1")
    ana, bo, service = person(workspace, "ana"), person(workspace, "bo"), ReviewService(workspace)
    [task] = service.claim(ana, 1, language="en").tasks
    for who, name in ((bo, task.assignment_id), (ana, "nonsense"), (ana, "")):
        held = HeldAssignment(name, task.token)
        assert not service.hold(who, held)
        service.release(who, held)
        for asked in (
            lambda who=who, name=name: service.item(who, name),
            lambda who=who, name=name: service.precedents(who, name),
            lambda who=who, name=name: service.colleagues(who, name),
            lambda who=who, name=name: service.answer(who, name, submission(1, "spam")),
            lambda who=who, held=held: service.escalate(who, held, "why"),
            lambda who=who, held=held: service.hand_over(who, held, "", "why"),
        ):
            with pytest.raises(NotFoundError, match="assignment_gone"):
                asked()
    assert service.hold(ana, HeldAssignment(task.assignment_id, task.token))
    assert service.item(ana, task.assignment_id).id == "i1"


@pytest.mark.parametrize(
    ("to", "code"), [("nobody", "no_labeler"), ("ida", "no_labeler"), ("zoe", "colleague_lacks_language")]
)
def test_a_colleague_who_could_not_take_it_is_refused_and_the_item_stays(
    workspace: Workspace, to: str, code: str
) -> None:
    put(workspace, "i1")
    ana, service = person(workspace, "ana"), ReviewService(workspace)
    person(workspace, "ida", Role.ANALYST)
    person(workspace, "zoe", display_name="Zoe Q", languages=["zh"])
    [task] = service.claim(ana, 1, language="en").tasks
    held = HeldAssignment(task.assignment_id, task.token)
    with pytest.raises(InvalidValueError, match=code) as refused:
        service.hand_over(ana, held, to, "please")
    assert refused.value.values["name"] == {"nobody": "nobody", "ida": "ida", "zoe": "Zoe Q"}[to]
    assert service.hold(ana, held)
    assert service.hand_over(ana, held, "", "back").kind is OutcomeKind.STORED


def test_clauses_are_kept_once_and_asked_for_where_a_label_needs_one(workspace: Workspace) -> None:
    policy = workspace.policy
    first = policy.clauses[0].id
    assert check_clauses([first, first], ("safe",), policy) == (first,)
    assert check_clauses([], ("safe",), policy) == ()


def test_a_slot_is_assigned_taken_back_and_closed_to_whoever_cannot_take_it(workspace: Workspace) -> None:
    one, other = put(workspace, "i1", "i2")
    ana, bo = person(workspace, "ana"), person(workspace, "bo")
    person(workspace, "ida", Role.ANALYST)
    person(workspace, "zoe", languages=["zh"])
    assert [user.name for user in list_labelers(workspace)] == ["ana", "bo", "zoe"]
    rows = list_waiting(workspace, PartitionFilter(), None, 9)
    assert list(assignable(workspace, rows, list_labelers(workspace)).values()) == [["ana", "bo"]] * 2
    for name, kind in (("ida", InvalidValueError), ("nobody", InvalidValueError), ("zoe", UnfitError)):
        with pytest.raises(kind):
            assign(workspace, one, name, actor="lea")
    for _ in range(2):  # the same again changes nothing
        assign(workspace, one, "bo", actor="lea")
    assert find_wanted(workspace, one).for_name == "bo"
    assert [entry.actor for entry in audit.entries(workspace.database, action="task.assign")] == ["lea"]
    service = ReviewService(workspace)
    [mine] = service.claim(ana, 5, language="en").tasks
    assert mine.item.id == "i2"
    assert queue_overview(workspace).leased == 1
    assert [row.holder for row in list_leases(workspace, None, 9)] == ["ana"]
    done = return_leases(workspace, [other, one], actor="lea")
    assert (done.returned, done.not_leased) == ([other], [one])
    assert return_leases(workspace, [other], actor="lea").not_leased == [other]
    with pytest.raises(NotFoundError, match="assignment_gone"):
        return_leases(workspace, [one, "nonsense"], actor="lea")
    taken = {task.item.id: task for task in service.claim(bo, 5, language="en").tasks}
    assert service.answer(bo, taken["i1"].assignment_id, submission(taken["i1"].token, "spam")).review_id
    with pytest.raises(ConflictError, match="assignment_closed"):
        assign(workspace, one, "ana", actor="lea")


def test_the_roles_that_label_are_those_that_may_review() -> None:
    assert set(roles_that_may(Permission.REVIEW)) == LABELING_ROLES


def test_a_filling_is_what_was_given_and_never_both_given_and_cleared() -> None:
    at = datetime(2026, 12, 1, tzinfo=UTC)
    plain = plan_filling("  ", None, clear_team=False, clear_due=False, again=False)
    assert (plain.team, plain.due, plain.clear_due) == (None, None, False)
    assert plan_filling(" nights ", at, clear_team=False, clear_due=False, again=True).team == "nights"
    assert plan_filling("", None, clear_team=True, clear_due=True, again=False).team == ""
    for team, due, code in (("nights", None, "team_given"), ("", timedelta(hours=2), "due_given")):
        with pytest.raises(InvalidValueError, match=code):
            plan_filling(team, due, clear_team=bool(team), clear_due=due is not None, again=False)


def test_practice_says_why_it_cannot_begin(workspace: Workspace) -> None:
    person(workspace, "ana")
    for name, code in (("nobody", "user_not_found"), ("ana", "no_rounds")):
        with pytest.raises(InputError, match=code):
            begin_round(workspace, name, "en", actor="lea")
    with pytest.raises(ConflictError, match="too_little_gold") as refused:
        give_training(workspace, "ana", "en", 3, actor="lea")
    assert refused.value.values == {"found": 0, "needed": 3}
