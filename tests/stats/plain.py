"""Plain formulas of agreement, from a table or a matrix of counts: what the intervals of the product are held against.

The product computes the same values from linearised parts (`assistant.stats.agreement`); these go the way of
the textbook, so that a mistake in one does not show in the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from assistant.domain.reasons import Reason
from assistant.stats.agreement.coefficient import Coefficient
from assistant.stats.agreement.coefficient_intervals import NOMINAL, _coefficient
from assistant.stats.agreement.raters import NO_PAIRS, ONE_LABEL, check_counts, rating_counts
from assistant.stats.agreement.two_raters import gwet_scale, mean_margins
from assistant.stats.agreement.weight_matrices import identity_weights
from assistant.stats.contingency import check_tables
from assistant.stats.sampling.designs import SamplingDesign
from assistant.stats.vectors import Floats, vectors, weights_or_ones

Level = Literal["nominal", "ordinal", "linear", "interval", "ratio"]

_ONE_ITEM = "a standard error needs two items"


def raw_agreement(tables: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Floats:
    """Share of items with the same answer, or mean agreement weight, 0 to 1."""
    p, d = _shares(tables, weights)
    return np.asarray(1 - _observed(p, d))


def cohen_kappa(tables: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Floats:
    """Agreement beyond that of independent raters with these margins, -1 to 1.

    Source: Cohen (1960), Educational and Psychological Measurement 20:37-46; weighted: Cohen (1968), Psychological
    Bulletin 70:213-220.
    """
    p, d = _shares(tables, weights)
    return _corrected(p, d, np.einsum("...i,ij,...j->...", p.sum(axis=-1), d, p.sum(axis=-2)))


def scott_pi(tables: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Floats:
    """Agreement beyond that of raters who both draw from the mean of the margins, -1 to 1.

    Source: Scott (1955), Public Opinion Quarterly 19:321-325.
    """
    p, d = _shares(tables, weights)
    means = mean_margins(p)
    return _corrected(p, d, np.einsum("...i,ij,...j->...", means, d, means))


def pabak(tables: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Floats:
    """Agreement beyond that of raters who draw every label equally often (Brennan-Prediger), -1 / (k - 1) to 1.

    Source: Brennan & Prediger (1981), Educational and Psychological Measurement 41:687-699; for two labels Byrt, Bishop
    & Carlin (1993), Journal of Clinical Epidemiology 46:423-429.
    """
    p, d = _shares(tables, weights)
    return _corrected(p, d, np.full(p.shape[:-2], d.mean()))


def gwet_ac(tables: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Floats:
    """Gwet's AC1 (identity weights) or AC2: agreement beyond chance where chance strikes only items hard to tell.

    Keeps its meaning where one label is rare; -1 to 1. The number of labels counts, used or not.

    Source: Gwet (2008), British Journal of Mathematical and Statistical Psychology 61:29-48.
    """
    p, d = _shares(tables, weights)
    means = mean_margins(p)
    return _corrected(p, d, 1 - gwet_scale(1 - d) * (means * (1 - means)).sum(axis=-1))


def _shares(tables: npt.ArrayLike, weights: npt.ArrayLike | None) -> tuple[Floats, Floats]:
    """Shares of the cells, and disagreement weights."""
    checked = check_tables(tables)
    return shares_of(checked), 1 - check_weights(weights, checked.shape[-1])


def _observed(p: Floats, d: Floats) -> Floats:
    return np.asarray(np.einsum("...ij,ij->...", p, d))


def _corrected(p: Floats, d: Floats, expected: Floats) -> Floats:
    """1 - observed / expected disagreement."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = _observed(p, d) / expected
    return np.where(expected > 0, 1 - ratio, np.nan)


def shares_of(tables: Floats) -> Floats:
    """Each table over its sum; nan where that is 0."""
    with np.errstate(invalid="ignore"):
        return np.asarray(tables / tables.sum(axis=(-2, -1), keepdims=True))


def check_weights(weights: npt.ArrayLike | None, classes: int) -> Floats:
    """The agreement weights, or the identity when there are none, shape (k, k).

    Raises:
        ValueError: another shape, a weight outside [0, 1], or a diagonal that isn't 1.
    """
    if weights is None:
        return identity_weights(classes)
    given = np.asarray(weights, dtype=np.float64)
    if given.shape != (classes, classes):
        raise ValueError(f"agreement weights must have shape {(classes, classes)}, got {given.shape}")
    if not ((given >= 0) & (given <= 1)).all() or (np.diag(given) != 1).any():
        raise ValueError("agreement weights must lie between 0 and 1, with 1 on the diagonal")
    return given


@dataclass(frozen=True, slots=True)
class RatersCoefficient:
    """A chance-corrected coefficient of several raters.

    Attributes:
        value: up to 1; None when undefined.
        standard_error: over items drawn at random, raters as they are; None when undefined.
        agreement: mean over items of the share of its pairs of ratings that agree, or of their agreement weights.
        chance: the same by chance.
        items: with at least one rating.
        reason: why a figure is None, in words.
    """

    value: float | None
    standard_error: float | None
    agreement: float | None
    chance: float | None
    items: int
    reason: Reason | str | None = None


