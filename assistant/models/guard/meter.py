"""An allowance of requests or tokens that refills at a changing pace."""

from __future__ import annotations

import math

_CATCH_UP_S = 0.03
_ROUNDING = 1e-6


class Meter:
    """An allowance that refills at a pace; it may be overdrawn once and is then waited for."""

    __slots__ = ("_at", "_level")

    def __init__(self) -> None:
        self._level = 0.0
        self._at = -math.inf

    def delay(self, now: float, pace: float) -> float:
        """Seconds until the next may pass."""
        if pace == math.inf:
            self._level, self._at = 0.0, now
            return 0.0
        # Timers fire late: what was missed in the last 30 ms may be made up for.
        self._level = min(pace * _CATCH_UP_S, self._level + pace * (now - self._at))
        self._at = now
        return 0.0 if self._level >= -_ROUNDING else -self._level / pace

    def take(self, amount: float) -> None:
        """Use up an amount; a negative one is given back."""
        self._level -= amount
