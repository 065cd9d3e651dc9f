"""What many tests need: a database, on each kind there is."""

import importlib.util
import os
import secrets
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa

from assistant.store.connection import engine, schema
from assistant.store.database import Database
from tests.postgres import PostgresServer, find_binaries, running_server

# Machines are noisy: a slow example is no failure, and the same examples are drawn everywhere.
hypothesis.settings.register_profile("everywhere", deadline=None, derandomize=True)
hypothesis.settings.load_profile("everywhere")

# Tests never reach a real provider, whatever the developer's shell has set.
for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ASSISTANT_DATABASE_URL", "ASSISTANT_WORKSPACE", "ASSISTANT_PROJECT"):
    os.environ.pop(name, None)


# Workspaces have random seeds; what a test expects of one was worked out with this.
os.environ["ASSISTANT__ROUTING__SEED"] = "20260101"


@pytest.fixture(scope="session", autouse=True)
def migrated_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """New SQLite databases of a test process get what migrations made of the first one, but an id of their own."""
    first = tmp_path_factory.mktemp("schema") / "first.db"
    Database.open(f"sqlite:///{first}").close()
    with closing(sqlite3.connect(first)) as made:
        statements = [one for one in made.iterdump() if one not in {"BEGIN TRANSACTION;", "COMMIT;"}]
    migrate = schema.upgrade

    def upgrade(connection: sa.Connection, version: str) -> None:
        if connection.dialect.name != "sqlite" or version != "head" or sa.inspect(connection).get_table_names():
            return migrate(connection, version)
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.execute(sa.text("UPDATE workspaces SET id = :id"), {"id": secrets.token_hex(8)})
        return None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "upgrade", upgrade)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_power_cut() -> Iterator[None]:
    """SQLite of a test process doesn't wait for the disk: nothing here cuts the power, and a third of the time goes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_SYNCHRONOUS", "OFF")
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of the tests' own."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed here: apt-get install postgresql")
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip('its driver is not installed here: pip install "labeling-assistant[postgres]"')
    with running_server(binaries) as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a fresh database is, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.migrated_url()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database, of each kind."""
    opened = Database.open(database_url)
    yield opened
    opened.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The closing lines say which kinds of tests did not run, and what to install for them."""
    reasons = [report.longrepr[2] for report in terminalreporter.stats.get("skipped", ())]
    for reason, count in Counter(reason.removeprefix("Skipped: ") for reason in reasons).items():
        if "not installed here" in reason or "is installed here" in reason:
            terminalreporter.write_line(f"SKIPPED {count} tests: {reason}", yellow=True)
