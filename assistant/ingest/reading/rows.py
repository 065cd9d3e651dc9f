"""What every reader yields: rows as they stand in the file, and refusals of those that can't be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from assistant.ingest.reading.limits import size_of
from assistant.ingest.reading.problems import ReadingChoice, ReadingOptions

_ALL_READ: Mapping[str, tuple[str, str]] = MappingProxyType({})  # one for all rows: there are millions
_EXCERPT = 80  # characters of a refused row that are shown
_OTHER_ENCODINGS = ("gb18030", "big5", "cp1252")


@dataclass(frozen=True, slots=True)
class InputRow:
    """One record of an input file.

    Args:
        values: column name to value, in the order of the file; text, numbers, truth values, None, lists and objects.
        line: where it starts, 1-based: the line of a text file, the row of a sheet, the record of a Parquet file, the
            element of a JSON list.
        unread: cells that hold something that can't be read, by column: why, as (reason, sentence). They are in no
            other way part of the row.
    """

    values: Mapping[str, object]
    line: int
    unread: Mapping[str, tuple[str, str]] = field(default_factory=lambda: _ALL_READ)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One record that was left out, and why; reading goes on after it.

    Args:
        line: as in `InputRow`.
        reason: short stable word for counts: `broken_json`, `not_an_object`, `encoding`, `ragged`, `quoting`,
            `too_long`, `unreadable`, `not_computed`, `no_text`, `not_text`, `no_query`, `no_id`, `bad_id`,
            `bad_media`, `no_item`, `no_rater`, `no_model`, `no_label`, `bad_label`, `bad_score`, `bad_sight`.
        message: one sentence for the user.
        excerpt: the beginning of the record, safe to print.
        remedy: what the user may say so that such records are read; faces word it. None where nothing is to be said.
    """

    line: int
    reason: str
    message: str
    excerpt: str = ""
    remedy: ReadingChoice | None = None


def row_size(row: InputRow | Refusal) -> int:
    """About how many bytes a row holds in memory."""
    return size_of(row.values) if isinstance(row, InputRow) else len(row.excerpt)


def excerpt_of(record: object) -> str:
    """The first 80 characters of a record on one line, with unprintable characters escaped."""
    if isinstance(record, bytes):
        record = record[: 4 * _EXCERPT].decode("utf-8", "backslashreplace")
    text = (record if isinstance(record, str) else repr(record))[: _EXCERPT + 1]
    shown = "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)
    return shown if len(shown) <= _EXCERPT else shown[: _EXCERPT - 1] + "…"


def explain_encoding(error: UnicodeDecodeError, encoding: str, reading: ReadingOptions) -> tuple[str, ReadingChoice]:
    """Where a line stops being text of `encoding`, and what to try: the first encoding that can read the line."""
    byte = error.object[error.start]
    fits = next((name for name in _OTHER_ENCODINGS if _decodes(error.object, name)), "latin-1")
    told = f"byte {error.start + 1} of the line (0x{byte:02x}) is not {encoding}, but may be {fits}"
    return told, reading.choice("encoding", fits)


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
