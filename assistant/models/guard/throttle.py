"""How fast a server that rejects without explaining takes questions: found by trying.

Slow start and additive-increase / multiplicative-decrease, as in TCP (Chiu and Jain, Computer Networks 17, 1989;
RFC 5681), with the decrease going to what the server has been seen to accept, one decrease for all questions that were
on their way together, and a memory of the pace at which it last rejected: far below it the pace doubles every second,
near it it grows slowly, and the longer nothing is rejected the faster (as in CUBIC, RFC 9438).

A stretch in which nothing was accepted says that the server was closed, and nothing about its pace: sending resumes
with a few questions a second, and doubles from there.
"""

from __future__ import annotations

import math
from collections import deque

_DECREASE = 0.93
_MOST_DECREASE = 0.5
_DOUBLING = 1.0  # gains: of the pace, a second
_FAST_GAIN = 0.10
_SLOW_GAIN = 0.01
_NEAR = 0.95  # of the pace last rejected
_FAR = 0.5
_HOLD_S = 20.0  # no trying beyond the last rejected pace for so long
_GAIN_DOUBLES_S = 10.0  # after that
_LONGEST_STEP_S = 5.0  # one answer makes up for so long without one
_WINDOW_S = 10.0
_SLOWEST = 0.05
_PROBE = 2.0  # questions a second, where a server that was closed may be open again
_REMEMBERED = 4096


class Throttle:
    """The pace in questions a second; infinite until something was rejected. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._pace = math.inf
        self._rejected_pace = math.inf
        self._before: float | None = None  # the pace until the rejection that is being waited out
        self._slowed_at = -math.inf
        self._grown_at = -math.inf
        self._sent: deque[float] = deque(maxlen=_REMEMBERED)
        self._refused: deque[float] = deque(maxlen=_REMEMBERED)
        self._counting_from = -math.inf
        self._resumed_at = self._resumes_at = -math.inf

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
        if self._pace == math.inf or self._before is not None or sent_at <= self._slowed_at:
            return
        since = max(0.0, now - max(self._grown_at, self._slowed_at, self._resumes_at))
        gain = self._gain(now)
        self._pace *= (1.0 + gain) ** min(since, 1.0 if gain >= _DOUBLING else _LONGEST_STEP_S)
        self._grown_at = now

    def _gain(self, now: float) -> float:
        """Share of the pace that is added in a second."""
        if self._pace < self._rejected_pace * _FAR:
            return _DOUBLING
        if self._pace < self._rejected_pace * _NEAR:
            return _FAST_GAIN
        held = now - self._slowed_at - _HOLD_S
        return 0.0 if held < 0.0 else min(_DOUBLING, _SLOW_GAIN * 2 ** (held / _GAIN_DOUBLES_S))

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
        # How much was accepted shows only once the rejections of this moment are all in: see `pace`.
        self._before = pace if self._before is None else self._before

    def pace(self, now: float) -> float:
        """Questions a second to send at from now on."""
        if self._before is not None:
            if now < self._resumes_at:
                return _SLOWEST
            self._pace = self._resumed(self._before, now)
            self._before, self._resumed_at = None, now
        return self._pace

    def _resumed(self, before: float, now: float) -> float:
        """The pace after a pause."""
        if self._accepted_since(self._resumed_at) == 0:
            # The pace last rejected stays: what is rejected by a server that is closed says nothing about it.
            return min(before, _PROBE)
        start = max(self._counting_from, self._slowed_at - _WINDOW_S)
        accepted = self._accepted_since(start) / max(now - start, 0.1)
        if before == math.inf:
            # No discount: the pause counts as time, so this first measure is low already.
            return max(_SLOWEST, accepted)
        self._rejected_pace = before
        # The pace may have been a guess far below what is accepted.
        return max(_SLOWEST, max(before, accepted) * _MOST_DECREASE, accepted * _DECREASE)

    def _accepted_since(self, start: float) -> int:
        """Questions sent since a moment and not rejected."""
        sent = sum(1 for moment in self._sent if moment >= start)
        refused = sum(1 for moment in self._refused if moment >= start)
        return max(0, sent - refused)
