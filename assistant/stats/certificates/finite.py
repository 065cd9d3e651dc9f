"""How many of a finite population's items are wrong, from a random sample of them: exact, no approximation."""

from __future__ import annotations

from math import ceil, floor
from typing import overload

import numpy as np
import numpy.typing as npt

from assistant.stats.certificates.hypergeometric import Floats, Integers, cumulative

_GRID = 48  # candidates compared at once


def errors_allowed(max_error: float, population: int) -> int:
    """The largest number of wrong items whose share of `population` is at most `max_error`."""
    return floor(max_error * population + 1e-9)


@overload
def p_value(found: int, sampled: int, population: int, errors: int) -> float: ...


@overload
def p_value(
    found: npt.ArrayLike, sampled: npt.ArrayLike, population: npt.ArrayLike, errors: npt.ArrayLike
) -> Floats: ...


def p_value(
    found: npt.ArrayLike, sampled: npt.ArrayLike, population: npt.ArrayLike, errors: npt.ArrayLike
) -> float | Floats:
    """P(X <= found) when `errors` of `population` items are wrong and `sampled` are drawn without replacement.

    It is the exact p-value of "at least `errors` items are wrong": it falls as `errors` grows.

    Args:
        found: wrong items in the sample, 0 to `sampled`.
        sampled: size of a simple random sample, 0 to `population`.
        population: items in all.
        errors: hypothetical wrong items in the population; more than the population holds has probability 0.

    Returns:
        A float for numbers, an array for arrays (of equal or broadcastable shape).

    Raises:
        ValueError: a count is negative, or found > sampled, or sampled > population.

    Source: hypergeometric test, e.g. Cochran (1977), Sampling Techniques, 3rd ed., section 3.6.
    """
    given = np.broadcast_arrays(*(np.asarray(a, dtype=np.int64) for a in (found, sampled, population, errors)))
    x, n, size, wrong = (a.ravel() for a in given)
    if ((x < 0) | (x > n) | (n > size) | (wrong < 0)).any():
        raise ValueError("counts must satisfy 0 <= found <= sampled <= population and errors >= 0")
    possible = wrong <= size - (n - x)
    probabilities = np.zeros(len(x))
    if possible.any():
        probabilities[possible] = cumulative(x[possible], n[possible], size[possible], wrong[possible])
    return probabilities.reshape(given[0].shape) if given[0].shape else float(probabilities[0])


def labels_needed(
    error_share: float, max_error: float, population: int, confidence: float, power: float = 0.8
) -> int | None:
    """The smallest simple random sample that would certify `max_error`, if the true share is `error_share`.

    Args:
        error_share: share of the population that is wrong (rounded up to whole items), 0 to 1.
        max_error: share to certify, 0 to 1.
        population: items in all.
        confidence: one-sided level of the certificate.
        power: wanted probability that the sample certifies.

    Returns:
        Labels, at most `population`; None when no sample can be expected to: error_share >= max_error.

    Raises:
        ValueError: a level or the power is not between 0 and 1.
    """
    _check_level(confidence)
    _check_level(power)
    wrong, allowed = ceil(error_share * population - 1e-9), errors_allowed(max_error, population)
    if error_share >= max_error or wrong > allowed:
        return None
    low, high = 0, wrong
    while low < high:  # the more may be found, the larger the sample and its power, but for the jumps of whole numbers
        middle = (low + high) // 2
        power_enough = _power_when_finding(np.array([middle]), population, wrong, allowed, confidence)[1][0] >= power
        low, high = (low, middle) if power_enough else (middle + 1, high)
    sizes, powers = _power_when_finding(np.arange(max(0, low - _GRID), low + 1), population, wrong, allowed, confidence)
    return int(sizes[np.flatnonzero(powers >= power)[0]])


def _power_when_finding(
    most: Integers, population: int, wrong: int, allowed: int, confidence: float
) -> tuple[Integers, Floats]:
    """The smallest samples that certify `allowed` errors with `most` found, and how probably they find that few."""
    low, high = most.copy(), np.full(len(most), population)
    while (low < high).any():
        middle = (low + high) // 2
        certifies = p_value(most, np.maximum(most, middle), population, allowed + 1) <= 1 - confidence
        low, high = np.where(certifies, low, np.minimum(middle + 1, high)), np.where(certifies, middle, high)
    return low, p_value(np.minimum(most, low), low, population, wrong)


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"a level must lie between 0 and 1, got {level}")
