"""Whether the database can be read and written, found out by a connection of its own and within a short time.

What people's requests use may all be waiting for one lock; the operator's probes need an answer all the same.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from assistant.domain.health import OK, DatabaseState
from assistant.errors import StorageError
from assistant.store.database import Database

Found = TypeVar("Found")

_ROOM = 256 * 1024  # bytes that have to be there for a write
_ROWS, _ROW_BYTES = 8, 2000  # what is written to PostgreSQL and dropped again: more than a page
_MILLISECONDS = 1000
_FULL, _NO_RIGHT = "53100", "42501"  # PostgreSQL's disk_full and insufficient_privilege


class DatabaseProbe:
    """Looks at one database; used by one thread at a time.

    Args:
        database: whose address and turns it takes, and none of its connections.
        seconds: how long one look may take; a network that swallows everything may take twice that.
    """

    def __init__(self, database: Database, seconds: float) -> None:
        self._database = database
        self._seconds = seconds
        self._engine = self._own_engine()

    def look(self) -> DatabaseState:
        """Take the write lock, see that there is room for a write, and undo it all."""
        try:
            return self._look()
        except StorageError:  # no turn: other writers of ours wait, too
            return DatabaseState("locked", reason="no turn to write")
        except OSError as error:
            return DatabaseState("disk full", reason=str(error.strerror))
        except SQLAlchemyError as error:
            self._engine.dispose()
            return _condition(error)

    def read(self, query: Callable[[sa.Connection], Found]) -> Found | None:
        """What a query of few milliseconds finds; None where the database doesn't answer in time."""
        try:
            with self._connected() as connection:
                return query(connection)
        except SQLAlchemyError:
            self._engine.dispose()
            return None

    def close(self) -> None:
        """Free the connection."""
        self._engine.dispose()

    def _look(self) -> DatabaseState:
        if not self._database.is_sqlite:
            with self._connected() as connection:
                read_only, _ = connection.execute(
                    sa.text("SELECT current_setting('transaction_read_only'), txid_current()")
                ).one()
                if read_only == "on":
                    return DatabaseState("read-only", _schema(connection))
                _write_aside(connection)
                found = _schema(connection)
                connection.commit()
                return DatabaseState(OK, found)
        with self._database.turn(self._seconds), self._connected(writing=True) as connection:
            found = _schema(connection)
            connection.rollback()
        _allocate(Path(str(self._database.address.database)).parent)
        return DatabaseState(OK, found)

    @contextmanager
    def _connected(self, *, writing: bool = False) -> Iterator[sa.Connection]:
        with self._engine.connect() as connection:
            if self._database.is_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
            else:
                limit = int(self._seconds * _MILLISECONDS)
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = {limit}")
            yield connection

    def _own_engine(self) -> sa.Engine:
        address = self._database.address
        if not self._database.is_sqlite:
            limits = {"connect_timeout": 2, "tcp_user_timeout": int(self._seconds * _MILLISECONDS)}
            given: dict[str, Any] = limits | {"application_name": "assistant health"}
            for name in address.query:
                given.pop(name, None)
            return sa.create_engine(address, pool_size=1, max_overflow=0, hide_parameters=True, connect_args=given)
        path = f"file:{quote(str(address.database))}?mode=rw"  # a database that was removed is not made again, empty

        def connect() -> sqlite3.Connection:
            connection = sqlite3.connect(path, uri=True, timeout=self._seconds, check_same_thread=False)
            connection.isolation_level = None  # we say BEGIN ourselves
            return connection

        return sa.create_engine("sqlite://", creator=connect, poolclass=sa.pool.NullPool, hide_parameters=True)


def _schema(connection: sa.Connection) -> str:
    return str(connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() or "")


def _allocate(folder: Path) -> None:
    """Take room on the disk and give it back. Raises OSError where there is none."""
    with tempfile.TemporaryFile(dir=folder) as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, _ROOM)
        else:
            file.write(bytes(_ROOM))
            file.flush()


def _write_aside(connection: sa.Connection) -> None:
    """Let PostgreSQL take room on its disk and give it back, where this role may make temporary tables."""
    try:
        with connection.begin_nested():
            connection.execute(
                sa.text("CREATE TEMPORARY TABLE IF NOT EXISTS assistant_probe (filler text) ON COMMIT DELETE ROWS")
            )
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") != _NO_RIGHT:
            raise
        return
    rows: list[dict[str, Any]] = [{"filler": secrets.token_hex(_ROW_BYTES // 2)} for _ in range(_ROWS)]
    connection.execute(sa.text("INSERT INTO pg_temp.assistant_probe (filler) VALUES (:filler)"), rows)


def _condition(error: SQLAlchemyError) -> DatabaseState:
    cause = getattr(error, "orig", None) or error
    reason = next(iter(str(cause).splitlines()), "")
    if getattr(cause, "sqlstate", "") == _FULL or "full" in reason:
        return DatabaseState("disk full", reason=reason)
    if "locked" in reason:
        return DatabaseState("locked", reason=reason)
    if "readonly" in reason or "read-only" in reason:
        return DatabaseState("read-only", reason=reason)
    return DatabaseState("does not answer", reason=reason)
