"""How often a reviewer answers rightly where the right answer is unknown: from others' answers to the same items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.stats.agreement.aggregation import DawidSkene, dawid_skene
from assistant.stats.codes import Codes
from assistant.stats.intervals import wilson_of_share
from assistant.stats.vectors import Floats
from assistant.store.people.reviewer_figures import QueueAnswer

_GROUPS = 20  # of items that the jackknife leaves out in turn
_SMOOTHING = 0.01


@dataclass(frozen=True, slots=True)
class Skill:
    """Probability of a right answer to an item drawn at random, with a 95 % interval.

    Args:
        value, low, high: each 0 to 1.
        n: items they share with others.
    """

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class _Answers:
    """Answers to shared items as codes, each shape (answers,)."""

    item: Codes
    rater: Codes
    label: Codes
    raters: int
    labels: int

    def fit(self) -> DawidSkene:
        return dawid_skene(self.item, self.rater, self.label, self.labels, smoothing=_SMOOTHING)

    def refit(self, start: Floats) -> DawidSkene:
        """From a fit of nearly the same answers: a few steps are enough."""
        few: dict[str, Any] = {"tolerance": 1e-7, "most_iterations": 50}
        return dawid_skene(self.item, self.rater, self.label, self.labels, smoothing=_SMOOTHING, start=start, **few)

    def without(self, left_out: Codes) -> tuple[_Answers, Codes]:
        """The answers to all other items, which are numbered again, and their old numbers."""
        kept = ~np.isin(self.item, left_out)
        old, new = np.unique(self.item[kept], return_inverse=True)
        return _Answers(new.reshape(-1), self.rater[kept], self.label[kept], self.raters, self.labels), old


def skill_of(given: Sequence[QueueAnswer]) -> dict[str, Skill]:
    """Each reviewer's skill, from items that two or more people answered; empty where no item is shared.

    Each rater's confusion matrix, weighted by how frequent each answer is; classes of which a reviewer saw no item are
    left out and the rest counts for them. The interval is Wilson's for as many items as would vary as much as the
    estimate does when a twentieth of the items is left out in turn: it knows that right answers are estimated, too.

    Source: Dawid & Skene (1979), see `stats.aggregation.dawid_skene`; delete-a-group jackknife: Kott (2001), Journal of
    Official Statistics 17:521-526.
    """
    answers = {(one.item_key, one.rater): tuple(sorted(one.labels)) for one in given}
    times = Counter(item for item, _ in answers)
    shared = [(item, rater, labels) for (item, rater), labels in answers.items() if times[item] > 1]
    if not shared:
        return {}
    columns = [sorted(set(column)) for column in zip(*shared, strict=True)]
    places: list[dict[object, int]] = [{value: at for at, value in enumerate(column)} for column in columns]
    item, rater, label = (np.array([place[row[at]] for row in shared]) for at, place in enumerate(places))
    coded = _Answers(item, rater, label, len(columns[1]), len(columns[2]))
    fitted = coded.fit()
    values, variances = _skills(fitted, coded), _variances(coded, fitted)
    counts = np.bincount(coded.rater, minlength=coded.raters)
    told = zip(columns[1], values.tolist(), variances.tolist(), counts.tolist(), strict=True)
    return {str(name): _with_interval(*one) for name, *one in told}


def _skills(fitted: DawidSkene, answers: _Answers) -> Floats:
    """Each rater's share of right answers, shape (raters,); nan for those who gave none of these."""
    right = np.diagonal(fitted.confusion, axis1=1, axis2=2)
    weights = np.where(np.isnan(right), 0.0, fitted.marginals)
    total = weights.sum(axis=1)
    skill = np.divide(
        (np.nan_to_num(right) * weights).sum(axis=1), total, out=np.full(len(total), np.nan), where=total > 0
    )
    told = np.full(answers.raters, np.nan)
    told[: len(skill)] = skill
    told[np.bincount(answers.rater, minlength=answers.raters) == 0] = np.nan
    return told


def _variances(answers: _Answers, fitted: DawidSkene) -> Floats:
    """Variance of each rater's skill, by leaving out groups of items; 0 where nothing varies. Shape (raters,)."""
    items = len(fitted.posteriors)
    groups = min(_GROUPS, items)
    if groups < 2:
        return np.zeros(answers.raters)
    shuffled = np.random.default_rng(0).permutation(items)  # neighbours may be alike
    full, told = _skills(fitted, answers), []
    for left_out in np.array_split(shuffled, groups):
        rest, old = answers.without(left_out)
        found = _skills(rest.refit(fitted.posteriors[old]), rest)
        told.append(np.where(np.isnan(found), full, found))
    spread: Floats = np.square(np.array(told) - full).sum(axis=0)
    return spread * (groups - 1) / groups


def _with_interval(value: float, variance: float, n: int) -> Skill:
    varies = value * (1 - value)
    effective = min(float(n), varies / variance) if variance > 0 and varies > 0 else float(n)
    return Skill(value, *wilson_of_share(value, max(effective, 1.0)), n)
