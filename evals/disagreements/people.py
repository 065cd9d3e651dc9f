"""What people's own answers say about disagreements: where they split, and who deviates from the others."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import scipy.sparse as sp
from scipy.stats import norm

from assistant.stats.comparison.multiplicity import holm
from evals.data.columns import that_count
from evals.data.eval_data import NONE, Bools, Codes, EvalData, Floats, HumanAnswers

LEVEL = 0.01
"""A reviewer is called deviating when that would happen by chance to any of them this rarely."""

FAR_MORE = 1.5
"""... and when they differ from their peers at least so many times as often as the peers among themselves."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """A reviewer who differs from peers far more than these differ from each other.

    Attributes:
        name: who.
        rate: how often a peer who answered the same item differs.
        others: how often two other reviewers of an item differ.
        n: items answered together with others.
    """

    name: str
    rate: float
    others: float
    n: int


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Answers of people to all m items of the data, settled or not.

    Attributes:
        answers: those that count: not given with the machine's in sight, where an item has others.
        votes: how many gave each class, shape (m, k).
        raters: how many answered, shape (m,).
        differing: probability that two reviewers of the item, drawn at random, differ; nan below two, shape (m,).
        rests_on: number of a reviewer without whose answer the item would not be settled as it is, shape (a,) as
            `answers`, true or false.
        deviating: reviewers who differ from their peers far more than others do, by number.
    """

    answers: HumanAnswers
    votes: sp.csr_array
    raters: Codes
    differing: Floats
    rests_on: Bools
    deviating: dict[int, Deviation]

    @property
    def several(self) -> Bools:
        """Items that two or more people answered, shape (m,)."""
        return np.asarray(self.raters >= 2)

    @property
    def split(self) -> Bools:
        """Items on which people gave different answers, shape (m,)."""
        return np.asarray(np.nan_to_num(self.differing) > 0)


def read_people(data: EvalData) -> People:
    """The answers of people, counted.

    Args:
        data: the data.
    """
    answers = data.humans.where(that_count(data.humans, len(data)))
    m, k = len(data), len(data.classes)
    ones = np.ones(len(answers))
    votes = sp.csr_array(sp.coo_array((ones, (answers.items, answers.codes)), shape=(m, k)))
    raters = np.bincount(answers.items, minlength=m)
    differing = _differing(np.asarray(votes.multiply(votes).sum(axis=1)), raters)
    own = _votes_for_own(votes, answers)
    return People(
        answers=answers,
        votes=votes,
        raters=raters,
        differing=differing,
        rests_on=_rests_on(data, votes, answers, own),
        deviating=_deviating(answers, raters, differing, own),
    )


def _differing(squares: Floats, raters: Codes) -> Floats:
    pairs = raters * (raters - 1.0)
    same = squares - raters
    return np.asarray(1.0 - np.divide(same, pairs, out=np.full(len(raters), np.nan), where=pairs > 0))


def _votes_for_own(votes: sp.csr_array, answers: HumanAnswers) -> Codes:
    """How many reviewers of the item gave this answer, the reviewer counted, shape (a,)."""
    if not len(answers):
        return np.zeros(0, dtype=np.int64)
    return np.asarray(votes[answers.items, answers.codes], dtype=np.int64).ravel()


def _rests_on(data: EvalData, votes: sp.csr_array, answers: HumanAnswers, own: Codes) -> Bools:
    """An answer is needed when without it its class would no longer lead."""
    reference = data.reference[answers.items]
    runner_up = np.zeros(len(data))
    others = votes.tocoo()
    other = others.data * (others.col != data.reference[others.row])
    np.maximum.at(runner_up, others.row, other)
    mine = (reference != NONE) & (answers.codes == reference)
    return np.asarray(mine & (own - 1 <= runner_up[answers.items]))


def _deviating(answers: HumanAnswers, raters: Codes, differing: Floats, own: Codes) -> dict[int, Deviation]:
    """Each reviewer's rate of differing from peers against that of pairs without them, Welch's z, Holm-corrected.

    With two reviewers in all there is no pair without one of them, so no one can be called the odd one.
    """
    several = raters[answers.items] >= 2
    rater, item = answers.raters[several], answers.items[several]
    m = raters[item].astype(np.float64)
    apart = (m - own[several]) / (m - 1)
    left = (m - 1) * (m - 2)
    without = np.divide(
        differing[item] * m * (m - 1) - 2 * (m - own[several]), left, out=np.full(len(m), np.nan), where=left > 0
    )
    names = range(len(answers.names))
    tested = {one: _compare(rater == one, apart, without, item, differing) for one in names}
    adjusted = holm([found[1] for found in tested.values()])
    return {
        one: Deviation(answers.names[one], rate, others, n)
        for (one, ((rate, others, n), _)), p in zip(tested.items(), adjusted, strict=True)
        if p is not None and p <= LEVEL and rate >= FAR_MORE * others
    }


def _compare(
    mine: Bools, apart: Floats, without: Floats, item: Codes, differing: Floats
) -> tuple[tuple[float, float, int], float | None]:
    """A reviewer's rate, that of pairs without them, items answered together; and the p-value, None for too few."""
    n = int(mine.sum())
    others = differing.copy()
    others[item[mine]] = without[mine]
    others = others[~np.isnan(others)]
    if n < 10 or len(others) < 10:
        return (0.0, 0.0, n), None
    rate, usual = float(apart[mine].mean()), float(others.mean())
    spread = sqrt(apart[mine].var(ddof=1) / n + others.var(ddof=1) / len(others))
    p = 1.0 if spread == 0 and rate <= usual else 0.0 if spread == 0 else float(norm.sf((rate - usual) / spread))
    return (rate, usual, n), p
