"""Deciding with a guarantee on new items from the same source: Learn-then-Test.

Valid when calibration items and new items are exchangeable (a fresh random sample), not under drift.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr


def binomial_p_value(errors: int, n: int, max_error: float) -> float:
    """Exact p-value of "the error share exceeds `max_error`": P(at most `errors` of n) at that share.

    Args:
        errors: wrong ones among the n, 0 to n.
        n: independent items, at least 1.
        max_error: the share to rule out, between 0 and 1.

    Raises:
        ValueError: an argument is out of range.

    Source: Clopper & Pearson (1934), Biometrika 26:404-413; for Learn then Test: Bates et al. (2021), JACM 68(6):43.
    """
    _check_sample(n, max_error)
    if not 0 <= errors <= n:
        raise ValueError(f"errors must be between 0 and n, got {errors} of {n}")
    return float(bdtr(errors, n, max_error))


def trials_needed(errors: int, max_error: float, confidence: float) -> int:
    """The fewest independent items that rule out an error share above `max_error` when `errors` of them are wrong.

    With no errors the rule of zero failures: ln(1 - confidence) / ln(1 - max_error), rounded up.

    Raises:
        ValueError: an argument is out of range.

    Source: Wilks (1941), Annals of Mathematical Statistics 12:91-96 (nonparametric tolerance limits).
    """
    if errors < 0 or not 0 < max_error < 1 or not 0 < confidence < 1:
        raise ValueError(f"errors must be 0 or more, shares between 0 and 1: got {errors}, {max_error}, {confidence}")
    low, high = errors + 1, errors + 1
    while binomial_p_value(errors, high, max_error) > 1 - confidence:
        low, high = high + 1, 2 * high
    while low < high:
        middle = (low + high) // 2
        enough = binomial_p_value(errors, middle, max_error) <= 1 - confidence
        low, high = (low, middle) if enough else (middle + 1, high)
    return low


def fixed_sequence(p_values: npt.ArrayLike, level: float) -> int:
    """How many hypotheses, tested in an order fixed before seeing the data, are rejected before the first that isn't.

    The chance that any true hypothesis is among them is at most `level`, whatever their number and dependence.

    Args:
        p_values: shape (n,), in the fixed order; may be empty.
        level: family-wise error rate, between 0 and 1.

    Source: Maurer, Hothorn & Lehmacher (1995); fixed-sequence testing in arXiv 2110.01052.
    """
    kept = np.flatnonzero(~(np.asarray(p_values, dtype=np.float64) <= level))
    return int(kept[0]) if len(kept) else int(np.size(p_values))


def _check_sample(n: int, max_error: float) -> None:
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    if not 0 < max_error < 1:
        raise ValueError(f"max_error must lie between 0 and 1, got {max_error}")
