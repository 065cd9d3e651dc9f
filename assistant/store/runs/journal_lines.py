"""Reading a journal: each line is a reply of a run that is known here, or it is named and kept."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

_TEXTS = ("run_key", "content_digest", "body", "created_at")
_SHORT = ("run_key", "content_digest", "created_at")
_FIELDS = {*_TEXTS, "attempt", "latency_ms"}
_MOST_ATTEMPTS = 1_000_000
_MOST_CHARACTERS = 32  # of a key or a moment in the database
_NAMED = 5  # lines of one file that are named

Known = Callable[[str], bool]


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


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What of a journal's file was not read.

    Args:
        path: the file, under the name it has now.
        lines: numbers of its lines that are no replies, from 1.
        unknown: how many of its replies are of runs that are not in this database.
        reason: why nothing of it could be read; empty where it could.
    """

    path: Path
    lines: tuple[int, ...] = ()
    unknown: int = 0
    reason: str = ""

    def words(self) -> str:
        """In a sentence: how much, of which file, which lines."""
        if self.reason:
            return f"a file of the reply journal was skipped: {self.path} {self.reason}"
        parts = []
        if self.lines:
            more = f" and {len(self.lines) - _NAMED:,} more" if len(self.lines) > _NAMED else ""
            named = ", ".join(f"{number:,}" for number in self.lines[:_NAMED])
            parts.append(f"{len(self.lines):,} lines that are no replies (line {named}{more})")
        if self.unknown:
            parts.append(f"{self.unknown:,} replies of runs that are not in this database")
        return f"left out of the reply journal: {' and '.join(parts)}; the file is kept as {self.path}"


def segments(folder: Path) -> list[Path]:
    """The files a journal's folder has, by name; whatever has such a name is among them."""
    return sorted(folder.glob("replies-*.jsonl"))


def replies_of(path: Path, known: Known) -> Iterator[StoredReply]:
    """The replies in one file of runs that are known; what is none, or can't be read, is passed over.

    Args:
        path: the file.
        known: whether a run's key is in the database.
    """
    if not _unreadable(path):
        for _, reply in _lines(path):
            if reply is not None and known(reply.run_key):
                yield reply


def left_out(path: Path, known: Known) -> LeftOut | None:
    """What `replies_of` passed over in one file; None where that is nothing."""
    if reason := _unreadable(path):
        return LeftOut(path, reason=reason)
    lines, unknown = [], 0
    for number, reply in _lines(path):
        if reply is None:
            lines.append(number)
        elif not known(reply.run_key):
            unknown += 1
    return LeftOut(path, tuple(lines), unknown) if lines or unknown else None


def _unreadable(path: Path) -> str:
    """Why a file can't be read, empty where it can."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for
            return "is not a file"
        path.open("rb").close()
    except OSError as error:
        return f"can't be read ({(error.strerror or str(error)).lower()})"
    return ""


def _lines(path: Path) -> Iterator[tuple[int, StoredReply | None]]:
    """(line number from 1, the reply or None for what is none); lines without a byte are no lines."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line := line.rstrip(b"\n"):
                yield number, _reply(line)


def _reply(line: bytes) -> StoredReply | None:
    try:
        fields: Any = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(fields, dict) or set(fields) != _FIELDS or type(fields["latency_ms"]) not in (int, float):
        return None
    if any(type(fields[name]) is not str for name in _TEXTS) or type(fields["attempt"]) is not int:
        return None
    if any(len(fields[name]) > _MOST_CHARACTERS or not fields[name].isprintable() for name in _SHORT):
        return None
    return StoredReply(**fields) if 0 < fields["attempt"] <= _MOST_ATTEMPTS else None
