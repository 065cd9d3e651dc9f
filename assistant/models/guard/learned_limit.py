"""A server's limit on requests or on tokens, learned from what its headers say.

Servers mean different things by the same headers: OpenAI has a bucket that refills all the time and gives the
time until it is full; others count in fixed or sliding windows and give the time until the window moves on.

- Were it a bucket, its rate would lie between (used - 1) / reset and used / reset of every reply (`remaining` is
  rounded down). Once two replies contradict each other there, it is no bucket.
- Were it a window, its rate is limit / length, and the longest reset seen comes close to its length.

A bucket that is nearly full makes the second estimate too high, so while both are possible the lower one holds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

MARGIN = 0.96
"""Share of a short-period limit that is used: room for requests that arrive a little earlier than planned."""

_SHORT_PERIOD_S = 5.0
_SHORTEST_PERIOD_S = 1.0
_LEAST_SHARE = 0.05
_TOLERANCE = 1.1
_MEMORY_S = 1800.0  # longer than any period, so that one odd header does not count for ever


@dataclass(slots=True)
class _Evidence:
    """Bounds of the bucket's rate and the longest reset, from the replies of a stretch of time."""

    rate_at_least: float = 0.0
    rate_at_most: float = math.inf
    longest_reset: float = 0.0

    def add(self, used: float, reset: float) -> None:
        self.longest_reset = max(self.longest_reset, reset)
        if used >= 1.0 and reset > 0.0:
            self.rate_at_least = max(self.rate_at_least, (used - 1.0) / reset)
            self.rate_at_most = min(self.rate_at_most, used / reset)


class LearnedLimit:
    """What is known about one limit; amounts are requests or tokens, times monotonic seconds."""

    def __init__(self) -> None:
        self.rate = math.inf
        """The allowed amount a second in the long run; infinite while nothing is known."""
        self._limit = 0.0
        self._remaining = 0.0
        self._full_at = 0.0
        self._sent_then = -1.0
        self._older, self._newer = _Evidence(), _Evidence()
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
            self._limit, self._older, self._newer, self._turned_at = limit, _Evidence(), _Evidence(), now
        elif now - self._turned_at > _MEMORY_S:
            self._older, self._newer, self._turned_at = self._newer, _Evidence(), now
        self._newer.add(limit - remaining, reset)
        self.rate = self._estimate()
        if sent_then >= self._sent_then:
            self._sent_then, self._remaining, self._full_at = sent_then, remaining, now + reset

    @property
    def evenly(self) -> float:
        """The amount per period where the period is of seconds, so that it is to be used evenly; else 0."""
        return self._limit if self._limit <= self.rate * _SHORT_PERIOD_S else 0.0

    def pace(self, now: float, sent: float) -> float:
        """The amount a second to send at now, given all that was sent so far; infinite when nothing is known.

        Limits with a period of seconds are used evenly, with a margin: by the time a header arrives it is old.
        Limits per minute may be drawn down first; what remains is spread over the time until all is there again,
        which uses a window up exactly and keeps a bucket half full.
        """
        if self.rate == math.inf:
            return math.inf
        if self.evenly:
            return self.rate * MARGIN
        time_left = self._full_at - now
        if time_left <= 0.0:
            return self.rate
        left = self._remaining - (sent - self._sent_then)
        return max(left / time_left, self.rate * _LEAST_SHARE)

    def _estimate(self) -> float:
        older, newer = self._older, self._newer
        by_window = self._limit / max(_SHORTEST_PERIOD_S, older.longest_reset, newer.longest_reset)
        at_least = max(older.rate_at_least, newer.rate_at_least)
        is_window = at_least > _TOLERANCE * min(older.rate_at_most, newer.rate_at_most)
        return by_window if is_window or at_least <= 0.0 else min(by_window, at_least)
