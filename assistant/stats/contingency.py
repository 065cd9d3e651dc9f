"""Counts of what two raters answered to the same items."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.stats.codes import Codes, codes
from assistant.stats.vectors import Floats, weights_or_ones


@dataclass(frozen=True, slots=True)
class PairedCodes:
    """The items two raters both answered, one by one.

    Attributes:
        cells: row * k + column of the item's cell, shape (n,).
        weights: theirs, shape (n,); ones when none were given.
        kept: of the given items those with both answers, shape (given,), true or false.
    """

    cells: Codes
    weights: Floats
    kept: npt.NDArray[np.bool_]


def contingency(
    first: npt.ArrayLike, second: npt.ArrayLike, classes: int, weights: npt.ArrayLike | None = None
) -> Floats:
    """Counts, or sums of weights, of pairs of answers: first rater in rows, second in columns, shape (k, k).

    Items without both answers are left out.

    Args:
        first, second: codes of the two raters' answers to the same items, 0 to `classes` - 1, -1 for no answer, shape
            (n,); may be empty.
        classes: number of labels in the label set, used or not: an unused one counts for ordinal distances.
        weights: of the items, shape (n,), such as 1 / inclusion probability.

    Raises:
        ValueError: other lengths, codes out of range, negative weights or all zero.
    """
    pairs = paired_codes(first, second, classes, weights)
    counted = pairs.weights if weights is not None else None
    table = np.bincount(pairs.cells, counted, minlength=classes * classes).reshape(classes, classes)
    return table.astype(np.float64)


def paired_codes(
    first: npt.ArrayLike, second: npt.ArrayLike, classes: int, weights: npt.ArrayLike | None = None
) -> PairedCodes:
    """The cell each item falls in; items without both answers are left out. Arguments and errors as `contingency`."""
    a, b = codes("first", first, classes, least=-1), codes("second", second, classes, least=-1)
    if len(a) != len(b):
        raise ValueError(f"second has {len(b)} codes where first has {len(a)}")
    w = weights_or_ones(weights, len(a))
    kept = (a >= 0) & (b >= 0)
    cells = a * classes + b
    return PairedCodes(cells, w, kept) if kept.all() else PairedCodes(cells[kept], w[kept], kept)


def kish(weights: npt.ArrayLike) -> float:
    """Effective number of items that weigh differently, (sum of weights)² / sum of squared weights; 0 for none.

    Source: Kish (1965), Survey Sampling, section 11.7.
    """
    w = np.asarray(weights, dtype=np.float64)
    squares = float(w @ w)
    return float(w.sum()) ** 2 / squares if squares else 0.0


def check_tables(tables: npt.ArrayLike) -> Floats:
    """One table of counts or weights, or a stack of them, as floats of shape (..., k, k).

    Raises:
        ValueError: not square, no rows, or a cell that is negative, nan or infinite; says which.
    """
    checked = np.asarray(tables, dtype=np.float64)
    if checked.ndim < 2 or checked.shape[-1] != checked.shape[-2] or checked.shape[-1] == 0:
        raise ValueError(f"a table must be square, as many rows as columns, got shape {checked.shape}")
    broken = ~(np.isfinite(checked) & (checked >= 0))
    if broken.any():
        at = tuple(int(i) for i in np.argwhere(broken)[0])
        raise ValueError(f"a table must hold counts or weights of 0 or more, got {checked[at]:g} in cell {at}")
    return checked
