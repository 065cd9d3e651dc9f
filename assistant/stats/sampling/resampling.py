"""Intervals by bootstrap: percentile and BCa, over counts of what items contribute.

The same data and seed give the same interval. Resamples in which a statistic is undefined (nan) are left out and
counted. When no resample differs from the others nothing tells how far the value is off: there is no interval then,
rather than one of no width.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.special import ndtr, ndtri

from assistant.domain.reasons import Reason
from assistant.stats.vectors import Floats, vectors

Method = Literal["percentile", "bca"]
Codes = npt.NDArray[np.int64]

LINEARISED = "linearised"

_MOST_DRAWS = 50_000_000  # profiles x resamples above which the interval is linearised: some five seconds
_CHUNK = 4_000_000  # numbers held at once (32 MB)
_NO_SPREAD = Reason("no_spread_in_resamples")
_UNDEFINED = Reason("undefined_statistic")


@dataclass(frozen=True, slots=True)
class BootstrapInterval:
    """A statistic with its interval.

    Attributes:
        value: of the items as they are; None when undefined.
        low, high: None when there is no interval.
        method: "percentile", "bca", or "linearised" where there were too many units to resample.
        undefined: resamples left out because the statistic was undefined on them.
        reason: why a figure is None.
    """

    value: float | None
    low: float | None
    high: float | None
    method: str
    undefined: int = 0
    reason: Reason | None = None


def bootstrap_counts(
    profiles: Any,
    counts: npt.ArrayLike,
    statistic: Callable[[Floats], Floats],
    *,
    seed: int,
    resamples: int = 10_000,
    confidence: float = 0.95,
    method: Method = "bca",
) -> BootstrapInterval:
    """Interval of a statistic of sums, from how many units make each contribution: one multinomial draw a resample.

    Args:
        profiles: distinct contributions of the units, a dense or scipy sparse matrix of shape (p, d).
        counts: units with each, whole numbers, shape (p,).
        statistic: of sums of shape (b, d), returns shape (b,); nan where undefined.
        seed: of the draws.
        resamples: how many; with more than 50 million profiles x resamples the interval is the normal one of the
            jackknife variance instead, and `method` says so.
        confidence: two-sided level.
        method: BCa corrects for bias and skewness (Efron 1987); percentile doesn't.

    Raises:
        ValueError: other lengths, counts that are negative, not whole or all zero, resamples or level out of range.
    """
    rows, n = sparse.csr_matrix(profiles), _whole_counts(counts)
    _check(resamples, confidence, method)
    if rows.shape[0] != len(n):
        raise ValueError(f"counts has {len(n)} values for {rows.shape[0]} profiles")
    rows, n = rows[n > 0], n[n > 0]
    total = np.asarray(rows.T @ n)
    value = float(statistic(total[None, :])[0])
    if np.isnan(value):
        return BootstrapInterval(None, None, None, method, reason=_UNDEFINED)
    if len(n) * resamples > _MOST_DRAWS:
        return _linearised(value, _jackknife(rows, total, statistic), n, confidence)
    replicates = _replicates(rows, n, statistic, resamples, seed)
    left_out = _jackknife(rows, total, statistic) if method == "bca" else None
    return _interval(value, replicates, left_out, n, confidence)


def _replicates(rows: Any, n: Floats, statistic: Callable[[Floats], Floats], resamples: int, seed: int) -> Floats:
    chance, units = np.random.default_rng(seed), round(float(n.sum()))
    shares = n / n.sum()
    size = max(1, _CHUNK // (len(n) + rows.shape[1]))
    parts = [
        statistic(np.asarray((rows.T @ chance.multinomial(units, shares, size=b).T.astype(np.float64)).T))
        for b in _chunks(resamples, size)
    ]
    return np.concatenate(parts)


def _jackknife(rows: Any, total: Floats, statistic: Callable[[Floats], Floats]) -> Floats:
    """The statistic without one unit of each profile."""
    size = max(1, _CHUNK // rows.shape[1])
    starts = range(0, rows.shape[0], size)
    return np.concatenate([statistic(np.maximum(total - rows[s : s + size].toarray(), 0)) for s in starts])


def _interval(
    value: float, replicates: Floats, left_out: Floats | None, units: Floats, confidence: float
) -> BootstrapInterval:
    defined = np.sort(replicates[~np.isnan(replicates)])
    undefined, method = len(replicates) - len(defined), "percentile" if left_out is None else "bca"
    if len(defined) == 0 or defined[0] == defined[-1]:
        return BootstrapInterval(value, None, None, method, undefined, _NO_SPREAD)
    tails = np.array([(1 - confidence) / 2, (1 + confidence) / 2])
    if left_out is not None:
        tails = _corrected(tails, value, defined, left_out, units)
    low, high = np.quantile(defined, tails).tolist()
    return BootstrapInterval(value, low, high, method, undefined)


def _corrected(tails: Floats, value: float, replicates: Floats, left_out: Floats, units: Floats) -> Floats:
    """Tails moved for the bias z0 and the acceleration a: Phi(z0 + (z0 + z) / (1 - a (z0 + z)))."""
    below = (np.searchsorted(replicates, value) + np.searchsorted(replicates, value, side="right")) / 2
    least = 0.5 / len(replicates)
    bias = float(ndtri(np.clip(below / len(replicates), least, 1 - least)))
    shifted = bias + ndtri(tails)
    room = np.maximum(1 - acceleration(left_out, units) * shifted, 1e-3)
    return np.asarray(ndtr(bias + shifted / room))


def acceleration(left_out: npt.ArrayLike, units: npt.ArrayLike) -> float:
    """BCa's acceleration from the statistic with one unit left out: sum d³ / (6 (sum d²)^1.5), d from their mean.

    Args:
        left_out: the statistic without a unit of each profile, shape (p,); nan where undefined, which doesn't count.
        units: how many units of each profile there are, shape (p,).

    Source: Efron & Tibshirani (1993), equation 14.15.
    """
    theta, n = np.asarray(left_out, dtype=np.float64), np.asarray(units, dtype=np.float64)
    theta, n = theta[~np.isnan(theta)], n[~np.isnan(theta)]
    d = float(np.average(theta, weights=n)) - theta if len(theta) else theta
    squares = float(n @ d**2)
    return float(n @ d**3) / (6 * squares**1.5) if squares > 0 else 0.0


def _linearised(value: float, left_out: Floats, units: Floats, confidence: float) -> BootstrapInterval:
    theta, n = left_out[~np.isnan(left_out)], units[~np.isnan(left_out)]
    undefined, total = round(float(units.sum() - n.sum())), float(n.sum())
    variance = (total - 1) / total * float(n @ (theta - np.average(theta, weights=n)) ** 2) if total else 0.0
    if variance == 0:
        return BootstrapInterval(value, None, None, LINEARISED, undefined, _NO_SPREAD)
    half = NormalDist().inv_cdf((1 + confidence) / 2) * sqrt(variance)
    return BootstrapInterval(value, value - half, value + half, LINEARISED, undefined)


def _chunks(total: int, size: int) -> list[int]:
    return [min(size, total - start) for start in range(0, total, size)]


def _whole_counts(counts: npt.ArrayLike) -> Floats:
    (n,) = vectors(counts=counts)
    if (n < 0).any() or (n != np.round(n)).any() or not n.any():
        raise ValueError("counts must be whole numbers of 0 or more, not all 0")
    return n


def _check(resamples: int, confidence: float, method: str) -> None:
    if resamples < 1 or not 0 < confidence < 1:
        raise ValueError(f"resamples must be at least 1 and confidence within 0 to 1, got {resamples}, {confidence}")
    if method not in {"percentile", "bca"}:
        raise ValueError(f"method must be percentile or bca, got {method!r}")
