"""JSON that is no line of its own: a list of records, records over several lines, or one object that holds them all.

Values are cut out of the stream one at a time, by their brackets, so that a list of any length takes constant memory
and a broken record costs itself alone.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

import orjson

from assistant.ingest.reading.formats.json_object import unfolded_object
from assistant.ingest.reading.formats.jsonl import read_json_lines, read_json_record
from assistant.ingest.reading.formats.lines import Rewound, physical_lines
from assistant.ingest.reading.problems import Note, ReadingOptions
from assistant.ingest.reading.rows import InputRow, Refusal, excerpt_of

LARGEST = 64 * 1024 * 1024  # bytes of one value, such as an object that holds all records; it is held in memory

_SIGN = re.compile(rb'["\[\]{},]')
_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+"', re.DOTALL)  # the rest of one, after its first quote
_BLANK = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*")
_AT_ONCE = 1 << 16
_HOLDS_PARTS = re.compile(rb'"\s*:\s*[\[{]\s*["{\[]')


def is_document(head: bytes) -> bool:
    """Whether JSON is anything but one object a line.

    Args:
        head: the first bytes of the stream, in UTF-8, at least its first line where that is short.
    """
    text = head.replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\xef\xbb\xbf \t\n")
    if text.startswith(b"["):
        return True
    if not text.startswith(b"{"):
        return False
    line, ended, rest = text.partition(b"\n")
    if not ended:
        return len(head) >= _AT_ONCE and _HOLDS_PARTS.search(text[:_AT_ONCE]) is not None
    if rest.lstrip()[:1] in (b",", b"}", b"]", b":"):
        return True
    # A line that breaks off may be one broken record among lines that are complete records.
    complete = [_is_record(one) for one in rest.split(b"\n", 3)[:3] if one.strip()][:2]
    last = line.rstrip()[-1:]
    return (last in b"{[" and not (len(complete) == 2 and all(complete))) or (last in b",:" and not any(complete[:1]))


def _is_record(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def read_document(
    stream: BinaryIO, reading: ReadingOptions, note: Note, *, usual: Collection[str] = ()
) -> Iterator[InputRow | Refusal]:
    """The records of JSON over several lines or in one list; rows and refusals are numbered by record.

    Read are a list of objects; objects one after another; and one object that holds the records: as a list under a key
    (`{"data": [...]}`), by columns (`{"id": {"0": 1}, "text": {"0": "a"}}`, `{"id": [1], "text": ["a"]}`), by row
    (`{"0": {"id": 1}}`) or as pandas splits a table (`{"columns": [...], "data": [[...]]}`).

    Args:
        stream: UTF-8, at its beginning.
        reading: for advice.
        note: is given a sentence on how one object was read.
        usual: names that columns usually have, in lower case.
    """
    values = _Values(stream)
    if values.opens_list():
        yield from (_row(one, reading) for one in values.of_list())
        yield from read_json_lines(values.rest(), "utf-8", reading)
        return
    found = values.of_sequence()
    first, second = next(found, None), next(found, None)
    if first is not None and second is None:
        yield from unfolded_object(_row(first, reading), note, usual)
        return
    for one in chain((one for one in (first, second) if one is not None), found):
        yield _row(one, reading)


def _row(value: _Value | Refusal, reading: ReadingOptions) -> InputRow | Refusal:
    if isinstance(value, Refusal):
        return value
    read = read_json_record(value.data, value.number, "utf-8", reading)
    if isinstance(read, InputRow):
        return read
    message = f"record {value.number}, which begins in line {value.line}: {read.message}"
    return Refusal(read.line, read.reason, message, read.excerpt)


@dataclass(frozen=True, slots=True)
class _Value:
    """One value of the stream: its bytes, its number from 1 and the line it begins in."""

    data: bytes
    number: int
    line: int


class _Values:
    """Cuts a stream of UTF-8 into JSON values, by their brackets and quotes."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._buffer = b""
        self._start = 0  # of what was not cut out yet
        self._line = 1  # in which that begins
        self._number = 0
        self._damage = ""
        self._closed = False  # whether the list's end was met

    def opens_list(self) -> bool:
        """Whether the values stand in a list; its bracket is passed over."""
        opens = self._pass_blank() and self._next() == b"["
        if opens:
            self._cut(1)
        return opens

    def of_list(self) -> Iterator[_Value | Refusal]:
        """The elements up to the list's end, which is passed over."""
        while self._pass_blank():
            if self._next() in (b",", b"]"):
                if self._cut(1) == b"]":
                    self._closed = True
                    return
                continue
            line, end = self._line, self._end()
            if end is None:
                break
            yield self._numbered(self._cut(end).strip(), line)
        yield self._broken_off()

    def of_sequence(self) -> Iterator[_Value | Refusal]:
        """Values one after the other, up to the stream's end."""
        while self._pass_blank():
            line, end = self._line, self._end()
            if end is None:
                yield self._broken_off()
                return
            yield self._numbered(self._cut(end), line)
        if self._damage:
            yield self._broken_off()

    def rest(self) -> Iterator[tuple[int, bytes | Refusal]]:
        """What stands after the list's end, as lines with their numbers; nothing where it has none."""
        if not self._closed:
            return iter(())
        rest = io.BufferedReader(Rewound(self._buffer[self._start :], self._stream), _AT_ONCE)
        return physical_lines(rest, self._line)

    def _numbered(self, data: bytes, line: int) -> _Value:
        self._number += 1
        return _Value(data, self._number, line)

    def _broken_off(self) -> Refusal:
        number = self._number + 1
        where = f"record {number}, which begins in line {self._line}"
        if self._damage:
            message = f"the file can't be read beyond {where} ({self._damage}); get it again and run once more"
        else:
            message = f"{where}, has no end: a bracket or a quote is missing there, and what follows can't be read"
        return Refusal(number, "unreadable", message, excerpt_of(self._buffer[self._start : self._start + 1000]))

    def _end(self) -> int | None:
        """How many bytes the next value has; None without an end. What is in no brackets ends before the next sign."""
        seen, depth = 0, 0
        while True:
            found = _SIGN.search(self._buffer, self._start + seen)
            if found is None:
                seen = len(self._buffer) - self._start
                if not self._more():
                    return None
                continue
            seen = found.end() - self._start
            sign = found[0]
            if sign == b'"':
                while (string := _STRING.match(self._buffer, self._start + seen)) is None:
                    if not self._more():
                        return None
                seen = string.end() - self._start
                continue
            depth += (sign in b"[{") - (sign in b"]}")
            if depth < 0 or (depth == 0 and sign == b","):
                return max(seen - 1, 1)
            if depth == 0:
                return seen

    def _pass_blank(self) -> bool:
        """Passes over white space; False at the end of the stream."""
        while True:
            blank = _BLANK.match(self._buffer, self._start)
            if blank is not None and blank.end() > self._start:
                self._cut(blank.end() - self._start)
            if self._start < len(self._buffer):
                return True
            if not self._more():
                return False

    def _next(self) -> bytes:
        return self._buffer[self._start : self._start + 1]

    def _cut(self, size: int) -> bytes:
        data = self._buffer[self._start : self._start + size]
        self._start += len(data)
        self._line += data.count(b"\n")
        return data

    def _more(self) -> bool:
        """Reads on; False at the end, at a damaged place, and where one value is larger than can be held."""
        waiting = len(self._buffer) - self._start
        if waiting > LARGEST:
            self._damage = f"it is larger than {LARGEST // 2**20} MiB"
            return False
        try:
            data = self._stream.read(max(_AT_ONCE, waiting))
        except (EOFError, zlib.error, OSError) as error:
            self._damage = str(error)
            return False
        self._buffer = self._buffer[self._start :] + data
        self._start = 0
        return bool(data)
