"""All that is known about a variant's disagreements; and how it is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from assistant.domain.reasons import Reason
from evals.data.eval_data import Codes
from evals.disagreements.compared import Compared
from evals.disagreements.groups import NO_CLAUSE, cited
from evals.disagreements.people import People
from evals.disagreements.sides.evidence import Contrast, on_clauses
from evals.disagreements.sides.peers import Peer, PeerAnswers, answers_to, peers_of
from evals.disagreements.target import AnalysisTarget

LEAST = 5
"""Items below which no one is named."""

LEVEL = 0.01
"""Of each test: many pairs, slices and clusters are looked at."""

MOST = 0.5
"""Share of items that must speak for a side."""


@dataclass(frozen=True, slots=True, eq=False)
class KnownAnswers:
    """People, other variants and clauses.

    Attributes:
        compared: the comparison.
        people: their answers to all items.
        peers: other variants that are about as good.
        clauses: compared items by the clause cited for them.
    """

    compared: Compared
    people: People
    peers: tuple[Peer, ...]
    clauses: Mapping[str, Codes]

    @classmethod
    def of(cls, compared: Compared, people: People) -> Self:
        """Gathered once for all findings."""
        clauses = {clause: items for clause, items in cited(compared).items() if clause != NO_CLAUSE}
        return cls(compared, people, peers_of(compared), clauses)

    def names(self, target: AnalysisTarget) -> tuple[str, str] | None:
        """What people and the machine say of most of the items."""
        if target.pair is None:
            return None
        people, machine = target.pair
        return self.compared.data.classes[people], self.compared.data.classes[machine]

    def answers(self, peers: tuple[Peer, ...], target: AnalysisTarget) -> dict[str, PeerAnswers]:
        """By name what other variants answered to the items, of those that were asked half of them."""
        found = {peer.name: answers_to(self.compared, peer, target.items) for peer in peers}
        return {name: one for name, one in found.items() if one is not None}

    def several(self, target: AnalysisTarget) -> Codes:
        """Positions in the data of the misjudged items that two or more people answered."""
        at = self.compared.at[target.items]
        return at[self.people.several[at]]

    def main_clause(self, target: AnalysisTarget) -> tuple[str, Contrast] | None:
        """The clause that most items cite, far more than where the same answer is right; the first of equals."""
        found = on_clauses(self.compared, self.clauses, target)
        main = [(clause, one) for clause, one in found.items() if one.share >= MOST and one.p_value <= LEVEL]
        return max(main, key=lambda entry: entry[1].share - entry[1].elsewhere, default=None)


def where_to_start(known: KnownAnswers, target: AnalysisTarget) -> tuple[Reason, ...]:
    """The clause most of the items cite, if there is one."""
    found = known.main_clause(target)
    return () if found is None else (Reason.of("start_with_clause", items=of_items(found[1]), clause=found[0]),)


def one_each(known: KnownAnswers, target: AnalysisTarget) -> tuple[Reason, ...]:
    """Caution where people's label rests on one person."""
    return () if len(known.several(target)) else (Reason("one_reviewer_an_item"),)


def percent(share: float) -> Reason:
    """A share in whole per cent, and never 0 or 100 where it is not."""
    if 0 < share < 0.01:
        return Reason("under_1_percent")
    return Reason.of("whole_percent", percent=100 * share) if share < 0.995 or share == 1 else Reason("over_99_percent")


def of_items(found: Contrast) -> Reason:
    """How many of the misjudged items, with their share."""
    if found.hits == found.n:
        return Reason.of("all_of_these_items", n=found.n)
    return Reason.of("some_of_these_items", hits=found.hits, n=found.n, share=percent(found.share))


def mean(shares: list[float]) -> float:
    """Their plain mean."""
    return float(np.mean(shares))
