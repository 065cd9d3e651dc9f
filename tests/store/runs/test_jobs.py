"""Jobs in the database: known to every process, asked to stop once, silent ones known to be over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from assistant.domain.runs import FRESH_SECONDS, JobOrigin, Run
from assistant.errors import InputError
from assistant.store.audit import log as audit
from assistant.store.database import Database
from assistant.store.runs.jobs import JobStore
from assistant.store.tables.content import jobs


def long_ago(database: Database, key: int, *columns: str) -> None:
    """Move moments of a job to before those that count as fresh."""
    moment = (datetime.now(UTC) - timedelta(seconds=FRESH_SECONDS + 1)).isoformat(timespec="milliseconds")
    with database.write() as connection:
        connection.execute(sa.update(jobs).where(jobs.c.id == key).values(dict.fromkeys(columns, moment)))


def test_a_job_is_known_to_whoever_looks_from_its_start_to_its_end(database: Database, run: Run) -> None:
    store = JobStore(database)
    assert (store.newest(), store.last_begun()) == ({}, None)
    key = store.begin(run.id, JobOrigin.COMMAND, "ana")
    [job] = JobStore(database).newest().values()
    assert (job.id, job.run_id, job.origin, job.actor, job.reports) == (key, run.id, JobOrigin.COMMAND, "ana", True)
    assert store.last_begun() == key
    store.end(key)
    ended = store.newest([run.id])[run.id]
    assert (ended.reports, store.last_begun()) == (False, None)
    store.end(key)
    assert store.newest([run.id])[run.id] == ended  # the first end counts
    assert store.newest([run.id + 1]) == {}


def test_a_job_that_was_killed_is_over_by_its_silence(database: Database, run: Run) -> None:
    store = JobStore(database)
    key = store.begin(run.id, JobOrigin.COMMAND, "ana")
    long_ago(database, key, "created_at")
    assert not store.newest()[run.id].reports
    store.report(key)
    assert store.newest()[run.id].reports
    long_ago(database, key, "seen_at")
    assert not store.newest()[run.id].reports


def test_the_wish_to_stop_is_kept_and_logged_once(database: Database, run: Run) -> None:
    store = JobStore(database)
    key = store.begin(run.id, JobOrigin.PAGES, "ana", {"budget_usd": 2.0})
    assert not store.stop_wanted(key)
    store.ask_to_stop(key, "bo")
    store.ask_to_stop(key, "chen")
    assert store.stop_wanted(key)
    assert store.newest()[run.id].stop_by == "bo"
    log = [(one.action, one.actor, one.subject, dict(one.detail)) for one in reversed(audit.entries(database))]
    assert log == [
        ("run.start", "ana", "run:r1", {"budget_usd": 2.0, "job": key}),
        ("run.stop", "bo", "run:r1", {"job": key}),
    ]
    store.end(key)
    store.ask_to_stop(key, "ida")
    assert len(audit.entries(database)) == 2


def test_two_servers_that_start_a_job_at_the_same_moment_start_one(database: Database, run: Run) -> None:
    store = JobStore(database)
    first = store.begin(run.id, JobOrigin.PAGES, "ana")
    with pytest.raises(InputError, match="job_starting"):
        store.begin(run.id, JobOrigin.PAGES, "bo")
    long_ago(database, first, "created_at")  # it never came to report: its server was ended
    second = store.begin(run.id, JobOrigin.PAGES, "bo")
    store.report(second)  # from here on it has the journal, whose lock says so
    store.begin(run.id, JobOrigin.PAGES, "bo")
