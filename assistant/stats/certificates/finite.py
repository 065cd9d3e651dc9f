"""How many of a finite population's items are wrong, from a random sample of them: exact, no approximation."""

from __future__ import annotations

from math import floor
from typing import overload

import numpy as np
import numpy.typing as npt

from assistant.stats.certificates.hypergeometric import Floats, cumulative


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
