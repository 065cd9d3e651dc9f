"""Events anybody can cause: the first of a kind is logged, the rest counted, and nobody fills the log of changes."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from assistant.domain.audit_log import Event, Period
from assistant.store.audit import event_counts as tallies
from assistant.store.audit import log as audit
from assistant.store.audit.event_counts import close_periods, tally
from assistant.store.audit.read_log import ReadLog
from assistant.store.database import Database
from assistant.store.tables.people import tallies as table


def refused(key: str, most: int = 2, period: Period = Period.HOUR) -> Event:
    return Event(
        actor="unknown", action="login.refused", subject="user:unknown", detail={"k": key}, key=key, period=period,
        most=most,
    )  # fmt: skip


def count(database: Database, *keys: str, most: int = 2) -> None:
    for key in keys:
        with database.write() as connection:
            tally(connection, refused(key, most))


def test_the_first_of_each_key_is_logged_up_to_the_most_and_all_are_counted(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tallies, "moment_of", lambda period: "2026-11-30T08"[:period])
    count(database, "a", "a", "b", "c", "d", "c", "a")
    entries = audit.entries(database, action="login.refused")
    assert [one.detail["k"] for one in entries] == ["b", "a"]
    close_periods(database)
    assert audit.entries(database, action="login.refused.sum") == []  # the hour is not over
    monkeypatch.setattr(tallies, "moment_of", lambda period: "2026-11-30T09"[:period])
    for _ in range(2):
        close_periods(database)
    [told] = audit.entries(database, action="login.refused.sum")
    assert told.subject == "period:2026-11-30T08"
    assert told.detail == {"events": 6, "by": {"a": 3, "others": 3}, "not_named": 0}
    with database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == 0
    assert audit.verify(database).whole


def test_a_day_is_not_over_with_its_first_hour(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "moment_of", lambda period: "2026-11-30T08"[:period])
    with database.write() as connection:
        tally(connection, refused("a", period=Period.DAY), 5)
    monkeypatch.setattr(tallies, "moment_of", lambda period: "2026-11-30T23"[:period])
    close_periods(database)
    assert audit.entries(database, action="login.refused.sum") == []
    monkeypatch.setattr(tallies, "moment_of", lambda period: "2026-12-01T00"[:period])
    close_periods(database)
    assert audit.entries(database, action="login.refused.sum")[0].detail["by"] == {"a": 5}


def test_a_million_refusals_are_a_few_rows(database: Database) -> None:
    with database.write() as connection:
        for number in range(300):
            tally(connection, refused(f"k{number}", most=20), 3000)
    assert len(audit.entries(database, limit=1000)) == 20
    with database.read() as connection:
        assert connection.execute(sa.select(sa.func.sum(table.c.count))).scalar_one() == 900_000
        assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == 21


def test_entries_that_reads_cause_wait_for_a_locked_database_and_no_read_waits_for_them(database: Database) -> None:
    log = ReadLog(database)
    with database.write() as held:
        held.execute(sa.insert(table).values(period="2026", action="x", key="x", count=1, logged=True))
        for _ in range(100):
            log.add(refused("a"))
            log.add_once(refused("once"))
        # we came so far: nothing waited
    log.close()
    with database.read() as connection:
        counts = dict(connection.execute(sa.select(table.c.key, table.c.count)).all())
    assert counts == {"x": 1, "a": 100, "once": 1}
    assert len(audit.entries(database, action="login.refused")) == 2
