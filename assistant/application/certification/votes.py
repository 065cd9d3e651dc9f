"""People's answers to a batch as columns: what teaches, what certifies, and what would be settled now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.trust.pool import CONTESTED, NONE


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """People's answers to the n items of a batch.

    Args:
        codes: (n,) class most people gave, -1 where there is none.
        final: (n,) class that would be settled now, adjudications and answers in sight of the machine's included.
        first: (n,) class that the first blind answers to an audited item came to, -1 where there is none.
        tied: ids of items on which people are evenly split.
        assisted: ids of items with an answer that can't count, as the machine's was in sight.
        unknown_blindness: ids of items with an answer of which nobody knows whether the machine's was in sight.
        in_part: ids of items known in part only: some categories are unknown, so their labels don't count here.
        changed: (k,) positions of audited items that are settled otherwise now than by their first answers.
        wanted: answers that stand behind each audited item.
    """

    codes: np.ndarray
    final: np.ndarray
    first: np.ndarray
    tied: frozenset[str]
    assisted: frozenset[str]
    unknown_blindness: frozenset[str]
    in_part: frozenset[str]
    changed: np.ndarray
    wanted: int

    @property
    def certifying(self) -> np.ndarray:
        """(n,) class by which an audited item is counted: -1 where it has none, `CONTESTED` where it was changed."""
        counted = self.first.copy()
        counted[self.changed] = CONTESTED
        return counted

    def against(self, machine: np.ndarray) -> np.ndarray:
        """(n,) class to hold against the machine's: of an audited item that was changed the one that differs.

        Args:
            machine: (n,) its classes.
        """
        now = np.where(self.final == NONE, self.first, self.final)
        changed = np.zeros(len(machine), dtype=bool)
        changed[self.changed] = True
        return np.where(changed & (self.first == machine), now, self.first)
