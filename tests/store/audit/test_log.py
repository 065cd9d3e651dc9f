"""The log of changes: what was logged can't be altered unseen, whoever writes at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from assistant.store.audit import log as audit
from assistant.store.content.registry import Registry
from assistant.store.database import Database
from assistant.store.tables.people import audit_log
from assistant.store.writer import Writer


def _log(database: Database, count: int) -> None:
    for number in range(count):
        with database.write() as connection:
            audit.append(connection, "ann", "review.submit", f"review:{number}", {"labels": ["spam"], "seconds": 0.1})


def test_an_empty_log_holds(database: Database) -> None:
    assert audit.verify(database) == audit.Verified(0, audit.FIRST)


def test_a_log_nobody_touched_holds(database: Database) -> None:
    _log(database, 3)
    found = audit.verify(database)
    assert (found.rows, found.broken_at) == (3, None)
    assert len(found.head) == 64


def test_nul_and_any_script_are_logged_as_they_are(database: Database) -> None:
    with database.write() as connection:
        audit.append(connection, "a\0b", "note.add", "item:审\0", {"note": "审\0核", "n": 1.5})
    assert audit.verify(database).rows == 1
    assert audit.entries(database)[0].detail == {"note": "审\0核", "n": 1.5}


@pytest.mark.parametrize("change", [{"actor": "eve"}, {"detail": {"labels": ["safe"]}}, {"at": "2020"}])
def test_a_changed_row_is_found(database: Database, change: dict[str, object]) -> None:
    _log(database, 3)
    with database.write() as connection:
        connection.execute(sa.update(audit_log).where(audit_log.c.id == 2).values(change))
    found = audit.verify(database)
    assert (found.rows, found.broken_at, found.reason) == (1, 2, "changed")


def test_a_removed_row_is_found(database: Database) -> None:
    _log(database, 3)
    with database.write() as connection:
        connection.execute(sa.delete(audit_log).where(audit_log.c.id == 2))
    found = audit.verify(database)
    assert (found.broken_at, found.reason) == (3, "removed")


def test_an_undone_change_leaves_no_row(database: Database) -> None:
    def change_and_fall_over() -> None:
        with database.write() as connection:
            audit.append(connection, "ann", "review.submit", "review:1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_and_fall_over()
    assert audit.verify(database).rows == 0


def test_writers_at_the_same_time_make_one_chain(database: Database) -> None:
    with Writer(database) as writer, ThreadPoolExecutor(8) as threads:
        for _ in range(80):
            threads.submit(writer.run, lambda connection: audit.append(connection, "ann", "review.submit", "review:1"))
    assert audit.verify(database).rows == 80


def test_entries_come_newest_first_page_by_page_and_filtered(database: Database) -> None:
    _log(database, 5)
    with database.write() as connection:
        audit.append(connection, "bob", "user.add", "user:7")
    newest = audit.entries(database, limit=2)
    assert [one.subject for one in newest] == ["user:7", "review:4"]
    assert [one.subject for one in audit.entries(database, limit=2, before=newest[-1].id)] == ["review:3", "review:2"]
    assert [one.actor for one in audit.entries(database, action="user.add")] == ["bob"]
    assert audit.entries(database, actor="ann", subject="user:7") == []


def test_a_transaction_within_a_transaction_is_refused_not_waited_for(database: Database) -> None:
    with Writer(database) as writer, pytest.raises(RuntimeError, match="pass the connection on"):
        writer.run(lambda _: writer.run(lambda _: None))


def test_a_closed_writer_finishes_what_was_asked(database: Database) -> None:
    writer = Writer(database)
    writer.run(lambda connection: audit.append(connection, "ann", "review.submit", "review:1"))
    writer.close()
    assert audit.verify(database).rows == 1


def test_the_first_use_of_a_version_of_a_policy_or_a_prompt_is_logged_once(database: Database) -> None:
    registry = Registry(database)
    for _ in range(2):
        registry.register_prompt("demo", "1", "d1", "text")
    registry.register_prompt("demo", "2", "d2", "another text")
    assert [one.subject for one in audit.entries(database, action="prompt.use")] == ["prompt:demo@2", "prompt:demo@1"]
