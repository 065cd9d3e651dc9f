"""Group commit: answers go to the database in batches from a thread of their own, replies to the journal at once."""

from __future__ import annotations

import threading

from assistant.domain.runs import Run
from assistant.errors import StorageError
from assistant.models.interface import RawReply
from assistant.store.runs.journal import ReplyJournal
from assistant.store.runs.journal_lines import LeftOut, StoredReply
from assistant.store.runs.prelabels import AnsweredItem, PrelabelStore

_GATHER_SECONDS = 0.2  # a commit costs milliseconds of waiting for the disk; this many fit into one


class AnswerWriter:
    """Takes answers from the job without ever making it wait for the disk.

    A failed commit loses nothing: its replies stay in the journal and are read again by the next run.
    """

    def __init__(self, store: PrelabelStore, run: Run, journal: ReplyJournal) -> None:
        self._store = store
        self._run = run
        self._journal = journal
        self._waiting: list[AnsweredItem] = []
        self._lock = threading.Lock()
        self._committing = threading.Lock()
        self._closing = threading.Event()
        self.error: StorageError | None = None
        self._thread = threading.Thread(target=self._work, name="answer-writer", daemon=True)
        self._thread.start()

    def keep(self, content_digest: str, attempt: int, reply: RawReply) -> None:
        """Put a reply on disk before anyone reads it."""
        self._journal.append(self._run.key, content_digest, attempt, reply.body, reply.latency_ms)

    def put(self, answered: AnsweredItem) -> None:
        """Hand over an answer. Raises the StorageError that stopped the writer, when one has."""
        if self.error is not None:
            raise self.error
        with self._lock:
            self._waiting.append(answered)

    def flush(self) -> None:
        """Wait until everything handed over so far is committed; raises as `put` does."""
        self._commit()
        if self.error is not None:
            raise self.error

    def close(self) -> None:
        """Commit what is left and end. Raises the StorageError that stopped the writer, when one has."""
        self._closing.set()
        self._thread.join()
        if self.error is not None:
            raise self.error
        self._journal.close()

    def _work(self) -> None:
        while not self._closing.wait(_GATHER_SECONDS):
            if not self._commit():
                return
        self._commit()

    def _commit(self) -> bool:
        with self._committing:
            if self.error is not None:
                return False  # what failed to be committed stands in the journal only: no segment may be dropped now
            with self._lock:
                answered, self._waiting = self._waiting, []
            replies, finished = self._journal.take()
            if answered or replies:
                try:
                    self._store.commit(self._run, answered, replies)
                except StorageError as error:
                    self.error = error
                    return False
            for segment in finished:
                segment.unlink(missing_ok=True)
            return True


def recover(journal: ReplyJournal, store: PrelabelStore) -> tuple[int, list[LeftOut]]:
    """Take in what a killed process left in the journal.

    Returns:
        (how many replies were new, what of the journal was left out and is kept aside).
    """
    known = store.run_numbers().__contains__
    return store.take_in(journal.leftover(known)), journal.drop_leftover(known)


def as_raw(reply: StoredReply) -> RawReply:
    """A stored reply as it looked when it came."""
    return RawReply(reply.body.encode(), reply.latency_ms)
