"""What a side is looked for: the misjudged items of a pair, a slice or a cluster, and whom they are set against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from evals.data.eval_data import NONE, Bools, Codes, EvalData
from evals.disagreements.compared import Compared

MAIN = 0.5
"""A pair is what misjudged items are about if it makes up at least this share of them."""


@dataclass(frozen=True, slots=True, eq=False)
class AnalysisTarget:
    """Misjudged items and what is asked of people about them.

    Attributes:
        items: which of the compared items, all misjudged, shape (d,).
        scope: items of the data on which people are looked at, settled or not, shape (m,).
        rest: items of the data they are set against, shape (m,).
        pair: codes of people's and the machine's class, where one pair makes up most of the items.
    """

    items: Codes
    scope: Bools
    rest: Bools
    pair: tuple[int, int] | None

    @classmethod
    def of_items(cls, compared: Compared, items: Codes) -> Self:
        """Misjudged items against those that are judged as people do.

        Args:
            compared: the comparison.
            items: which of its items, all misjudged.
        """
        scope, rest = np.zeros((2, len(compared.data)), dtype=np.bool_)
        scope[compared.at[items]] = True
        rest[compared.at[compared.off == 0]] = True
        return cls(items, scope, rest, main_pair(compared, items))

    @classmethod
    def of_slice(cls, compared: Compared, where: tuple[tuple[str, str], ...], items: Codes) -> Self:
        """All items of a slice against all others, also those that people did not settle.

        Args:
            compared: the comparison.
            where: properties and values of the slice.
            items: which of the compared items it holds.
        """
        wrong = items[compared.off[items] > 0]
        scope = np.zeros(len(compared.data), dtype=np.bool_)
        scope[compared.at[items]] = True
        known = np.zeros(len(compared.data), dtype=np.bool_)
        known[compared.at] = True
        known |= compared.data.reference == NONE
        inside = _holds(compared.data, where)
        if inside is None:
            known &= compared.data.reference != NONE
        else:
            scope |= known & inside
        return cls(wrong, scope, known & ~scope, main_pair(compared, wrong))


def main_pair(compared: Compared, items: Codes) -> tuple[int, int] | None:
    """The most frequent pair of people's and the machine's class; None if it makes up less than half.

    Args:
        compared: the comparison.
        items: which of its items, all misjudged.
    """
    pair, share = most_frequent_pair(compared, items)
    return pair if share >= MAIN else None


def most_frequent_pair(compared: Compared, items: Codes) -> tuple[tuple[int, int], float]:
    """The pair, the first of equals, and its weighted share of the items."""
    k = len(compared.data.classes)
    cells, places = np.unique(compared.reference[items] * k + compared.answer[items], return_inverse=True)
    weights = np.bincount(places, compared.weights[items])
    if not len(cells):
        return (NONE, NONE), 0.0
    first = int(weights.argmax())
    return (int(cells[first]) // k, int(cells[first]) % k), float(weights[first] / weights.sum())


def _holds(data: EvalData, where: tuple[tuple[str, str], ...]) -> Bools | None:
    """Which items of the data a slice of columns holds; None where one is not a column, or is people's label."""
    inside = np.ones(len(data), dtype=np.bool_)
    for name, value in where:
        column = data.slices.get(name)
        if name == "label" or column is None or value not in column.names:
            return None
        inside &= column.codes == column.names.index(value)
    return inside
