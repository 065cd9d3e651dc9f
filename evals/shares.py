"""Shares of items with their intervals, whether items weigh differently or belong together."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from scipy.special import stdtrit

from assistant.stats.clusters import ClusteredMean, clustered_mean
from assistant.stats.coefficient import Coefficient, undefined
from assistant.stats.contingency import kish
from assistant.stats.designs import wilson_reaching
from evals.data import Codes, Floats

NO_ITEMS = "no items"


def share(values: Floats, weights: Floats, groups: Codes, confidence: float) -> Coefficient:
    """Weighted mean of values from 0 to 1, such as whether, or how often, an item's answers agree.

    The interval is Wilson's with the effective number of items: as many independent, equally weighing ones as have the
    same variance, at most all there are. Where nothing varies, items (clusters, where items belong together) count by
    their weights. Few clusters widen it: Student's quantile stands in for the normal one.

    Args:
        values: shape (n,).
        weights: 0 or more, shape (n,).
        groups: items of one number are not independent, shape (n,).
        confidence: two-sided level.
    """
    if not len(values) or not weights.any():
        return undefined(NO_ITEMS, 0)
    mean = clustered_mean(values, groups, weights, confidence)
    at = min(1.0, max(0.0, mean.value))
    if mean.standard_error is None or not 0 < at < 1:
        effective = kish(np.bincount(np.unique(groups, return_inverse=True)[1], weights))
    else:
        effective = min(float(mean.n), max(1.0, at * (1 - at) / mean.standard_error**2))
    low, high = wilson_reaching(at, effective, _quantile(mean, confidence))
    return Coefficient(at, low, high, mean.n, effective, method="Wilson, effective n")


def mean_difference(values: Floats, weights: Floats, groups: Codes, confidence: float) -> Coefficient:
    """Weighted mean of differences from -1 to 1 of the same items, with a cluster-robust interval.

    Arguments as `share`.
    """
    if not len(values) or not weights.any():
        return undefined(NO_ITEMS, 0)
    mean = clustered_mean(values, groups, weights, confidence)
    if mean.low is None or mean.high is None:
        effective = float(mean.n)
        return Coefficient(mean.value, None, None, mean.n, effective, reason=mean.reason)
    low, high = max(-1.0, mean.low), min(1.0, mean.high)
    return Coefficient(mean.value, low, high, mean.n, mean.effective_n or float(mean.n), method="cluster-robust t")


def _quantile(mean: ClusteredMean, confidence: float) -> float:
    """How many standard errors the interval reaches."""
    upper = (1 + confidence) / 2
    return float(stdtrit(mean.clusters - 1, upper)) if 1 < mean.clusters < mean.n else NormalDist().inv_cdf(upper)
