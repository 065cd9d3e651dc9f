"""Every coefficient of two raters with an interval that holds, of items that may be weighted and clustered.

Raw agreement, PABAK and AC1 carry the interval of the disagreement's share through the coefficient, chance as
observed, with as many items as give the coefficient its linearised variance (see `Design.interval`). For those whose
chance term comes from the margins (kappas, alphas, Scott's pi) and for distances (AC2) that falls short where a label
is rare; theirs is the hull of Wilson's, carried so, and the normal one of the table with two items added, spread
evenly over its cells, as Agresti & Coull (1998) do for a proportion. It is wide where labels are two: equally weighing
independent items then have Donner and Eliasziw's interval, a third narrower where a label is rare, unless the raters'
margins are too unequal (see `two_labels`). None collapses when there is no disagreement. The coverage table is in
docs/evals.md; `make bench` makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.domain.reasons import Reason
from assistant.stats.agreement.carried import carried_share, normal_reaching
from assistant.stats.agreement.coefficient import Coefficient, undefined
from assistant.stats.agreement.linearised import Chance, Linearised, linearised
from assistant.stats.agreement.two_labels import goodness_of_fit_ratios, margins_allow
from assistant.stats.agreement.two_raters import EMPTY, ONE_LABEL, undefined_because
from assistant.stats.agreement.weight_matrices import identity_weights, linear_weights, quadratic_weights
from assistant.stats.contingency import PairedCodes, paired_codes
from assistant.stats.intervals import check_level
from assistant.stats.sampling.designs import SamplingDesign, design_of_items
from assistant.stats.vectors import Floats

NOMINAL = ("raw", "kappa", "scott_pi", "pabak", "ac1", "alpha_nominal")
ORDINAL = ("kappa_linear", "kappa_quadratic", "ac2_linear", "ac2_quadratic", "alpha_ordinal", "alpha_interval")
DISTANCES = "alpha_distances"
"""Krippendorff's alpha with distances of one's own between the classes, given as `values` of shape (k, k)."""

CARRIED = "carried_share"
HULL = "hull_with_items_added"
GOODNESS_OF_FIT = "goodness_of_fit"
CENSUS = "census"
ONE_CLUSTER = Reason("all_in_one_cluster")

_ADDED = 2.0  # items


@dataclass(frozen=True, slots=True)
class _Recipe:
    chance: Chance
    weights: Callable[[int, npt.ArrayLike | None], Floats]
    hull: bool
    few_ratings: bool = False  # alpha: expected disagreement is of pairs of different ratings


def _identity(classes: int, _values: npt.ArrayLike | None) -> Floats:
    return identity_weights(classes)


def _of_distances(classes: int, values: npt.ArrayLike | None) -> Floats:
    """1 - the distances given, shape (k, k)."""
    distances = np.asarray(values, dtype=np.float64)
    if distances.shape != (classes, classes) or not ((distances >= 0) & (distances <= 1)).all():
        raise ValueError(f"values must be distances from 0 to 1 between {classes} classes, got shape {distances.shape}")
    return np.asarray(1 - distances)


_RECIPES = {
    "raw": _Recipe("none", _identity, hull=False),
    "kappa": _Recipe("kappa", _identity, hull=True),
    "scott_pi": _Recipe("pi", _identity, hull=True),
    "pabak": _Recipe("uniform", _identity, hull=False),
    "ac1": _Recipe("gwet", _identity, hull=False),
    "alpha_nominal": _Recipe("pi", _identity, hull=True, few_ratings=True),
    "kappa_linear": _Recipe("kappa", linear_weights, hull=True),
    "kappa_quadratic": _Recipe("kappa", quadratic_weights, hull=True),
    "ac2_linear": _Recipe("gwet", linear_weights, hull=True),
    "ac2_quadratic": _Recipe("gwet", quadratic_weights, hull=True),
    "alpha_ordinal": _Recipe("ordinal", _identity, hull=True, few_ratings=True),
    DISTANCES: _Recipe("pi", _of_distances, hull=True, few_ratings=True),
    "alpha_interval": _Recipe("pi", quadratic_weights, hull=True, few_ratings=True),
}


def coefficients_of_ratings(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    classes: int,
    *,
    categories: int | None = None,
    weights: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    correction: npt.ArrayLike | None = None,
    names: Iterable[str] = NOMINAL,
    values: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> dict[str, Coefficient]:
    """The named coefficients of two raters' answers to the same items, each with its interval.

    Args:
        first, second, classes, weights: as `contingency` takes them; items without both answers are left out.
        categories: how many of the classes, the first, are the label set, to which all of `first` belong; None for
            all. Others agree with nothing, and are no category of chance: see `linearised`.
        clusters: of items that aren't independent of each other (near duplicates), any values, shape (n,).
        correction: 1 less the chance of each item to be here, shape (n,), as `design_of_items`.
        names: of `NOMINAL` and, where the labels are in order, `ORDINAL`.
        values: of the grades, shape (k,), for linear, quadratic and interval; None places them at equal distances.
        confidence: two-sided level.

    Returns:
        By name; undefined is None with a reason. Few clusters widen the interval (Student's t); one has none.

    Raises:
        ValueError: as `contingency`, another number of clusters or values, an unknown name, level out of range.
    """
    ratings = paired_ratings(
        first,
        second,
        classes,
        categories=categories,
        weights=weights,
        clusters=clusters,
        correction=correction,
        values=values,
    )
    return {name: ratings.coefficient(name, confidence) for name in names}


@dataclass(frozen=True, slots=True, eq=False)
class PairedRatings:
    """Two raters' answers to the same items, ready for any coefficient.

    Attributes:
        design: how the items weigh and belong together.
        classes, categories, values: as `coefficients_of_ratings` takes them.
    """

    design: SamplingDesign
    classes: int
    categories: int | None
    values: npt.ArrayLike | None

    def coefficient(self, name: str, confidence: float = 0.95) -> Coefficient:
        """One of `NOMINAL` or `ORDINAL` with its interval.

        Raises:
            ValueError: another number of values, an unknown name, level out of range.
        """
        return _coefficient(self.design, self.classes, name, self.values, confidence, categories=self.categories)


def paired_ratings(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    classes: int,
    *,
    categories: int | None = None,
    weights: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    correction: npt.ArrayLike | None = None,
    values: npt.ArrayLike | None = None,
) -> PairedRatings:
    """Count two raters' answers once, for several coefficients. Arguments and errors as `coefficients_of_ratings`."""
    pairs = paired_codes(first, second, classes, weights)
    groups, drawn = _of_pairs("clusters", clusters, pairs), _of_pairs("correction", correction, pairs)
    design = design_of_items(pairs.cells, classes * classes, pairs.weights, groups, drawn)
    return PairedRatings(design, classes, categories, values)


def _of_pairs(what: str, given: npt.ArrayLike | None, pairs: PairedCodes) -> npt.NDArray[Any] | None:
    if given is None:
        return None
    column = np.asarray(given)
    if column.shape != pairs.kept.shape:
        raise ValueError(f"{what} must be one for each of the {len(pairs.kept)} items, got shape {column.shape}")
    return column[pairs.kept]


def _coefficient(
    design: SamplingDesign,
    classes: int,
    name: str,
    values: npt.ArrayLike | None,
    confidence: float,
    *,
    categories: int | None = None,
) -> Coefficient:
    if name not in _RECIPES:
        raise ValueError(f"no coefficient is called {name!r}; there are {', '.join(_RECIPES)}")
    recipe = _RECIPES[name]
    check_level(confidence)
    shares = design.shares.reshape(classes, classes)
    if not shares.any():
        return undefined(EMPTY, design.n)
    of_set = classes if categories is None or recipe.chance not in {"gwet", "uniform"} else categories
    if of_set == 1 and recipe.chance != "none":
        return undefined(ONE_LABEL, design.n, design.kish)
    weights = recipe.weights(classes, values)
    seen = linearised(shares, weights, recipe.chance, categories)
    if not seen.expected > 0:
        return undefined(undefined_because(shares), design.n, design.kish)
    return _with_interval(design, weights, seen, recipe, confidence)


def _with_interval(
    design: SamplingDesign, weights: Floats, seen: Linearised, recipe: _Recipe, confidence: float
) -> Coefficient:
    # of pairs of different ratings: weighted, there are 2 (sum of weights)² / sum of squared weights of these
    factor = 1 - float(design.squares.sum()) / 2 if recipe.few_ratings else 1.0
    value = 1 - factor * float(seen.observed / seen.expected)
    if design.groups == 1:
        return Coefficient(value, None, None, design.n, design.kish, reason=ONE_CLUSTER)
    if design.census:
        return Coefficient(value, value, value, design.n, float(design.n), CENSUS)
    effective = design.effective_n(seen.influence.ravel())
    method, ratios = _ratios(design, weights, seen, recipe, confidence)
    low, high = 1 - factor * max(ratios), 1 - factor * min(ratios)
    least = 0.0 if recipe.chance == "none" else min(value, -1.0)
    return Coefficient(value, max(least, min(low, value)), min(1.0, max(high, value)), design.n, effective, method)


def _ratios(
    design: SamplingDesign, weights: Floats, seen: Linearised, recipe: _Recipe, confidence: float
) -> tuple[str, list[float]]:
    """How the interval is made, and values that observed / expected disagreement has at its ends."""
    shares = design.shares.reshape(weights.shape)
    if _has_two_labels(design, shares, recipe) and margins_allow(shares):
        mean = float(shares[1].sum() + shares[:, 1].sum()) / 2
        equal = 2 * mean * (1 - mean) / float(seen.expected)  # kappa's chance disagreement is that of unequal margins
        return GOODNESS_OF_FIT, [one * equal for one in goodness_of_fit_ratios(shares * design.n, confidence)]
    effective = design.effective_n(seen.influence.ravel())
    carried = carried_share(
        design,
        seen.influence.ravel(),
        float(seen.observed),
        float(seen.expected),
        effective=effective,
        confidence=confidence,
        alone=not recipe.hull,
    )
    if not recipe.hull:
        return CARRIED, [*carried]
    z = design.reach(effective, confidence)
    return HULL, [*carried, *_with_items_added(shares, weights, recipe.chance, effective, z)]


def _has_two_labels(design: SamplingDesign, shares: Floats, recipe: _Recipe) -> bool:
    independent = design.degrees is None and not design.finite
    return len(shares) == 2 and independent and recipe.chance in {"kappa", "pi"}


def _with_items_added(
    shares: Floats, weights: Floats, chance: Chance, effective: float, z: float
) -> tuple[float, float]:
    n = effective + _ADDED
    padded = (effective * shares + _ADDED / shares.size) / n
    seen = linearised(padded, weights, chance)
    variance = float((padded * seen.influence**2).sum()) / n
    return normal_reaching(float(seen.observed / seen.expected), variance, z)
