"""The mean of items that come in groups, such as questions on one text, which tell less than independent ones."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

from assistant.domain.reasons import Reason
from assistant.stats.vectors import Floats, vectors, weights_or_ones

_NO_SPREAD = 1e-12  # standard errors below this, relative to the values' size, are rounding


@dataclass(frozen=True, slots=True)
class ClusteredMean:
    """A mean with an uncertainty that counts clusters, not items.

    Attributes:
        value: mean, weighted.
        n: items that weigh more than 0.
        clusters: groups they form; `n` when ungrouped.
        standard_error: Liang-Zeger's with the small-sample factor G / (G - 1); for ungrouped, unweighted items the
            usual s / sqrt(n). None with one cluster or without any spread.
        low, high: Student's t interval with G - 1 degrees of freedom, of ungrouped items that weigh differently as
            many as the heavy ones give; not cut to what is possible; None as above.
        p_value: two-sided, of "the mean is 0"; below 1 - confidence exactly when the interval leaves 0 out.
        design_effect: variance over that of as many independent, equally weighing items; None when undefined.
        effective_n: n / design_effect; None when undefined.
        reason: why figures are None; None when all are there.
    """

    value: float
    n: int
    clusters: int
    standard_error: float | None
    low: float | None
    high: float | None
    p_value: float | None
    design_effect: float | None
    effective_n: float | None
    reason: Reason | None


def clustered_mean(
    values: npt.ArrayLike,
    clusters: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> ClusteredMean:
    """Mean of values whose errors may depend on each other within a cluster, not between clusters.

    Reliable from some 30 clusters of similar size on; with few or very unequal ones the interval is too short.

    Args:
        values: shape (n,), finite.
        clusters: whole-number codes, shape (n,); None takes every item as its own.
        weights: 0 or more, shape (n,), such as 1 / inclusion probability; items of weight 0 don't count.
        confidence: two-sided level, between 0 and 1.

    Raises:
        ValueError: lengths differ, no items, codes that are not whole numbers, negative weights, level out of range.

    Source: Liang & Zeger (1986), Biometrika 73:13-22; for evaluations Miller (2024), arXiv 2411.00640, section 2.2;
    weighted mean linearised as in Särndal, Swensson & Wretman (1992), section 5.7; its degrees of freedom:
    Satterthwaite (1946), Biometrics Bulletin 2:110-114.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")
    y, w, codes = weighted_clusters(values, clusters, weights)
    mean = float(np.average(y, weights=w))
    groups, naive = int(codes.max()) + 1, _simple_variance(y, w, mean)
    se = _standard_error(y, w, codes, mean) * sqrt(groups / (groups - 1)) if groups > 1 else 0.0
    if se <= _NO_SPREAD * max(1.0, float(np.abs(y).max())):
        return ClusteredMean(mean, len(y), groups, None, None, None, None, None, None, _why_undefined(groups))
    degrees = _degrees(w, groups)
    half = float(stdtrit(degrees, (1 + confidence) / 2)) * se
    p = 2 * float(stdtr(degrees, -abs(mean) / se))
    effect = se * se / naive
    return ClusteredMean(mean, len(y), groups, se, mean - half, mean + half, p, effect, len(y) / effect, None)


def cluster_variance(deviations: Floats, weights: Floats, clusters: npt.NDArray[np.int64]) -> float:
    """Variance of a weighted mean of clustered items: the larger of two estimates, as each fails where the other holds.

    The jackknife's, from leaving out one cluster at a time, assumes nothing about clusters, and falls short where few
    or large ones happen to be alike. The other takes one correlation for all clusters, by analysis of variance, so
    that small ones tell of large ones too.

    Args:
        deviations: of the items from the mean, weighted mean 0, shape (n,).
        weights: 0 or more, shape (n,).
        clusters: numbered from 0 without gaps, shape (n,).

    Returns:
        0 or more; 0 with a single cluster.

    Source: jackknife (CR3): Bell & McCaffrey (2002), Survey Methodology 28:169-181; one correlation: Kish (1965),
    Survey Sampling, section 5.4, estimated as by Donner (1986), International Statistical Review 54:67-82.
    """
    total, heavy = float(weights.sum()), np.bincount(clusters, weights)
    groups = len(heavy)
    if groups < 2 or not total:
        return 0.0
    sums = np.bincount(clusters, weights * deviations)
    left = total - heavy
    jackknife = float(((sums / np.where(left > 0, left, np.inf)) ** 2).sum())
    spread = float(weights @ deviations**2) / total
    within = _correlation(deviations, weights, clusters)
    alone, together = float(weights @ weights), float(heavy @ heavy)
    return max(jackknife, spread * (alone + within * (together - alone)) / total**2)


