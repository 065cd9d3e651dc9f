"""What migration 0006 makes of work from before it was recorded whether covered content was looked at."""

from __future__ import annotations

import sqlalchemy as sa

from assistant.store.database import Database, _engine
from assistant.store.review.queue import exposure
from tests.store.old_schema import old_schema
from tests.store.test_migration_nonces import url  # noqa: F401 - the fixture: one database of each kind

AT = "2026-11-30T08:00:00.000+00:00"


def old(engine: sa.Engine) -> None:
    """A database of schema 0005 in which one person answered a severe item and skipped another."""
    add = old_schema(engine, "0005")

    add("users", id=1, name="ana", created_at=AT)
    add("lanes", id=1, harm="hate")
    for item in (1, 2):
        add("items", id=item, external_id=f"i{item}", content_digest=f"d{item}")
        add("tasks", id=item, item_id=item, lane_id=1, harm="hate", severity=3)
    add(
        "assignments", id=1, task_id=1, item_id=1, lane_id=1, state="answered", user_id=1, claimed_at=AT, answered_at=AT
    )
    add("passes", task_id=2, user_id=1, kind="skip", created_at=AT)


def test_earlier_answers_and_passes_count_as_looked_at_since_nothing_says_otherwise(url: str) -> None:  # noqa: F811
    engine = _engine(url)
    old(engine)
    engine.dispose()
    database = Database.open(url)
    with database.read() as connection:
        shift = exposure.shift(connection, 1, "2026-11-30T00:00:00.000+00:00")
        worked = exposure.worked(connection, 1, "2026-11-30T00:00:00.000+00:00")
    database.close()
    assert (shift.taken, shift.seen.total, dict(shift.seen.by_harm), shift.seen.unlooked) == (2, 2, {"hate": 2}, 0)
    assert [(one.severity, one.looked) for one in worked] == [(3, True), (3, True)]
