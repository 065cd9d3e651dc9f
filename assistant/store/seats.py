"""One wanted answer, to look at: whose it is and what it is judged by. Nothing is locked."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from assistant.store.database import Database
from assistant.store.review_tables import assignments, passes, tasks
from assistant.store.tables import items


class Seat(NamedTuple):
    """An assignment with what its answer goes by."""

    assignment_id: int
    task_id: int
    item_key: int
    item_id: str
    user_id: int | None
    token: int
    policy_id: str
    policy_version: str
    blind: bool
    run_id: int | None


def find_seat(database: Database, assignment_id: int) -> Seat | None:
    """An assignment by its number; None where there is none."""
    query = (
        sa.select(
            *(assignments.c.id, tasks.c.id, items.c.id, items.c.external_id, assignments.c.user_id),
            *(assignments.c.token, tasks.c.policy_id, tasks.c.policy_version, tasks.c.blind, tasks.c.run_id),
        )
        .select_from(
            assignments.join(tasks, tasks.c.id == assignments.c.task_id).join(items, items.c.id == tasks.c.item_id)
        )
        .where(assignments.c.id == assignment_id)
    )
    with database.read() as connection:
        row = connection.execute(query).first()
    return None if row is None else Seat._make(row)


def notes_on(database: Database, item_key: int, limit: int = 5) -> list[tuple[str, str]]:
    """What people wrote when they escalated an item or handed it over: kind and note, newest first."""
    query = (
        sa.select(passes.c.kind, passes.c.note)
        .join(tasks, tasks.c.id == passes.c.task_id)
        .where(tasks.c.item_id == item_key, passes.c.kind != "skip", passes.c.note != "")
        .order_by(passes.c.id.desc())
        .limit(limit)
    )
    with database.read() as connection:
        return [(str(kind), str(note)) for kind, note in connection.execute(query)]
