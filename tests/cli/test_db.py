"""A schema is upgraded without anyone asking only where nobody else can be using it, and after a copy."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from assistant.store.database import HEAD, MIGRATIONS, Database, _engine
from assistant.store.workspaces import DATABASE_VARIABLE
from tests.cli.conftest import Assistant
from tests.postgres import PostgresServer


def older(url: str) -> None:
    """A database of schema 0003 with a policy in it."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = _engine(url)
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.execute(sa.text("INSERT INTO policies VALUES ('d', 'p', '1', 't', 's', 'now')"))
    engine.dispose()


def schema_of(url: str) -> str | None:
    database = Database.attach(url)
    found = database.version()
    database.close()
    return found


@pytest.fixture
def file(workspace: Path) -> Path:
    """The workspace's database, of an older schema."""
    state = workspace / ".assistant"
    state.mkdir()
    older(f"sqlite:///{state / 'assistant.db'}")
    return state / "assistant.db"


def test_a_sqlite_file_is_upgraded_by_any_command_which_names_the_copy_it_made(
    assistant: Assistant, workspace: Path, file: Path
) -> None:
    assert assistant("db", "status", "-w", workspace, "--json").json == {
        "database": "SQLite", "schema": "0003", "needed": HEAD, "current": False, "last_backup": None,
    }  # fmt: skip
    assert schema_of(f"sqlite:///{file}") == "0003"  # a look changes nothing
    copy = file.with_name("assistant-schema-0003.db")
    told = assistant("status", "-w", workspace)
    assert told.status == 0
    assert f"the database was upgraded from schema 0003 to {HEAD}; as it was before: {copy}" in told.stderr
    assert (schema_of(f"sqlite:///{file}"), schema_of(f"sqlite:///{copy}")) == (HEAD, "0003")
    assert copy.stat().st_mode & 0o077 == 0
    again = assistant("status", "-w", workspace)
    assert "was upgraded" not in again.stderr


def test_a_sqlite_file_is_left_alone_where_the_settings_say_so(
    assistant: Assistant, workspace: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT__STORAGE__AUTO_UPGRADE", "false")
    told = assistant("status", "-w", workspace)
    assert (told.status, schema_of(f"sqlite:///{file}")) == (1, "0003")
    assert "assistant db upgrade" in told.stderr
    assert assistant("db", "upgrade", "-w", workspace, "--json").json == {"before": "0003", "schema": HEAD}
    assert assistant("status", "-w", workspace).status == 0


def test_where_there_is_no_room_for_the_copy_nothing_is_upgraded(
    assistant: Assistant, workspace: Path, file: Path
) -> None:
    file.with_name(".assistant-schema-0003.db.part").mkdir()  # where the copy would go
    told = assistant("status", "-w", workspace)
    assert (told.status, schema_of(f"sqlite:///{file}")) == (1, "0003")
    assert "can't be copied before it is upgraded" in told.stderr


@pytest.mark.postgres
def test_a_shared_database_is_upgraded_only_by_the_command_for_it(
    assistant: Assistant, workspace: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.new_url()
    older(url)
    monkeypatch.setenv(DATABASE_VARIABLE, url)
    for words in (("status",), ("ingest", workspace / "assistant.toml"), ("doctor",)):
        told = assistant(*words, "-w", workspace)
        assert (told.status, schema_of(url)) == (1, "0003")
        assert "assistant db upgrade" in " ".join((told.stderr + told.stdout).split())
    file = workspace / "before.zip"
    assert assistant("backup", file, "-w", workspace, "--json").json["schema"] == "0003"
    assert assistant("db", "upgrade", "-w", workspace).status == 0
    assert assistant("db", "status", "-w", workspace, "--json").json["current"]


@pytest.mark.postgres
def test_an_empty_shared_database_gets_its_tables_from_any_command(
    assistant: Assistant, workspace: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATABASE_VARIABLE, postgres.new_url())
    assert assistant("status", "-w", workspace).status == 0
    assert assistant("db", "status", "-w", workspace, "--json").json["current"]


def test_a_program_that_runs_notices_that_a_newer_one_has_upgraded_the_database(database: Database) -> None:
    database.look_at_schema()
    assert database.newer_schema is None
    with database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    database.look_at_schema()
    assert database.newer_schema == "9999"
