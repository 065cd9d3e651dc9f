"""Days and moments as files write them: ISO 8601, `2026/3/1 8:05`, a workbook's serial number, Unix time."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta

_WRITTEN = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?"
)
_SERIALS = 1.0, 100_000.0  # days of a workbook: 1899-12-31 to 2173
_FIRST = datetime(1899, 12, 30, tzinfo=UTC)
_UNIX_SECONDS = 1e8, 1e11  # 1973 to 5138; from 1e11 on, milliseconds
_UNIX_MILLISECONDS = 1e14


def read_moment(value: object) -> datetime | None:
    """A moment in UTC; without a time zone it is taken as UTC. None where it is no moment.

    Args:
        value: text, a number, or a date as a workbook's reader gives it.
    """
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).strip()
    try:
        return _written(text) if (found := _WRITTEN.fullmatch(text)) is None else _parsed(found)
    except (ValueError, OverflowError):
        return None


def read_day(value: object) -> date | None:
    """A day; None where it is none, or the time of day is written, too, and isn't midnight."""
    moment = read_moment(value)
    if moment is None or (moment.hour, moment.minute, moment.second) != (0, 0, 0):
        return None
    return moment.date()


def _parsed(found: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second, part, zone = found.groups()
    moment = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC)
    moment += timedelta(microseconds=int((part or "0").ljust(6, "0")))
    if zone is None or zone == "Z":
        return moment
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return moment - offset if zone[0] == "+" else moment + offset


def _written(text: str) -> datetime | None:
    """A number of days or seconds, or what else ISO 8601 allows."""
    try:
        number = float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    if not math.isfinite(number):
        return None
    if _SERIALS[0] <= number < _SERIALS[1]:
        return _FIRST + timedelta(milliseconds=round(number * 86_400_000))
    if _UNIX_SECONDS[0] <= number < _UNIX_SECONDS[1]:
        return datetime.fromtimestamp(number, UTC)
    if _UNIX_SECONDS[1] <= number < _UNIX_MILLISECONDS:
        return datetime.fromtimestamp(number / 1000, UTC)
    return None
