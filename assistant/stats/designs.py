"""How items were drawn, and what their influences on a figure say of its error: weights and clusters in one place."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, stdtrit

from assistant.stats.codes import Codes
from assistant.stats.contingency import kish
from assistant.stats.intervals import wilson_of_share
from assistant.stats.vectors import Floats


@dataclass(frozen=True, slots=True)
class Design:
    """Items by the kind of contribution they make, such as the cell of a table, with their weights and clusters.

    Attributes:
        shares: weighted share of the items of each kind, shape (kinds,).
        n: number of items.
        kish: effective number of items, or of clusters by their weight, (sum of weights)² / sum of squared weights.
        squares: sum of the squared weights of each kind over the squared total weight, shape (kinds,).
        kinds, weights, clusters: of the items, shape (n,); None for items without clusters.
    """

    shares: Floats
    n: int
    kish: float
    squares: Floats
    kinds: Codes | None = None
    weights: Floats | None = None
    clusters: Codes | None = None

    @property
    def groups(self) -> int | None:
        """Number of clusters; None without."""
        return None if self.clusters is None else int(self.clusters.max(initial=-1)) + 1

    def variance(self, influence: Floats) -> float:
        """Of the weighted mean of an influence whose weighted mean is 0.

        Args:
            influence: of each kind, shape (kinds,).

        Source: linearisation; for clusters Särndal, Swensson & Wretman (1992), Model Assisted Survey Sampling, 4.2.
        """
        if self.clusters is None or self.kinds is None or self.weights is None:
            return float(self.squares @ influence**2)
        sums = np.bincount(self.clusters, self.weights * influence[self.kinds])
        groups = len(sums)
        return groups / max(groups - 1, 1) * float(sums @ sums) / float(self.weights.sum()) ** 2

    def effective_n(self, influence: Floats) -> float:
        """As many equally weighing independent items would give this variance; at most `n`, `kish` where it is 0."""
        spread, variance = float(self.shares @ influence**2), self.variance(influence)
        tiny = 1e-18
        return min(float(self.n), spread / variance) if spread > tiny and variance > tiny * spread else self.kish

    def quantile(self, confidence: float) -> float:
        """How many standard errors an interval reaches: normal, with clusters Student's t of their number less one."""
        if not 0 < confidence < 1:
            raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")
        upper = (1 + confidence) / 2
        groups = self.groups
        return NormalDist().inv_cdf(upper) if groups is None else float(stdtrit(max(groups - 1, 1), upper))


def design_of_counts(counts: npt.ArrayLike) -> Design:
    """Unweighted independent items, from how many there are of each kind, shape (kinds,)."""
    n = np.asarray(counts, dtype=np.float64).ravel()
    total = float(n.sum())
    return Design(n / (total or 1.0), round(total), total, n / (total or 1.0) ** 2)


def design_of_items(kinds: Codes, number: int, weights: Floats, clusters: npt.ArrayLike | None) -> Design:
    """Items one by one.

    Args:
        kinds: 0 to `number` - 1, shape (n,).
        weights: 0 or more, shape (n,).
        clusters: of items that aren't independent of each other, any values that can be sorted, shape (n,).

    Raises:
        ValueError: another number of clusters than items.
    """
    total = float(weights.sum()) or 1.0
    shares = np.bincount(kinds, weights, minlength=number) / total
    squares = np.bincount(kinds, weights**2, minlength=number) / total**2
    if clusters is None:
        return Design(shares, len(kinds), kish(weights), squares)
    given = np.asarray(clusters)
    if given.shape != kinds.shape:
        raise ValueError(f"clusters must be one for each of the {len(kinds)} items, got shape {given.shape}")
    group = np.unique(given, return_inverse=True)[1].astype(np.int64)
    return Design(shares, len(kinds), kish(np.bincount(group, weights)), squares, kinds, weights, group)


def wilson_reaching(share: float, n: float, z: float) -> tuple[float, float]:
    """Wilson's interval that reaches `z` standard errors, for a share of effectively `n` items."""
    level = min(float(2 * ndtr(z) - 1), 1 - 1e-15)
    return wilson_of_share(min(max(share, 0.0), 1.0), n, level)


def normal_reaching(value: float, variance: float, z: float) -> tuple[float, float]:
    """The interval of `z` standard errors around the value."""
    half = z * sqrt(max(variance, 0.0))
    return value - half, value + half


def carried_wilson(
    design: Design, influence: Floats, observed: float, expected: float, *, effective: float, z: float, alone: bool
) -> tuple[float, float]:
    """Wilson's interval for the observed disagreement, of as many items as give observed / expected its variance.

    Args:
        influence: of each kind of item on observed / expected, shape (kinds,).
        observed, expected: disagreement, 0 to 1, and above 0.
        effective: `Design.effective_n` of the influence.
        z: how many standard errors the interval reaches.
        alone: whether it is all of the interval; where no item moves the ratio it then takes `Design.kish` items, and
            otherwise has no width: another interval will have.

    Returns:
        Ends for observed / expected. Without a disagreement, or without an agreement, from `Design.kish` items.
    """
    variance = float(design.shares @ influence**2) * expected**2
    inside = 1e-12 < observed < 1 - 1e-12
    moves = variance > 1e-18
    if inside and not moves and not alone:
        return observed / expected, observed / expected
    n = observed * (1 - observed) / variance * effective if inside and moves else design.kish
    low, high = wilson_reaching(observed, n, z)
    return low / expected, high / expected
