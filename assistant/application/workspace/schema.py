"""The database's schema: which one it has, and its upgrade."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.application.workspace.backup import last_backup
from assistant.store.database import HEAD
from assistant.wiring.workspace import Workspace

_LOGGED = "0003"  # the first schema with a log of changes

SCHEMA = HEAD
"""The schema that this program knows."""


@dataclass(frozen=True, slots=True)
class SchemaState:
    """How a database stands to this program.

    Args:
        kind: SQLite or PostgreSQL.
        schema: its version; None for a database without tables of ours.
        needed: the version this program works with.
        last_backup: when one was made, ISO 8601 in UTC; None for never.
    """

    kind: str
    schema: str | None
    needed: str
    last_backup: str | None

    @property
    def current(self) -> bool:
        """Whether the program can work with it as it is."""
        return self.schema == self.needed

    @property
    def newer(self) -> bool:
        """Whether a newer program has upgraded it."""
        return self.schema is not None and self.schema > self.needed


def schema_state(workspace: Workspace) -> SchemaState:
    """Which schema the workspace's database has, and when it was last backed up; changes nothing."""
    database = workspace.database_as_it_is
    found = database.version()
    backup = last_backup(database) if found is not None and found >= _LOGGED else None
    return SchemaState("SQLite" if database.is_sqlite else "PostgreSQL", found, HEAD, backup)


def upgrade_schema(workspace: Workspace) -> tuple[str | None, str | None]:
    """Bring the schema up to date; of SQLite's file a copy is kept beside it.

    Returns:
        The versions before and after; None for a database without tables of ours.

    Raises:
        StorageError: the schema is newer than this program.
    """
    database = workspace.database_as_it_is
    before = database.version()
    database.migrate()
    return before, database.version()
