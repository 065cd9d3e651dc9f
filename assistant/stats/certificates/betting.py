"""Upper bounds for a mean by betting against it: valid at any sample size, for values of any shape within their bounds.

A bettor, at fair odds, that the mean is below m multiplies the stake by more than 1 / alpha with probability at
most alpha when the mean is m or more (Ville 1939). The bound is the least m against which that much would be won.
"""

from __future__ import annotations

from math import log

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from assistant.stats.vectors import check_range, vectors

_STEPS = 50  # halvings of a bracket: 1e-15 of its width
_FRACTIONS = expit(np.linspace(-3.0, 4.5, 9))  # of the largest safe bet, for bets laid before any value is seen


def weighted_upper_bound(
    losses: npt.ArrayLike,
    inclusion_probabilities: npt.ArrayLike,
    population: int,
    confidence: float,
    *,
    least_probability: float,
) -> float:
    """Upper bound for a population's mean loss when each item was drawn on its own with its own probability.

    For each size s of bet, a drawn item with loss l and probability pi multiplies the stake by
    1 - (1 - exp(-s l)) / pi, which averages exp(-s l) over being drawn or not; so against a population whose losses sum
    to W the stake times exp(sW) is fair. The bets mix several s, fixed beforehand. For equal probabilities and losses
    of 0 or 1 the exact tests in `finite` are narrower.

    Args:
        losses: of the drawn items, in [0, 1], shape (n,); may be empty.
        inclusion_probabilities: theirs, shape (n,).
        population: items drawn from, drawn or not.
        confidence: one-sided level, between 0 and 1.
        least_probability: the smallest inclusion probability in the whole population, not only among the drawn.

    Returns:
        Between the mean with all unseen losses 0 and 1.

    Raises:
        ValueError: other lengths, losses, probabilities or level out of range, more items than the population.

    Source: betting bound as in Waudby-Smith & Ramdas (2024), for Poisson sampling: independent draws, bets laid
    beforehand; Markov's inequality.
    """
    loss, pi = (np.asarray(a, dtype=np.float64) for a in (losses, inclusion_probabilities))
    if len(loss):
        loss, pi = vectors(losses=loss, inclusion_probabilities=pi)
    _check_level(confidence)
    check_range("losses", loss, 0, 1)
    if not 0 < least_probability <= 1 or population < max(1, len(loss)):
        raise ValueError("least_probability must lie above 0 up to 1, and population count the drawn items")
    check_range("inclusion_probabilities", pi, least_probability, 1)
    sizes = -np.log1p(-_FRACTIONS * least_probability)
    won = np.log1p(np.expm1(-sizes[:, None] * loss) / pi).sum(axis=1) - log(len(sizes))
    low, high = float(loss.sum()), float(loss.sum() + population - len(loss))
    for _ in range(_STEPS):
        middle = (low + high) / 2
        rejected = float(np.logaddexp.reduce(won + sizes * middle)) >= -log(1 - confidence)
        low, high = (low, middle) if rejected else (middle, high)
    return high / population


def _check_level(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")
