"""Items that people pass on."""

from __future__ import annotations

import sqlalchemy as sa

from assistant.domain.assignment_events import AssignmentEventKind
from assistant.domain.review_work import EXPERT, NewTask, PassKind
from assistant.store.database import now
from assistant.store.review.queue import events
from assistant.store.review.queue.partitions import Partition, partition_numbers
from assistant.store.tables.review import assignments, lanes, passes, tasks


def add_pass(
    connection: sa.Connection,
    task_id: int,
    user_id: int,
    *,
    kind: PassKind,
    reason: str,
    note: str,
    uncovered_ms: int | None = None,
) -> None:
    """A task is not offered to this person again."""
    row = {
        "task_id": task_id,
        "user_id": user_id,
        "kind": kind.value,
        "reason": reason,
        "note": note,
        "created_at": now(),
        "uncovered_ms": uncovered_ms,
    }
    connection.execute(sa.insert(passes), [row])


def given_to(connection: sa.Connection, assignment_id: int) -> int:
    """Row number of the person a slot is for alone; `EVERYBODY` where it is everyone's."""
    query = sa.select(lanes.c.for_user).join(assignments, assignments.c.lane_id == lanes.c.id)
    return int(connection.execute(query.where(assignments.c.id == assignment_id)).scalar_one())


def give_to(connection: sa.Connection, assignment_id: int, task: NewTask) -> bool:
    """Assign an open slot to one person alone, as the task given says; False where the slot is not open."""
    partition = Partition.of(task)
    number = partition_numbers(connection, [partition])[partition]
    statement = sa.update(assignments).where(assignments.c.id == assignment_id, assignments.c.state == "open")
    moved = connection.execute(statement.values(lane_id=number).returning(*events.CHANGED)).all()
    return bool(events.record(connection, AssignmentEventKind.REASSIGNED, moved, now(), lane_id=number))


def waits_for_expert(connection: sa.Connection, item_key: int) -> bool:
    """Whether an expert is asked about an item already."""
    query = sa.select(tasks.c.id).where(
        tasks.c.item_id == item_key, tasks.c.skill == EXPERT, tasks.c.closed_at.is_(None)
    )
    return connection.execute(query.limit(1)).first() is not None
