"""The hypergeometric distribution, for many at once: errors found in a sample drawn without replacement."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# Past 8 standard deviations (and 20, where few errors make the tail long) lies less than a float can tell.
_DEVIATIONS, _EXTRA = 8.0, 20.0


def cumulative(found: Integers, sampled: Integers, population: Integers, errors: Integers) -> Floats:
    """P(X <= found) for X errors among `sampled` of `population` items of which `errors` are wrong.

    Args:
        found, sampled, population, errors: arrays of one shape (n,), 0 <= errors <= population, sampled <= population.

    Returns:
        Probabilities, shape (n,), relative error below 1e-7 for populations up to ten millions.
    """
    mean, spread = moments(sampled, population, errors)
    reach = np.ceil(_DEVIATIONS * spread + _EXTRA)
    least = np.maximum(0, sampled + errors - population)
    # The terms fall at least as fast below `found` as below the mean: the distribution is log-concave.
    start = np.maximum(least, np.minimum(found, mean) - reach).astype(np.int64)
    end = np.minimum(found, np.ceil(mean + reach)).astype(np.int64)
    length = max(1, int((end - start).max(initial=0)) + 1)
    rows = pmf_rows(start, length, sampled, population, errors)
    rows[np.arange(length) > (end - start)[:, None]] = 0
    certain = found >= np.minimum(np.minimum(sampled, errors), np.ceil(mean + reach))
    return np.where(certain, 1.0, np.minimum(rows.sum(axis=1), 1.0))


def pmf_rows(
    start: Integers, length: int, sampled: Integers | int, population: Integers | int, errors: Integers
) -> Floats:
    """P(X = start + j) for j = 0 .. length - 1.

    Args:
        start: shape (n,), none below the least possible count max(0, sampled + errors - population).

    Returns:
        Shape (n, length); zero past the largest possible count.
    """
    sampled, population = np.broadcast_to(sampled, start.shape), np.broadcast_to(population, start.shape)
    x = start[:, None] + np.arange(length - 1)
    up = np.maximum(errors[:, None] - x, 0) * np.maximum(sampled[:, None] - x, 0)
    down = (x + 1) * (population - errors - sampled + 1)[:, None] + (x + 1) * x
    logs = np.empty((len(start), length))
    logs[:, 0] = _log_pmf(start, sampled, population, errors)
    with np.errstate(divide="ignore"):
        np.log(up / down, out=logs[:, 1:])
    rows: Floats = np.exp(np.cumsum(logs, axis=1))
    return rows


def moments(sampled: Integers | int, population: Integers | int, errors: Integers) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the number of errors found."""
    share = errors / np.maximum(population, 1)
    rest = np.maximum(population - sampled, 0) / np.maximum(np.asarray(population) - 1, 1)
    return sampled * share, np.sqrt(np.maximum(sampled * share * (1 - share) * rest, 0))


def _log_pmf(x: Integers, sampled: Integers, population: Integers, errors: Integers) -> Floats:
    impossible = (x > errors) | (x > sampled)
    x = np.where(impossible, np.maximum(0, sampled + errors - population), x)
    chosen = _log_choose(errors, x) + _log_choose(population - errors, sampled - x) - _log_choose(population, sampled)
    return np.where(impossible, -np.inf, chosen)


def _log_choose(n: Integers, k: Integers) -> Floats:
    chosen: Floats = gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)
    return chosen
