"""Undoing a change of many tasks: each task is as it was before, unless something touched it since."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from assistant.domain.assignment_events import AssignmentEventKind
from assistant.domain.review_work import AssignmentState
from assistant.domain.task_changes import ChangeKind
from assistant.store.database import LOOKUP, now, parts
from assistant.store.review.changes.task_changes import SLOT_BEFORE, PendingPart, follow_priority
from assistant.store.review.disagreements.found import find_again
from assistant.store.review.queue import events
from assistant.store.review.queue.partitions import EVERYBODY
from assistant.store.tables.review import assignments, lanes, tasks, withdrawals
from assistant.store.tables.task_changes import changed_assignments, changed_tasks, task_changes, unchanged_tasks

_OF_STATE = (ChangeKind.PAUSE, ChangeKind.RESUME, ChangeKind.CANCEL, ChangeKind.RETURN, ChangeKind.INVALIDATE)
_STATE_AFTER = {
    ChangeKind.PAUSE: AssignmentState.PAUSED,
    ChangeKind.RESUME: AssignmentState.OPEN,
    ChangeKind.CANCEL: AssignmentState.CLOSED,
    ChangeKind.RETURN: AssignmentState.OPEN,
    ChangeKind.INVALIDATE: AssignmentState.OPEN,
}


def tasks_of_change(connection: sa.Connection, change_id: int) -> list[int]:
    """Numbers of the tasks that a change has changed, in order."""
    query = sa.select(changed_tasks.c.task_id).where(changed_tasks.c.change_id == change_id)
    return [int(one) for one in connection.execute(query.order_by(changed_tasks.c.task_id)).scalars()]


def touched_since(
    connection: sa.Connection,
    change_id: int,
    kind: ChangeKind,
    values: Mapping[str, Any],
    task_ids: Collection[int],
) -> set[int]:
    """Of tasks that a change has changed, those that aren't as it left them, or were changed alike after it."""
    found: set[int] = set()
    for part in parts(task_ids, LOOKUP):
        for query in (_changed_again(change_id, kind), _different(change_id, kind, values)):
            found |= set(connection.execute(query.where(changed_tasks.c.task_id.in_(part))).scalars())
    return found


def restore(connection: sa.Connection, part: PendingPart, kind: ChangeKind, task_ids: Sequence[int]) -> list[int]:
    """Make tasks what they were before the change that a part undoes; the numbers of the answers that count again."""
    if not task_ids or part.undoes is None:
        return []
    if kind in {ChangeKind.DUE, ChangeKind.PRIORITY}:
        name = "due_at" if kind is ChangeKind.DUE else "priority"
        _restore_tasks(connection, part.undoes, task_ids, name)
        if kind is ChangeKind.PRIORITY:
            follow_priority(connection, task_ids)
        return []
    if kind is ChangeKind.REASSIGN:
        _restore_tasks(connection, part.undoes, task_ids, "queue", "lane_id")
        moved = _restore_slots(connection, part.undoes, task_ids, "lane_id")
        events.record_as_it_is(connection, AssignmentEventKind.REASSIGNED, moved, now(), reason="undo")
        return []
    back = _answers_before(connection, part.undoes, task_ids) if kind is ChangeKind.INVALIDATE else []
    names = [name for name in SLOT_BEFORE if name not in {"lane_id", "token"}]
    restored = _restore_slots(connection, part.undoes, task_ids, *names)
    events.record_restored(connection, restored, now(), reason="undo")
    if kind in {ChangeKind.CANCEL, ChangeKind.INVALIDATE}:
        _restore_tasks(connection, part.undoes, task_ids, "closed_at")
    if back:
        connection.execute(sa.delete(withdrawals).where(withdrawals.c.review_id.in_(back)))
        find_again(connection, back)
    return back


