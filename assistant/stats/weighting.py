"""Estimates for the whole population from items drawn with unequal, known probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from assistant.stats.vectors import Floats, vectors


@dataclass(frozen=True, slots=True)
class Estimate:
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
) -> Estimate:
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


def horvitz_thompson_mean(
    values: npt.ArrayLike, inclusion_probabilities: npt.ArrayLike, population: int, confidence: float = 0.95
) -> Estimate:
    """Unbiased estimate of the population's mean: the estimated total over the population's known size.

    Args, errors and source as for `horvitz_thompson_total`; `population` is the number of items drawn from.
    """
    y, pi = _checked(values, inclusion_probabilities)
    if population < len(y):
        raise ValueError(f"population must hold the {len(y)} drawn items, got {population}")
    total = horvitz_thompson_total(y, pi, confidence)
    return Estimate(
        total.value / population, total.variance / population**2, total.low / population, total.high / population
    )


def hajek_mean(values: npt.ArrayLike, inclusion_probabilities: npt.ArrayLike, confidence: float = 0.95) -> Estimate:
    """Mean weighted by 1 / inclusion probability: nearly unbiased, and steadier than Horvitz-Thompson for shares.

    Args and errors as for `horvitz_thompson_total`.

    Returns:
        The mean, within the range of the values; its variance is linearised (Taylor):
        sum of (1 - pi) ((value - mean) / pi)² / (sum of 1 / pi)².

    Source: Hájek (1971), in Foundations of Statistical Inference, 236; Särndal, Swensson & Wretman (1992), section 5.7.
    """
    y, pi = _checked(values, inclusion_probabilities)
    size = float((1 / pi).sum())
    mean = float((y / pi).sum()) / size
    return _estimate(mean, float(((1 - pi) * ((y - mean) / pi) ** 2).sum()) / size**2, confidence)


def _checked(values: npt.ArrayLike, inclusion_probabilities: npt.ArrayLike) -> tuple[Floats, Floats]:
    y, pi = vectors(values=values, inclusion_probabilities=inclusion_probabilities)
    if ((pi <= 0) | (pi > 1)).any():
        at = int(np.argmax((pi <= 0) | (pi > 1)))
        raise ValueError(f"inclusion_probabilities must lie above 0 up to 1, got {pi[at]:g} at position {at}")
    return y, pi


def _estimate(value: float, variance: float, confidence: float) -> Estimate:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")
    half = NormalDist().inv_cdf((1 + confidence) / 2) * sqrt(variance)
    return Estimate(value, variance, value - half, value + half)
