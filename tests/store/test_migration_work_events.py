"""What migration 0014 makes of work from before events were kept: it is unknown, as it was, and never zero."""

from __future__ import annotations

import sqlalchemy as sa

from assistant.domain.assignment_events import AssignmentEventKind, AssignmentRow, WorkTimes, replay, work_times
from assistant.domain.review_work import AssignmentState
from assistant.store.database import Database, _engine
from assistant.store.review.queue.events import events_of
from assistant.store.tables.people import memberships
from tests.store.old_schema import old_schema
from tests.store.test_migration_nonces import url  # noqa: F401 - the fixture: one database of each kind

AT, UNTIL = "2026-11-30T08:00:00.000+00:00", "2026-11-30T08:05:00.000+00:00"


def test_each_assignment_gets_one_event_that_says_how_it_stood(url: str) -> None:  # noqa: F811
    engine = _engine(url)
    add = old_schema(engine, "0010")
    add("users", id=1, name="ana", team="Lisbon", created_at=AT)
    add("users", id=2, name="ben", team="", created_at=AT)
    add("lanes", id=1, harm="hate")
    add("items", id=1, external_id="i1", content_digest="d1")
    for task in (1, 2):
        add("tasks", id=task, item_id=1, lane_id=1)
    add("assignments", id=1, task_id=1, item_id=1, lane_id=1, priority=0.1, seat=0, state="open")
    leased = {"user_id": 1, "token": 2, "lease_until": UNTIL, "claimed_at": AT}
    add("assignments", id=2, task_id=2, item_id=1, lane_id=1, priority=2.5, seat=1, state="leased", **leased)
    engine.dispose()
    database = Database.open(url)
    with database.read() as connection:
        [first], [second] = events_of(connection, [1, 2]).values()
        teams = connection.execute(sa.select(memberships.c.person, memberships.c.team, memberships.c.valid_from)).all()
    database.close()
    assert first.event is second.event is AssignmentEventKind.UNKNOWN
    assert replay([first]) == AssignmentRow(1, 1, 0, 1, 0.1, AssignmentState.OPEN)
    assert replay([second]) == AssignmentRow(2, 2, 1, 1, 2.5, AssignmentState.LEASED, 1, 2, UNTIL, AT)
    assert work_times([second], "2026-11-30T09:00:00.000+00:00") == WorkTimes(None, None, None)
    assert teams == [("ana", "Lisbon", None)]
