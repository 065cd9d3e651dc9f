"""Intervals for a proportion."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist


def wilson(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval for a proportion, without continuity correction.

    (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n), with p = successes / n and z the two-sided normal quantile.

    Args:
        successes: 0 to `n`.
        n: independent trials; 0 is allowed and says nothing: the interval is (0, 1).
        confidence: two-sided level, between 0 and 1.

    Returns:
        Lower and upper bound, each in [0, 1].

    Raises:
        ValueError: counts or level out of range.

    Source: Wilson (1927), JASA 22:209-212; method 3 in Newcombe (1998), Statistics in Medicine 17:857-872.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"successes must be between 0 and n, got {successes} of {n}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, spread = successes / n, z * z / n
    centre = share + spread / 2
    half = sqrt(spread * share * (1 - share) + spread * spread / 4)
    low = 0.0 if successes == 0 else max(0.0, (centre - half) / (1 + spread))
    high = 1.0 if successes == n else min(1.0, (centre + half) / (1 + spread))
    return low, high
