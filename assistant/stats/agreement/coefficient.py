"""One figure of agreement as it is shown: value, interval, what it rests on, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A figure with its interval; undefined is None with a reason, never 0 or 1.

    Attributes:
        value: the estimate; None when undefined.
        low, high: ends of the interval, within the range of the coefficient; None when there is none.
        n: items it rests on.
        effective_n: as many equally weighing independent items would tell as much; `n` when unweighted and unclustered.
        method: code of how the interval was made, such as `binomial_mid_p`; empty when there is none.
        reason: why there is no value or no interval; None when both are there.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    effective_n: float
    method: str = ""
    reason: Reason | None = None


def undefined(reason: Reason, n: int, effective_n: float | None = None) -> Coefficient:
    """A coefficient without a value."""
    return Coefficient(None, None, None, n, float(n) if effective_n is None else effective_n, reason=reason)
