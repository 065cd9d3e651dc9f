"""The schema's version in a database, and the migrations that bring it further."""

from __future__ import annotations

import os
import pkgutil
import secrets
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from assistant.domain.projects import FIRST_KEY, FIRST_PROJECT, ProjectState
from assistant.errors import StorageError
from assistant.store import tables
from assistant.store.tables.content import metadata, project_events, projects, workspaces

MIGRATIONS = Path(__file__).parent.parent / "migrations"
VERSION_TABLE = "alembic_version"
COPIES = 3  # of a SQLite file as it was before an upgrade


def version_of(connection: sa.Connection) -> str | None:
    """The number of the newest migration that was run; None for a database without tables of ours."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608
    return found


def upgrade(connection: sa.Connection, version: str) -> None:
    """Run the migrations up to a version, in the transaction under way."""
    # Alembic is needed once per schema change; its import costs more than a look at the version.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, version)


def create(connection: sa.Connection, version: str) -> None:
    """Give a database without tables all of them as they are in a version, in the transaction under way.

    The same as every migration one after the other, in a seventh of the time; a test compares the two.

    Args:
        connection: to an empty database.
        version: the newest one.
    """
    for module in pkgutil.iter_modules(tables.__path__, f"{tables.__name__}."):
        import_module(module.name)
    metadata.create_all(connection)
    versions = sa.Table(VERSION_TABLE, sa.MetaData(), sa.Column("version_num", sa.String(32), primary_key=True))
    versions.create(connection)
    connection.execute(sa.insert(versions), [{"version_num": version}])
    stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
    connection.execute(sa.insert(workspaces), [{"id": secrets.token_hex(8), "created_at": stamp}])
    project = {"key": FIRST_KEY, "title": {}, "created_by": "system", "created_at": stamp}
    connection.execute(sa.insert(projects), [project])  # the first row of a new table is number `FIRST_PROJECT`
    begun = {"event": ProjectState.ACTIVE.value, "detail": {}, "actor": "system", "created_at": stamp}
    connection.execute(sa.insert(project_events), [begun | {"project_id": FIRST_PROJECT}])


def kept_copy(connection: sa.Connection, file: Path, version: str) -> Path:
    """Copy SQLite's file beside it, as `assistant-schema-0004-20261130T112400Z.db`, and keep the newest `COPIES`.

    Args:
        connection: to that file, not writing; another one holds the write lock meanwhile.
        file: the database.
        version: its schema.

    Raises:
        StorageError: there is no room, or the folder can't be written.
    """
    name = f"{file.stem}-schema-{version}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    names = (f"{name}{number or ''}{file.suffix}" for number in count())
    copy = next(path for path in map(file.with_name, names) if not path.exists())  # two upgrades in one second are two
    part = copy.with_name(f".{file.stem}-schema{file.suffix}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        driver: Any = connection.connection.driver_connection
        with closing(sqlite3.connect(part)) as target:
            driver.backup(target)
        part.replace(copy)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            part.unlink()
        raise StorageError("database_copy_failed", said=str(error)) from None
    for old in sorted(file.parent.glob(f"{file.stem}-schema-*-*{file.suffix}"), key=_time_of)[:-COPIES]:
        with suppress(OSError):
            old.unlink()
    return copy


def _time_of(copy: Path) -> str:
    return copy.stem.rpartition("-")[2]
