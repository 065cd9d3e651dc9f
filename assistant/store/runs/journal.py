"""Paid replies on disk the moment they arrive, ahead of the database's next commit.

A commit to disk costs milliseconds; waiting for one per reply would slow a job, gathering replies in memory would lose
them to a kill. So each reply is appended here first, by one write, unread. The writer moves them to SQL in batches
and drops the file; what a killed process left is imported by the next one. A kill loses nothing that was appended; a
power cut at most the last unsynced batch (a fraction of a second).
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from threading import Lock

import orjson

from assistant.errors import StorageError
from assistant.file_lock import FileLock, holder, is_held, this_command
from assistant.store.database import now
from assistant.store.runs.journal_lines import Known, LeftOut, StoredReply, left_out, replies_of, segments

_LOCK = "lock"

_SEGMENT_BYTES = 8 << 20
_MOST_DIGITS = 18
_RESERVE_BYTES = 16 << 20  # given back when the disk is full: room for every reply still on its way


def claim(folder: Path) -> Callable[[], None]:
    """Own a journal's folder until the function returned is called, or the process ends, however it ends.

    Two jobs in one folder would take in, and drop, each other's replies.

    Args:
        folder: made when missing.

    Raises:
        StorageError: another job owns it, or it can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return FileLock(folder / _LOCK, this_command()).release
    except BlockingIOError:
        raise StorageError("workspace_locked", where=str(folder), holder=holder(folder / _LOCK)) from None
    except OSError as error:
        raise StorageError("folder_not_writable", where=str(folder), reason=error.strerror or "") from error


def at_work(folder: Path) -> bool:
    """Whether a job owns a journal's folder now; a look that gets in no job's way."""
    return is_held(folder / _LOCK)


class ReplyJournal:
    """Append-only segments in one folder. One process writes; `append` and `take` may be called from two threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._reserve = folder / "reserve"
        self.hold_back()
        self._lock = Lock()
        self._waiting: list[StoredReply] = []
        self._number = max((_number(path) for path in segments(self._folder)), default=0)
        self._size = 0
        self._written: list[Path] = []
        self._file: int | None = None

    def hold_back(self) -> None:
        """Hold room back for a full disk, which `close` gives free; call before each session.

        Raises:
            StorageError: there is not even that much room.
        """
        _fill(self._reserve, _RESERVE_BYTES)

    def leftover(self, known: Known) -> Iterator[StoredReply]:
        """Replies an earlier process appended and never committed; call before the first `append`.

        Args:
            known: whether a run's key is in the database; replies of other runs stay on disk.
        """
        return unread(self._folder, known)

    def drop_leftover(self, known: Known) -> list[LeftOut]:
        """Forget what `leftover` gave, once it is committed.

        Returns:
            What was left out. Files with such lines are kept under another name and not read again; what can't be
            read at all stays where it is.
        """
        found = []
        for path in segments(self._folder):
            missed = left_out(path, known)
            if missed is None:
                path.unlink()
            elif not missed.reason:
                missed = replace(missed, path=path.rename(_free_name(path)))
            found += [missed] if missed else []
        return found

    def append(self, run_key: str, content_digest: str, attempt: int, body: bytes, latency_ms: float) -> None:
        """Put one reply on disk.

        Raises:
            StorageError: the disk is full. The reply is on disk all the same, in the room that was held back.
        """
        text = body.decode("utf-8", "backslashreplace")
        reply = StoredReply(run_key, content_digest, attempt, text, latency_ms, now())
        line = orjson.dumps(reply, option=orjson.OPT_APPEND_NEWLINE)
        with self._lock:
            self._waiting.append(reply)
            try:
                _write(self._open(), line)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                self._use_reserve(line)
            self._size += len(line)

    def take(self) -> tuple[list[StoredReply], list[Path]]:
        """Replies appended since the last call, and the segments that may be dropped once they are committed."""
        with self._lock:
            replies, self._waiting = self._waiting, []
            if self._size < _SEGMENT_BYTES:
                return replies, []
            return replies, self._close_segment()

    def close(self) -> None:
        """End cleanly; call when everything taken is committed."""
        with self._lock:
            if not self._waiting:
                for path in self._close_segment():
                    path.unlink(missing_ok=True)
            self._reserve.unlink(missing_ok=True)

    def _open(self) -> int:
        if self._file is None:
            self._number += 1
            path = self._folder / f"replies-{self._number:08d}.jsonl"
            self._written.append(path)
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return self._file

    def _close_segment(self) -> list[Path]:
        if self._file is None:
            return []
        os.close(self._file)
        self._file, self._size = None, 0
        written, self._written = self._written, []
        return written

    def _use_reserve(self, line: bytes) -> None:
        self._reserve.unlink(missing_ok=True)
        _write(self._open(), b"\n" + line)  # the first try may have left half a line
        raise StorageError("disk_full", where=str(self._folder))


def unread(folder: Path, known: Known) -> Iterator[StoredReply]:
    """The replies in a journal's folder that may not be in the database yet; a look that changes nothing there.

    Args:
        folder: the journal's.
        known: whether a run's key is one to look for.
    """
    for path in segments(folder):
        with suppress(FileNotFoundError):  # a job at work has just moved it to the database
            yield from replies_of(path, known)


def _free_name(path: Path) -> Path:
    """A name for a damaged file that no earlier one has."""
    names = (path.with_name(f"damaged-{path.stem}{more}.jsonl") for more in chain([""], (f"-{n}" for n in count(2))))
    return next(name for name in names if not name.exists())


def _number(path: Path) -> int:
    digits = path.stem.removeprefix("replies-")
    return int(digits) if digits.isdecimal() and len(digits) < _MOST_DIGITS else 0


def _write(file: int, line: bytes) -> None:
    if os.write(file, line) < len(line):  # a nearly full disk takes a part and says nothing
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _fill(path: Path, size: int) -> None:
    if path.exists() and path.stat().st_size == size:
        return
    try:
        path.write_bytes(bytes(size))  # written, not sparse: only real blocks can be given back
    except OSError as error:
        with suppress(OSError):
            path.unlink(missing_ok=True)
        raise StorageError(
            "no_room_for_answers", where=str(path.parent), megabytes=size >> 20, reason=error.strerror or ""
        ) from None
