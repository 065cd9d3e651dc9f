"""Krippendorff's alpha: any number of raters, missing ratings, and labels, ranks, grades or amounts."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from assistant.stats.agreement.raters import check_counts, rating_counts
from assistant.stats.codes import codes as checked_codes
from assistant.stats.contingency import check_tables
from assistant.stats.vectors import Floats, vectors, weights_or_ones

Level = Literal["nominal", "ordinal", "linear", "interval", "ratio"]

_DENSE = 50_000_000  # cells of an items x classes matrix (400 MB) above which it is kept sparse


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


def alpha_of_ratings(
    items: npt.ArrayLike,
    raters: npt.ArrayLike,
    codes: npt.ArrayLike,
    classes: int,
    level: Level = "nominal",
    *,
    values: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
) -> float | None:
    """Alpha from ratings one a row, as `rating_counts` takes them; the rest as `krippendorff_alpha`.

    Memory stays bounded by the ratings where there are many items and many labels.
    """
    item = np.asarray(items)
    units = int(item.max()) + 1 if len(item) else 0
    if units * classes <= _DENSE:
        return krippendorff_alpha(rating_counts(items, raters, codes, classes), level, values=values, weights=weights)
    code = checked_codes("codes", codes, classes, least=-1)
    unit = checked_codes("items", items, units)
    given = code >= 0
    shape = (units, classes)
    matrix = sparse.csr_matrix((np.ones(given.sum()), (unit[given], code[given])), shape=shape)
    rated = np.asarray(matrix.sum(axis=1)).ravel()
    w = _unit_weights(weights, units) * (rated >= 2)
    scale = w / np.maximum(rated - 1, 1)
    pairs = (matrix.T @ sparse.diags(scale) @ matrix).toarray()
    pairs -= np.diag(matrix.T @ scale)
    return _single(pairs, _effective(w, rated), level, values)


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


def _single(pairs: npt.NDArray[np.float64], ratings: float, level: Level, values: npt.ArrayLike | None) -> float | None:
    value = float(alpha_of_coincidences(np.asarray(pairs), np.asarray(ratings), level, values))
    return None if np.isnan(value) else value


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


def _effective(weights: Floats, ratings: Floats) -> float:
    """Number of ratings; of weighted ones (sum of weights)² / sum of squared weights."""
    total = float(weights @ ratings)
    return total**2 / float(weights**2 @ ratings) if total else 0.0


def _unit_weights(weights: npt.ArrayLike | None, units: int) -> Floats:
    return np.ones(units) if weights is None and units == 0 else weights_or_ones(weights, units)
