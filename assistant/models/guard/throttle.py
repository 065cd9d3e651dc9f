"""How fast a server that rejects without explaining takes questions: found by trying.

Additive-increase / multiplicative-decrease (Chiu and Jain, Computer Networks 17, 1989), with the decrease going to
what the server has been seen to accept, one decrease for all questions that were on their way together, and a
memory of the pace at which it last rejected: below it the pace recovers fast, above it slowly.
"""

from __future__ import annotations

import math
from collections import deque

_DECREASE = 0.93
_MOST_DECREASE = 0.5
_FAST_GAIN = 0.10  # of the pace, a second
_SLOW_GAIN = 0.01
_HOLD_S = 20.0  # no trying beyond the last rejected pace for so long
_WINDOW_S = 10.0
_SLOWEST = 0.05
_REMEMBERED = 4096


class Throttle:
    """The pace in questions a second; infinite until something was rejected. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._pace = math.inf
        self._rejected_pace = math.inf
        self._slowed_at = -math.inf
        self._grown_at = -math.inf
        self._sent: deque[float] = deque(maxlen=_REMEMBERED)
        self._refused: deque[float] = deque(maxlen=_REMEMBERED)
        self._counting_from = -math.inf
        self._resumes_at = -math.inf

    def sent(self, now: float) -> None:
        """A question goes out."""
        if self._counting_from == -math.inf:
            self._counting_from = now
        self._sent.append(now)

    def forgive(self, now: float) -> None:
        """Rejections of what was sent before now don't count."""
        self._slowed_at = now

    def accepted(self, sent_at: float, now: float) -> None:
        """A question was answered: recover a little."""
        if self._pace == math.inf or sent_at <= self._slowed_at:
            return
        since = max(0.0, now - max(self._grown_at, self._slowed_at, self._resumes_at))
        near = self._pace >= self._rejected_pace * 0.95
        holding = near and now - self._slowed_at < _HOLD_S
        gain = 0.0 if holding else _SLOW_GAIN if near else _FAST_GAIN
        self._pace *= 1.0 + gain * min(since, 1.0)
        self._grown_at = now

    def rejected(self, sent_at: float, now: float, pace: float, resumes_at: float) -> None:
        """A question was rejected.

        Args:
            sent_at: when it was sent.
            now: the present.
            pace: that everything together had set until now.
            resumes_at: when sending goes on.
        """
        self._refused.append(sent_at)
        self._resumes_at = resumes_at
        if sent_at <= self._slowed_at:
            return
        self._slowed_at = now
        self._rejected_pace = pace
        # How much was accepted shows only once the rejections of this moment are all in: see `pace`.
        self._pace = -1.0

    def pace(self, now: float) -> float:
        """Questions a second to send at from now on."""
        if self._pace < 0.0:
            if now < self._resumes_at:
                return _SLOWEST
            accepted = self._accepted_rate(now)
            if self._rejected_pace == math.inf:
                # No discount: the pause counts as time, so this first measure is low already.
                self._pace = max(_SLOWEST, accepted)
            else:
                # The pace may have been a guess far below what is accepted.
                before = max(self._rejected_pace, accepted)
                self._pace = max(_SLOWEST, before * _MOST_DECREASE, accepted * _DECREASE)
        return self._pace

    def _accepted_rate(self, now: float) -> float:
        """Questions a second sent and not rejected, from ten seconds before the rejection, pause included."""
        start = max(self._counting_from, self._slowed_at - _WINDOW_S)
        sent = sum(1 for moment in self._sent if moment >= start)
        refused = sum(1 for moment in self._refused if moment >= start)
        return max(0, sent - refused) / max(now - start, 0.1)
