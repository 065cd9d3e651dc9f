"""Items that people pass on."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from assistant.domain.canonical import rater_key
from assistant.domain.review_work import EXPERT, NewTask, PassKind
from assistant.store.database import now
from assistant.store.lanes import Lane, lane_numbers
from assistant.store.review_tables import assignments, passes, tasks, withdrawals
from assistant.store.tables import reviews
from assistant.store.users import User


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


def give_to(connection: sa.Connection, assignment_id: int, task: NewTask) -> None:
    """An open seat is for one person alone, as the task given says."""
    lane = Lane.of(task)
    number = lane_numbers(connection, [lane])[lane]
    statement = sa.update(assignments).where(assignments.c.id == assignment_id, assignments.c.state == "open")
    connection.execute(statement.values(lane_id=number))


class Met(NamedTuple):
    """People who have to do with an item already: their row numbers, and `rater_key`s of whoever has labelled it."""

    users: frozenset[int]
    raters: frozenset[str]

    def includes(self, user: User) -> bool:
        """Whether somebody is among them."""
        return user.id in self.users or rater_key(user.name) in self.raters


def met(connection: sa.Connection, task_id: int, item_key: int) -> Met:
    """Whoever has passed a task on, is at its item or has answered it: it is never offered to them (again)."""
    passed = sa.select(passes.c.user_id).where(passes.c.task_id == task_id)
    taken = sa.select(assignments.c.user_id).where(
        assignments.c.item_id == item_key, assignments.c.state.in_(("leased", "answered"))
    )
    taken_back = sa.exists().where(withdrawals.c.review_id == reviews.c.id)
    said = sa.select(reviews.c.rater).where(reviews.c.item_id == item_key, ~taken_back)
    numbers = connection.execute(sa.union(passed, taken)).scalars()
    return Met(
        frozenset(number for number in numbers if number is not None),
        frozenset(rater_key(name) for name in connection.execute(said).scalars()),
    )


def waits_for_expert(connection: sa.Connection, item_key: int) -> bool:
    """Whether an expert is asked about an item already."""
    query = sa.select(tasks.c.id).where(
        tasks.c.item_id == item_key, tasks.c.skill == EXPERT, tasks.c.closed_at.is_(None)
    )
    return connection.execute(query.limit(1)).first() is not None
