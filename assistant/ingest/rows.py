"""What every reader yields: rows as they stand in the file, and refusals of those that can't be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_EXCERPT = 80  # characters of a refused row that are shown


@dataclass(frozen=True, slots=True)
class Row:
    """One record of an input file.

    Args:
        values: column name to value, in the order of the file; text, numbers, truth values, None, lists and objects.
        line: where it starts, 1-based: the line of a text file, the row of a sheet (its header is 1), the record
            of a Parquet file.
    """

    values: Mapping[str, object]
    line: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """One record that was left out, and why; reading goes on after it.

    Args:
        line: as in `Row`.
        reason: short stable word for counts: `broken_json`, `not_an_object`, `encoding`, `ragged`, `quoting`,
            `too_long`, `unreadable`, `sheet_not_read`, `no_text`, `not_text`, `no_query`, `no_id`, `bad_id`,
            `bad_media`, `no_item`, `no_rater`, `no_model`, `no_label`, `bad_label`, `bad_score`, `bad_sight`.
        message: one sentence for the user, with what to do where something can be done.
        excerpt: the beginning of the record, safe to print.
    """

    line: int
    reason: str
    message: str
    excerpt: str = ""


def excerpt_of(record: object) -> str:
    """The first 80 characters of a record on one line, with unprintable characters escaped."""
    if isinstance(record, bytes):
        record = record[: 4 * _EXCERPT].decode("utf-8", "backslashreplace")
    text = (record if isinstance(record, str) else repr(record))[: _EXCERPT + 1]
    shown = "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)
    return shown if len(shown) <= _EXCERPT else shown[: _EXCERPT - 1] + "…"


def explain_encoding(error: UnicodeDecodeError, encoding: str) -> str:
    """Where a line stops being text of `encoding`, and what to try."""
    byte = error.object[error.start]
    return (
        f"byte {error.start + 1} of the line (0x{byte:02x}) is not {encoding}; "
        "if the whole file is in another encoding, name it: --encoding gb18030, latin-1 ..."
    )
