"""What a classifier learned from, so that an item that is not of this kind is known for one.

A certificate for items that come later holds while they come from where the items that taught came from. Of one item
alone three things can be seen: that its language, source, model or metadata never occurred there, that another run's
answer is missing which all of those had, and that a signal is. Such an item gets no confidence.

The rule is a function of the item and of the items that taught, as the confidence itself is. It is applied alike to the
items that certify, so what was certified is just what will be accepted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np

from assistant.routing.scored import Unscored

_RARE = 0.05  # share of the items that taught with a value of their own: above it new values are nothing unusual
_MOSTLY = 0.95  # share of the items that taught which had an input: from there on it is counted on


class Strange(NamedTuple):
    """Why one item is not of the kind that was learned from: the reason, and what it was."""

    reason: Unscored
    detail: str


@dataclass(frozen=True, slots=True)
class Familiar:
    """What the items that taught had.

    Args:
        values: by column, the values that occurred; only of columns in which a new value is something unusual.
        inputs: what all but a few of them had: answers of other runs, signals.
    """

    values: Mapping[str, frozenset[str]]
    inputs: tuple[str, ...]

    @classmethod
    def of(cls, columns: Mapping[str, np.ndarray], given: Mapping[str, np.ndarray], taught: np.ndarray) -> Self:
        """As the items that taught were.

        A value that occurs once tells how probable it was that it had not occurred: their share estimates the chance
        that one more item has a new one (Good 1953, Biometrika 40:237-264).

        Args:
            columns: (n,) names by column.
            given: (n,) whether an item has each input.
            taught: (m,) the items.
        """
        values = {}
        for name, column in columns.items():
            found, counts = np.unique(column[taught].astype(str), return_counts=True)
            if (counts == 1).sum() <= _RARE * len(taught):
                values[name] = frozenset(found.tolist())
        inputs = [name for name, there in given.items() if there[taught].mean() >= _MOSTLY]
        return cls(values, tuple(inputs))

    def strange(self, columns: Mapping[str, np.ndarray], given: Mapping[str, np.ndarray]) -> dict[int, Strange]:
        """Positions of the items that are of another kind, each with the first reason."""
        found: dict[int, Strange] = {}
        for at, strange in (*self._lacking(given), *self._new(columns)):
            found.setdefault(at, strange)
        return found

    def as_json(self) -> dict[str, object]:
        """As it is kept."""
        return {"values": {name: sorted(held) for name, held in self.values.items()}, "inputs": list(self.inputs)}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Self:
        """As it was kept."""
        return cls({name: frozenset(held) for name, held in kept["values"].items()}, tuple(kept["inputs"]))

    def _lacking(self, given: Mapping[str, np.ndarray]) -> Iterator[tuple[int, Strange]]:
        for name in self.inputs:
            for at in np.flatnonzero(~given[name]).tolist():
                yield at, Strange(Unscored.INPUT_MISSING, f"no {name}")

    def _new(self, columns: Mapping[str, np.ndarray]) -> Iterator[tuple[int, Strange]]:
        for name, held in self.values.items():
            column = columns[name].astype(str)
            for at in np.flatnonzero(~np.isin(column, list(held))).tolist():
                yield at, Strange(Unscored.VALUE_UNKNOWN, f"{name} {column[at] or '(none)'}")
