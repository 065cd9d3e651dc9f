"""Consensus: what the answers of several people to one item come to, where an answer may leave categories unknown.

An answer to a multi-label set knows three states of a category: yes (it is among the labels), unknown (it was neither
given nor denied), and no (everything else). Unknown is never no: an answer that leaves a category unknown says nothing
about it, and counts for the others only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple, Protocol

from assistant.domain.labels import LabelAnswer


class PartialAnswer(Protocol):
    """An answer: the labels given, and the categories it leaves unknown."""

    @property
    def labels(self) -> LabelAnswer:
        """What was given."""

    @property
    def unknown(self) -> LabelAnswer:
        """Categories neither given nor denied; empty for a complete answer."""


class Consensus(NamedTuple):
    """What answers come to: `labels` are yes, `unknown` are not known, every other category is no."""

    labels: LabelAnswer
    unknown: LabelAnswer = ()


def differ(first: PartialAnswer, second: PartialAnswer) -> bool:
    """Whether two answers contradict each other: in a category that both of them know."""
    unknown = {*first.unknown, *second.unknown}
    return set(first.labels) - unknown != set(second.labels) - unknown


def any_differ(answers: Sequence[PartialAnswer]) -> bool:
    """Whether two of these answers contradict each other."""
    if not any(one.unknown for one in answers):
        return len({frozenset(one.labels) for one in answers}) > 1
    return any(differ(first, second) for first, second in combinations(answers, 2))


def consensus(answers: Sequence[PartialAnswer]) -> Consensus | None:
    """What most of these people answered; None where they are evenly split, or there are none.

    Complete answers are counted as they are, whatever the order of their labels. Where one of them leaves categories
    unknown, every category is settled on its own by those who know it: unknown where none of them does.
    """
    if len(answers) == 1:
        return Consensus(answers[0].labels, answers[0].unknown)
    if any(one.unknown for one in answers):
        return _by_category(answers)
    leading = Counter(tuple(sorted(one.labels)) for one in answers).most_common(2)
    if not leading or (len(leading) > 1 and leading[0][1] == leading[1][1]):
        return None
    return Consensus(leading[0][0])


def _by_category(answers: Sequence[PartialAnswer]) -> Consensus | None:
    given, unknown = [], []
    for category in sorted({name for one in answers for name in (*one.labels, *one.unknown)}):
        known = [category in one.labels for one in answers if category not in one.unknown]
        yes = sum(known)
        if not known:
            unknown.append(category)
        elif 2 * yes == len(known):
            return None
        elif 2 * yes > len(known):
            given.append(category)
    return Consensus(tuple(given), tuple(unknown))
