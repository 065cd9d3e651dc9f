"""Krippendorff's alpha, Fleiss' kappa and Gwet's AC1 of any number of raters, with intervals over items or clusters.

As in `coefficient_intervals`, for items each with its own number of ratings: the linearised variance of an item's part
in observed and in chance disagreement gives an effective number of items; the interval of the disagreement's share is
carried through the coefficient, and, but for raw agreement and AC1, widened to the normal interval with two items of
two ratings added, spread evenly over the pairs of labels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.stats.agreement.carried import carried_share, normal_reaching
from assistant.stats.agreement.coefficient import Coefficient, undefined
from assistant.stats.agreement.coefficient_intervals import CARRIED, CENSUS, HULL, ONE_CLUSTER
from assistant.stats.agreement.raters import NO_PAIRS, ONE_LABEL, check_counts
from assistant.stats.agreement.raters_linearised import Recipe, recipe
from assistant.stats.codes import Codes
from assistant.stats.intervals import check_level
from assistant.stats.sampling.designs import SamplingDesign, design_of_items
from assistant.stats.vectors import Floats, weights_or_ones

_ADDED = 2.0  # items


def ratings_of_counts(
    counts: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    correction: npt.ArrayLike | None = None,
    values: npt.ArrayLike | None = None,
) -> RatersRatings:
    """Group the items once, for any coefficient.

    Args:
        counts: ratings, shape (items, k); items with fewer than two are left out, so `n` counts the others.
        weights: of the items, shape (items,), such as 1 / inclusion probability.
        clusters: of items that aren't independent of each other, any values that can be sorted, shape (items,).
        correction: 1 less the chance of each item to be here, shape (items,), as `design_of_items`.
        values: of the grades, shape (k,), for interval distances; None places them at equal distances.

    Raises:
        ValueError: as `check_counts`, or other lengths.
    """
    n = check_counts(counts)
    w = weights_or_ones(weights, len(n)) if len(n) else np.zeros(0)
    groups = None if clusters is None else np.asarray(clusters)
    if groups is not None and groups.shape != w.shape:
        raise ValueError(f"clusters must be one for each of the {len(n)} items, got shape {groups.shape}")
    paired = (n.sum(axis=1) >= 2) & (w > 0)
    kinds, of_item = _kinds(n[paired])
    drawn = None if correction is None else np.asarray(correction)[paired]
    design = design_of_items(of_item, len(kinds), w[paired], None if groups is None else groups[paired], drawn)
    return RatersRatings(kinds, design, values)


@dataclass(frozen=True, slots=True, eq=False)
class RatersRatings:
    """How often each item got each label, ready for any coefficient.

    Attributes:
        kinds: the distinct rows of counts, shape (kinds, k).
        design: which of them each item is, and how items weigh and belong together.
        values: of the grades, shape (k,).
    """

    kinds: Floats
    design: SamplingDesign
    values: npt.ArrayLike | None

    def coefficient(self, name: str, confidence: float = 0.95) -> Coefficient:
        """The coefficient of that name; "raw" is the mean share of an item's pairs of ratings that agree.

        There are "raw", "fleiss", "ac1", "alpha_nominal" and, of grades, "alpha_ordinal" and "alpha_interval". Items
        with fewer than two ratings are left out; undefined is None with a reason.

        Raises:
            ValueError: an unknown name, level out of range.
        """
        check_level(confidence)
        return _coefficient(self.kinds, self.design, name, recipe(name, self.values), confidence)


def _kinds(n: Floats) -> tuple[Floats, Codes]:
    """The distinct rows, which one random projection tells apart, and which of them each item is."""
    marks = n @ np.random.default_rng(0).uniform(1, 2, n.shape[1])
    first, of_item = np.unique(marks, return_index=True, return_inverse=True)[1:]
    return n[first], of_item.astype(np.int64)


def _coefficient(n: Floats, design: SamplingDesign, name: str, parts: Recipe, confidence: float) -> Coefficient:
    """From the distinct rows of counts, shape (kinds, k)."""
    if design.n == 0:
        return undefined(NO_PAIRS, 0)
    seen = parts(n, design.shares)
    if not seen.expected > 1e-12:
        return undefined(ONE_LABEL, design.n, design.kish)
    factor = 1 - 1 / _effective_ratings(n, design) if name.startswith("alpha") else 1.0
    value = 1 - factor * seen.observed / seen.expected
    if design.groups == 1:
        return Coefficient(value, None, None, design.n, design.kish, reason=ONE_CLUSTER)
    if design.census:
        return Coefficient(value, value, value, design.n, float(design.n), CENSUS)
    effective = design.effective_n(seen.influence)
    alone = name in {"raw", "ac1"}
    ends = [
        *carried_share(
            design,
            seen.influence,
            seen.observed,
            seen.expected,
            effective=effective,
            confidence=confidence,
            alone=alone,
        )
    ]
    if not alone:
        ends += _with_items_added(n, design.shares, parts, effective, design.reach(effective, confidence))
    low, high = 1 - factor * max(ends), min(1.0, 1 - factor * min(ends))
    least = 0.0 if name == "raw" else min(value, -1.0)
    return Coefficient(
        value, max(least, min(low, value)), max(high, value), design.n, effective, CARRIED if alone else HULL
    )


def _effective_ratings(n: Floats, design: SamplingDesign) -> float:
    ratings = n.sum(axis=1)
    return float(design.shares @ ratings) ** 2 / float(design.squares @ ratings)


def _with_items_added(n: Floats, shares: Floats, parts: Recipe, effective: float, z: float) -> tuple[float, float]:
    k = n.shape[1]
    one, two = np.triu_indices(k)
    added = np.where(one == two, 1.0, 2.0) / k**2 * _ADDED
    total = effective + _ADDED
    padded = np.concatenate([shares * effective, added]) / total
    seen = parts(np.concatenate([n, np.eye(k)[one] + np.eye(k)[two]]), padded)
    return normal_reaching(seen.observed / seen.expected, float(padded @ seen.influence**2) / total, z)
