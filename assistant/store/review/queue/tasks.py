"""Tasks on their way into the queue and out of it, and what is waiting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import sqlalchemy as sa

from assistant.domain.assignment_events import AssignmentEventKind
from assistant.domain.assignments import Waiting
from assistant.domain.review_work import NewTask, TaskKind
from assistant.store.connection.project_guard import refuse_asking_people
from assistant.store.database import LOOKUP, PAGE, Database, now, parts
from assistant.store.project_scope import wanted_within
from assistant.store.review.queue import events
from assistant.store.review.queue.partitions import EVERYBODY, Partition, partition_numbers
from assistant.store.tables.review import assignments, lanes, tasks

_COPIED = (
    *("run_id", "blind", "policy_id", "policy_version", "queue", "language", "skill", "harm", "severity"),
    *("priority", "due_at", "overlap", "sample_id", "gold_id", "for_user"),
)

_WAITING = ("open", "paused")
_FREE = (*_WAITING, "closed")  # slots that were not begun
_OPEN: sa.ColumnClause[str] = sa.literal_column("'open'")  # spelt out, as in the partial index


def add_tasks(connection: sa.Connection, new: Sequence[NewTask], at: str = "") -> list[int]:
    """Put tasks into the queue with all their wanted answers; returns their row numbers, in order.

    Args:
        connection: the transaction.
        new: the tasks.
        at: when they were made, ISO 8601 in UTC; now where nothing is said.

    Raises:
        ConflictError: the project is no active one.
    """
    refuse_asking_people(connection)
    numbers = partition_numbers(connection, {Partition.of(task) for task in new})
    stamp, made = at or now(), list[int]()
    for part in parts(new, PAGE):
        rows = [_row(task, numbers[Partition.of(task)], stamp) for task in part]
        insert = sa.insert(tasks).returning(tasks.c.id, sort_by_parameter_order=True)
        keys = list(connection.execute(insert, rows).scalars())
        slots = [
            slot
            for key, row in zip(keys, rows, strict=True)
            for slot in _slots(key, row, range(int(str(row["overlap"]))))
        ]
        connection.execute(sa.insert(assignments), slots)
        events.record_offered(connection, keys, stamp)
        made += keys
    return made


def change_task(connection: sa.Connection, task_id: int, wanted: NewTask) -> None:
    """Make a task as it is wanted now, as far as it was not begun: slots that are taken or answered stay.

    Surplus slots are closed, closed ones opened again, missing ones added. A slot that was assigned to one person stays
    theirs.
    """
    number = partition_numbers(connection, {Partition.of(wanted)})[Partition.of(wanted)]
    values = {name: value for name, value in _row(wanted, number, "").items() if name != "created_at"}
    connection.execute(sa.update(tasks).where(tasks.c.id == task_id).values(closed_at=None, **values))
    query = (
        sa.select(*events.CHANGED, assignments.c.seat, assignments.c.state, lanes.c.for_user)
        .add_columns(assignments.c.lane_id, assignments.c.priority)
        .join(lanes, lanes.c.id == assignments.c.lane_id)
        .where(assignments.c.task_id == task_id)
        .with_for_update(of=assignments)  # what each was before stands in its event
    )
    slots, stamp = connection.execute(query.order_by(assignments.c.seat)).all(), now()
    begun = sum(row.state in {"leased", "answered"} for row in slots)
    free = [row for row in slots if row.state in _FREE]
    keep = max(0, wanted.overlap - begun)
    for whose in {row.for_user for row in free[:keep]}:
        partition = Partition.of(wanted) if whose == EVERYBODY else Partition.of(replace(wanted, for_user=whose))
        theirs = [row for row in free[:keep] if row.for_user == whose]
        place = partition_numbers(connection, {partition})[partition]
        _open(connection, theirs, place, wanted.priority, stamp)
    surplus = [row for row in free[keep:] if row.state in _WAITING]
    _set(connection, surplus, state="closed")
    events.record(connection, AssignmentEventKind.CLOSED, surplus, stamp, reason="unwanted")
    missing = range(len(slots), len(slots) + max(0, keep - len(free)))
    if missing:
        connection.execute(sa.insert(assignments), _slots(task_id, values, missing))
        events.record_offered(connection, [task_id], stamp, from_seat=missing.start)
    close_complete(connection, task_id)


def close_open(connection: sa.Connection, task_ids: Sequence[int], *, reason: str) -> int:
    """Close the open and paused slots of tasks, for a reason (a stable word); what is leased or answered stays.

    Returns:
        How many slots were closed.
    """
    closed, stamp = 0, now()
    for part in parts(task_ids, LOOKUP):
        connection.execute(sa.select(tasks.c.id).where(tasks.c.id.in_(part)).with_for_update())
        statement = sa.update(assignments).where(assignments.c.task_id.in_(part), assignments.c.state.in_(_WAITING))
        shut = connection.execute(statement.values(state="closed").returning(*events.CHANGED)).all()
        closed += events.record(connection, AssignmentEventKind.CLOSED, shut, stamp, reason=reason)
        working = sa.exists().where(assignments.c.task_id == tasks.c.id, assignments.c.state == "leased")
        done = sa.update(tasks).where(tasks.c.id.in_(part), tasks.c.closed_at.is_(None), ~working)
        connection.execute(done.values(closed_at=stamp))
    return closed


def close_complete(connection: sa.Connection, task_id: int) -> bool:
    """Close a task all of whose slots are answered or closed; returns whether it is closed now."""
    return bool(connection.execute(_closing(), {"task": task_id, "now": now()}).rowcount)


@cache
def _closing() -> sa.Update:
    waiting_for = sa.exists().where(
        assignments.c.task_id == sa.bindparam("task"), assignments.c.state.in_(("open", "leased", "paused"))
    )
    done = sa.update(tasks).where(tasks.c.id == sa.bindparam("task"), tasks.c.closed_at.is_(None), ~waiting_for)
    return done.values(closed_at=sa.bindparam("now"))


def task_of(connection: sa.Connection, task_id: int) -> NewTask:
    """A task as it was put into the queue. Raises NoResultFound for one that isn't there."""
    row = connection.execute(sa.select(tasks).where(tasks.c.id == task_id)).one()
    copied = {name: getattr(row, name) for name in _COPIED}
    return NewTask(item_key=row.item_id, kind=TaskKind(row.kind), **copied)


