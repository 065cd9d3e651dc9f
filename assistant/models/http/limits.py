"""What a server says about its own rate limits, read from the headers of a reply."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class RateLimits:
    """The `x-ratelimit-*`, `anthropic-ratelimit-*` and `retry-after` headers of one reply; None where one is missing.

    Args:
        limit_requests, limit_tokens: how many the server allows per period; it does not say how long that is.
        remaining_requests, remaining_tokens: how many are left now.
        reset_requests, reset_tokens: seconds until all of them are there again.
        retry_after: seconds the server asked to wait.
    """

    limit_requests: float | None = None
    remaining_requests: float | None = None
    reset_requests: float | None = None
    limit_tokens: float | None = None
    remaining_tokens: float | None = None
    reset_tokens: float | None = None
    retry_after: float | None = None


@runtime_checkable
class ReportsLimits(Protocol):
    """A model adapter that reports what each reply says about rate limits."""

    on_limits: Callable[[RateLimits], None] | None


_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|us|µs|ns|d|h|m|s)")
_ANTHROPICS_PARTS = ("limit", "remaining", "reset")
_EPOCH_SECONDS = 1e9  # no server's limit takes thirty years: larger numbers are points in time


def seconds_of(text: str | None, now: float | None = None) -> float | None:
    """Seconds from now that a header means, 0 or more.

    Understands `1.5`, `1s`, `6m0s`, `120ms`, `1h2m3.5s`, points in time as Unix seconds or milliseconds, as
    an HTTP date or in RFC 3339; None for anything else.

    Args:
        text: the header's value, or None when it is missing.
        now: Unix time to count points in time from; the present when None.
    """
    if not text:
        return None
    text = text.strip()
    try:
        number = float(text)
    except ValueError:
        parts = _DURATION.findall(text)
        if parts and "".join(figure + unit for figure, unit in parts) == text:
            return sum(float(figure) * _UNITS[unit] for figure, unit in parts)
        return _until(text, now)
    if not 0.0 <= number < float("inf"):
        return None
    if number < _EPOCH_SECONDS:
        return number
    moment = number / 1000.0 if number > _EPOCH_SECONDS * 100 else number
    return max(0.0, moment - (time.time() if now is None else now))


def _until(text: str, now: float | None) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - (time.time() if now is None else now))


def retry_after_of(headers: Mapping[str, str]) -> float | None:
    """Seconds the server asked to wait: `retry-after-ms` where given (it is the finer one), else `retry-after`."""
    fine = headers.get("retry-after-ms")
    if fine is not None:
        milliseconds = _number(fine)
        if milliseconds is not None:
            return milliseconds / 1000.0
    return seconds_of(headers.get("retry-after"))


def read_limits(headers: Mapping[str, str]) -> RateLimits | None:
    """The limits in a reply's headers, None when it has none.

    Args:
        headers: case-insensitive, or with names in lower case.
    """
    limit = headers.get("x-ratelimit-limit-requests")
    remaining = headers.get("x-ratelimit-remaining-requests")
    tokens = headers.get("x-ratelimit-limit-tokens")
    if limit is None and remaining is None and tokens is None:
        if "anthropic-ratelimit-requests-limit" in headers or "anthropic-ratelimit-tokens-limit" in headers:
            return RateLimits(
                *_anthropics(headers, "requests"), *_anthropics(headers, "tokens"), retry_after_of(headers)
            )
        waits = retry_after_of(headers)
        return None if waits is None else RateLimits(retry_after=waits)
    return RateLimits(
        _number(limit),
        _number(remaining),
        seconds_of(headers.get("x-ratelimit-reset-requests")),
        _number(tokens),
        _number(headers.get("x-ratelimit-remaining-tokens")),
        seconds_of(headers.get("x-ratelimit-reset-tokens")),
        retry_after_of(headers),
    )


def _anthropics(headers: Mapping[str, str], kind: str) -> tuple[float | None, float | None, float | None]:
    """(limit, remaining, seconds until all are there again) as Anthropic names them."""
    limit, remaining, reset = (headers.get(f"anthropic-ratelimit-{kind}-{part}") for part in _ANTHROPICS_PARTS)
    return _number(limit), _number(remaining), seconds_of(reset)


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text else -1.0
    except ValueError:
        return None
    return number if 0.0 <= number < float("inf") else None
