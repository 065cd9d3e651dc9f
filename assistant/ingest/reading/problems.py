"""How a file is to be read, as far as the user says it; the same choices for every command and every suite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.errors import InvalidValueError

FORMATS = ("jsonl", "csv", "tsv", "parquet", "excel")
ROLES = ("labels", "machine", "items")
"""The files that evaluations read, by what they hold."""

_NAMED_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|", "bar": "|", "space": " "}

Note = Callable[[str], None]
"""Is given sentences on what was read in another way than it stands in the file, or not at all."""


@dataclass(frozen=True, slots=True)
class ReadingChoice:
    """One thing that a user says, or might say, of how a file is read; a face words it.

    Args:
        name: `format`, `encoding`, `sheet`, `delimiter`, `header_row`, or `take_words`, which has no value.
        value: its value, or a word in capitals that stands for one.
        role, in_suite: as in `ReadingOptions`.
    """

    name: str
    value: str = ""
    role: str = ""
    in_suite: bool = False


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """What the user says of one file; None leaves it to what the file shows.

    Args:
        format: one of `FORMATS` (`json`, `ndjson`, `xlsx` are other names).
        encoding: of JSON, CSV and TSV; a byte order mark in the file goes before it.
        sheet: of a workbook, its name or its number from 1; None takes the first visible one.
        delimiter: of CSV and TSV, one character.
        header_row: the line (CSV, TSV) or row (Excel) that holds the column names, from 1.
        named: columns the user named; the row that holds one is the header.
        role: which of a command's files this is (`labels`); empty where it reads one kind of file.
        in_suite: whether a suite's file says this, and no option.
    """

    format: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    named: frozenset[str] = frozenset()
    role: str = ""
    in_suite: bool = False

    def choice(self, name: str, value: str) -> ReadingChoice:
        """What the user says, or might say, of this file."""
        return ReadingChoice(name, value, self.role, self.in_suite)


@dataclass(frozen=True, slots=True)
class Readings:
    """How each of an evaluation's files is to be read."""

    labels: ReadingOptions = ReadingOptions(role="labels")
    machine: ReadingOptions = ReadingOptions(role="machine")
    items: ReadingOptions = ReadingOptions(role="items")


AS_IT_IS = ReadingOptions()
AS_THEY_ARE = Readings()
"""Nothing is said: files are read as they show it."""


def delimiter_of(text: str, where: str) -> str:
    """The sign a delimiter is named by: itself, or `tab`, `comma`, `semicolon`, `pipe`, `space`.

    Raises:
        InvalidValueError: it is longer than one character, or one that can't separate fields.
    """
    sign = _NAMED_DELIMITERS.get(text.lower(), text)
    if len(sign) != 1 or sign in '"\r\n':
        names = ", ".join(name for name in _NAMED_DELIMITERS if name.isalpha())
        raise InvalidValueError("not_a_delimiter", where=where, text=text, names=names)
    return sign


def header_row_of(text: str, where: str) -> int:
    """The number of the row that holds the column names, from 1. Raises InvalidValueError for anything else."""
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise InvalidValueError("not_a_row_number", where=where, text=text)
    return int(text)
