"""Deciding with a guarantee on new items from the same source: Learn-then-Test and conformal rules.

Valid when calibration items and new items are exchangeable (a fresh random sample), not under drift.
"""

from __future__ import annotations

from math import ceil, e, exp, inf, log

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr

from assistant.stats.vectors import Floats, check_range, vectors


def hoeffding_bentkus_p_value(mean: float, n: int, max_error: float) -> float:
    """P-value of "the expected loss exceeds `max_error`" for losses in [0, 1]: the better of two concentration bounds.

    Args:
        mean: mean loss of the sample, 0 to 1.
        n: independent losses, at least 1.
        max_error: the risk to rule out, between 0 and 1.

    Raises:
        ValueError: an argument is out of range.

    Source: Bates et al. (2021), JACM 68(6):43; eq. 5 in Angelopoulos et al., Learn then Test, arXiv 2110.01052.
    """
    _check_sample(n, max_error)
    if not 0 <= mean <= 1:
        raise ValueError(f"mean must lie between 0 and 1, got {mean}")
    hoeffding = exp(-n * _divergence(min(mean, max_error), max_error))
    bentkus = e * float(bdtr(ceil(n * mean - 1e-9), n, max_error))
    return min(1.0, hoeffding, bentkus)


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


def conformal_risk_control_threshold(
    confidence: npt.ArrayLike, losses: npt.ArrayLike, max_risk: float, *, bound: float = 1.0
) -> float | None:
    """The lowest threshold at which accepting what is surer keeps the expected loss at most `max_risk`.

    The loss of a new item counts when its confidence lies strictly above the threshold, else it is 0: the expectation
    is over all items, not over the accepted ones only. It holds on average over calibration samples; to have it with
    a stated confidence use `fixed_sequence`.

    Args:
        confidence: of the calibration items, shape (n,).
        losses: theirs if accepted, shape (n,), 0 to `bound`.
        max_risk: above 0.
        bound: the largest possible loss.

    Returns:
        Accept items whose confidence is strictly greater; -inf accepts all; None: even accepting nothing can't be
        told apart from too much risk with so few items, (sum of losses + bound) / (n + 1) > max_risk.

    Raises:
        ValueError: other lengths, no items, or losses out of range.

    Source: Angelopoulos, Bates, Fisch, Lei & Schuster (2022), Conformal Risk Control, arXiv 2208.02814, eq. 4.
    """
    c, loss = vectors(confidence=confidence, losses=losses)
    check_range("losses", loss, 0, bound)
    affordable = max_risk * (len(c) + 1) - bound
    if affordable < -1e-12:
        return None
    falling, group = np.unique(-c, return_inverse=True)
    accepted = np.cumsum(np.bincount(group, loss))
    too_much = np.flatnonzero(accepted > affordable + 1e-12)
    return -float(falling[too_much[0]]) if len(too_much) else -inf


def conformal_p_values(
    wrong_confidence: npt.ArrayLike, confidence: npt.ArrayLike, *, calibration_items: int | None = None
) -> Floats:
    """P-value of "the machine's label of this item is wrong", for each new item.

    (1 + number of wrong calibration items at least as confident) / (n + 1). With n the number of wrong items it is a
    p-value given that the item is wrong. With n all calibration items it is smaller, and P(item is wrong and
    p <= t) <= t: what conformal selection needs before Benjamini-Hochberg.

    Args:
        wrong_confidence: of the calibration items whose machine label was wrong, shape (k,); may be empty.
        confidence: of the new items, shape (n,).
        calibration_items: all of them, right and wrong, at least k; None takes the wrong ones only.

    Raises:
        ValueError: fewer calibration items than wrong ones.

    Source: over the wrong ones Huang et al. (2025), arXiv 2510.14581; over all Jin & Candès (2023), JMLR 24(244).
    """
    wrong = np.sort(np.asarray(wrong_confidence, dtype=np.float64))
    size = len(wrong) if calibration_items is None else calibration_items
    if size < len(wrong):
        raise ValueError(f"calibration_items must count the {len(wrong)} wrong ones too, got {size}")
    at_least = len(wrong) - np.searchsorted(wrong, np.asarray(confidence, dtype=np.float64), side="left")
    return np.asarray((1 + at_least) / (size + 1), dtype=np.float64)


def _divergence(a: float, b: float) -> float:
    """Kullback-Leibler divergence of Bernoulli(a) from Bernoulli(b)."""
    ones = a * log(a / b) if a > 0 else 0.0
    return ones + ((1 - a) * log((1 - a) / (1 - b)) if a < 1 else 0.0)


def _check_sample(n: int, max_error: float) -> None:
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    if not 0 < max_error < 1:
        raise ValueError(f"max_error must lie between 0 and 1, got {max_error}")
