"""What migration 0009 makes of tasks whose place in the queue told what the machine made of their item."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from assistant.store.database import Database, _engine
from assistant.store.tables.review import assignments, tasks
from tests.store.old_schema import old_schema
from tests.store.test_migration_nonces import url  # noqa: F401 - the fixture: one database of each kind

MADE, DUE = "2026-01-01T00:00:00.000+00:00", "2026-01-03T00:00:00.000+00:00"
# (kind, blind, severity, priority, due, closed)
TASKS: tuple[tuple[str, bool, int, float, str | None, str | None], ...] = (
    ("audit", True, 0, -164.0, None, None),
    ("double", True, 3, -142.0, None, None),
    ("review", True, 3, -22.0, DUE, None),
    ("review", False, 3, -140.0, None, None),
    ("audit", True, 3, -140.0, None, MADE),
)
# 168 h after it was made, or 48 h to the due time, less 3 x 8 h and 4 h; the others stay as they are.
EXPECTED = (-140.0, -140.0, -20.0, -140.0, -140.0)


def old(engine: sa.Engine) -> None:
    """A database of schema 0008 with these tasks."""
    add = old_schema(engine, "0008")

    add("lanes", id=1)
    for number, (kind, blind, severity, priority, due, closed) in enumerate(TASKS, 1):
        add("items", id=number, external_id=f"i{number}", content_digest=f"d{number}")
        more = {"kind": kind, "blind": blind, "severity": severity, "due_at": due, "closed_at": closed}
        add("tasks", id=number, item_id=number, lane_id=1, created_at=MADE, policy_id="p", priority=priority, **more)
        add("assignments", task_id=number, item_id=number, lane_id=1, priority=priority, state="open")


def test_open_blind_tasks_of_one_due_time_have_one_place(url: str) -> None:  # noqa: F811
    engine = _engine(url)
    old(engine)
    engine.dispose()
    database = Database.open(url)
    with database.read() as connection:
        for table, key in ((tasks, tasks.c.id), (assignments, assignments.c.task_id)):
            found = connection.execute(sa.select(table.c.priority).order_by(key)).scalars().all()
            assert found == pytest.approx(list(EXPECTED))
    database.close()
