"""JSON objects inside a text, decoded one at a time by a real decoder, with the slips that models make forgiven."""

from __future__ import annotations

import json
import re
from typing import Any

_QUOTED = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_STRING_OR_BRACE = re.compile(rf"{_QUOTED}|[{{}}]", re.DOTALL)
_SLIP = re.compile(rf"{_QUOTED}|,(?=\s*[}}\]])|\b(?:None|True|False)\b", re.DOTALL)
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|\\')
_PYTHON_WORDS = {"None": "null", "True": "true", "False": "false", ",": " "}
_LONGEST_INTEGER = 18  # digits; Python refuses thousands of them, and no label or share needs more


class JsonObject(tuple[tuple[str, Any], ...]):
    """A JSON object as its (key, value) pairs in the order of writing: a key given twice is there twice."""

    __slots__ = ()

    def same_as(self, other: JsonObject) -> bool:
        """Whether the other one holds the same pairs, in any order."""
        try:
            return self == other or sorted(map(repr, self)) == sorted(map(repr, other))
        except RecursionError:  # nested as deep as the decoder goes
            return False


def decode_object(text: str, start: int, *, repair: bool = True) -> tuple[JsonObject, int] | None:
    """The object whose brace stands at `start`, and where it ends; None where there is no whole object.

    Control characters in strings, `NaN` and halves of surrogate pairs are let through. With `repair`, so are trailing
    commas, Python's `None`, `True` and `False`, and backslashes that escape nothing.

    Args:
        text: what the model wrote.
        start: offset of a `{`.
        repair: try once more with those slips corrected; costs a pass over the object.
    """
    try:
        found, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return _decode_repaired(text, start) if repair else None
    return found, end


def _decode_repaired(text: str, start: int) -> tuple[JsonObject, int] | None:
    end = _end_of_object(text, start)
    if end is None:
        return None
    repaired = _SLIP.sub(_without_slip, text[start:end])
    try:
        found, length = _DECODER.raw_decode(repaired)
    except (ValueError, RecursionError):
        return None
    return (found, end) if length == len(repaired) else None


def _end_of_object(text: str, start: int) -> int | None:
    """Where the brace at `start` is closed; braces in strings don't count."""
    depth = 0
    for piece in _STRING_OR_BRACE.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(piece[0], 0)
        if depth == 0:
            return piece.end()
    return None


def _without_slip(slip: re.Match[str]) -> str:
    written = slip[0]
    if written[0] == '"':
        return _ESCAPE.sub(lambda escape: "\\\\" if escape[0] == "\\" else escape[0], written)
    return _PYTHON_WORDS[written]


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else float(digits)


_DECODER = json.JSONDecoder(strict=False, object_pairs_hook=JsonObject, parse_int=_number)
