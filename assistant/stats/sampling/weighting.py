"""Estimates for the whole population from items drawn with unequal, known probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from assistant.stats.vectors import Floats, vectors


@dataclass(frozen=True, slots=True)
class WeightedEstimate:
    """A figure with its uncertainty.

    Attributes:
        value: the estimate.
        variance: estimate of its variance over samples.
        low, high: normal interval, not cut to what is possible; unreliable below some 30 sampled items or few errors.
    """

    value: float
    variance: float
    low: float
    high: float


def horvitz_thompson_total(
    values: npt.ArrayLike, inclusion_probabilities: npt.ArrayLike, confidence: float = 0.95
) -> WeightedEstimate:
    """Unbiased estimate of the population's total: sum of value / inclusion probability over the drawn items.

    Args:
        values: of the drawn items, shape (n,).
        inclusion_probabilities: theirs, above 0 up to 1, shape (n,); items are drawn independently (Poisson sampling).
        confidence: two-sided level of the interval.

    Returns:
        The total; its variance estimate, sum of (1 - pi) (value / pi)², is unbiased too.

    Raises:
        ValueError: other lengths, no items, probabilities or level out of range.

    Source: Horvitz & Thompson (1952), JASA 47:663-685.
    """
    y, pi = _checked(values, inclusion_probabilities)
    return _estimate(float((y / pi).sum()), float(((1 - pi) * (y / pi) ** 2).sum()), confidence)


def _checked(values: npt.ArrayLike, inclusion_probabilities: npt.ArrayLike) -> tuple[Floats, Floats]:
    y, pi = vectors(values=values, inclusion_probabilities=inclusion_probabilities)
    if ((pi <= 0) | (pi > 1)).any():
        at = int(np.argmax((pi <= 0) | (pi > 1)))
        raise ValueError(f"inclusion_probabilities must lie above 0 up to 1, got {pi[at]:g} at position {at}")
    return y, pi


def _estimate(value: float, variance: float, confidence: float) -> WeightedEstimate:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")
    half = NormalDist().inv_cdf((1 + confidence) / 2) * sqrt(variance)
    return WeightedEstimate(value, variance, value - half, value + half)
