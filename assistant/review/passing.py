"""Passing an item on: skip it with a reason, hand it over, or escalate it to an expert with a note."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.domain.review_work import (
    EXPERT,
    NewTask,
    Outcome,
    OutcomeKind,
    PassKind,
    Principal,
    Role,
    SkipReason,
    TaskKind,
)
from assistant.review.priority import SEVERITY_HOURS
from assistant.review.steering import unfit
from assistant.store import audit, passing
from assistant.store.answers import Place, find_place
from assistant.store.claims import give_back
from assistant.store.database import Connection
from assistant.store.seats import involved
from assistant.store.tasks import add_tasks, close_complete, close_open, task_of
from assistant.store.users import User, enabled_users

_KEPT = frozenset({TaskKind.CALIBRATION, TaskKind.AUDIT, TaskKind.EVALUATION})  # an expert's label serves the same end


@dataclass(frozen=True, slots=True)
class Held:
    """A lease as its holder names it; `uncovered_ms` as in `Submission`."""

    assignment_id: int
    token: int
    uncovered_ms: int | None = None


def skip(connection: Connection, principal: Principal, held: Held, reason: SkipReason, note: str = "") -> Outcome:
    """Give an item back, for a reason; it is never offered to this person again, and never held against them."""
    place = find_place(connection, held.assignment_id)
    if place is None:
        return Outcome(OutcomeKind.GONE, "no_such_assignment")
    if place.kind is TaskKind.QUALIFICATION:
        return Outcome(OutcomeKind.REFUSED, "qualification_no_skip")
    alone = place.gold_id is not None  # nobody else was to take it
    if not give_back(connection, principal, held.assignment_id, held.token, "closed" if alone else "open"):
        return Outcome(OutcomeKind.LATE, "lease_over")
    if alone:
        close_complete(connection, place.task_id)
    return _passed(connection, principal, place, held, kind=PassKind.SKIP, reason=reason.value, note=note)


def hand_over(connection: Connection, principal: Principal, held: Held, note: str, to: int | None = None) -> Outcome:
    """Give an item to a colleague (their row number), or back to everybody, with a note for whoever takes it.

    Somebody who couldn't take it is refused, and the item stays where it is; the message says why, see `unfit`.
    """
    place = find_place(connection, held.assignment_id)
    if place is None:
        return Outcome(OutcomeKind.GONE, "no_such_assignment")
    if to is not None and (why := _refused(connection, place, to)):
        return Outcome(OutcomeKind.REFUSED, why)
    if place.gold_id is not None:
        return skip(connection, principal, held, SkipReason.OTHER, note)
    if not give_back(connection, principal, held.assignment_id, held.token, "open"):
        return Outcome(OutcomeKind.LATE, "lease_over")
    to_whom = "" if to is None else f"user:{to}"
    if to is not None:
        passing.give_to(connection, held.assignment_id, replace(task_of(connection, place.task_id), for_user=to))
    return _passed(connection, principal, place, held, kind=PassKind.HANDOVER, reason=to_whom, note=note)


def colleagues(connection: Connection, principal: Principal, assignment_id: int) -> list[User]:
    """Those an item could be handed over to, by the name they are shown by; none where there is no such assignment.

    Somebody external sees the people of their own queues only.
    """
    place = find_place(connection, assignment_id)
    if place is None:
        return []
    task, known = task_of(connection, place.task_id), involved(connection, [assignment_id])[assignment_id]
    found = [
        user
        for user in enabled_users(connection)
        if user.id != principal.user_id
        and not unfit(user.principal(), task)
        and not known.includes(user.id, user.name)
        and (principal.role is not Role.EXTERNAL or user.principal().queues & principal.queues)
    ]
    return sorted(found, key=lambda user: (user.display_name.casefold(), user.name))


def _refused(connection: Connection, place: Place, to: int) -> str:
    """Why an item can't go to somebody; empty where it can."""
    user = next((one for one in enabled_users(connection) if one.id == to), None)
    if user is None:
        return "nobody"
    known = involved(connection, [place.assignment_id])[place.assignment_id]
    if user.id == place.user_id or known.includes(user.id, user.name):
        return "met_before"
    return unfit(user.principal(), task_of(connection, place.task_id)) or ""


def escalate(connection: Connection, principal: Principal, held: Held, note: str) -> Outcome:
    """Leave an item to an expert, with a note; seats of the task that nobody has taken are not wanted any more."""
    place = find_place(connection, held.assignment_id)
    if place is None:
        return Outcome(OutcomeKind.GONE, "no_such_assignment")
    if place.gold_id is not None:
        return skip(connection, principal, held, SkipReason.TOO_HARD, note)
    if not give_back(connection, principal, held.assignment_id, held.token, "closed"):
        return Outcome(OutcomeKind.LATE, "lease_over")
    close_open(connection, [place.task_id])
    if not passing.waits_for_expert(connection, place.item_key):
        add_tasks(connection, [_for_expert(task_of(connection, place.task_id))])
    close_complete(connection, place.task_id)
    return _passed(connection, principal, place, held, kind=PassKind.ESCALATE, reason="", note=note)


def _for_expert(task: NewTask) -> NewTask:
    """The same item for an expert, as urgent as one step more severe; blind if it was."""
    kind = task.kind if task.kind in _KEPT else TaskKind.EXPERT
    return replace(task, kind=kind, skill=EXPERT, overlap=1, priority=task.priority + SEVERITY_HOURS)


def _passed(
    connection: Connection, principal: Principal, place: Place, held: Held, *, kind: PassKind, reason: str, note: str
) -> Outcome:
    passing.add_pass(
        connection,
        place.task_id,
        principal.user_id,
        kind=kind,
        reason=reason,
        note=note,
        uncovered_ms=held.uncovered_ms,
    )
    detail = {"item": place.item_id, "reason": reason, "note": note}
    audit.append(connection, principal.name, f"task.{kind.value}", f"task:{place.task_id}", detail)
    return Outcome(OutcomeKind.STORED, kind.value)
