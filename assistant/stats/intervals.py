"""Intervals for a proportion, and for the difference of two."""

from __future__ import annotations

from math import hypot, sqrt
from statistics import NormalDist

from scipy.special import betaincinv


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
    _check(successes, n, confidence)
    return wilson_of_share(successes / n, n, confidence) if n else (0.0, 1.0)


def wilson_of_share(share: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval for a share of items that weigh differently, of which `n` count effectively.

    Args:
        share: weighted share of successes, 0 to 1.
        n: effective number of items, (sum of weights)² / sum of squared weights, above 0.
        confidence: two-sided level, between 0 and 1.

    Raises:
        ValueError: an argument is out of range.

    Source: as `wilson`; the effective number from Kish (1965), Survey Sampling.
    """
    if not (0 <= share <= 1 and n > 0):
        raise ValueError(f"share must lie between 0 and 1 and n above 0, got {share} of {n}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    spread = z * z / n
    centre = share + spread / 2
    half = sqrt(spread * share * (1 - share) + spread * spread / 4)
    low = 0.0 if share == 0 else max(0.0, (centre - half) / (1 + spread))
    high = 1.0 if share == 1 else min(1.0, (centre + half) / (1 + spread))
    return low, high


def clopper_pearson(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """The exact interval for a proportion: the shares that neither one-sided binomial test rejects.

    Args:
        successes: 0 to `n`.
        n: independent trials; 0 is allowed and says nothing: the interval is (0, 1).
        confidence: two-sided level, between 0 and 1; covers at least as often.

    Returns:
        Lower and upper bound, each in [0, 1].

    Raises:
        ValueError: counts or level out of range.

    Source: Clopper & Pearson (1934), Biometrika 26:404-413; method 5 in Newcombe (1998).
    """
    _check(successes, n, confidence)
    one_sided = (1 + confidence) / 2
    return 1 - binomial_upper_bound(n - successes, n, one_sided), binomial_upper_bound(successes, n, one_sided)


def newcombe_difference(
    successes_a: int, n_a: int, successes_b: int, n_b: int, confidence: float = 0.95
) -> tuple[float, float]:
    """Newcombe's hybrid score interval for the difference of two shares of independent items, A less B.

    Each side is the root of the summed squares of the two Wilson intervals' distances from their shares.

    Args:
        successes_a, successes_b: 0 to `n_a`, 0 to `n_b`.
        n_a, n_b: independent trials, at least 1; for the same items under A and B see `paired_proportions`.
        confidence: two-sided level, between 0 and 1.

    Returns:
        Lower and upper bound, each in [-1, 1].

    Raises:
        ValueError: counts or level out of range.

    Source: method 10 in Newcombe (1998), Statistics in Medicine 17:873-890.
    """
    if min(n_a, n_b) < 1:
        raise ValueError(f"n_a and n_b must be at least 1, got {n_a} and {n_b}")
    (low_a, high_a), (low_b, high_b) = wilson(successes_a, n_a, confidence), wilson(successes_b, n_b, confidence)
    share_a, share_b = successes_a / n_a, successes_b / n_b
    down, up = hypot(share_a - low_a, high_b - share_b), hypot(high_a - share_a, share_b - low_b)
    return max(-1.0, share_a - share_b - down), min(1.0, share_a - share_b + up)


def binomial_upper_bound(successes: int, n: int, confidence: float) -> float:
    """The exact one-sided upper bound for a proportion; for no successes 1 - (1 - confidence)^(1/n).

    Args:
        successes: 0 to `n`.
        n: independent trials; 0 says nothing: the bound is 1.
        confidence: one-sided level, between 0 and 1.

    Raises:
        ValueError: counts or level out of range.

    Source: Clopper & Pearson (1934), Biometrika 26:404-413.
    """
    _check(successes, n, confidence)
    return 1.0 if successes == n else float(betaincinv(successes + 1, n - successes, confidence))


def _check(successes: int, n: int, confidence: float) -> None:
    if not 0 <= successes <= n:
        raise ValueError(f"successes must be between 0 and n, got {successes} of {n}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")
