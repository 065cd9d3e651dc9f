"""When sessions and tokens were last used: noted beside the requests, since no read may wait for a lock to write."""

from __future__ import annotations

import threading

import sqlalchemy as sa

from assistant.errors import StorageError
from assistant.store.database import Database, now
from assistant.store.tables.people import api_tokens, sessions

_PATIENCE_SECONDS = 5  # at the end, for a database another process keeps locked
_Note = tuple[sa.Column[object], object]  # the key's column and its value


class LastUses:
    """Notes of last use on their way to the database, which a thread of its own writes while there are any.

    A note that can't be written, as while another process keeps the database locked, waits for the next one: it says
    only since when a session is idle, to some minutes.

    Args:
        database: where they go.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._guard = threading.Lock()
        self._waiting: dict[_Note, str] = {}
        self._thread: threading.Thread | None = None
        self._closed = False

    def session(self, digest: str) -> None:
        """The session with this digest was used just now; returns at once."""
        self._note((sessions.c.id_digest, digest))

    def token(self, token_id: int) -> None:
        """The token with this row number was used just now; returns at once."""
        self._note((api_tokens.c.id, token_id))

    def close(self) -> None:
        """Take no more notes, and wait a little for those under way."""
        with self._guard:
            self._closed, thread = True, self._thread
        if thread is not None:
            thread.join(_PATIENCE_SECONDS)

    def _note(self, note: _Note) -> None:
        with self._guard:
            if self._closed:
                return
            self._waiting[note] = now()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="last-uses", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            with self._guard:
                notes, self._waiting = self._waiting, {}
                if not notes:
                    self._thread = None
                    return
            try:
                self._write(notes)
            except StorageError:
                with self._guard:
                    self._waiting = notes | self._waiting
                    self._thread = None
                return

    def _write(self, notes: dict[_Note, str]) -> None:
        with self._database.write() as connection:
            for (column, key), moment in sorted(notes.items(), key=lambda one: (one[0][0].table.name, str(one[0][1]))):
                last = column.table.c["last_seen_at" if column.table is sessions else "last_used_at"]
                connection.execute(sa.update(column.table).where(column == key).values({last: moment}))
