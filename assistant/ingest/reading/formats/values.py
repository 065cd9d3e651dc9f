"""Typed values of binary formats as values that JSON can hold, without loss."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, time, timedelta

_INTEGER_BITS = 63
_JSON_TYPES = (str, bool, type(None))


def plain_value(value: object) -> object:
    """The value as text, number, truth value, None, list or object.

    Dates and times become ISO 8601 text, durations seconds, decimals and integers over 64 bits their digits, binary
    values the UTF-8 text they hold, NaN None, infinity text; anything else its `str`.

    Raises:
        UnicodeDecodeError: a binary value is no UTF-8 text.
    """
    if isinstance(value, _JSON_TYPES):
        return value
    if isinstance(value, list | tuple):
        return [plain_value(part) for part in value]
    if isinstance(value, Mapping):
        return {str(name): plain_value(part) for name, part in value.items()}
    return _plain_scalar(value)


def _plain_scalar(value: object) -> object:
    match value:
        case int():
            return value if value.bit_length() <= _INTEGER_BITS else str(value)
        case float():
            return value if math.isfinite(value) else None if math.isnan(value) else str(value)
        case bytes():
            return value.decode("utf-8")
        case date() | time():  # datetime is a date
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case _:  # Decimal among them: its digits
            return str(value)
