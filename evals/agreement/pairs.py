"""Pairs of answers of people to the same items."""

from __future__ import annotations

import numpy as np

from evals.data.eval_data import Floats, HumanAnswers, Sight


def pairwise_agreement(humans: HumanAnswers, n: int, k: int) -> Floats:
    """By item the share of pairs of its answers that agree, NaN where it has fewer than two, shape (n,).

    Args:
        humans: answers in classes 0 to k - 1.
        n: how many items there are.
        k: how many classes there are.
    """
    cells, votes = np.unique(humans.items * k + humans.codes, return_counts=True)
    same = np.bincount(cells // k, votes * (votes - 1), minlength=n)
    answers = np.bincount(humans.items, minlength=n)
    pairs = answers * (answers - 1)
    return np.asarray(np.divide(same, pairs, out=np.full(n, np.nan), where=pairs > 0))


def counted(humans: HumanAnswers) -> HumanAnswers:
    """The answers that were not given with the machine's in sight."""
    return humans.where(~humans.of(Sight.ASSISTED))
