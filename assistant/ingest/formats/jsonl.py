"""JSON lines: one object a line, read with orjson; what orjson is too strict for is read a second time, slowly."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import BinaryIO

import orjson

from assistant.errors import InputError
from assistant.ingest.formats.lines import physical_lines
from assistant.ingest.rows import Refusal, Row, excerpt_of, explain_encoding

_LONG_NUMBER = re.compile(rb"[0-9]{19}")  # may be an integer over 64 bits, which orjson rounds
_INTEGER_BITS = 63


def read_jsonl(stream: BinaryIO, encoding: str) -> Iterator[Row | Refusal]:
    """The objects of a JSON-lines stream; blank lines are passed over.

    Kept although strict JSON forbids it: control characters inside strings (NUL too), NaN (as None), Infinity (as
    text). Integers over 64 bits stay exact as text.

    Args:
        stream: split at LF only.
        encoding: of one line; `utf-8` is the fast path.

    Raises:
        InputError: the file is one JSON array.
    """
    for number, line in physical_lines(stream):
        if isinstance(line, Refusal):
            yield line
        elif number == 1 and line.lstrip().startswith(b"["):
            yield _refuse_array(line)
        elif not line.isspace():
            yield _read_line(line, number, encoding)


def _refuse_array(line: bytes) -> Refusal:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError as error:
        hint = "one object a line is read; turn it with: jq -c '.[]' FILE.json > FILE.jsonl"
        raise InputError("the file is one JSON array", where="line 1", hint=hint) from error
    return Refusal(1, "not_an_object", "a JSON list; each line must be an object", excerpt_of(line))


def _read_line(line: bytes, number: int, encoding: str) -> Row | Refusal:
    try:
        if encoding == "utf-8" and not _LONG_NUMBER.search(line):
            values = orjson.loads(line)
        else:
            values = _read_leniently(line, encoding)
    except orjson.JSONDecodeError:
        try:
            values = _read_leniently(line, encoding)
        except (ValueError, RecursionError) as error:
            return _refuse(line, number, encoding, error)
    except (ValueError, RecursionError) as error:
        return _refuse(line, number, encoding, error)
    if not isinstance(values, dict):
        kind = "list" if isinstance(values, list) else "single value"
        return Refusal(number, "not_an_object", f"a JSON {kind}; each line must be an object", excerpt_of(line))
    return Row(values, number)


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


def _refuse(line: bytes, number: int, encoding: str, error: Exception) -> Refusal:
    match error:
        case UnicodeDecodeError():
            return Refusal(number, "encoding", explain_encoding(error, encoding), excerpt_of(line))
        case UnicodeEncodeError():
            half = error.object[error.start].encode("unicode_escape").decode("ascii")
            message = f"{half} is half of a surrogate pair, no character; write the text again as UTF-8"
            return Refusal(number, "encoding", message, excerpt_of(line))
        case json.JSONDecodeError():
            message = f"broken JSON at column {error.colno}: {error.msg}"
        case _:
            message = f"broken JSON: {error}"
    return Refusal(number, "broken_json", message, excerpt_of(line))
