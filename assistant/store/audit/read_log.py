"""Entries of the log of changes that reads and refused requests cause: written beside them, since none may wait for a
lock. Many of one kind that come while the database is busy become one count.
"""

from __future__ import annotations

import threading

from assistant.domain.audit_log import Event
from assistant.errors import StorageError
from assistant.store.audit.event_counts import moment_of, tally
from assistant.store.database import Database

_PATIENCE_SECONDS = 5  # at the end, for a database another process keeps locked
_MOST = 10_000  # kinds that wait for a database that is locked, or are remembered as logged

_Kind = tuple[str, str, str]


class ReadLog:
    """Events on their way to the log, which a thread of its own writes in their order while there are any.

    They wait for a database that is locked, and are lost only where the process is killed meanwhile.

    Args:
        database: where they go.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._guard = threading.Lock()
        self._waiting: dict[_Kind, tuple[Event, int]] = {}
        self._known: set[_Kind] = set()
        self._thread: threading.Thread | None = None
        self._closed = False

    def add(self, event: Event) -> None:
        """Log an event, or count it; returns at once."""
        with self._guard:
            self._add(_kind(event), event)

    def add_once(self, event: Event) -> None:
        """The same for what need not be counted: one of a kind that was logged in its period costs nothing."""
        kind = _kind(event)
        with self._guard:
            if kind not in self._known:
                if len(self._known) >= _MOST:
                    self._known.clear()
                self._known.add(kind)
                self._add(kind, event)

    def retry(self) -> None:
        """Try again what had to wait for the database."""
        with self._guard:
            self._start()

    def close(self) -> None:
        """Take no more events, and wait a little for those under way."""
        with self._guard:
            self._start()
            self._closed, thread = True, self._thread
        if thread is not None:
            thread.join(_PATIENCE_SECONDS)

    def _add(self, kind: _Kind, event: Event) -> None:
        if self._closed or (kind not in self._waiting and len(self._waiting) >= _MOST):
            return
        self._waiting[kind] = event, self._waiting.get(kind, (event, 0))[1] + 1
        self._start()

    def _start(self) -> None:
        if self._waiting and self._thread is None and not self._closed:
            self._thread = threading.Thread(target=self._work, name="read-log", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while True:
            with self._guard:
                if not self._waiting:
                    self._thread = None
                    return
                kind = next(iter(self._waiting))
                event, times = self._waiting.pop(kind)
            try:
                with self._database.write() as connection:
                    tally(connection, event, times)
            except StorageError:  # busy: with the next event, or with the next sweep
                with self._guard:
                    self._waiting[kind] = event, times + self._waiting.get(kind, (event, 0))[1]
                    self._thread = None
                return


def _kind(event: Event) -> _Kind:
    return moment_of(event.period), event.action, event.key
