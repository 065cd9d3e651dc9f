"""Passing an item on: skip it with a reason, hand it over, or escalate it to an expert with a note."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from assistant.domain.accounts import User
from assistant.domain.review_work import (
    EXPERT,
    PRACTICE,
    AssignmentState,
    NewTask,
    OutcomeKind,
    PassKind,
    Principal,
    Role,
    SkipReason,
    TaskKind,
    WorkOutcome,
)
from assistant.review.priority import SEVERITY_HOURS
from assistant.review.steering import Recipients, Unfit
from assistant.store.audit import log as audit
from assistant.store.database import Connection
from assistant.store.people.users import enabled_users
from assistant.store.review.queue import handovers
from assistant.store.review.queue.answers import OpenAssignment, find_place
from assistant.store.review.queue.claims import give_back
from assistant.store.review.queue.slots import involved
from assistant.store.review.queue.tasks import add_tasks, close_complete, close_open, task_of

_KEPT = frozenset({TaskKind.CALIBRATION, TaskKind.AUDIT, TaskKind.EVALUATION})  # an expert's label serves the same end


@dataclass(frozen=True, slots=True)
class HeldLease:
    """A lease as its holder names it, at the moment `at`; `uncovered_ms` as in `Submission`."""

    assignment_id: int
    token: int
    at: datetime
    uncovered_ms: int | None = None


def skip(
    connection: Connection, principal: Principal, held: HeldLease, reason: SkipReason, note: str = ""
) -> WorkOutcome:
    """Give an item back, for a reason; it is never offered to this person again, and never held against them."""
    place = find_place(connection, held.assignment_id)
    if place is None:
        return WorkOutcome(OutcomeKind.GONE, "no_such_assignment")
    if (refused := _refused(principal, held, place)) is not None:
        return refused
    _let_go(connection, principal, held, place, PassKind.SKIP)
    return _passed(connection, principal, place, held, kind=PassKind.SKIP, reason=reason.value, note=note)


def hand_over(
    connection: Connection,
    principal: Principal,
    held: HeldLease,
    note: str,
    to: int | None = None,
    *,
    qualified_only: bool = False,
) -> WorkOutcome:
    """Give an item to a colleague (their row number), or back to everybody, with a note for whoever takes it.

    A colleague who can't be given it is refused, and the item stays where it is; the message is a value of `Unfit`,
    `met_before` for one who has had to do with it, or `nobody` for one whose existence isn't theirs to know. Gold goes
    to a colleague as gold, where it is new to them: to both it looks like any other item.
    """
    place = find_place(connection, held.assignment_id)
    if place is None:
        return WorkOutcome(OutcomeKind.GONE, "no_such_assignment")
    if (refused := _refused(principal, held, place)) is not None:
        return refused
    if to is None:
        _let_go(connection, principal, held, place, PassKind.HANDOVER)
        return _passed(connection, principal, place, held, kind=PassKind.HANDOVER, reason="", note=note)
    task = task_of(connection, place.task_id)
    if why := _recipient_refused(connection, principal, place, task, to, qualified_only=qualified_only):
        return WorkOutcome(OutcomeKind.REFUSED, why)
    if place.gold_id is not None and _known_to(connection, place, to):
        _let_go(connection, principal, held, place, PassKind.HANDOVER)
    else:
        _give_back(connection, principal, held, place, state=AssignmentState.OPEN, why=PassKind.HANDOVER)
        handovers.give_to(connection, held.assignment_id, replace(task, for_user=to))
    return _passed(connection, principal, place, held, kind=PassKind.HANDOVER, reason=f"user:{to}", note=note)


def _recipient_refused(
    connection: Connection, principal: Principal, place: OpenAssignment, task: NewTask, to: int, *, qualified_only: bool
) -> str:
    """Why an item can't go to a colleague, as `hand_over` says it; empty where it can."""
    if place.kind in PRACTICE:
        return "practice_own"
    user = next((one for one in _seen_by(principal, enabled_users(connection)) if one.id == to), None)
    if user is None:
        return "nobody"
    rule = Recipients.read(connection, [place.assignment_id], qualified_only=qualified_only)
    why = _unfit(rule, place, task, user)
    return "met_before" if why in {Unfit.PASSED, Unfit.ANSWERED} else why or ""


def colleagues(
    connection: Connection, principal: Principal, assignment_id: int, *, qualified_only: bool = False
) -> list[User]:
    """Those a person's item could be handed over to, by the name they are shown by; none where it isn't theirs."""
    place = find_place(connection, assignment_id)
    if place is None or place.user_id != principal.user_id:
        return []
    task, rule = (
        task_of(connection, place.task_id),
        Recipients.read(connection, [assignment_id], qualified_only=qualified_only),
    )
    found = [
        user
        for user in _seen_by(principal, enabled_users(connection))
        if user.id != principal.user_id and _unfit(rule, place, task, user) is None
    ]
    return sorted(found, key=lambda user: (user.display_name.casefold(), user.name))


