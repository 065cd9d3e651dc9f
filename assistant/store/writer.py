"""Many threads that write: few do it for all, in the order they asked; on SQLite a single one.

SQLite lets writers wait by sleeping and trying again, so some wait for seconds while others pass them. Handed to one
thread, transactions come first in first out and at the speed of the disk. PostgreSQL takes several at a time, but the
pool of connections to it does not look who came first either.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

import sqlalchemy as sa

from assistant.store.database import Database

_AT_A_TIME = 4  # on PostgreSQL, where the log of changes makes all wait for each other at the end anyway

Result = TypeVar("Result")
Work = Callable[[sa.Connection], Result]


class Writer:
    """Runs transactions in the order they were asked for; on SQLite one at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._threads = ThreadPoolExecutor(1 if database.is_sqlite else _AT_A_TIME, "writer")
        self._inside = threading.local()

    def run(self, work: Work[Result]) -> Result:
        """What `work` returns, given the connection of a transaction: committed then, undone by any error.

        It may be called from any thread, but not from within `work`.

        Raises:
            RuntimeError: called from within `work`, or after `close`.
            Whatever `work` raises.
        """
        if getattr(self._inside, "working", False):
            raise RuntimeError("a transaction can't wait for another one: pass the connection on instead")
        return self._threads.submit(self._transact, work).result()

    def close(self) -> None:
        """Finish what was asked for; nothing new is taken."""
        self._threads.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _transact(self, work: Work[Result]) -> Result:
        self._inside.working = True
        try:
            with self._database.write() as connection:
                return work(connection)
        finally:
            self._inside.working = False
