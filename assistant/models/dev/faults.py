"""The faults and limits that the test server can be set to have; all of them repeatable."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import ceil
from typing import Literal

Fault = Literal[
    "server_error",
    "unavailable",
    "reset",
    "half_body",
    "malformed",
    "truncated",
    "rate_limited",
    "rejected",
    "off_label",
    "refusal",
    "slow",
]


_WHOLE = 1.0 - 1e-9  # a whole request, but for rounding


@dataclass(frozen=True, slots=True)
class Faults:
    """The share of questions (0 to 1 each, 1 in all) that meet a fault; which ones is decided by their text.

    Args:
        server_error: HTTP 500.
        unavailable: HTTP 503.
        reset: the connection is reset instead of an answer.
        half_body: the connection ends in the middle of the answer.
        malformed: the reply's content is broken JSON.
        truncated: the reply's content is cut, `finish_reason` is `length`.
        rate_limited: HTTP 429 with Retry-After.
        rejected: HTTP 400, in words that say nothing.
        off_label: the reply names a label that was not offered.
        refusal: the model declines.
        slow: the answer takes `slow_ms` longer.
        rejected_after: so many questions are asked before each one is `rejected`, whatever it is: a key that is
            revoked; None for never.
        every_attempt: a question meets its fault each time it is asked; otherwise on the first time only.
        retry_after_s: what Retry-After says.
        slow_ms: the extra latency of `slow`, in milliseconds.
    """

    server_error: float = 0.0
    unavailable: float = 0.0
    reset: float = 0.0
    half_body: float = 0.0
    malformed: float = 0.0
    truncated: float = 0.0
    rate_limited: float = 0.0
    rejected: float = 0.0
    off_label: float = 0.0
    refusal: float = 0.0
    slow: float = 0.0
    rejected_after: int | None = None
    every_attempt: bool = False
    retry_after_s: float = 0.2
    slow_ms: float = 1000.0

    @classmethod
    def spread(cls, share: float) -> Faults:
        """500, reset, malformed, truncated and 429 in equal parts, `share` (0 to 1) in all."""
        part = share / 5
        return cls(server_error=part, reset=part, malformed=part, truncated=part, rate_limited=part)

    def rates(self) -> tuple[tuple[Fault, float], ...]:
        """(fault, share) of those that may happen."""
        settings = {"rejected_after", "every_attempt", "retry_after_s", "slow_ms"}
        named = ((field.name, getattr(self, field.name)) for field in fields(self) if field.name not in settings)
        return tuple((name, share) for name, share in named if share > 0)  # type: ignore[misc]  # names are Faults


class FaultPlan:
    """Decides which question meets which fault."""

    def __init__(self, faults: Faults) -> None:
        self._rates = faults.rates()
        self._every_attempt = faults.every_attempt
        self._left = faults.rejected_after
        self._met: set[str] = set()

    def fault_of(self, digest: str) -> Fault | None:
        """The fault of a question, by the digest (hex) of its messages; None for most."""
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                return "rejected"
        if not self._rates or digest in self._met:
            return None
        place = int(digest[:12], 16) / 16**12
        for fault, share in self._rates:
            place -= share
            if place < 0:
                if not self._every_attempt:
                    self._met.add(digest)
                return fault
        return None


@dataclass(frozen=True, slots=True)
class LimitState:
    """What a limit says about one request.

    Args:
        allowed: it may pass.
        limit, remaining: requests per period, and how many are left.
        reset: seconds until all are there again.
        retry_after: seconds until one more would pass; 0 when allowed.
    """

    allowed: bool
    limit: int
    remaining: int
    reset: float
    retry_after: float

    def headers(self) -> dict[str, str]:
        """The state as an OpenAI-compatible server tells it."""
        said = {
            "x-ratelimit-limit-requests": str(self.limit),
            "x-ratelimit-remaining-requests": str(self.remaining),
            "x-ratelimit-reset-requests": f"{self.reset * 1000:.0f}ms",
        }
        return said if self.allowed else said | retry_headers(self.retry_after)


def retry_headers(seconds: float) -> dict[str, str]:
    """Retry-After in whole seconds, as HTTP has it, and in milliseconds, as OpenAI adds."""
    return {"retry-after": str(max(1, ceil(seconds))), "retry-after-ms": str(max(1, ceil(seconds * 1000)))}


class RequestLimit:
    """A real limit on requests: a token bucket (as OpenAI has) or fixed windows.

    Args:
        per_second: requests a second in the long run.
        period: seconds; the bucket holds, and a window allows, `per_second * period` requests.
        kind: `bucket` or `window`.
    """

    def __init__(self, per_second: float, period: float = 1.0, kind: Literal["bucket", "window"] = "bucket") -> None:
        self._rate = per_second
        self._period = period
        self._limit = max(1, round(per_second * period))
        self._level = float(self._limit)
        self._moment: float | None = None
        self._kind = kind

    def take(self, now: float) -> LimitState:
        """Let one request pass or not, at monotonic time `now` in seconds."""
        return self._take_from_bucket(now) if self._kind == "bucket" else self._take_from_window(now)

    def _take_from_bucket(self, now: float) -> LimitState:
        if self._moment is not None:
            self._level = min(float(self._limit), self._level + (now - self._moment) * self._rate)
        self._moment = now
        allowed = self._level >= _WHOLE
        if allowed:
            self._level -= 1.0
        wait = 0.0 if allowed else (1.0 - self._level) / self._rate
        reset = (self._limit - self._level) / self._rate
        return LimitState(allowed, self._limit, int(self._level), reset, wait)

    def _take_from_window(self, now: float) -> LimitState:
        start = now - now % self._period
        if start != self._moment:
            self._moment, self._level = start, float(self._limit)
        allowed = self._level >= _WHOLE
        if allowed:
            self._level -= 1.0
        reset = start + self._period - now
        return LimitState(allowed, self._limit, int(self._level), reset, 0.0 if allowed else reset)
