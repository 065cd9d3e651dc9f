"""May the machine replace a reviewer? The alternative annotator test: is it as close to the others as each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from assistant.domain.reasons import Reason
from assistant.stats.codes import Codes, codes
from assistant.stats.comparison.multiplicity import benjamini_yekutieli
from assistant.stats.vectors import Floats

Closeness = Literal["equal", "squared_distance"]
_PASSING = 0.5  # share of reviewers the machine has to beat


@dataclass(frozen=True, slots=True)
class LeftOutRater:
    """One reviewer against the machine, both judged by the other reviewers of the same items.

    Attributes:
        rater: its code.
        n: items that count.
        machine_advantage: share of them on which the machine is at least as close to the others.
        rater_advantage: share on which the reviewer is; both count ties.
    """

    rater: int
    n: int
    machine_advantage: float
    rater_advantage: float


@dataclass(frozen=True, slots=True)
class AtEpsilon:
    """The test at one value of epsilon.

    Attributes:
        epsilon: advantage the reviewers are asked to give up because the machine is cheaper.
        p_values: one-sided, of "the reviewer is better by epsilon or more", in the order of the raters.
        adjusted: the same by Benjamini-Yekutieli; at most q: the machine wins.
        winning_rate: omega, share of reviewers the machine wins against, 0 to 1.
        passed: the winning rate is at least 0.5.
    """

    epsilon: float
    p_values: tuple[float, ...]
    adjusted: tuple[float, ...]
    winning_rate: float
    passed: bool


@dataclass(frozen=True, slots=True)
class AlternativeAnnotatorTest:
    """Result for all epsilons.

    Attributes:
        raters: those tested.
        left_out: codes of raters with too few items, who take part only as the others of a person.
        items: items with a machine label and enough raters.
        advantage_probability: rho, mean of the raters' `machine_advantage`; for comparing machines; None if undefined.
        at: by epsilon, in the order given; empty if undefined.
        reason: why the test is undefined; None when it isn't.
    """

    raters: tuple[LeftOutRater, ...]
    left_out: tuple[int, ...]
    items: int
    advantage_probability: float | None
    at: tuple[AtEpsilon, ...]
    reason: Reason | None


def alternative_annotator_test(
    items: npt.ArrayLike,
    raters: npt.ArrayLike,
    labels: npt.ArrayLike,
    machine: npt.ArrayLike,
    *,
    epsilons: Sequence[float] = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3),
    q: float = 0.05,
    closeness: Closeness = "equal",
    least_raters_per_item: int = 2,
    least_items: int = 30,
    least_raters: int = 3,
) -> AlternativeAnnotatorTest:
    """Leave out each reviewer in turn and ask who is closer to those who remain: the reviewer or the machine.

    On each item that is +1 for the reviewer, -1 for the machine, 0 for a tie. A one-sided t-test per reviewer rules
    out that the mean is epsilon or more; if all values are equal it is decided without a test, as the authors do.
    They suggest epsilon 0.2 for experts, 0.15 for trained and 0.1 for crowd workers, and at least 3 reviewers with 30
    items (below 30 the t-test isn't valid; 50 to 100 are better).

    Args:
        items: code of the item of each human label, 0 to len(machine) - 1, shape (n,); not every rater labels all.
        raters: whole-number code of its rater, 0 or more, shape (n,).
        labels: the label's code (for `squared_distance` the grade), 0 or more, shape (n,).
        machine: the machine's label of each item, -1 for none, shape (k,).
        epsilons: each -1 to 1.
        q: share of false wins allowed among the wins, between 0 and 1.
        closeness: `equal`: share of the others with the same label; `squared_distance`: for grades, mean squared
            distance to theirs.
        least_raters_per_item: items with fewer human labels don't count; at least 2.
        least_items: raters with fewer counting items aren't tested.
        least_raters: with fewer tested raters the test is undefined.

    Raises:
        ValueError: lengths differ, codes out of range, a rater labelled an item twice, or epsilons or q out of range.

    Source: Calderon, Reichart & Dror (2025), ACL, arXiv 2501.10970, sections 3 and 4.
    """
    _check(epsilons, q, least_raters_per_item)
    item, rater, label, automatic = _columns(items, raters, labels, machine)
    everybody = np.unique(rater).tolist()
    counts = (np.bincount(item, minlength=len(automatic)) >= least_raters_per_item)[item] & (automatic[item] >= 0)
    item, rater, label = item[counts], rater[counts], label[counts]
    closer = _closer(item, label, automatic, closeness)
    outcomes = {r: closer[rater == r] for r in everybody if (rater == r).sum() >= max(2, least_items)}
    compared = tuple(_left_out_rater(r, outcome) for r, outcome in outcomes.items())
    left_out, n_items = tuple(r for r in everybody if r not in outcomes), len(np.unique(item))
    if len(compared) < least_raters:
        reason = Reason.of(
            "too_few_raters",
            raters=len(compared),
            items=least_items,
            others=least_raters_per_item - 1,
            needed=least_raters,
        )
        return AlternativeAnnotatorTest(compared, left_out, n_items, None, (), reason)
    at = tuple(_at(float(epsilon), q, tuple(outcomes.values())) for epsilon in epsilons)
    rho = float(np.mean([one.machine_advantage for one in compared]))
    return AlternativeAnnotatorTest(compared, left_out, n_items, rho, at, None)


def _closer(item: Codes, label: Codes, machine: Codes, closeness: Closeness) -> Floats:
    """For each human label 1 where it is closer to the item's others than the machine's label, -1 where less, or 0."""
    automatic = machine[item]
    if closeness == "equal":
        classes = int(max(label.max(initial=0), automatic.max(initial=0))) + 1
        cell, count = np.unique(item * classes + label, return_counts=True)
        human = _looked_up(cell, count, item * classes + label) - 1
        other = _looked_up(cell, count, item * classes + automatic) - (automatic == label)
        return np.asarray(np.sign(human - other), dtype=np.float64)
    others = np.bincount(item)[item] - 1
    total = np.bincount(item, label)[item] - label
    # Sum of squared distances of v to the others, less what doesn't depend on v.
    human, other = (others * v * v - 2 * v * total for v in (label, automatic))
    return np.asarray(np.sign(other - human), dtype=np.float64)


def _looked_up(cells: Codes, counts: Codes, wanted: Codes) -> Codes:
    at = np.minimum(np.searchsorted(cells, wanted), max(len(cells) - 1, 0))
    return np.where(cells[at] == wanted, counts[at], 0)


def _left_out_rater(rater: int, outcome: Floats) -> LeftOutRater:
    return LeftOutRater(rater, len(outcome), float((outcome <= 0).mean()), float((outcome >= 0).mean()))


def _at(epsilon: float, q: float, outcomes: Sequence[Floats]) -> AtEpsilon:
    p_values = tuple(_p_value(outcome, epsilon) for outcome in outcomes)
    adjusted = tuple(p for p in benjamini_yekutieli(p_values) if p is not None)
    rate = sum(p <= q for p in adjusted) / len(adjusted)
    return AtEpsilon(epsilon, p_values, adjusted, rate, rate >= _PASSING)


def _p_value(outcome: Floats, epsilon: float) -> float:
    """Of "the mean is at least epsilon"."""
    # Sums of -1, 0 and 1 are exact, so the order of the items can't change the last digit.
    n, total, squares = len(outcome), float(outcome.sum()), float(outcome @ outcome)
    mean, spread = total / n, squares - total * total / n
    if outcome.min() == outcome.max():
        return 0.0 if mean < epsilon else 1.0
    return float(stdtr(n - 1, (mean - epsilon) / sqrt(spread / (n - 1) / n)))


def _columns(
    items: npt.ArrayLike, raters: npt.ArrayLike, labels: npt.ArrayLike, machine: npt.ArrayLike
) -> tuple[Codes, Codes, Codes, Codes]:
    many = 2**31
    automatic = codes("machine", machine, many, least=-1)
    item = codes("items", items, max(1, len(automatic)))
    rater, label = codes("raters", raters, many), codes("labels", labels, many)
    if not len(item) == len(rater) == len(label):
        raise ValueError(f"items, raters and labels must be as long, got {len(item)}, {len(rater)}, {len(label)}")
    if len(item) and not len(automatic):
        raise ValueError("machine must hold a label or -1 for each item, got none")
    order = np.lexsort((rater, item))
    twice = (np.diff(item[order]) == 0) & (np.diff(rater[order]) == 0)
    if twice.any():
        at = int(order[1:][twice].min())
        raise ValueError(f"rater {rater[at]} labeled item {item[at]} twice, again at position {at}; keep one label")
    return item, rater, label, automatic


def _check(epsilons: Sequence[float], q: float, least_raters_per_item: int) -> None:
    if not 0 < q < 1:
        raise ValueError(f"q must lie between 0 and 1, got {q}")
    if not len(epsilons) or not all(-1 <= epsilon <= 1 for epsilon in epsilons):
        raise ValueError(f"epsilons must be one or more numbers from -1 to 1, got {tuple(epsilons)}")
    if least_raters_per_item < 2:
        raise ValueError(f"least_raters_per_item must be at least 2, got {least_raters_per_item}")
