"""CSV and TSV: strict about quotes, so that one stray quote costs one row and never swallows those after it."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from assistant.errors import InputError
from assistant.ingest.formats.lines import LONGEST_LINE, physical_lines
from assistant.ingest.rows import Refusal, Row, excerpt_of, explain_encoding

_DELIMITERS = ",\t;|"
_CAUSES = {
    "unexpected end of data": "a quote opens here and never closes",
    "field larger": "a quote opens here and never closes",
    "expected after": 'text goes on after a closing quote; a quote inside a quoted field is written twice: ""',
    "new-line character": "a lone carriage return outside quotes",
}


def read_delimited(stream: BinaryIO, encoding: str, *, delimiter: str | None = None) -> Iterator[Row | Refusal]:
    """The records of a CSV or TSV stream, by the names in its first line.

    Fields may span lines and hold NUL bytes. A record with more or fewer fields than the header, or with quotes that
    don't close, is refused and reading goes on with the line after its first.

    Args:
        stream: split at LF only.
        encoding: of the lines.
        delimiter: one character; None takes the one of `, TAB ; |` that is most often in the header.

    Raises:
        InputError: the header can't be read, or names a column twice.
    """
    feeder = _Feeder(physical_lines(stream), encoding)
    sign = delimiter or likely_delimiter(feeder.peek())
    csv.field_size_limit(LONGEST_LINE)  # the module's own limit, 128 KiB, is below a long post
    records = csv.reader(feeder, delimiter=sign, strict=True)
    names = _read_header(records, feeder)
    while True:
        feeder.start_record()
        try:
            fields = next(records, None)
        except csv.Error as error:
            yield _recover(feeder, names, sign, error)
            continue
        yield from feeder.take_refusals()
        if fields is None:
            return
        if fields:
            yield _as_row(fields, feeder, names)


def likely_delimiter(header: str) -> str:
    """The delimiter that occurs most often outside quotes in a header line; a comma when there is none."""
    unquoted = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=unquoted.count)


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    undecodable: UnicodeDecodeError | None = None


class _Feeder:
    """Hands decoded lines to `csv.reader` and remembers those of the record being read, to give them back."""

    def __init__(self, lines: Iterator[tuple[int, bytes | Refusal]], encoding: str) -> None:
        self.encoding = encoding
        self.record: list[_Line] = []
        self._lines = lines
        self._waiting: deque[_Line] = deque()
        self._refusals: list[Refusal] = []

    def __iter__(self) -> _Feeder:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else self._read()
        self.record.append(line)
        return line.text

    def _read(self) -> _Line:
        for number, data in self._lines:
            if isinstance(data, Refusal):
                self._refusals.append(data)
                continue
            try:
                return _Line(number, data.decode(self.encoding))
            except UnicodeDecodeError as error:
                return _Line(number, data.decode(self.encoding, "replace"), error)
        raise StopIteration

    def peek(self) -> str:
        """The next line that isn't blank, which stays in place; `""` at the end."""
        for line in iter(self._read_or_none, None):
            self._waiting.append(line)
            if line.text.strip():
                return line.text
        return ""

    def _read_or_none(self) -> _Line | None:
        try:
            return self._read()
        except StopIteration:
            return None

    def start_record(self) -> None:
        """Forgets the lines of the record before."""
        self.record = []

    def give_back_all_but_first(self) -> None:
        """Lets the lines after the first of this record be read again, as records of their own."""
        self._waiting.extendleft(reversed(self.record[1:]))

    def take_refusals(self) -> list[Refusal]:
        """The lines refused since the last call: too long, or beyond a damaged place."""
        taken, self._refusals = self._refusals, []
        return taken


def _read_header(records: Iterator[list[str]], feeder: _Feeder) -> list[str]:
    """The column names, stripped; a nameless column is called `column_N`."""
    try:
        fields = next((fields for fields in records if fields), [])
    except csv.Error as error:
        hint = "the first line must hold the column names"
        raise InputError(f"the header can't be read: {_cause(error)}", where="line 1", hint=hint) from error
    for line in feeder.record:
        if line.undecodable is not None:
            hint = explain_encoding(line.undecodable, feeder.encoding)
            raise InputError("the header can't be read", where=f"line {line.number}", hint=hint)
    names = [name.strip() or f"column_{place}" for place, name in enumerate(fields, 1)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"column {', '.join(twice)} occurs twice", where="line 1", hint="rename one of them")
    return names


def _as_row(fields: list[str], feeder: _Feeder, names: list[str]) -> Row | Refusal:
    first = feeder.record[0]
    for line in feeder.record:
        if line.undecodable is not None:
            message = explain_encoding(line.undecodable, feeder.encoding)
            return Refusal(line.number, "encoding", message, excerpt_of(line.text))
    if len(fields) != len(names):
        message = f"{len(fields)} fields where the header has {len(names)}"
        return Refusal(first.number, "ragged", message, excerpt_of(first.text))
    return Row(dict(zip(names, fields, strict=True)), first.number)


def _recover(feeder: _Feeder, names: list[str], delimiter: str, error: csv.Error) -> Row | Refusal:
    """What to make of a record with wrong quotes: its first line is refused, the others are read anew.

    Many TSV writers don't quote at all: there a line with the right number of tabs is taken as it stands.
    """
    first = feeder.record[0]
    feeder.give_back_all_but_first()
    if delimiter == "\t" and first.undecodable is None:
        fields = first.text.rstrip("\r\n").split("\t")
        if len(fields) == len(names):
            return Row(dict(zip(names, fields, strict=True)), first.number)
    return Refusal(first.number, "quoting", _cause(error), excerpt_of(first.text))


def _cause(error: csv.Error) -> str:
    return next((cause for sign, cause in _CAUSES.items() if sign in str(error)), str(error))
