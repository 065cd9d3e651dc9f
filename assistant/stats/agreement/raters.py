"""Agreement of any number of raters, from how often each item got each label; ratings may be missing.

Everywhere: `counts` are ratings of shape (items, k), whole numbers; items need not have equally many, those with one
rating count for how common a label is but not for agreement, those with none not at all. Counts that are negative, not
whole, or not a matrix raise ValueError.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from assistant.domain.reasons import Reason
from assistant.stats.agreement.two_raters import gwet_scale
from assistant.stats.agreement.weight_matrices import check_weights
from assistant.stats.codes import codes as checked_codes
from assistant.stats.vectors import Floats

NO_PAIRS = Reason("no_item_rated_twice")
ONE_LABEL = Reason("one_label_in_all_ratings")
_ONE_ITEM = Reason("one_item")


@dataclass(frozen=True, slots=True)
class RatersCoefficient:
    """A chance-corrected coefficient of several raters.

    Attributes:
        value: up to 1; None when undefined.
        standard_error: over items drawn at random, raters as they are; None when undefined.
        agreement: mean over items of the share of its pairs of ratings that agree, or of their agreement weights.
        chance: the same by chance.
        items: with at least one rating.
        reason: why a figure is None.
    """

    value: float | None
    standard_error: float | None
    agreement: float | None
    chance: float | None
    items: int
    reason: Reason | None = None


def rating_counts(items: npt.ArrayLike, raters: npt.ArrayLike, codes: npt.ArrayLike, classes: int) -> Floats:
    """How often each item got each label, shape (items, k), from ratings one a row.

    Args:
        items: codes of the items from 0, shape (n,); the highest gives their number.
        raters: codes of the raters from 0, shape (n,).
        codes: of the labels, 0 to `classes` - 1, -1 for no answer, shape (n,).
        classes: number of labels.

    Raises:
        ValueError: other lengths, codes out of range, or a rater who answered an item twice.
    """
    item, rater = (_open_codes(name, column) for name, column in (("items", items), ("raters", raters)))
    code = checked_codes("codes", codes, classes, least=-1)
    for name, column in (("raters", rater), ("codes", code)):
        if len(column) != len(item):
            raise ValueError(f"{name} has {len(column)} values where items has {len(item)}")
    units = int(item.max()) + 1 if len(item) else 0
    if (code < 0).any():
        item, rater, code = (column[code >= 0] for column in (item, rater, code))
    _refuse_repeats(item, rater)
    flat = np.bincount(item * classes + code, minlength=units * classes)
    return flat.reshape(units, classes).astype(np.float64)


def check_counts(counts: npt.ArrayLike) -> Floats:
    """Counts of ratings as floats of shape (items, k).

    Raises:
        ValueError: not a matrix with a column, or a count that is negative or not whole; says which.
    """
    checked = np.asarray(counts, dtype=np.float64)
    if checked.ndim != 2 or checked.shape[1] == 0:
        raise ValueError(f"counts must have shape (items, classes), got {checked.shape}")
    if checked.size and not (checked.min() >= 0 and (checked == np.floor(checked)).all() and checked.max() < np.inf):
        broken = ~(np.isfinite(checked) & (checked >= 0) & (checked == np.floor(checked)))
        row, column = (int(i) for i in np.argwhere(broken)[0])
        raise ValueError(f"counts must be whole, 0 or more, got {checked[row, column]:g} of item {row}, label {column}")
    return checked


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
    return _coefficient(n, w, float(common @ w @ common), each)


def gwet_ac_of_raters(counts: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> RatersCoefficient:
    """Gwet's AC1 (identity weights) or AC2 of any number of raters. Arguments as `fleiss_kappa`.

    Source: Gwet (2008), British Journal of Mathematical and Statistical Psychology 61:29-48; Gwet (2014), chapter 5.
    """
    n, w = _rated(counts), check_weights(weights, np.asarray(counts).shape[-1])
    common, scale = _label_shares(n), gwet_scale(w)
    each = scale * (n @ (1 - common)) / np.maximum(n.sum(axis=1), 1)
    return _coefficient(n, w, float(scale * (common * (1 - common)).sum()), each)


def _coefficient(n: Floats, w: Floats, chance: float, chance_of_item: Floats) -> RatersCoefficient:
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


def _open_codes(name: str, column: npt.ArrayLike) -> npt.NDArray[np.int64]:
    given = np.asarray(column)
    return checked_codes(name, given, np.iinfo(np.int64).max)


def _refuse_repeats(items: npt.NDArray[np.int64], raters: npt.NDArray[np.int64]) -> None:
    if len(items) == 0:
        return
    width = int(raters.max()) + 1
    pair = items * width + raters
    size = (int(items.max()) + 1) * width
    repeated = np.bincount(pair).max() > 1 if size <= 20 * len(pair) else len(np.unique(pair)) < len(pair)
    if repeated:
        order = np.argsort(pair, kind="stable")
        at = order[1:][pair[order][1:] == pair[order][:-1]][0]
        raise ValueError(f"rater {raters[at]} answered item {items[at]} more than once")
