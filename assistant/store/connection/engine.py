"""Connections to SQLite and PostgreSQL as this program wants them: private files, names, timeouts, pool."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import NoSuchModuleError

from assistant.domain.canonical import rater_key
from assistant.errors import StorageError
from assistant.settings import StorageSettings
from assistant.store.connection.project_guard import guard_writes

BUSY_SECONDS = 60  # how long a writer waits for another process before it gives up
_CONNECT_SECONDS = 10
_PAGE_IDLE_SECONDS = 300  # a page's transaction that does nothing for so long is ended by PostgreSQL
_KEPT = 5  # connections that stay open between uses
_SYNCHRONOUS = "FULL"  # SQLite: what was committed survives a power cut
# A server that is gone is noticed within a minute, even in the middle of a question.
_ALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


@dataclass(frozen=True, slots=True)
class Link:
    """How to connect.

    Args:
        name: what the process is, for PostgreSQL's list of connections, e.g. `assistant serve 1234`.
        connections: at most so many at once.
        statement_seconds: a question that takes longer is stopped; 0 for none, as for jobs.
        idle_seconds: a transaction left open and idle for longer is ended by PostgreSQL; 0 for none.
        patience_seconds: how long to wait for a server that went away.
    """

    name: str = "assistant"
    connections: int = 15
    statement_seconds: float = 0
    idle_seconds: float = 3600
    patience_seconds: float = 0

    @classmethod
    def of(cls, settings: StorageSettings, *, serves: bool) -> Link:
        """Pages answer that the database is gone, and stop a question that takes long; all else has time."""
        return cls(
            name=" ".join(["assistant", *sys.argv[1:2], str(os.getpid())]),
            connections=settings.connections,
            statement_seconds=settings.page_seconds if serves else 0,
            idle_seconds=_PAGE_IDLE_SECONDS if serves else 0,
            patience_seconds=0 if serves else settings.outage_seconds,
        )


def make_engine(url: str, link: Link | None = None) -> sa.Engine:
    """An engine for a SQLAlchemy URL; nothing is connected yet.

    Raises:
        StorageError: unknown kind of database, or its driver is not installed.
    """
    link = link or Link()
    try:
        parsed = sa.make_url(url)
        if parsed.drivername in {"postgres", "postgresql"}:
            parsed = parsed.set(drivername="postgresql+psycopg")
        engine = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _server(parsed, link)
    except (sa.exc.ArgumentError, NoSuchModuleError, ValueError):
        # Not the error's own text: it may quote the URL, and with it a password.
        raise StorageError("database_url_unknown") from None
    except ModuleNotFoundError as error:
        raise StorageError("driver_missing", driver=error.name or "") from None
    guard_writes(engine)
    return engine


def _sqlite(url: sa.URL) -> sa.Engine:
    if url.database and url.database != ":memory:":
        with suppress(OSError):  # SQLite itself says what is wrong; its other files take this one's mode
            os.close(os.open(Path(url.database), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    engine = sa.create_engine(url, hide_parameters=True)  # they are content, and errors would quote them
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _server(url: sa.URL, link: Link) -> sa.Engine:
    # These log on standard error what we raise in words of our own when a server goes away.
    for name in ("psycopg", "psycopg.pq", "sqlalchemy.pool"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    given = {"connect_timeout": _CONNECT_SECONDS, "application_name": link.name, **_ALIVE}
    engine = sa.create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=min(_KEPT, link.connections),
        max_overflow=max(0, link.connections - _KEPT),
        connect_args={name: value for name, value in given.items() if name not in url.query},
    )

    @sa.event.listens_for(engine, "connect")
    def _bound(connection: Any, _record: object) -> None:
        """Not as a start-up option: PgBouncer refuses those."""
        before, connection.autocommit = connection.autocommit, True
        with connection.cursor() as cursor:
            cursor.execute(
                # Compiling a plan takes longer than any question of ours gains by it.
                "SELECT set_config('jit', 'off', false), set_config('statement_timeout', %s, false),"
                " set_config('idle_in_transaction_session_timeout', %s, false)",
                (f"{link.statement_seconds * 1000:.0f}", f"{link.idle_seconds * 1000:.0f}"),
            )
        connection.autocommit = before

    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.create_function("person_of", 1, rater_key, deterministic=True)
    connection.isolation_level = None  # we say BEGIN ourselves: the driver's own begins too late to wait for a lock
    for pragma in (
        "journal_mode=WAL",
        f"synchronous={_SYNCHRONOUS}",
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
