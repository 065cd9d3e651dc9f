"""What became of one batch, whichever method decided who labels what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """One batch with its final labels, counted against the labels people would have given to all of it.

    Args:
        items: in the batch, 1 or more.
        human_labels: items that a person labelled, for whatever reason: to learn from, to audit, or to settle.
        errors: items whose final label differs from the human label.
        batches: how many it came as; 0 where it came at once.
        guaranteed_alone: where it came as several batches, those of them that have a guarantee of their own.
        broken_alone: of these, those with more wrong labels than that allows.
        broken_then: batches at whose delivery what had been delivered by then had more wrong labels than guaranteed.
    """

    items: int
    human_labels: int
    errors: int
    batches: int = 0
    guaranteed_alone: int = 0
    broken_alone: int = 0
    broken_then: int = 0

    @property
    def saved(self) -> float:
        """Share of the items that are auto-accepted, 0 to 1."""
        return 1 - self.human_labels / self.items

    @property
    def error(self) -> float:
        """Share of all items, those labelled by people included, whose final label is wrong, 0 to 1."""
        return self.errors / self.items
