"""The items that a panel's metrics are computed on: people settled them and the variant answered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from assistant.stats.agreement.coefficient import Coefficient
from assistant.stats.agreement.coefficient_intervals import PairedRatings, paired_ratings
from evals.agreement.label_rows import no_answer
from evals.agreement.people import grades
from evals.data.eval_data import NONE, Codes, EvalData
from evals.data.reference_set import classes_in_use, classes_of_set


@dataclass(frozen=True, eq=False)
class PanelItems:
    """What a metric is given.

    Attributes:
        data: the data.
        variant: its name.
        items: positions of items that people settled and the variant answered, shape (m,).
        confidence: two-sided level.
        seed: of resampling.
    """

    data: EvalData
    variant: str
    items: Codes
    confidence: float
    seed: int = 0

    @cached_property
    def graded(self) -> Codes:
        """Of grades, those of the items with a usable answer: no answer has no place on their scale, shape (g,)."""
        first = self.data.variants[self.variant].first
        return np.asarray(self.items[first[self.items] != no_answer(self.data)])

    def coefficient(self, name: str) -> Coefficient:
        """One of `NOMINAL` in `coefficient_intervals`: what a variant answered off the label set never agrees."""
        return self._labels.coefficient(name, self.confidence)

    def coefficient_of_grades(self, name: str) -> Coefficient:
        """One of `ORDINAL` in `coefficient_intervals`, of the items in `graded`."""
        return self._grades.coefficient(name, self.confidence)

    @cached_property
    def _labels(self) -> PairedRatings:
        return self._paired(self.items, classes_in_use(self.data, self.variant))

    @cached_property
    def _grades(self) -> PairedRatings:
        return self._paired(self.graded, classes_of_set(self.data, self.variant), grades(self.data))

    def _paired(self, items: Codes, used: Codes, values: np.ndarray | None = None) -> PairedRatings:
        """Chance is among the classes of the label set: what else a variant answered only never agrees."""
        data = self.data
        dense = np.full(len(data.classes), NONE, dtype=np.int64)
        dense[used] = np.arange(len(used))
        return paired_ratings(
            dense[data.reference[items]],
            dense[data.variants[self.variant].first[items]],
            max(1, len(used)),
            categories=max(1, len(classes_of_set(data, self.variant))),
            weights=data.weights[items] if data.weighted else None,
            clusters=data.groups[items] if data.grouped else None,
            correction=None if data.correction is None else data.correction[items],
            values=None if values is None else values[used],
        )
