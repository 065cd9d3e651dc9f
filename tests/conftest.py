"""What many tests need: a database, on each kind there is."""

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from assistant.store.database import Database
from tests.postgres import PostgresServer, find_binaries, running_server

# Machines are noisy: a slow example is no failure, and the same examples are drawn everywhere.
hypothesis.settings.register_profile("everywhere", deadline=None, derandomize=True)
hypothesis.settings.load_profile("everywhere")

# Tests never reach a real provider, whatever the developer's shell has set.
for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ASSISTANT_DATABASE_URL", "ASSISTANT_WORKSPACE"):
    os.environ.pop(name, None)


# Workspaces have random seeds; what a test expects of one was worked out with this.
os.environ["ASSISTANT__ROUTING__SEED"] = "20260101"


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
