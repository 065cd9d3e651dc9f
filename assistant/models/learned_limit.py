"""A server's limit on requests or on tokens, learned from what its headers say.

Servers mean different things by the same headers: OpenAI has a bucket that refills all the time and gives the
time until it is full; others count in fixed or sliding windows and give the time until the window ends. Both are
served by two estimates of the allowed rate, of which the lower one holds:

- (used - 1) / reset: exact for a bucket once it has been drawn from, far too high for a window near its end;
- limit / longest reset seen: exact for a window once its beginning was seen, too high for a bucket that is nearly
  full. The `- 1` is there because `remaining` is rounded down.
"""

from __future__ import annotations

import math

MARGIN = 0.95
"""Share of a short-period limit that is used: room for requests that arrive a little earlier than planned."""

_SHORT_PERIOD_S = 5.0
_SHORTEST_PERIOD_S = 1.0
_LEAST_SHARE = 0.05
_MEMORY_S = 150.0


class LearnedLimit:
    """What is known about one limit; amounts are requests or tokens, times monotonic seconds."""

    def __init__(self) -> None:
        self._limit = 0.0
        self._remaining = 0.0
        self._full_at = 0.0
        self._sent_then = -1.0
        self._fastest_use = 0.0
        self._longest_reset = 0.0
        self._older = (0.0, 0.0)
        self._turned_at = 0.0

    def observe(
        self, limit: float | None, remaining: float | None, reset: float | None, *, now: float, sent_then: float
    ) -> None:
        """Take in one reply's headers.

        Args:
            limit, remaining, reset: as the server says; nothing is learned where one is missing.
            now: the present.
            sent_then: all that had been sent when the reply's own request was sent, itself included. Replies come
                out of order; only the latest request's say what remains.
        """
        if limit is None or remaining is None or reset is None or limit <= 0:
            return
        if limit != self._limit:
            self._limit, self._fastest_use, self._longest_reset, self._older = limit, 0.0, 0.0, (0.0, 0.0)
            self._turned_at = now
        elif now - self._turned_at > _MEMORY_S:
            self._older = (self._fastest_use, self._longest_reset)
            self._fastest_use, self._longest_reset, self._turned_at = 0.0, 0.0, now
        self._longest_reset = max(self._longest_reset, reset)
        if reset > 0:
            self._fastest_use = max(self._fastest_use, (limit - remaining - 1) / reset)
        if sent_then >= self._sent_then:
            self._sent_then, self._remaining, self._full_at = sent_then, remaining, now + reset

    @property
    def rate(self) -> float:
        """The allowed amount a second in the long run; infinite while nothing is known."""
        if not self._limit:
            return math.inf
        by_window = self._limit / max(_SHORTEST_PERIOD_S, self._longest_reset, self._older[1])
        by_bucket = max(self._fastest_use, self._older[0])
        return min(by_window, by_bucket) if by_bucket > 0 else by_window

    def pace(self, now: float, sent: float) -> float:
        """The amount a second to send at now, given all that was sent so far; infinite when nothing bounds it.

        Limits with a period of seconds are used evenly, with a margin: by the time a header arrives it is old.
        Limits per minute may be drawn down first; what remains is spread over the time until all is there again,
        which uses a window up exactly and keeps a bucket half full.
        """
        rate = self.rate
        if rate == math.inf:
            return math.inf
        if self._limit / rate <= _SHORT_PERIOD_S:
            return rate * MARGIN
        time_left = self._full_at - now
        left = (self._limit if time_left <= 0 else self._remaining) - (sent - self._sent_then)
        if left <= 0:
            return rate * _LEAST_SHARE
        return math.inf if time_left <= 0 else max(left / time_left, rate * _LEAST_SHARE)
