"""Removed rows out of a SQLite file for good: pages, the write-ahead log, and what earlier versions of rows left."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from assistant.store.database import Database

_CHECKPOINT_SECONDS = 20
_PAUSE = 0.1


def overwrite_removed(connection: sa.Connection) -> None:
    """Let SQLite overwrite with zeros what this transaction removes; on PostgreSQL nothing."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON").close()


def scrub(database: Database, remains: Callable[[], bool] | None) -> bool:
    """Leave nothing of removed rows in the database's files, as far as that lies with us.

    SQLite: the write-ahead log is written back and emptied; the file is rebuilt (VACUUM) where something remains in
    it, since pages keep what was moved on them. PostgreSQL: dead rows are given free (VACUUM); the server overwrites
    them as it needs room, and its own log and backups are its administrator's.

    Args:
        database: the database.
        remains: whether the text is still found in the file; None where it isn't known any more: it is rebuilt.

    Returns:
        Whether the write-ahead log was emptied; False while another process reads on.
    """
    with database.read() as connection:
        if not database.is_sqlite:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            before = alone.exec_driver_sql("SHOW statement_timeout").scalar_one()
            alone.exec_driver_sql("SET statement_timeout = 0")  # of pages: a large table takes longer
            try:
                alone.exec_driver_sql("VACUUM")
            finally:
                alone.exec_driver_sql(f"SET statement_timeout = '{before}'")
            return True
        driver: Any = connection.connection.driver_connection  # SQLAlchemy would begin a transaction
        emptied = _checkpoint(driver)
        if remains is None or remains():
            with database.turn():
                driver.execute("VACUUM").close()
            emptied = _checkpoint(driver)
        return emptied


def _checkpoint(driver: Any) -> bool:
    """Write the log back and empty it; False where someone reads on for longer than we wait."""
    until = time.monotonic() + _CHECKPOINT_SECONDS
    while True:
        busy = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if not busy or time.monotonic() > until:
            return not busy
        time.sleep(_PAUSE)
