"""A schema is upgraded without anyone asking only where nobody else can be using it, and after a copy."""

from __future__ import annotations

import re
import resource
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

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


def copies(file: Path) -> list[Path]:
    return sorted(file.parent.glob("assistant-schema-*.db"))


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
    told = assistant("status", "-w", workspace)
    assert told.status == 0
    [copy] = copies(file)
    assert re.fullmatch(r"assistant-schema-0003-\d{8}T\d{6}Z\.db", copy.name)
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
    allowed = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size // 2, allowed[1]))  # as if the disk were full
    try:
        told = assistant("status", "-w", workspace)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, allowed)
    assert (told.status, schema_of(f"sqlite:///{file}")) == (1, "0003")
    assert "can't be copied before it is upgraded" in told.stderr
    assert [path.name for path in file.parent.glob("*schema*")] == []
    assert assistant("status", "-w", workspace).status == 0  # there is room again


def test_of_two_programs_that_open_it_at_once_the_second_copies_nothing(file: Path) -> None:
    first, second = (Database.attach(f"sqlite:///{file}") for _ in range(2))
    together = Barrier(2)

    def migrate(database: Database) -> None:
        together.wait()
        database.migrate()
        database.close()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(migrate, (first, second)))
    [copy] = copies(file)
    assert (schema_of(f"sqlite:///{file}"), schema_of(f"sqlite:///{copy}")) == (HEAD, "0003")


def test_the_newest_three_copies_are_kept(file: Path) -> None:
    for name in ("0001-20200101T000000Z", "0002-20210101T000000Z", "0001-20220101T000000Z", "0002-20190101T000000Z"):
        file.with_name(f"assistant-schema-{name}.db").touch()
    of_a_person = file.with_name("assistant-before.db")
    of_a_person.touch()
    Database.open(f"sqlite:///{file}").close()
    [*older_ones, newest] = sorted(path.name for path in copies(file))
    assert older_ones == ["assistant-schema-0001-20220101T000000Z.db", "assistant-schema-0002-20210101T000000Z.db"]
    assert newest.startswith("assistant-schema-0003-")
    assert of_a_person.exists()


@pytest.mark.postgres
def test_a_shared_database_is_upgraded_only_by_the_command_for_it(
    assistant: Assistant, workspace: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.new_url()
    older(url)
    monkeypatch.setenv(DATABASE_VARIABLE, url)
    for words in (("status",), ("ingest", workspace / "assistant.toml"), ("doctor",), ("serve", "--port", "0")):
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


@pytest.mark.parametrize("words", [("status",), ("serve", "--port", "0"), ("db", "upgrade")])
def test_a_schema_of_a_newer_program_is_refused_with_what_to_do(
    assistant: Assistant, workspace: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv(DATABASE_VARIABLE, database_url)
    database = Database.open(database_url)
    with database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    told = assistant(*words, "-w", workspace)
    assert (told.status, schema_of(database_url)) == (1, "9999")
    assert f"schema 9999, this program knows {HEAD}" in told.stderr
    assert "upgrade labeling-assistant" in told.stderr


def test_a_program_that_runs_notices_that_a_newer_one_has_upgraded_the_database(database: Database) -> None:
    database.look_at_schema()
    assert database.newer_schema is None
    with database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    database.look_at_schema()
    assert database.newer_schema == "9999"
