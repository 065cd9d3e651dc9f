"""A right that PostgreSQL denies is named with the statement that gives it; connections carry names and timeouts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from assistant.cli.error_words import error_words
from assistant.domain.items import Content, Item
from assistant.errors import StorageError
from assistant.store.connection.engine import Link
from assistant.store.content.items import ItemStore, NewItem
from assistant.store.database import Database
from tests.postgres import PostgresServer

pytestmark = pytest.mark.postgres
ROLE = "clerk"


@pytest.fixture
def as_clerk(postgres: PostgresServer) -> Callable[[str], str]:
    """The same database for a role that has no right but to connect."""
    postgres.administer(f"DO $$ BEGIN CREATE ROLE {ROLE} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    return lambda url: url.replace("//assistant@", f"//{ROLE}@")


def execute(url: str, *statements: str) -> None:
    database = Database.open(url)
    with database.write() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    database.close()


def add(database: Database) -> None:
    ItemStore(database).add([NewItem(Item("a", Content("one")), b"", 1)])


def test_making_the_tables_without_the_right_names_it(postgres: PostgresServer, as_clerk: Callable[[str], str]) -> None:
    with pytest.raises(StorageError) as caught:
        Database.open(as_clerk(postgres.new_url()))
    assert error_words(caught.value).what == "the database refuses: permission denied for schema public"
    assert caught.value.hint == f"GRANT USAGE, CREATE ON SCHEMA public TO {ROLE};  (as its owner)"


def test_reading_and_writing_without_the_right_names_it(
    postgres: PostgresServer, as_clerk: Callable[[str], str]
) -> None:
    url = postgres.migrated_url()
    with pytest.raises(StorageError, match="permission denied for table alembic_version") as caught:
        Database.open(as_clerk(url))
    given = f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE};"
    assert caught.value.hint == f"{given}  (as its owner)"
    execute(url, f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {ROLE}")
    opened = Database.open(as_clerk(url))
    with pytest.raises(StorageError, match="permission denied for table items") as caught:
        add(opened)
    assert given in caught.value.hint
    execute(url, given)
    with pytest.raises(StorageError, match="permission denied for sequence") as caught:
        ItemStore(opened).record_ingest("posts.csv", "text", {"added": 1})
    execute(url, caught.value.hint.partition(";")[0])
    ItemStore(opened).record_ingest("posts.csv", "text", {"added": 1})
    add(opened)
    opened.close()


def test_a_replica_says_that_it_takes_no_changes(postgres: PostgresServer) -> None:
    url = postgres.migrated_url()
    execute(url, "ALTER DATABASE " + str(sa.make_url(url).database) + " SET default_transaction_read_only = on")
    opened = Database.open(url)
    with pytest.raises(StorageError) as caught:
        add(opened)
    assert "it is a replica" in error_words(caught.value).what
    assert "primary" in error_words(caught.value).hint
    opened.close()


def test_a_connection_says_who_it_is_and_how_long_a_question_may_take(postgres: PostgresServer) -> None:
    link = Link("assistant serve 1234", statement_seconds=0.2, idle_seconds=9)
    opened = Database.open(postgres.migrated_url(), link)
    with opened.read() as connection:
        told = [
            connection.execute(sa.text(f"SHOW {name}")).scalar_one()
            for name in ("application_name", "statement_timeout", "idle_in_transaction_session_timeout")
        ]
    assert told == ["assistant serve 1234", "200ms", "9s"]
    with pytest.raises(StorageError, match="database_slow"), opened.read() as connection:
        connection.execute(sa.text("SELECT pg_sleep(60)"))
    opened.close()


def test_a_pool_without_a_free_connection_says_which_setting_gives_more(postgres: PostgresServer) -> None:
    opened = Database.open(postgres.migrated_url(), Link(connections=1))
    opened._engine.pool._timeout = 0.1  # type: ignore[attr-defined]  # half a minute else
    with opened.read(), pytest.raises(StorageError, match="connections_taken") as caught:
        ItemStore(opened).count()
    assert "[storage] connections" in error_words(caught.value).hint
    opened.close()