def _seen_by(principal: Principal, users: Sequence[User]) -> Iterator[User]:
    """Those a person may know of: an external knows the people of their own queues alone."""
    for user in users:
        if principal.role is not Role.EXTERNAL or user.principal().queues & principal.queues:
            yield user


def _unfit(rule: Recipients, place: OpenAssignment, task: NewTask, to: User) -> Unfit | None:
    """Why an item can't go to a colleague.

    A blind item goes to no colleague who has opted out of anything: whether this very item would be refused says what
    the machine made of it. Gold is known to many, and who is left out for that would give it away: no one is.
    """
    if to.id == place.user_id:
        return Unfit.ANSWERED
    why = rule.unable(replace(task, harm="") if place.blind else task, to.principal())
    if why is None and place.blind and to.opt_outs:
        return Unfit.OPT_OUT
    return why or (rule.met(place.assignment_id, to.principal()) if place.gold_id is None else None)


def _known_to(connection: Connection, place: OpenAssignment, to: int) -> bool:
    """Whether a colleague has had to do with an item."""
    [name] = [user.name for user in enabled_users(connection) if user.id == to]
    return involved(connection, [place.assignment_id])[place.assignment_id].includes(to, name)


def _refused(principal: Principal, held: HeldLease, place: OpenAssignment) -> WorkOutcome | None:
    """Why an item can't be passed on at all; None where it can. The slot is locked until the end."""
    if place.kind is TaskKind.QUALIFICATION:
        return WorkOutcome(OutcomeKind.REFUSED, "qualification_no_skip")
    if place.belongs_to(principal, held.token) and place.state is AssignmentState.LEASED:
        return None
    return WorkOutcome(OutcomeKind.LATE, "lease_over")


def _let_go(
    connection: Connection, principal: Principal, held: HeldLease, place: OpenAssignment, why: PassKind
) -> None:
    """End a lease without an answer. Gold was for this person alone: it is offered to no one else."""
    alone = place.gold_id is not None
    state = AssignmentState.CLOSED if alone else AssignmentState.OPEN
    _give_back(connection, principal, held, place, state=state, why=why)
    if alone:
        close_complete(connection, place.task_id)


def _give_back(
    connection: Connection,
    principal: Principal,
    held: HeldLease,
    place: OpenAssignment,
    *,
    state: AssignmentState,
    why: PassKind,
) -> None:
    give_back(
        connection,
        principal,
        held.assignment_id,
        held.token,
        state,
        at=held.at.astimezone(UTC).isoformat(timespec="milliseconds"),
        reason=why.value,
        uncovered_ms=place.uncovered_ms(held.uncovered_ms, held.at),
    )


def escalate(connection: Connection, principal: Principal, held: HeldLease, note: str) -> WorkOutcome:
    """Leave an item to an expert, with a note; slots of the task that are free are not wanted any more."""
    place = find_place(connection, held.assignment_id)
    if place is None:
        return WorkOutcome(OutcomeKind.GONE, "no_such_assignment")
    if (refused := _refused(principal, held, place)) is not None:
        return refused
    _give_back(connection, principal, held, place, state=AssignmentState.CLOSED, why=PassKind.ESCALATE)
    close_open(connection, [place.task_id], reason=PassKind.ESCALATE.value)
    if place.gold_id is None and not handovers.waits_for_expert(connection, place.item_key):
        add_tasks(connection, [_for_expert(task_of(connection, place.task_id))])
    close_complete(connection, place.task_id)
    return _passed(connection, principal, place, held, kind=PassKind.ESCALATE, reason="", note=note)


def _for_expert(task: NewTask) -> NewTask:
    """The same item for an expert, as urgent as one step more severe; blind if it was."""
    kind = task.kind if task.kind in _KEPT else TaskKind.EXPERT
    return replace(task, kind=kind, skill=EXPERT, overlap=1, priority=task.priority + SEVERITY_HOURS)


def _passed(
    connection: Connection,
    principal: Principal,
    place: OpenAssignment,
    held: HeldLease,
    *,
    kind: PassKind,
    reason: str,
    note: str,
) -> WorkOutcome:
    handovers.add_pass(
        connection,
        place.task_id,
        principal.user_id,
        kind=kind,
        reason=reason,
        note=note,
        uncovered_ms=place.uncovered_ms(held.uncovered_ms, held.at),
    )
    detail = {"item": place.item_id, "reason": reason, "note": note}
    audit.append(connection, principal.name, f"task.{kind.value}", f"task:{place.task_id}", detail)
    return WorkOutcome(OutcomeKind.STORED, kind.value)
