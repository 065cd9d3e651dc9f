"""What many tests need: a database, and items in it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.store.database import Database

# Tests never reach a real provider, whatever the developer's shell has set.
for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ASSISTANT_DATABASE_URL", "ASSISTANT_WORKSPACE"):
    os.environ.pop(name, None)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A fresh SQLite database."""
    opened = Database.open(f"sqlite:///{tmp_path / 'test.db'}")
    yield opened
    opened.close()
