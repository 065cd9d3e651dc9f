"""Agreement of answers that are sets of labels.

Everywhere: `first` and `second` are true or false for each item and label, shape (n, k), of two raters, or of truth and
answer; `weights` of the items have shape (n,). Other shapes, no items, or values other than 0 and 1 raise ValueError.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from assistant.stats.agreement import cohen_kappa
from assistant.stats.per_label import ScoresByLabel, scores_of_counts
from assistant.stats.vectors import Floats, weights_or_ones

Flags = npt.NDArray[np.bool_]


def mean_jaccard(first: npt.ArrayLike, second: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Mean over items of labels in both sets / labels in either, 0 to 1; two empty sets agree fully.

    Source: Jaccard (1912), New Phytologist 11:37-50.
    """
    a, b, w = _checked(first, second, weights)
    either = (a | b).sum(axis=1)
    shares = np.where(either > 0, (a & b).sum(axis=1) / np.maximum(either, 1), 1.0)
    return float(np.average(shares, weights=w))


def exact_match(first: npt.ArrayLike, second: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Share of items whose two sets are the same, 0 to 1."""
    a, b, w = _checked(first, second, weights)
    return float(np.average((a == b).all(axis=1), weights=w))


def hamming_loss(first: npt.ArrayLike, second: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Share of all decisions, a label on an item, that differ, 0 (the same sets) to 1."""
    a, b, w = _checked(first, second, weights)
    return float(np.average((a != b).mean(axis=1), weights=w))


def multilabel_scores(
    truth: npt.ArrayLike, given: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> ScoresByLabel:
    """Precision, recall and F1 of each label, with macro, weighted and micro averages; None where undefined."""
    a, b, w = _checked(truth, given, weights)
    return scores_of_counts(w @ (a & b), w @ a, w @ b)


def label_tables(first: npt.ArrayLike, second: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Floats:
    """Each label's own table of counts or weights, absent before present, first rater in rows, shape (k, 2, 2)."""
    a, b, w = _checked(first, second, weights)
    both, one, other = w @ (a & b), w @ (a & ~b), w @ (~a & b)
    neither = w.sum() - both - one - other
    return np.asarray(np.stack([np.maximum(neither, 0), other, one, both], axis=-1).reshape(-1, 2, 2))


def label_kappas(
    first: npt.ArrayLike, second: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> tuple[float | None, ...]:
    """Cohen's kappa of each label, present or absent; None where both raters always or never gave it.

    Source: as `cohen_kappa`.
    """
    kappas = cohen_kappa(label_tables(first, second, weights))
    return tuple(None if np.isnan(kappa) else kappa for kappa in kappas.tolist())


def _checked(first: npt.ArrayLike, second: npt.ArrayLike, weights: npt.ArrayLike | None) -> tuple[Flags, Flags, Floats]:
    a, b = _flags("first", first), _flags("second", second)
    if a.shape != b.shape:
        raise ValueError(f"second has shape {b.shape} where first has {a.shape}")
    return a, b, weights_or_ones(weights, len(a))


def _flags(name: str, given: npt.ArrayLike) -> Flags:
    array = np.asarray(given)
    if array.ndim != 2 or array.size == 0:
        raise ValueError(f"{name} must have shape (items, labels), at least one of each, got {array.shape}")
    if array.dtype == np.bool_:
        return array
    wrong = ~np.isin(array, (0, 1))
    if wrong.any():
        row, column = (int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(f"{name} must be 0 or 1, got {array[row, column]} of item {row}, label {column}")
    return array.astype(np.bool_)
