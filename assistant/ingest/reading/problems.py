"""How a file is to be read, as far as the user says it; the same choices for every command and every suite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.errors import InputError

FORMATS = ("jsonl", "csv", "tsv", "parquet", "excel")
ROLES = ("labels", "machine", "items")
"""The files that evaluations read, by what they hold."""

_NAMED_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|", "bar": "|", "space": " "}

Note = Callable[[str], None]
"""Is given sentences on what was read in another way than it stands in the file, or not at all."""


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

    def advice(self, name: str, value: str) -> str:
        """How the user says it for this file: `--encoding gb18030`, `--encoding labels=gb18030`, or in a suite."""
        if self.in_suite:
            written = value if value.isdecimal() else f'"{value}"'
            return f"{name.replace('-', '_')} = {written} in [data.reading.{self.role}]"
        return f"--{name} {self.role}={value}" if self.role else f"--{name} {value}"


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
        InputError: it is longer than one character, or one that can't separate fields.
    """
    sign = _NAMED_DELIMITERS.get(text.lower(), text)
    if len(sign) != 1 or sign in '"\r\n':
        hint = f"one character, or {', '.join(name for name in _NAMED_DELIMITERS if name.isalpha())}"
        raise InputError(f"{text!r} is no delimiter", where=where, hint=hint)
    return sign


def header_row_of(text: str, where: str) -> int:
    """The number of the row that holds the column names, from 1. Raises InputError for anything else."""
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise InputError(f"{text!r} is no number of a row", where=where, hint="rows are counted from 1")
    return int(text)