def fleiss_kappa(counts: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> RatersCoefficient:
    """Fleiss' kappa, generalised to weights and unequal numbers of ratings: chance is how common the labels are.

    Args:
        counts: ratings, shape (items, k).
        weights: agreement weights, shape (k, k), None for the identity.

    Source: Fleiss (1971), Psychological Bulletin 76:378-382; with missing ratings and its standard error Gwet (2014),
    Handbook of Inter-Rater Reliability, 4th edition, chapters 2 and 5.
    """
    n, w = _rated(counts), check_weights(weights, np.asarray(counts).shape[-1])
    common = _label_shares(n)
    each = n @ ((w + w.T) / 2 @ common) / np.maximum(n.sum(axis=1), 1)
    return _of_raters(n, w, float(common @ w @ common), each)


def gwet_ac_of_raters(counts: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> RatersCoefficient:
    """Gwet's AC1 (identity weights) or AC2 of any number of raters. Arguments as `fleiss_kappa`.

    Source: Gwet (2008), British Journal of Mathematical and Statistical Psychology 61:29-48; Gwet (2014), chapter 5.
    """
    n, w = _rated(counts), check_weights(weights, np.asarray(counts).shape[-1])
    common, scale = _label_shares(n), gwet_scale(w)
    each = scale * (n @ (1 - common)) / np.maximum(n.sum(axis=1), 1)
    return _of_raters(n, w, float(scale * (common * (1 - common)).sum()), each)


def _of_raters(n: Floats, w: Floats, chance: float, chance_of_item: Floats) -> RatersCoefficient:
    """Value and standard error from each item's part in agreement and in chance (Gwet 2014, section 5.3)."""
    ratings = n.sum(axis=1)
    pairs = ratings * (ratings - 1)
    items, paired = len(n), int((pairs > 0).sum())
    if paired == 0 or not 1 - chance > 1e-12:
        return RatersCoefficient(None, None, None, None, items, reason=ONE_LABEL if paired else NO_PAIRS)
    of_item = (n * (n @ w.T - 1)).sum(axis=1) / np.maximum(pairs, 1)
    agreement = float(of_item.sum()) / paired
    value = (agreement - chance) / (1 - chance)
    if items < 2:
        return RatersCoefficient(value, None, agreement, chance, items, reason=_ONE_ITEM)
    parts = items / paired * (of_item - chance * (pairs > 0)) / (1 - chance)
    parts = parts - 2 * (1 - value) * (chance_of_item - chance) / (1 - chance)
    error = sqrt(float(((parts - value) ** 2).sum()) / (items * (items - 1)))
    return RatersCoefficient(value, error, agreement, chance, items)


def _rated(counts: npt.ArrayLike) -> Floats:
    checked = check_counts(counts)
    return checked[checked.any(axis=1)]


def _label_shares(n: Floats) -> Floats:
    """Mean over items of the share of each label among its ratings."""
    return np.asarray((n / n.sum(axis=1, keepdims=True)).sum(axis=0) / max(len(n), 1))


def krippendorff_alpha(
    counts: npt.ArrayLike,
    level: Level = "nominal",
    *,
    values: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
) -> float | None:
    """Alpha from how often each item got each label: 1 - observed / expected disagreement of pairs of ratings.

    Args:
        counts: ratings, shape (items, k); an item with fewer than two has no pair and is left out.
        level: "nominal" labels, "ordinal" ranks in the order of the codes, "interval" grades ("linear": by their plain
            distance, not its square), "ratio" amounts from 0.
        values: of the labels, shape (k,), for interval and ratio; None is 1 to k.
        weights: of the items, shape (items,), such as 1 / inclusion probability: they multiply the item's pairs.

    Returns:
        Up to 1, about 0 by chance; None without pairs, or when all ratings in pairs are the same label.

    Raises:
        ValueError: counts that are negative, not whole or not a matrix, other lengths, an unknown level, negative
            amounts.

    Source: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, sections C to E. In the correction for few
    ratings, weighted ones count as (sum of weights)² / sum of squared weights ratings.
    """
    checked = check_counts(counts)
    w = _unit_weights(weights, len(checked))
    rated = checked.sum(axis=1)
    paired = rated >= 2
    scale = np.where(paired, w / np.maximum(rated - 1, 1), 0.0)
    each, ratings = w * paired, np.where(paired, rated, 0.0)
    coincidences = (checked * scale[:, None]).T @ checked - np.diag(scale @ checked)
    return _single(coincidences, _effective(each, ratings), level, values)


def alpha_of_tables(
    tables: npt.ArrayLike,
    level: Level = "nominal",
    *,
    values: npt.ArrayLike | None = None,
    effective_n: npt.ArrayLike | None = None,
) -> Floats:
    """Alpha of two raters who both rated every item, from a table or a stack of them.

    Args:
        tables: counts or weights, shape (..., k, k).
        level, values: as `krippendorff_alpha`.
        effective_n: as many items a weighted table counts for; None is its sum.

    Returns:
        Shape (...); nan where undefined.

    Raises:
        ValueError: as `check_tables`, or level or values out of range.
    """
    checked = check_tables(tables)
    n = checked.sum(axis=(-2, -1)) if effective_n is None else np.asarray(effective_n, dtype=np.float64)
    return alpha_of_coincidences(checked + np.swapaxes(checked, -1, -2), 2 * n, level, values)


def alpha_of_coincidences(pairs: Floats, ratings: Floats, level: Level, values: npt.ArrayLike | None) -> Floats:
    """Alpha from coincidences of ratings of one item; nan where undefined.

    Args:
        pairs: symmetric, each item's pairs over its ratings less one, shape (..., k, k).
        ratings: how many they come from, for the correction for few, shape (...).
        level, values: as `krippendorff_alpha`.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = pairs / pairs.sum(axis=(-2, -1), keepdims=True)
        margins = shares.sum(axis=-1)
        d = squared_distances(level, margins, values)
        expected = (margins * (d @ margins[..., None])[..., 0]).sum(axis=-1)
        ratio = (shares * d).sum(axis=(-2, -1)) / expected * (1 - 1 / ratings)
    return np.where(expected > 0, 1 - ratio, np.nan)


def _single(pairs: npt.NDArray[np.float64], ratings: float, level: Level, values: npt.ArrayLike | None) -> float | None:
    value = float(alpha_of_coincidences(np.asarray(pairs), np.asarray(ratings), level, values))
    return None if np.isnan(value) else value


def _effective(weights: Floats, ratings: Floats) -> float:
    """Number of ratings; of weighted ones (sum of weights)² / sum of squared weights."""
    total = float(weights @ ratings)
    return total**2 / float(weights**2 @ ratings) if total else 0.0


def _unit_weights(weights: npt.ArrayLike | None, units: int) -> Floats:
    return np.ones(units) if weights is None and units == 0 else weights_or_ones(weights, units)


def squared_distances(level: Level, margins: Floats, values: npt.ArrayLike | None = None) -> Floats:
    """Krippendorff's squared distances between labels, shape (..., k, k).

    Args:
        level: as `krippendorff_alpha`.
        margins: how often each label was given, shape (..., k); what ordinal distances are made of.
        values: of the labels, shape (k,); None is 1 to k.

    Raises:
        ValueError: another number of values, an unknown level, negative amounts.
    """
    k = margins.shape[-1]
    if level == "ordinal":
        ranks = np.cumsum(margins, axis=-1) - margins / 2
        return np.asarray((ranks[..., :, None] - ranks[..., None, :]) ** 2)
    if level == "nominal":
        return 1 - np.eye(k)
    if level not in {"linear", "interval", "ratio"}:
        raise ValueError(f"level must be nominal, ordinal, linear, interval or ratio, got {level!r}")
    (v,) = vectors(values=np.arange(1, k + 1) if values is None else values)
    if len(v) != k:
        raise ValueError(f"values must be one for each of the {k} classes, got {len(v)}")
    gaps = v[:, None] - v[None, :]
    if level != "ratio":
        return np.asarray(np.abs(gaps) if level == "linear" else gaps**2)
    if (v < 0).any():
        raise ValueError(f"amounts must be 0 or more, got {v.min():g} at position {int(np.argmin(v))}")
    sums = v[:, None] + v[None, :]
    return np.asarray((gaps / np.where(sums > 0, sums, 1)) ** 2)


def alpha_of_ratings(
    items: npt.ArrayLike, raters: npt.ArrayLike, codes: npt.ArrayLike, classes: int, level: Level = "nominal"
) -> float | None:
    """Alpha from ratings one a row, as `rating_counts` takes them."""
    return krippendorff_alpha(rating_counts(items, raters, codes, classes), level)


def coefficients_of_table(
    table: npt.ArrayLike,
    *,
    names: Iterable[str] = NOMINAL,
    values: npt.ArrayLike | None = None,
    confidence: float = 0.95,
) -> dict[str, Coefficient]:
    """The same from a table of counts of independent, equally weighing items, shape (k, k).

    Raises:
        ValueError: not one square table of 0 or more, an unknown name, level out of range.
    """
    counts = check_tables(table)
    if counts.ndim != 2:
        raise ValueError(f"intervals are made for one table, got shape {counts.shape}")
    design = design_of_counts(counts)
    return {name: _coefficient(design, len(counts), name, values, confidence) for name in names}


def design_of_counts(counts: npt.ArrayLike) -> SamplingDesign:
    """Unweighted independent items, from how many there are of each kind, shape (kinds,)."""
    n = np.asarray(counts, dtype=np.float64).ravel()
    total = float(n.sum())
    return SamplingDesign(n / (total or 1.0), round(total), total, n / (total or 1.0) ** 2)


def mcnemar_chi_squared_p(only_a: int, only_b: int) -> float:
    """McNemar's large-sample p-value, of (b - c)² / (b + c), which Tango's interval inverts; 1 for equal counts."""
    return 1.0 if only_a == only_b else float(chdtrc(1, (only_a - only_b) ** 2 / (only_a + only_b)))
