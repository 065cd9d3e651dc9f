"""Scores of two variants on the same items, and the terms under which they are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from assistant.errors import InvalidValueError
from assistant.stats.comparison.paired import PairedComparison, compare_paired
from evals.data.eval_data import Bools, Codes, EvalData, Floats


@dataclass(frozen=True, slots=True)
class ComparisonTerms:
    """Under which terms comparisons are made.

    Args:
        margin: largest loss that is acceptable, above 0; None for none.
        confidence: two-sided level.
        power: chance with which a difference that is called detectable would be told.
        slices: names of the columns to slice by; None for all.
        examples: how many of the items fixed and broken to show.
        seed: of resampling.

    Raises:
        InvalidValueError: the margin is no share.
    """

    margin: float | None = None
    confidence: float = 0.95
    power: float = 0.8
    slices: Sequence[str] | None = None
    examples: int = 20
    seed: int = 0

    def __post_init__(self) -> None:
        if self.margin is not None and not 0 < self.margin < 1:
            raise InvalidValueError("margin_out_of_range", field="margin", margin=self.margin)

    @property
    def alpha(self) -> float:
        """The two-sided level of tests."""
        return 1 - self.confidence


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Scores of two variants on the same items.

    Attributes:
        data: where they come from.
        kept: positions of the m items, shape (m,).
        old, new: scores under baseline and candidate, shape (m,).
    """

    data: EvalData
    kept: Codes
    old: Floats
    new: Floats

    def where(self, at: Bools) -> Self:
        """Only these."""
        return replace(self, kept=self.kept[at], old=self.old[at], new=self.new[at])

    def paired(self, terms: ComparisonTerms, confidence: float | None = None) -> PairedComparison:
        """The candidate less the baseline; at the terms' level if no other is given."""
        return compare_paired(
            self.new,
            self.old,
            weights=self.data.weights[self.kept],
            clusters=self.data.groups[self.kept],
            confidence=confidence or terms.confidence,
        )
