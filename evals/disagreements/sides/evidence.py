"""Counts that speak for one side or another, each with its test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom, hypergeom

from evals.data.eval_data import Bools, Codes
from evals.disagreements.compared import Compared
from evals.disagreements.people import People
from evals.disagreements.target import AnalysisTarget


@dataclass(frozen=True, slots=True)
class Contrast:
    """How often something holds of some items and of others.

    Attributes:
        hits, n: of the items looked at.
        other_hits, others: of the others.
    """

    hits: int
    n: int
    other_hits: int
    others: int

    @property
    def share(self) -> float:
        """Of the items looked at, 0 where there are none."""
        return self.hits / self.n if self.n else 0.0

    @property
    def elsewhere(self) -> float:
        """Of the others, 0 where there are none."""
        return self.other_hits / self.others if self.others else 0.0

    @property
    def p_value(self) -> float:
        """One-sided, Fisher's exact test: as often by chance."""
        if not (self.n and self.others):
            return 1.0
        return float(hypergeom.sf(self.hits - 1, self.n + self.others, self.hits + self.other_hits, self.n))


@dataclass(frozen=True, slots=True)
class PairRate:
    """How often people who differ, differ between two classes.

    Attributes:
        n: items on which they differ between these two.
        split: items on which they differ at all.
        expected: share of such items if differing fell on classes by their frequency alone.
        p_value: one-sided, binomial: as many by chance.
    """

    n: int
    split: int
    expected: float
    p_value: float


def splits(people: People, target: AnalysisTarget) -> Contrast:
    """Items on which people differ, of those that two or more answered, against elsewhere."""
    return _contrast(people.split, people.several & target.scope, people.several & target.rest)


def on_reviewers(compared: Compared, people: People, target: AnalysisTarget, raters: set[int]) -> Contrast:
    """Misjudged items that would not be settled so without one of these reviewers, against all other compared items."""
    held = people.rests_on & np.isin(people.answers.raters, sorted(raters))
    holds = np.zeros(len(compared.data), dtype=np.bool_)
    holds[people.answers.items[held]] = True
    return _contrast(holds[compared.at], *_these_and_others(compared, target.items))


def on_clauses(compared: Compared, cited: Mapping[str, Codes], target: AnalysisTarget) -> dict[str, Contrast]:
    """By clause the misjudged items that cite it, against items with the same answers that people agree with."""
    these = np.zeros(len(compared), dtype=np.bool_)
    these[target.items] = True
    alike = (compared.off == 0) & np.isin(compared.answer, compared.answer[target.items])
    found = {}
    for clause, items in cited.items():
        cites = np.zeros(len(compared), dtype=np.bool_)
        cites[items] = True
        found[clause] = _contrast(cites, these, alike)
    return found


def line_between(people: People, pair: tuple[int, int]) -> PairRate | None:
    """Where people's own differences fall: between these two classes, or elsewhere.

    Args:
        people: their answers.
        pair: codes of two classes.

    Returns:
        None with two classes in use, between which all differences fall, or if no one differs.
    """
    split = int(people.split.sum())
    share = np.asarray(people.votes.sum(axis=0), dtype=np.float64)
    if not split or (share > 0).sum() < 3:
        return None
    share /= share.sum()
    given = people.votes[:, list(pair)].toarray() > 0
    both = int(given.all(axis=1).sum())
    expected = 2 * share[pair[0]] * share[pair[1]] / (1 - float(share @ share))
    return PairRate(both, split, float(expected), float(binom.sf(both - 1, split, min(1.0, expected))))


def busiest_reviewer(compared: Compared, people: People, target: AnalysisTarget) -> tuple[str, Contrast] | None:
    """The reviewer on whom most of the items rest, and how many; None with fewer than two reviewers."""
    places = np.full(len(compared.data), -1, dtype=np.int64)
    places[compared.at[target.items]] = target.items
    held = people.rests_on & (places[people.answers.items] >= 0)
    if len(people.answers.names) < 2 or not held.any():
        return None
    rater = int(np.bincount(people.answers.raters[held]).argmax())
    return people.answers.names[rater], on_reviewers(compared, people, target, {rater})


def _these_and_others(compared: Compared, items: Codes) -> tuple[Bools, Bools]:
    these = np.zeros(len(compared), dtype=np.bool_)
    these[items] = True
    return these, ~these


def _contrast(holds: Bools, these: Bools, others: Bools) -> Contrast:
    return Contrast(int((holds & these).sum()), int(these.sum()), int((holds & others).sum()), int(others.sum()))
