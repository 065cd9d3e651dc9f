"""Intervals for the difference of two shares of right answers on the same items."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

_STEPS = 60  # halvings of a bracket of width 1


@dataclass(frozen=True, slots=True)
class PairedTable:
    """Items by which of two variants is right.

    Attributes:
        both: right under A and B.
        only_a: right under A alone.
        only_b: right under B alone.
        neither: right under none.

    Raises:
        ValueError: a negative count, or no items.
    """

    both: int
    only_a: int
    only_b: int
    neither: int

    def __post_init__(self) -> None:
        if min(self.both, self.only_a, self.only_b, self.neither) < 0:
            raise ValueError(f"counts must be 0 or more, got {self}")
        if not self.n:
            raise ValueError("a paired table must hold at least one item")

    @property
    def n(self) -> int:
        """Number of items."""
        return self.both + self.only_a + self.only_b + self.neither

    @property
    def difference(self) -> float:
        """Share right under A less share right under B, -1 to 1."""
        return (self.only_a - self.only_b) / self.n


def tango(table: PairedTable, confidence: float = 0.95) -> tuple[float, float]:
    """Tango's score interval: the differences its score test doesn't reject; holds with few items or none discordant.

    Leaves 0 out exactly when McNemar's chi-squared without correction rejects at 1 - confidence.

    Args:
        table: the counts.
        confidence: two-sided level, between 0 and 1.

    Returns:
        Lower and upper bound of A less B, each in [-1, 1].

    Raises:
        ValueError: level out of range.

    Source: Tango (1998), Statistics in Medicine 17:891-908, eq. 11-14.
    """
    z, n = _quantile(confidence), table.n
    return _score_bound(table.only_a, table.only_b, n, z), -_score_bound(table.only_b, table.only_a, n, z)


def _score_bound(only_a: int, only_b: int, n: int, z: float) -> float:
    """The smallest difference whose score, (b - c - n d) / sqrt(variance at d), is at most z."""
    low, high = -1.0, (only_a - only_b) / n
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if only_a - only_b - n * middle > z * sqrt(_score_variance(only_a, only_b, n, middle)):
            low = middle
        else:
            high = middle
    return high


def _score_variance(only_a: int, only_b: int, n: int, difference: float) -> float:
    """Variance of the count b - c where the difference is given and the rest is estimated by maximum likelihood."""
    linear = (2 * n - only_a + only_b) * difference - only_a - only_b
    constant = -only_b * difference * (1 - difference)
    share_b_alone = (sqrt(max(0.0, linear * linear - 8 * n * constant)) - linear) / (4 * n)
    return max(0.0, n * (2 * share_b_alone + difference * (1 - difference)))


def _quantile(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")
    return NormalDist().inv_cdf((1 + confidence) / 2)
