"""Agreement of any number of raters, from how often each item got each label; ratings may be missing.

Everywhere: `counts` are ratings of shape (items, k), whole numbers; items need not have equally many, those with one
rating count for how common a label is but not for agreement, those with none not at all. Counts that are negative, not
whole, or not a matrix raise ValueError.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from assistant.domain.reasons import Reason
from assistant.stats.codes import codes as checked_codes
from assistant.stats.vectors import Floats

NO_PAIRS = Reason("no_item_rated_twice")
ONE_LABEL = Reason("one_label_in_all_ratings")


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
