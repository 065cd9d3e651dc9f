"""Confusion pairs: what people call one thing and the variant another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from evals.data.eval_data import Codes
from evals.disagreements.analysis import Conclusion, ConfusionPair
from evals.disagreements.compared import Compared
from evals.disagreements.examples import examples

MOST_PAIRS = 30
"""Sets of labels make many pairs; rarer ones than the first so many are counted, not shown."""


@dataclass(frozen=True, slots=True, eq=False)
class ConfusedPair:
    """Items that people call one thing and the variant another.

    Attributes:
        people, machine: codes of the two classes.
        items: which of the compared items, in one repeat or more.
        share: of all disagreements, weighted.
    """

    people: int
    machine: int
    items: Codes
    share: float


def confusion_pairs(compared: Compared) -> list[ConfusedPair]:
    """All pairs that occur, those with the largest weighted share first, then in the order of the classes.

    `NO_ANSWER` counts as an answer of its own. Each of r repeats counts as 1/r of the item.
    """
    k, codes = len(compared.data.classes), compared.variant.codes[compared.at]
    wrong = codes != compared.reference[:, None]
    items, repeats = np.nonzero(wrong)
    if not len(items):
        return []
    cells = compared.reference[items] * k + codes[items, repeats]
    weights = compared.weights[items]
    order = np.argsort(cells, kind="stable")
    kinds, starts = np.unique(cells[order], return_index=True)
    pairs = [
        ConfusedPair(
            int(cell) // k, int(cell) % k, np.unique(items[members]), float(weights[members].sum() / weights.sum())
        )
        for cell, members in zip(kinds, np.split(order, starts[1:]), strict=True)
    ]
    return sorted(pairs, key=lambda pair: (-pair.share, pair.people, pair.machine))


def described(
    compared: Compared, pairs: list[ConfusedPair], conclude: Callable[[ConfusedPair], Conclusion], count: int
) -> tuple[ConfusionPair, ...]:
    """The first pairs with names, probable side and examples.

    Args:
        compared: the comparison.
        pairs: as `confusion_pairs` gives them.
        conclude: reports the probable side of a pair.
        count: how many examples to show of each.
    """
    names = compared.data.classes
    return tuple(
        ConfusionPair(
            people=names[pair.people],
            machine=names[pair.machine],
            n=len(pair.items),
            share=pair.share,
            side=conclude(pair),
            examples=examples(compared, pair.items, count),
        )
        for pair in pairs[:MOST_PAIRS]
    )