def effective_clusters(weights: npt.ArrayLike, clusters: npt.ArrayLike) -> float:
    """As many clusters of one size would tell as much, were items within a cluster alike; `n` codes, any values.

    Source: Kish (1965), Survey Sampling, section 11.7; that few effective clusters make intervals too short: Carter,
    Schnepel & Steigerwald (2017), Review of Economics and Statistics 99:698-709.
    """
    heavy = np.bincount(np.unique(np.asarray(clusters), return_inverse=True)[1], np.asarray(weights, dtype=np.float64))
    squares = float(heavy @ heavy)
    return float(heavy.sum()) ** 2 / squares if squares else 0.0


def weighted_clusters(
    values: npt.ArrayLike, clusters: npt.ArrayLike | None, weights: npt.ArrayLike | None
) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    """Values, weights and clusters (numbered from 0) of the items that weigh more than 0.

    Raises:
        ValueError: as for `clustered_mean`.
    """
    (y,) = vectors(values=values)
    w = weights_or_ones(weights, len(y))
    codes = np.arange(len(y)) if clusters is None else _cluster_codes(clusters, len(y))
    kept = w > 0
    if kept.all():
        return y, w, codes
    _, codes = np.unique(codes[kept], return_inverse=True)
    return y[kept], w[kept], codes


def _cluster_codes(clusters: npt.ArrayLike, n: int) -> npt.NDArray[np.int64]:
    given = np.asarray(clusters)
    if given.shape != (n,):
        raise ValueError(f"clusters must hold one code for each of the {n} items, got shape {given.shape}")
    if given.dtype.kind not in "iu":
        raise ValueError(f"clusters must be whole-number codes, got {given.dtype}; number the groups first")
    _, codes = np.unique(given, return_inverse=True)
    return codes.astype(np.int64)


def _degrees(w: Floats, groups: int) -> float:
    """Groups less one; Satterthwaite's where items stand alone and weigh differently, few of them most of it."""
    squares = w * w
    if groups < len(w) or not (w != w[0]).any():
        return groups - 1
    return min(groups - 1.0, max(1.0, float(squares.sum()) ** 2 / float(squares @ squares) - 1))


def _correlation(deviations: Floats, weights: Floats, clusters: npt.NDArray[np.int64]) -> float:
    """Of two items of a cluster, 0 to 1, by analysis of variance; weights are brought to a mean of 1."""
    n, w = len(deviations), weights * (len(weights) / float(weights.sum()))
    heavy, sums = np.bincount(clusters, w), np.bincount(clusters, w * deviations)
    means = np.divide(sums, heavy, out=np.zeros_like(sums), where=heavy > 0)
    groups = len(heavy)
    between = float(heavy @ means**2) / (groups - 1)
    within = float(w @ (deviations - means[clusters]) ** 2) / max(n - groups, 1)
    size = (n - float(heavy @ heavy) / n) / (groups - 1)
    scale = between + (size - 1) * within
    return min(1.0, max(0.0, (between - within) / scale)) if scale > 0 else 0.0


def _standard_error(y: Floats, w: Floats, codes: npt.NDArray[np.int64], mean: float) -> float:
    sums = np.bincount(codes, w * (y - mean))
    return sqrt(float(sums @ sums)) / float(w.sum())


def _simple_variance(y: Floats, w: Floats, mean: float) -> float:
    """Variance of the mean if all n items weighed alike and were independent."""
    return float(np.average((y - mean) ** 2, weights=w)) / max(len(y) - 1, 1)


def _why_undefined(groups: int) -> Reason:
    return Reason("one_cluster" if groups < 2 else "clusters_alike")
