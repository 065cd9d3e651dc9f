"""Paid replies on disk the moment they arrive, ahead of the database's next commit.

A commit to disk costs milliseconds; waiting for one per reply would slow a job, gathering replies in memory would lose
them to a kill. So each reply is appended here first, by one write, unread. The writer moves them to SQL in batches
and drops the file; what a killed process left is taken in by the next one. A kill loses nothing that was appended; a
power cut at most the last unsynced batch (a fraction of a second).
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import orjson

from assistant.errors import StorageError
from assistant.store.database import now

_SEGMENT_BYTES = 8 << 20
_TEXTS = ("run_key", "content_digest", "body", "created_at")
_FIELDS = {*_TEXTS, "attempt", "latency_ms"}
_MOST_ATTEMPTS = 1_000_000
_MOST_DIGITS = 18
_RESERVE_BYTES = 16 << 20  # given back when the disk is full: room for every reply still on its way


@dataclass(frozen=True, slots=True)
class StoredReply:
    """One reply as it came.

    Args:
        run_key: the run's key.
        content_digest: the content asked about.
        attempt: 1 for the first reply to this task.
        body: the reply as received; bytes that are no UTF-8 are shown as escapes.
        latency_ms: from sending to the last byte.
        created_at: when it arrived, ISO 8601 UTC.
    """

    run_key: str
    content_digest: str
    attempt: int
    body: str
    latency_ms: float
    created_at: str


def claim(folder: Path) -> Callable[[], None]:
    """Own a journal's folder until the function returned is called, or the process ends, however it ends.

    Two jobs in one folder would take in, and drop, each other's replies.

    Raises:
        StorageError: another job owns it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.pread(lock, 20, 0).decode(errors="replace") or "unknown"
        os.close(lock)
        raise StorageError(
            f"another job (process {holder}) is at work in this workspace",
            where=str(folder),
            hint="wait until it is done, or end it; what it has answered is kept",
        ) from None
    with suppress(OSError):  # a full disk: the lock holds all the same, only its holder's number is missing
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
    return partial(os.close, lock)


def at_work(folder: Path) -> int | None:
    """The process that owns a journal's folder now, None where none does; a look that gets in nobody's way."""
    try:
        process = int((folder / "lock").read_text(encoding="utf-8"))
        os.kill(process, 0)
    except PermissionError:
        return process  # it is somebody else's
    except (OSError, ValueError, OverflowError):
        return None
    return process if process > 0 else None


class ReplyJournal:
    """Append-only segments in one folder. One process writes; `append` and `take` may be called from two threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._reserve = folder / "reserve"
        self.hold_back()
        self._lock = Lock()
        self._waiting: list[StoredReply] = []
        self._number = max((_number(path) for path in self._segments()), default=0)
        self._size = 0
        self._file: int | None = None

    def hold_back(self) -> None:
        """Hold room back for a full disk, which `close` gives free; call before each session.

        Raises:
            StorageError: there is not even that much room.
        """
        _fill(self._reserve, _RESERVE_BYTES)

    def leftover(self) -> Iterator[StoredReply]:
        """Replies an earlier process appended and never committed; call before the first `append`."""
        return unread(self._folder)

    def drop_leftover(self) -> dict[Path, int]:
        """Forget what `leftover` gave, once it is committed.

        Returns:
            Files that held lines which are no replies, with how many: kept under these names, and not read again.
        """
        kept: dict[Path, int] = {}
        for path in self._segments():
            if damaged := _count_damaged(path):
                kept[path.rename(path.with_name(f"damaged-{path.name}"))] = damaged
            else:
                path.unlink()
        return kept

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
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return self._file

    def _close_segment(self) -> list[Path]:
        if self._file is None:
            return []
        os.close(self._file)
        self._file, self._size = None, 0
        return self._segments()

    def _use_reserve(self, line: bytes) -> None:
        self._reserve.unlink(missing_ok=True)
        _write(self._open(), b"\n" + line)  # the first try may have left half a line
        raise StorageError(
            "the disk is full; every answer so far is kept",
            where=str(self._folder),
            hint="free some space, then give the same command: it goes on where it was",
        )

    def _segments(self) -> list[Path]:
        return _segments(self._folder)


def unread(folder: Path) -> Iterator[StoredReply]:
    """The replies in a journal's folder that may not be in the database yet; a look that changes nothing there."""
    for path in _segments(folder):
        body = b""
        with suppress(FileNotFoundError):  # a job at work has just moved it to the database
            body = path.read_bytes()
        for line in body.split(b"\n"):
            if line and (reply := _read(line)) is not None:
                yield reply


def _segments(folder: Path) -> list[Path]:
    return sorted(folder.glob("replies-*.jsonl"))


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
        path.unlink(missing_ok=True)
        raise StorageError(
            f"no room to keep answers safe ({size >> 20} MB are held back): {error.strerror}",
            where=str(path.parent),
            hint="free some space, then give the same command",
        ) from None


def _read(line: bytes) -> StoredReply | None:
    """A record, or None for whatever is none."""
    try:
        fields: Any = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(fields, dict) or set(fields) != _FIELDS or type(fields["latency_ms"]) not in (int, float):
        return None
    if any(type(fields[name]) is not str for name in _TEXTS) or type(fields["attempt"]) is not int:
        return None
    return StoredReply(**fields) if 0 < fields["attempt"] <= _MOST_ATTEMPTS else None


def _count_damaged(path: Path) -> int:
    """Lines that are no replies; the beginning of one, as a kill or a full disk leaves it, is not counted."""
    lines = [line for line in path.read_bytes().split(b"\n") if line and _read(line) is None]
    return sum(not line.startswith(b'{"run_key":') or line.endswith(b"}") for line in lines)
