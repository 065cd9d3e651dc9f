"""Shares of items with their intervals, whether items weigh differently or belong together."""

from __future__ import annotations

import numpy as np

from assistant.domain.reasons import Reason
from assistant.stats.agreement.coefficient import Coefficient, undefined
from assistant.stats.agreement.coefficient_intervals import CENSUS
from assistant.stats.sampling.clusters import clustered_mean, effective_clusters
from assistant.stats.sampling.designs import SamplingDesign, design_of_items
from evals.data.eval_data import Codes, EvalData, Floats

NO_ITEMS = Reason("no_items")
FEW_GROUPS = 20
"""Groups, as many as of one size would tell as much, below which intervals may be too short."""

FEW_HOLDING = 10
"""Groups with the rarer outcome below which they may be."""

EXACT = "binomial_mid_p"
KORN_GRAUBARD = "korn_graubard"


def share(
    values: Floats, weights: Floats, groups: Codes, confidence: float, correction: Floats | None = None
) -> Coefficient:
    """Weighted mean of values from 0 to 1, such as whether, or how often, an item's answers agree.

    The interval is that of as many independent, equally weighing items as have the same variance, at most all there
    are; see `SamplingDesign`. Few clusters, and few items that carry most of the weight, widen it.

    Args:
        values: shape (n,).
        weights: 0 or more, shape (n,).
        groups: items of one number, 0 or more, are not independent, shape (n,).
        confidence: two-sided level.
        correction: 1 less the chance of each item to be here, shape (n,), where the figure speaks for just the items
            drawn from; groups then say nothing. None where it speaks for others like them.
    """
    kept = weights > 0
    if not kept.any():
        return undefined(NO_ITEMS, 0)
    y, w, of = values[kept].astype(np.float64), weights[kept], groups[kept]
    mean = min(1.0, max(0.0, float(np.average(y, weights=w))))
    clusters = of if np.bincount(of).max() > 1 else None
    drawn = None if correction is None else correction[kept]
    whether = bool(((y == 0) | (y == 1)).all())
    kinds, values = (y.astype(np.int64), np.array([0.0, 1.0])) if whether else (np.arange(len(y)), y)
    design = design_of_items(kinds, len(values), w, clusters, drawn)
    if design.census:
        return Coefficient(mean, mean, mean, design.n, float(design.n), method=CENSUS)
    effective = design.effective_n(values - mean, (-mean, 1 - mean)) if 0 < mean < 1 else design.least_n
    effective = max(1.0, _as_share(design, values, mean, effective))
    low, high = design.interval(mean, effective, confidence)
    method = EXACT if design.degrees is None and not design.finite else KORN_GRAUBARD
    return Coefficient(mean, min(low, mean), max(high, mean), design.n, effective, method=method)


def share_of(data: EvalData, values: Floats, items: Codes, confidence: float) -> Coefficient:
    """`share` of values of items of the data, with their weights and groups.

    Args:
        data: the data.
        values: of the items, 0 to 1, shape (m,).
        items: positions, shape (m,).
        confidence: two-sided level.
    """
    correction = None if data.correction is None else data.correction[items]
    return share(values, data.weights[items], data.groups[items], confidence, correction)


def group_warning(values: Floats, weights: Floats, groups: Codes) -> Reason | None:
    """What the reader must know of intervals that count groups where these are too few for any interval to hold.

    The rule is on number and inequality of groups, and on how many hold the rarer outcome: simulated coverage is in
    docs/evals.md.

    Args:
        values: whether items agree, 0 to 1, shape (n,).
        weights: shape (n,).
        groups: shape (n,).

    Returns:
        None where intervals hold, or no two items belong together.
    """
    number = _number(groups)
    if number in {0, len(groups)}:
        return None
    alike = round(effective_clusters(weights, groups))
    if alike < FEW_GROUPS:
        return Reason.of("few_groups", groups=number, alike=alike)
    holding = min(_number(groups[values > 0]), _number(groups[values < 1]))
    if 0 < holding < FEW_HOLDING:
        return Reason.of("few_groups_with_rarer_outcome", holding=holding, groups=number)
    return None


def _number(groups: Codes) -> int:
    """How many different ones there are."""
    return int(np.count_nonzero(np.bincount(groups)))


def _as_share(design: SamplingDesign, values: Floats, mean: float, effective: float) -> float:
    """Values between 0 and 1 vary less than a share of that size: as many items would tell as much; at most all."""
    spread = float(design.shares @ (values - mean) ** 2)
    if not 0 < mean < 1 or not spread:
        return effective
    found = effective * mean * (1 - mean) / spread
    return found if design.finite else min(float(design.n), found)


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
    return Coefficient(mean.value, low, high, mean.n, mean.effective_n or float(mean.n), method="cluster_robust_t")
