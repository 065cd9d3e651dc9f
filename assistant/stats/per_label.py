"""Precision, recall and F1 of each label, from the table of true against given labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.stats.contingency import check_tables
from assistant.stats.vectors import Floats

NO_PREDICTIONS = "the label was never given"
NO_SUPPORT = "no item truly has the label"
NEITHER = "the label was never given and no item truly has it"
NO_ITEMS = "there are no items"


@dataclass(frozen=True, slots=True)
class LabelScores:
    """How well one label, or an average of labels, is found.

    Attributes:
        precision: share of the items given the label that truly have it; None when it was never given.
        recall: share of the items that truly have the label that were given it; None when there are none.
        f1: harmonic mean of both, 2 hits / (given + true); None when the label occurs on neither side.
        support: items, or their weight, that truly have the label.
        predicted: items, or their weight, that were given it.
        reason: why a figure is None, in words.
    """

    precision: float | None
    recall: float | None
    f1: float | None
    support: float
    predicted: float
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ScoresByLabel:
    """Scores of every label and three ways to sum them up.

    Attributes:
        labels: in the order of the codes.
        macro: plain mean over the labels for which a figure is defined.
        weighted: mean by support over the same labels.
        micro: over all items; for one label an item precision, recall and F1 are all the share that is right.
        left_out: codes of the labels for which a figure of the averages is undefined.
    """

    labels: tuple[LabelScores, ...]
    macro: LabelScores
    weighted: LabelScores
    micro: LabelScores
    left_out: tuple[int, ...]


def scores_by_label(table: npt.ArrayLike) -> ScoresByLabel:
    """Scores from one table of counts or weights, true labels in rows and given ones in columns, shape (k, k).

    Raises:
        ValueError: not one square table, or negative numbers or nan.
    """
    counts = check_tables(table)
    if counts.ndim != 2:
        raise ValueError(f"scores are made of one table, got shape {counts.shape}")
    return scores_of_counts(np.diag(counts), counts.sum(axis=1), counts.sum(axis=0))


def scores_of_counts(hits: Floats, support: Floats, predicted: Floats) -> ScoresByLabel:
    """The same from each label's items that truly have it and were given it, have it, and were given it, shape (k,)."""
    labels = tuple(_scores(float(h), float(s), float(p)) for h, s, p in zip(hits, support, predicted, strict=True))
    micro = _scores(float(hits.sum()), float(support.sum()), float(predicted.sum()))
    plain, by_support = np.ones(len(support)), np.asarray(support, dtype=np.float64)
    left_out = tuple(code for code, label in enumerate(labels) if label.reason is not None)
    return ScoresByLabel(labels, _average(labels, plain), _average(labels, by_support), micro, left_out)


def _scores(hits: float, support: float, predicted: float) -> LabelScores:
    reason = None
    if not support or not predicted:
        reason = NO_PREDICTIONS if support else NO_SUPPORT if predicted else NEITHER
    return LabelScores(
        precision=hits / predicted if predicted else None,
        recall=hits / support if support else None,
        f1=2 * hits / (support + predicted) if support + predicted else None,
        support=support,
        predicted=predicted,
        reason=reason,
    )


def _average(labels: tuple[LabelScores, ...], weights: Floats) -> LabelScores:
    support, predicted = sum(label.support for label in labels), sum(label.predicted for label in labels)
    precision = _mean([label.precision for label in labels], weights)
    recall = _mean([label.recall for label in labels], weights)
    f1 = _mean([label.f1 for label in labels], weights)
    reason = NO_ITEMS if not support else NO_PREDICTIONS if precision is None else None
    return LabelScores(precision, recall, f1, support, predicted, reason)


def _mean(figures: list[float | None], weights: Floats) -> float | None:
    defined = [(figure, weight) for figure, weight in zip(figures, weights.tolist(), strict=True) if figure is not None]
    total = sum(weight for _, weight in defined)
    return sum(figure * weight for figure, weight in defined) / total if total else None
