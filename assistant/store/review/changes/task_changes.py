"""Changes of many tasks, written: first what is to be changed, then part by part the change itself.

The list of tasks is written in one short transaction, with everything that is needed to make the change. Each part of
it is another one, in which the tasks are looked at again: so no claim waits for long, and what is pending after a crash
is done by whoever comes next, once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from assistant.domain.assignment_events import AssignmentEventKind
from assistant.domain.review_work import AssignmentState
from assistant.domain.task_changes import ChangeKind, LeftReason
from assistant.store.database import now, project_of
from assistant.store.review.changes.task_standing import TaskStanding, WantedSlot
from assistant.store.review.disagreements.found import forget_all
from assistant.store.review.queue import events
from assistant.store.review.queue.partitions import EVERYBODY, Partition, partition_numbers
from assistant.store.tables.review import assignments, tasks, withdrawals
from assistant.store.tables.task_changes import (
    changed_assignments,
    changed_tasks,
    task_change_parts,
    task_changes,
    unchanged_tasks,
)

PART = 200
"""Tasks changed in one transaction: a claim waits for no longer than that takes."""

_ALIVE = ("open", "leased", "paused")
_BEFORE = ("due_at", "priority", "queue", "lane_id", "closed_at")
SLOT_BEFORE = (
    *("state", "lane_id", "user_id", "token", "lease_until", "claimed_at", "answered_at", "review_id"),
    "uncovered_ms",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChange:
    """A change as it is begun; `values` as stored, with numbers in place of names and places."""

    kind: ChangeKind
    where: Mapping[str, object]
    values: Mapping[str, object]
    reason: str
    actor: str
    task_ids: Sequence[int]
    left_out: Mapping[LeftReason, int]
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class PendingPart:
    """A part of a change that is not made yet."""

    id: int
    change_id: int
    kind: ChangeKind
    where: Mapping[str, Any]
    values: Mapping[str, Any]
    reason: str
    undoes: int | None
    actor: str
    task_ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class ChosenTask:
    """A task that changes, with those of its wanted answers that do."""

    task: TaskStanding
    slots: Sequence[WantedSlot]


def newest_change(connection: sa.Connection) -> int:
    """Number of the newest change of this project; 0 where there is none."""
    query = sa.select(sa.func.max(task_changes.c.id)).where(task_changes.c.project_id == project_of(connection))
    return int(connection.execute(query).scalar() or 0)


def begin_change(connection: sa.Connection, new: NewChange) -> int:
    """Write down what is to be changed; returns the number of the change."""
    row = {
        "project_id": project_of(connection),
        "kind": new.kind.value,
        "wanted": new.where,
        "new_values": new.values,
        "reason": new.reason,
        "tasks": len(new.task_ids),
        "left_out": {why.value: count for why, count in new.left_out.items()},
        "undoes": new.undoes,
        "actor": new.actor,
        "created_at": now(),
    }
    number = int(connection.execute(sa.insert(task_changes).returning(task_changes.c.id), [row]).scalar_one())
    ids = list(new.task_ids)
    split = [ids[first : first + PART] for first in range(0, len(ids), PART)]
    rows = [{"change_id": number, "tasks": len(part), "task_ids": part, "done_at": None} for part in split]
    if rows:
        connection.execute(sa.insert(task_change_parts), rows)
    return number


def pending_part(connection: sa.Connection) -> PendingPart | None:
    """The first part of this project's changes that is not made yet."""
    part, change = task_change_parts.c, task_changes.c
    names = (change.kind, change.wanted, change.new_values, change.reason, change.undoes, change.actor)
    query = (
        sa.select(part.id, part.change_id, *names, part.task_ids)
        .join(task_changes, change.id == part.change_id)
        .where(part.done_at.is_(None), change.project_id == project_of(connection))
        .order_by(part.change_id, part.id)
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else PendingPart(row[0], row[1], ChangeKind(row[2]), *row[3:])


def take_part(connection: sa.Connection, part: PendingPart) -> bool:
    """Make this part in this transaction, with its tasks locked; False where another process made it meanwhile."""
    mine = sa.update(task_change_parts).where(task_change_parts.c.id == part.id, task_change_parts.c.done_at.is_(None))
    if not connection.execute(mine.values(done_at=now())).rowcount:
        return False
    if connection.dialect.name != "sqlite":
        locking = sa.select(tasks.c.id).where(tasks.c.id.in_(part.task_ids)).order_by(tasks.c.id).with_for_update()
        connection.execute(locking)
        of_tasks = sa.select(assignments.c.id).where(assignments.c.task_id.in_(part.task_ids))
        connection.execute(of_tasks.order_by(assignments.c.id).with_for_update())
    return True


def leave_out(connection: sa.Connection, change_id: int, left: Sequence[tuple[int, LeftReason]]) -> None:
    """Keep which tasks stayed as they were, and why."""
    rows = [{"change_id": change_id, "task_id": number, "reason": why.value} for number, why in left]
    if rows:
        connection.execute(sa.insert(unchanged_tasks), rows)


def make_part(connection: sa.Connection, part: PendingPart, chosen: Sequence[ChosenTask]) -> None:
    """Change these tasks, and keep what they were before."""
    if not chosen:
        return
    _keep(connection, part.change_id, chosen)
    _MAKING[part.kind](connection, part, chosen)


def _keep(connection: sa.Connection, change_id: int, chosen: Sequence[ChosenTask]) -> None:
    number = sa.literal(change_id).label("change_id")
    ids, slots = _numbers(chosen), _slot_numbers(chosen)
    before = sa.select(number, tasks.c.id, *(tasks.c[name] for name in _BEFORE)).where(tasks.c.id.in_(ids))
    connection.execute(sa.insert(changed_tasks).from_select(["change_id", "task_id", *_BEFORE], before))
    if slots:
        columns = [assignments.c[name] for name in SLOT_BEFORE]
        were = sa.select(number, assignments.c.id, *columns).where(assignments.c.id.in_(slots))
        names = ["change_id", "assignment_id", *SLOT_BEFORE]
        connection.execute(sa.insert(changed_assignments).from_select(names, were))


def _due(connection: sa.Connection, part: PendingPart, chosen: Sequence[ChosenTask]) -> None:
    _set_tasks(connection, _numbers(chosen), due_at=part.values["due"])


def _priority(connection: sa.Connection, part: PendingPart, chosen: Sequence[ChosenTask]) -> None:
    ids, shift = _numbers(chosen), part.values.get("shift")
    _set_tasks(connection, ids, priority=tasks.c.priority + shift if shift is not None else part.values["priority"])
    follow_priority(connection, ids)


def follow_priority(connection: sa.Connection, task_ids: Sequence[int]) -> None:
    """Give the unanswered slots of tasks the priority that their tasks have now."""
    of_task = sa.select(tasks.c.priority).where(tasks.c.id == assignments.c.task_id).scalar_subquery()
    waits = sa.and_(assignments.c.task_id.in_(task_ids), assignments.c.state.in_(_ALIVE))
    connection.execute(sa.update(assignments).where(waits).values(priority=of_task))
    events.record_as_it_is(connection, AssignmentEventKind.REASSIGNED, waits, now(), reason="priority")


def _reassign(connection: sa.Connection, part: PendingPart, chosen: Sequence[ChosenTask]) -> None:
    person, queue = part.values.get("user_id"), part.values.get("queue")
    by_partition: dict[Partition, list[ChosenTask]] = {}
    for one in chosen:
        by_partition.setdefault(_partition(one.task, queue, person or EVERYBODY), []).append(one)
    numbers = partition_numbers(connection, list(by_partition))
    for partition, those in by_partition.items():
        _set_slots(connection, _slot_numbers(those), lane_id=numbers[partition])
        _log(connection, AssignmentEventKind.REASSIGNED, those)
        if person is None and "person" not in part.where:
            _set_tasks(connection, _numbers(those), queue=partition.queue, lane_id=numbers[partition])


def _partition(task: TaskStanding, queue: str | None, for_user: int) -> Partition:
    work = (task.policy_id, task.policy_version, task.language)
    return Partition(*work, task.queue if queue is None else queue, task.skill, task.harm, for_user)


def _pause(connection: sa.Connection, _: PendingPart, chosen: Sequence[ChosenTask]) -> None:
    _set_slots(connection, _slot_numbers(chosen), state=AssignmentState.PAUSED.value)
    _log(connection, AssignmentEventKind.PAUSED, chosen)


def _resume(connection: sa.Connection, _: PendingPart, chosen: Sequence[ChosenTask]) -> None:
    _set_slots(connection, _slot_numbers(chosen), state=AssignmentState.OPEN.value)
    _log(connection, AssignmentEventKind.RESUMED, chosen)


def _cancel(connection: sa.Connection, _: PendingPart, chosen: Sequence[ChosenTask]) -> None:
    _set_slots(connection, _slot_numbers(chosen), state=AssignmentState.CLOSED.value)
    _log(connection, AssignmentEventKind.CLOSED, chosen, reason="cancelled")
    waits = sa.exists().where(assignments.c.task_id == tasks.c.id, assignments.c.state.in_(_ALIVE))
    done = sa.update(tasks).where(tasks.c.id.in_(_numbers(chosen)), tasks.c.closed_at.is_(None), ~waits)
    connection.execute(done.values(closed_at=now()))


def _return(connection: sa.Connection, _: PendingPart, chosen: Sequence[ChosenTask]) -> None:
    _set_slots(connection, _slot_numbers(chosen), state=AssignmentState.OPEN.value, lease_until=None)
    _log(connection, AssignmentEventKind.RETURNED, chosen)


def _invalidate(connection: sa.Connection, part: PendingPart, chosen: Sequence[ChosenTask]) -> None:
    given = [slot.review_id for one in chosen for slot in one.slots if slot.review_id is not None]
    stamp = now()
    rows = [{"review_id": number, "actor": part.actor, "created_at": stamp} for number in given]
    connection.execute(sa.insert(withdrawals), rows)
    forget_all(connection, given)
    _log(connection, AssignmentEventKind.WITHDRAWN, chosen, reason="invalidated")
    empty = {"user_id": None, "lease_until": None, "claimed_at": None, "answered_at": None}
    empty |= {"review_id": None, "uncovered_ms": None}
    _set_slots(connection, _slot_numbers(chosen), state=AssignmentState.OPEN.value, **empty)
    _log(connection, AssignmentEventKind.RELEASED, chosen, reason="invalidated")
    _set_tasks(connection, _numbers(chosen), closed_at=None)


def _log(
    connection: sa.Connection, kind: AssignmentEventKind, chosen: Sequence[ChosenTask], *, reason: str = "lead"
) -> None:
    those = assignments.c.id.in_(_slot_numbers(chosen))
    events.record_as_it_is(connection, kind, those, now(), reason=reason)


def _set_tasks(connection: sa.Connection, task_ids: Sequence[int], **values: object) -> None:
    connection.execute(sa.update(tasks).where(tasks.c.id.in_(task_ids)).values(**values))


def _set_slots(connection: sa.Connection, slot_ids: Sequence[int], **values: object) -> None:
    connection.execute(sa.update(assignments).where(assignments.c.id.in_(slot_ids)).values(**values))


def _numbers(chosen: Sequence[ChosenTask]) -> list[int]:
    return [one.task.id for one in chosen]


def _slot_numbers(chosen: Sequence[ChosenTask]) -> list[int]:
    return [slot.id for one in chosen for slot in one.slots]


_MAKING: Mapping[ChangeKind, Callable[[sa.Connection, PendingPart, Sequence[ChosenTask]], None]] = {
    ChangeKind.DUE: _due,
    ChangeKind.PRIORITY: _priority,
    ChangeKind.REASSIGN: _reassign,
    ChangeKind.PAUSE: _pause,
    ChangeKind.RESUME: _resume,
    ChangeKind.CANCEL: _cancel,
    ChangeKind.RETURN: _return,
    ChangeKind.INVALIDATE: _invalidate,
}
