"""People among themselves: the ceiling for a machine, and how far seeing its answer pulls them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.domain.reasons import Reason
from assistant.stats.agreement.coefficient import Coefficient, undefined
from evals.agreement.pairs import counted, pairwise_agreement
from evals.agreement.panel import Arms, Ceiling
from evals.agreement.people import people_alpha
from evals.agreement.shares import mean_difference, share
from evals.data.eval_data import NONE, Codes, EvalData, Floats, Sight


def ceiling(data: EvalData, variant: str, confidence: float) -> Ceiling | None:
    """Agreement of people among themselves and with the machine, on items that two or more of them answered.

    Both are chances that two answers drawn from an item agree, so they can be compared as they are: agreement with
    what a majority settled on can't, for a majority is steadier than any one of those who form it.

    Args:
        data: the data.
        variant: the machine's name.
        confidence: level of the intervals.

    Returns:
        None where no item that the variant answered has two answers.
    """
    humans, machine = counted(data.humans), data.variants[variant].first
    votes = np.bincount(humans.items, minlength=len(data))
    items = np.flatnonzero((votes >= 2) & (machine != NONE))
    if not len(items):
        return None
    people = pairwise_agreement(humans, len(data), len(data.classes))[items]
    hits = machine[humans.items] == humans.codes
    with_machine = np.bincount(humans.items, hits, minlength=len(data))[items] / votes[items]
    weights, groups = data.weights[items], data.groups[items]
    return Ceiling(
        human_human=share(people, weights, groups, confidence),
        machine_human=share(with_machine, weights, groups, confidence),
        gap=mean_difference(with_machine - people, weights, groups, confidence),
        alpha=people_alpha(data, items, confidence),
        raters=int(np.count_nonzero(np.bincount(humans.raters[(votes >= 2)[humans.items]]))),
    )


def arms(data: EvalData, variant: str, confidence: float) -> Arms | None:
    """Share of single answers that are the machine's, by whether it was in sight; None where that is known of none.

    The pull's interval takes items (groups of them, where they belong together) as independent: an item with blind and
    assisted answers counts in both arms.

    Args:
        data: the data.
        variant: the machine's name.
        confidence: level of the intervals.
    """
    machine = data.variants[variant].first
    humans = data.humans.where(machine[data.humans.items] != NONE)
    blind, assisted = humans.of(Sight.BLIND), humans.of(Sight.ASSISTED)
    if not (blind.any() or assisted.any()):
        return None
    hits = (machine[humans.items] == humans.codes).astype(np.float64)
    weights, groups = data.weights[humans.items], data.groups[humans.items]
    return Arms(
        blind=_of_arm(hits[blind], weights[blind], groups[blind], confidence),
        assisted=_of_arm(hits[assisted], weights[assisted], groups[assisted], confidence),
        pull=_pull(hits, weights, groups, (blind, assisted), confidence),
    )


def _of_arm(hits: Floats, weights: Floats, groups: Codes, confidence: float) -> Coefficient:
    return share(hits, weights, groups, confidence) if len(hits) else undefined(Reason("no_such_answers"), 0)


def _pull(hits: Floats, weights: Floats, groups: Codes, arms: Sequence[np.ndarray], confidence: float) -> Coefficient:
    """Difference of two weighted means: the mean of influences, clustered like any other."""
    if not all(arm.any() for arm in arms):
        return undefined(Reason("empty_arm"), 0)
    blind, assisted = (float(np.average(hits[arm], weights=weights[arm])) for arm in arms)
    known, total = arms[0] | arms[1], len(hits)
    influence = np.zeros(total)
    for arm, mean, sign in zip(arms, (blind, assisted), (-1.0, 1.0), strict=True):
        influence[arm] = sign * weights[arm] * (hits[arm] - mean) / weights[arm].sum()
    n = int(known.sum())
    spread = mean_difference(influence[known] * n, np.ones(n), groups[known], confidence)
    difference = assisted - blind
    if spread.low is None or spread.high is None or spread.value is None:
        return Coefficient(difference, None, None, n, float(n), reason=spread.reason)
    low, high = difference + spread.low - spread.value, difference + spread.high - spread.value
    return Coefficient(difference, max(-1.0, low), min(1.0, high), n, spread.effective_n, method=spread.method)
