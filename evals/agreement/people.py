"""Agreement of people among themselves: all who answered, on the items that two or more of them answered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from assistant.domain.labels import NO_ANSWER
from assistant.stats.agreement.coefficient import Coefficient
from assistant.stats.agreement.raters import rating_counts
from assistant.stats.agreement.raters_intervals import RatersRatings, ratings_of_counts
from evals.agreement.pairs import counted
from evals.agreement.panel import ReviewerRow
from evals.agreement.shares import share
from evals.data.eval_data import Codes, EvalData, Floats, Scale


def reviewer_rows(data: EvalData, confidence: float) -> tuple[ReviewerRow, ...]:
    """Each reviewer beside the others of the same items, least agreement first.

    Args:
        data: the data; answers given with the machine's in sight don't count.
        confidence: two-sided level.
    """
    humans = counted(data.humans)
    votes = np.bincount(humans.items, minlength=len(data))
    k = len(data.classes)
    same = np.bincount(humans.items * k + humans.codes, minlength=len(data) * k)[humans.items * k + humans.codes] - 1
    others = votes[humans.items] - 1
    shares = np.divide(same, others, out=np.zeros(len(humans)), where=others > 0)
    rows = []
    for rater, name in enumerate(humans.names):
        own = (humans.raters == rater) & (others > 0)
        if own.any():
            items = humans.items[own]
            figure = share(shares[own], data.weights[items], data.groups[items], confidence)
            rows.append(ReviewerRow(name, figure))
    rows.sort(key=lambda row: (row.with_others.value or 0.0, row.name))
    return tuple(rows)


def label_set_classes(data: EvalData) -> Codes:
    """Classes of the label set that people can give: those stated, else those they gave; rising."""
    member = np.ones(len(data.classes), dtype=np.bool_) if data.of_set is None else data.of_set.copy()
    member[len(data.classes) - data.can_fail :] = False
    if data.given is not None and not data.closed:
        member &= data.given
    return np.flatnonzero(member)


def people_alpha(data: EvalData, items: Codes, confidence: float) -> Coefficient:
    """Krippendorff's alpha among reviewers on these items, ordinal where the scale is.

    Args:
        data: the data.
        items: positions.
        confidence: two-sided level.
    """
    return RatersItems(data, items, confidence).coefficient(
        "alpha_ordinal" if data.scale is Scale.ORDINAL else "alpha_nominal"
    )


def grades(data: EvalData) -> Floats | None:
    """The grades as numbers where they are written as numbers, shape (classes on the scale,); None: equal distances."""
    names = [name for name in data.classes if name != NO_ANSWER]
    try:
        return np.array([float(name) for name in names])
    except ValueError:
        return None


@dataclass(frozen=True, eq=False)
class RatersItems:
    """What a metric of people among themselves is given.

    Attributes:
        data: the data; answers given with the machine's in sight don't count.
        items: positions; those with fewer than two answers don't count, shape (m,).
        confidence: two-sided level.
    """

    data: EvalData
    items: Codes
    confidence: float

    def coefficient(self, name: str) -> Coefficient:
        """One of `RATERS` or `GRADED` in `raters_intervals`."""
        return self._ratings.coefficient(name, self.confidence)

    @cached_property
    def _ratings(self) -> RatersRatings:
        """`NO_ANSWER`, and what only a machine answered, is no class of people's."""
        data, items = self.data, self.items
        humans = counted(data.humans)
        k = max(1, len(data.classes) - data.can_fail)
        counts = np.zeros((len(data), k))
        seen = rating_counts(humans.items, humans.raters, humans.codes, k)
        counts[: len(seen)] = seen
        own = label_set_classes(data)
        values = grades(data)
        return ratings_of_counts(
            counts[np.ix_(items, own)] if len(own) else counts[items],
            weights=data.weights[items] if data.weighted else None,
            clusters=data.groups[items] if data.grouped else None,
            values=values if values is None or not len(own) else values[own],
        )
