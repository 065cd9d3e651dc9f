"""What a machine answered to every item of a run, labelled or not, counted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from assistant.stats.sampling.prediction_powered import KnownPredictions


@dataclass(frozen=True, slots=True)
class ScoreMoments:
    """How sure the machine was, over all items; one without a score counts as 0.

    Attributes:
        total, squares: sums of the scores and of their squares.
        least, most: the smallest and the largest.
    """

    total: float
    squares: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Population:
    """The machine's answers to all items.

    Attributes:
        answers: how many items got each answer, by its class (a set of labels joined by `|`, or one of the two names
            for no label and for no usable answer).
        scores: how sure it was; None where it never said.
    """

    answers: Mapping[str, int]
    scores: ScoreMoments | None = None

    @property
    def items(self) -> int:
        """How many items there are."""
        return sum(self.answers.values())

    def holding(self, classes: Collection[str]) -> KnownPredictions:
        """Whether the answer is one of these classes, as predictions of 0 and 1."""
        share = sum(self.answers.get(name, 0) for name in classes) / self.items
        return KnownPredictions(self.items, share, share * (1 - share))

    def sureness(self) -> KnownPredictions | None:
        """The scores as predictions; None without any, or where they are not from 0 to 1."""
        if self.scores is None or not 0 <= self.scores.least <= self.scores.most <= 1:
            return None
        mean = self.scores.total / self.items
        return KnownPredictions(self.items, mean, max(0.0, self.scores.squares / self.items - mean * mean))
