"""Many threads that write: on SQLite one of them does it for all, in the order they asked.

SQLite lets writers wait by sleeping and trying again, so some wait for seconds while others pass them. Handed to one
thread, transactions come first in first out and at the speed of the disk. PostgreSQL has a queue of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

import sqlalchemy as sa

from assistant.store.database import Database

Result = TypeVar("Result")
Work = Callable[[sa.Connection], Result]


class Writer:
    """Runs transactions; one at a time, in order, where the database is SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._thread = ThreadPoolExecutor(1, "writer") if database.is_sqlite else None
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
        if self._thread is None:
            return self._transact(work)
        return self._thread.submit(self._transact, work).result()

    def close(self) -> None:
        """Finish what was asked for; nothing new is taken."""
        if self._thread is not None:
            self._thread.shutdown()

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