def first_slot(connection: sa.Connection, task_id: int) -> int:
    """Row number of a task's first wanted answer."""
    query = sa.select(sa.func.min(assignments.c.id)).where(assignments.c.task_id == task_id)
    return int(connection.execute(query).scalar_one())


def reopen(connection: sa.Connection, task_id: int) -> None:
    """An answer was taken back: the task wants one again."""
    connection.execute(sa.update(tasks).where(tasks.c.id == task_id).values(closed_at=None))


def waiting(database: Database) -> list[Waiting]:
    """What is open, by queue, language, harm and skill, most first; what is one person's alone is left out.

    One walk along the index of open answers, and a look at two tasks of each queue partition: quick beside any number.
    """
    found: dict[tuple[str, ...], Waiting] = {}
    with database.read() as connection:
        for row in connection.execute(_open_partitions(database.project_id)).all():
            oldest = connection.execute(_task_of_slot(assignments.c.id == row.oldest)).one()
            most_urgent = sa.and_(assignments.c.priority == row.most_urgent, assignments.c.lane_id == row.id)
            urgent = connection.execute(_task_of_slot(most_urgent)).one()
            kind = (row.queue, row.language, row.harm, row.skill)
            one = Waiting(*kind, row.open, oldest.created_at, urgent.due_at)
            found[kind] = _joined(found[kind], one) if kind in found else one
    return sorted(found.values(), key=lambda one: (-one.open, *one[:4]))


def _open_partitions(project: int) -> sa.Select[Any]:
    """A project's queue partitions with open answers: how many, the number of the oldest and the highest priority."""
    per_partition = (
        sa.select(
            assignments.c.lane_id,
            sa.func.count().label("open"),
            sa.func.min(assignments.c.id).label("oldest"),
            sa.func.max(assignments.c.priority).label("most_urgent"),
        )
        .where(assignments.c.state == _OPEN, wanted_within(project))
        .group_by(assignments.c.lane_id)
        .subquery()
    )
    names = (lanes.c.id, lanes.c.queue, lanes.c.language, lanes.c.harm, lanes.c.skill)
    return (
        sa.select(*names, per_partition.c.open, per_partition.c.oldest, per_partition.c.most_urgent)
        .join(per_partition, per_partition.c.lane_id == lanes.c.id)
        .where(lanes.c.for_user == 0)
    )


def _task_of_slot(which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    query = sa.select(tasks.c.created_at, tasks.c.due_at).join(assignments, assignments.c.task_id == tasks.c.id)
    return query.where(assignments.c.state == _OPEN, which).order_by(assignments.c.id).limit(1)


def _joined(one: Waiting, other: Waiting) -> Waiting:
    """Two queue partitions of the same work, such as under two versions of a policy."""
    due = [moment for moment in (one.first_due, other.first_due) if moment is not None]
    return one._replace(
        open=one.open + other.open, oldest=min(one.oldest, other.oldest), first_due=min(due, default=None)
    )


def _row(task: NewTask, lane_id: int, stamp: str) -> dict[str, Any]:
    copied = {name: getattr(task, name) for name in _COPIED}
    return {
        "item_id": task.item_key,
        "lane_id": lane_id,
        "kind": task.kind.value,
        **copied,
        "created_at": stamp,
    }


def _slots(task_id: int, row: dict[str, Any], numbers: range) -> list[dict[str, Any]]:
    same = {"task_id": task_id, "item_id": row["item_id"], "lane_id": row["lane_id"], "priority": row["priority"]}
    return [same | {"seat": seat, "state": "open", "token": 0} for seat in numbers]


def _open(connection: sa.Connection, slots: Sequence[sa.Row[Any]], lane_id: int, priority: float, at: str) -> None:
    """Free slots are wanted, there and so urgently; what is so already has no event, what is paused stays paused."""
    closed = [row for row in slots if row.state == "closed"]
    moved = [row for row in slots if row.state in _WAITING and (row.lane_id, row.priority) != (lane_id, priority)]
    _set(connection, closed, state="open", lane_id=lane_id, priority=priority)
    _set(connection, moved, lane_id=lane_id, priority=priority)
    for kind, changed in ((AssignmentEventKind.REOPENED, closed), (AssignmentEventKind.REASSIGNED, moved)):
        events.record(connection, kind, changed, at, lane_id=lane_id, priority=priority)


def _set(connection: sa.Connection, slots: Sequence[sa.Row[Any]], **values: object) -> None:
    if slots:
        these = assignments.c.id.in_([row.id for row in slots])
        connection.execute(sa.update(assignments).where(these).values(**values))
