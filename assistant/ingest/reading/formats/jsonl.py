"""JSON lines: one object a line, read with orjson; what orjson is too strict for is read a second time, slowly."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator

import orjson

from assistant.ingest.reading.formats.json_object import unfolded_object
from assistant.ingest.reading.formats.lines import Lines, physical_lines
from assistant.ingest.reading.limits import MOST_VALUES
from assistant.ingest.reading.problems import Note, ReadingOptions
from assistant.ingest.reading.rows import InputRow, Refusal, excerpt_of, explain_encoding

_LONG_NUMBER = re.compile(rb"[0-9]{19}")  # may be an integer over 64 bits, which orjson rounds
_INTEGER_BITS = 63
_SMALL = 2 * MOST_VALUES  # bytes, in which there can't be so many values


def read_jsonl(
    stream: Lines, encoding: str, reading: ReadingOptions, note: Note, *, usual: Collection[str] = ()
) -> Iterator[InputRow | Refusal]:
    """The objects of a JSON-lines stream; blank lines are passed over. A single line may hold all records.

    Kept although strict JSON forbids it: control characters inside strings (NUL too), NaN (as None), Infinity (as
    text). Integers over 64 bits stay exact as text.

    Args:
        stream: split at LF, or at CR where no line ends otherwise.
        encoding: of one line; `utf-8` is the fast path.
        reading: for advice.
        note: is given a sentence on how a single object was read.
        usual: names that columns usually have, in lower case.
    """
    rows = read_json_lines(physical_lines(stream), encoding, reading)
    first, second = next(rows, None), next(rows, None)
    if first is not None and second is None:
        yield from unfolded_object(first, note, usual)
        return
    yield from (row for row in (first, second) if row is not None)
    yield from rows


def read_json_lines(
    lines: Iterable[tuple[int, bytes | Refusal]], encoding: str, reading: ReadingOptions
) -> Iterator[InputRow | Refusal]:
    """The objects of numbered lines; blank ones are passed over."""
    for number, line in lines:
        if isinstance(line, Refusal):
            yield line
        elif not line.isspace():
            yield read_json_record(line, number, encoding, reading)


def read_json_record(line: bytes, number: int, encoding: str, reading: ReadingOptions) -> InputRow | Refusal:
    """The object that these bytes are; or why they are none.

    Args:
        line: a line, or a value cut out of a list.
        number: of the row.
        encoding: `utf-8` is the fast path.
        reading: for advice.
    """
    if len(line) > _SMALL and line.count(b",") > MOST_VALUES:
        message = f"a record of more than {MOST_VALUES:,} values"
        return Refusal(number, "too_long", message, excerpt_of(line))
    try:
        if encoding == "utf-8" and not _LONG_NUMBER.search(line):
            values = orjson.loads(line)
        else:
            values = _read_leniently(line, encoding)
    except orjson.JSONDecodeError:
        try:
            values = _read_leniently(line, encoding)
        except (ValueError, RecursionError) as error:
            return _refuse(line, number, encoding, error, reading)
    except (ValueError, RecursionError) as error:
        return _refuse(line, number, encoding, error, reading)
    if not isinstance(values, dict):
        kind = "list" if isinstance(values, list) else "single value"
        return Refusal(number, "not_an_object", f"a JSON {kind}; each record must be an object", excerpt_of(line))
    return InputRow(values, number)


def _read_leniently(line: bytes, encoding: str) -> object:
    """The standard library's reading of a line; raises ValueError with the place where it fails."""
    values = json.loads(
        line.rstrip(b"\r\n").decode(encoding),
        strict=False,  # raw control characters are data
        parse_int=_exact_integer,
        parse_constant=lambda name: None if name == "NaN" else name,
    )
    # Half a surrogate pair is no character: it can't be stored. Fails here with a UnicodeEncodeError.
    json.dumps(values, ensure_ascii=False).encode("utf-8")
    return values


def _exact_integer(digits: str) -> int | str:
    return number if (number := int(digits)).bit_length() <= _INTEGER_BITS else digits


def _refuse(line: bytes, number: int, encoding: str, error: Exception, reading: ReadingOptions) -> Refusal:
    match error:
        case UnicodeDecodeError():
            message, remedy = explain_encoding(error, encoding, reading)
            return Refusal(number, "encoding", message, excerpt_of(line), remedy)
        case UnicodeEncodeError():
            half = error.object[error.start].encode("unicode_escape").decode("ascii")
            message = f"{half} is half of a surrogate pair, no character; write the text again as UTF-8"
            return Refusal(number, "encoding", message, excerpt_of(line))
        case json.JSONDecodeError():
            message = f"broken JSON at column {error.colno}: {error.msg}"
        case _:
            message = f"broken JSON: {error}"
    return Refusal(number, "broken_json", message, excerpt_of(line))