def _changed_again(change_id: int, kind: ChangeKind) -> sa.Select[Any]:
    """Tasks with a later change of the same thing that still stands for them."""
    later, change = changed_tasks.alias("later"), task_changes.alias("later_change")
    undo, left = task_changes.alias("undo"), unchanged_tasks.alias("left_by_undo")
    kinds = [one.value for one in (_OF_STATE if kind in _OF_STATE else (kind,))]
    undone = sa.exists().where(
        undo.c.undoes == later.c.change_id,
        ~sa.exists().where(left.c.change_id == undo.c.id, left.c.task_id == later.c.task_id).correlate(undo, later),
    )
    return (
        sa.select(changed_tasks.c.task_id)
        .join(later, later.c.task_id == changed_tasks.c.task_id)
        .join(change, change.c.id == later.c.change_id)
        .where(changed_tasks.c.change_id == change_id, later.c.change_id > change_id, change.c.kind.in_(kinds), ~undone)
    )


def _different(change_id: int, kind: ChangeKind, values: Mapping[str, Any]) -> sa.Select[Any]:
    """Tasks that aren't as the change left them."""
    query = sa.select(changed_tasks.c.task_id).join(tasks, tasks.c.id == changed_tasks.c.task_id)
    mine = changed_tasks.c.change_id == change_id
    if kind is ChangeKind.DUE:
        other = tasks.c.due_at.is_distinct_from(values["due"])
        return query.where(mine, sa.or_(other, tasks.c.closed_at.is_not(None)))
    if kind is ChangeKind.PRIORITY:
        shift = values.get("shift")
        after = changed_tasks.c.priority + shift if shift is not None else values["priority"]
        return query.where(mine, sa.or_(tasks.c.priority != after, tasks.c.closed_at.is_not(None)))
    was, there = changed_assignments, assignments
    other = there.c.token != was.c.token
    if kind is ChangeKind.REASSIGN:
        other |= there.c.state.not_in(("open", "paused"))
        alike = sa.and_(lanes.c.id == there.c.lane_id, lanes.c.for_user == values.get("user_id", EVERYBODY))
        if "queue" in values:
            alike &= lanes.c.queue == values["queue"]
        other |= ~sa.exists().where(alike).correlate(there)
    else:
        other |= there.c.state != _STATE_AFTER[kind].value
    # One look-up by key after another, from the task on: as a join, SQLite begins with all that the change changed.
    changed = sa.exists().where(was.c.change_id == change_id, was.c.assignment_id == there.c.id, other)
    slots = sa.exists().where(there.c.task_id == changed_tasks.c.task_id, changed.correlate(there))
    return query.where(mine, slots.correlate(changed_tasks))


def _restore_tasks(connection: sa.Connection, change_id: int, task_ids: Sequence[int], *names: str) -> None:
    before = changed_tasks
    mine = sa.and_(before.c.change_id == change_id, before.c.task_id == tasks.c.id)
    values = {name: sa.select(before.c[name]).where(mine).scalar_subquery() for name in names}
    connection.execute(sa.update(tasks).where(tasks.c.id.in_(task_ids)).values(**values))


def _restore_slots(
    connection: sa.Connection, change_id: int, task_ids: Sequence[int], *names: str
) -> sa.ColumnElement[bool]:
    """Restore columns of the slots that a change has changed; returns which those are, as a condition."""
    before = changed_assignments
    mine = sa.and_(before.c.change_id == change_id, before.c.assignment_id == assignments.c.id)
    values = {name: sa.select(before.c[name]).where(mine).scalar_subquery() for name in names}
    changed = sa.and_(assignments.c.task_id.in_(task_ids), sa.exists().where(mine))
    connection.execute(sa.update(assignments).where(changed).values(**values))
    return changed


def _answers_before(connection: sa.Connection, change_id: int, task_ids: Sequence[int]) -> list[int]:
    query = (
        sa.select(changed_assignments.c.review_id)
        .join(assignments, assignments.c.id == changed_assignments.c.assignment_id)
        .where(changed_assignments.c.change_id == change_id, assignments.c.task_id.in_(task_ids))
        .where(changed_assignments.c.review_id.is_not(None))
    )
    return [int(one) for one in connection.execute(query.order_by(changed_assignments.c.review_id)).scalars()]
