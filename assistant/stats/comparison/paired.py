"""Two variants on the same items: how much better is A than B, how surely, and is A at least no worse."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
import numpy.typing as npt

from assistant.domain.reasons import Reason
from assistant.stats.comparison.mcnemar import mcnemar_mid_p
from assistant.stats.comparison.paired_proportions import PairedTable, tango
from assistant.stats.sampling.clusters import ClusteredMean, clustered_mean
from assistant.stats.vectors import Floats, check_range, vectors, weights_or_ones

Method = Literal["tango", "paired_t", "cluster_robust"]


@dataclass(frozen=True, slots=True)
class PairedComparison:
    """A less B on the same items.

    Attributes:
        method: `tango`: Tango's score interval and McNemar's mid-p, for right or wrong answers of equally weighing,
            independent items. `paired_t`: Student's interval and test of the items' differences. `cluster_robust`:
            the same for weighted items or clusters, with Liang-Zeger's variance and G - 1 degrees of freedom.
        n: items that weigh more than 0.
        clusters: groups they form; `n` when ungrouped.
        effective_n: as many independent, equally weighing items would tell as much; None when undefined.
        mean_a, mean_b: weighted mean scores.
        difference: mean_a - mean_b, -1 to 1.
        low, high: its two-sided interval, cut to [-1, 1]; None when undefined.
        p_value: two-sided, of "there is no difference"; None when undefined.
        item_deviation: standard error times sqrt(n), what one item adds to the noise (clusters and weights included),
            for sample sizes; None when 0 or undefined.
        differs: the interval leaves 0 out and the p-value is below 1 - confidence. Under `paired_t` and
            `cluster_robust` each follows from the other. Tango's interval inverts McNemar's chi-squared test, the
            mid-p is a little more careful with few discordant items (0 against 4: chi-squared 0.046, mid-p 0.063);
            where they part, no difference is claimed.
        reason: why figures are None; None when all are there.
    """

    method: Method
    n: int
    clusters: int
    effective_n: float | None
    mean_a: float
    mean_b: float
    difference: float
    low: float | None
    high: float | None
    p_value: float | None
    item_deviation: float | None
    differs: bool
    reason: Reason | None


def compare_paired(
    scores_a: npt.ArrayLike,
    scores_b: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> PairedComparison:
    """Compare two variants by the method that fits the data; see `PairedComparison`.

    Args:
        scores_a: of variant A, shape (n,), 0 to 1: right or wrong, a grade, or the mean over repeats of the item.
        scores_b: of variant B on the same items.
        weights: 0 or more, such as 1 / inclusion probability (Hájek's mean), shape (n,); equal ones are as none.
        clusters: whole-number codes of items that share a source, shape (n,); all distinct is as none.
        confidence: two-sided level, between 0 and 1.

    Raises:
        ValueError: lengths, scores, weights, codes, level out of range; says which and where.
    """
    a, b = vectors(scores_a=scores_a, scores_b=scores_b)
    check_range("scores_a", a, 0, 1)
    check_range("scores_b", b, 0, 1)
    w = weights_or_ones(weights, len(a))
    robust = clustered_mean(a - b, clusters, w, confidence)
    alike = bool(w.min() == w.max()) and robust.clusters == robust.n
    binary = bool(np.isin(a, (0, 1)).all() and np.isin(b, (0, 1)).all())
    if alike and binary:
        figures = _right_or_wrong(a, b, confidence)
    else:
        figures = _from_differences("paired_t" if alike else "cluster_robust", robust)
    return PairedComparison(
        method=figures.method,
        n=robust.n,
        clusters=robust.clusters,
        effective_n=figures.effective_n,
        mean_a=float(np.average(a, weights=w)),
        mean_b=float(np.average(b, weights=w)),
        difference=robust.value,
        low=figures.low,
        high=figures.high,
        p_value=figures.p_value,
        item_deviation=figures.item_deviation,
        differs=figures.differs(1 - confidence),
        reason=figures.reason,
    )


@dataclass(frozen=True, slots=True)
class _Figures:
    method: Method
    effective_n: float | None
    low: float | None
    high: float | None
    p_value: float | None
    item_deviation: float | None
    reason: Reason | None

    def differs(self, level: float) -> bool:
        """Both the interval and the p-value speak against "no difference"."""
        if self.low is None or self.high is None or self.p_value is None:
            return False
        return not self.low <= 0 <= self.high and self.p_value < level


def _right_or_wrong(a: Floats, b: Floats, confidence: float) -> _Figures:
    both, only_a, only_b = (int(kind.sum()) for kind in ((a == 1) & (b == 1), a > b, a < b))
    table = PairedTable(both, only_a, only_b, len(a) - both - only_a - only_b)
    low, high = tango(table, confidence)
    deviation = sqrt(max(0.0, (only_a + only_b) / table.n - table.difference**2))
    return _Figures("tango", float(table.n), low, high, mcnemar_mid_p(only_a, only_b), deviation or None, None)


def _from_differences(method: Method, mean: ClusteredMean) -> _Figures:
    deviation = None if mean.standard_error is None else mean.standard_error * sqrt(mean.n)
    low = None if mean.low is None else max(-1.0, mean.low)
    high = None if mean.high is None else min(1.0, mean.high)
    effective_n = float(mean.n) if method == "paired_t" else mean.effective_n
    return _Figures(method, effective_n, low, high, mean.p_value, deviation, mean.reason)
