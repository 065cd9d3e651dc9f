"""Slices on which the variant is surprisingly bad: found, tested, and corrected for having been searched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.special import xlogy

from assistant.stats.contingency import kish
from evals.data.eval_data import Bools, Codes
from evals.disagreements.analysis import Conclusion, SliceFinding
from evals.disagreements.compared import Compared
from evals.disagreements.examples import examples
from evals.disagreements.groups import disagreement
from evals.disagreements.slices.candidates import LEAST_GROUPS, TERM, Candidates, candidates
from evals.disagreements.slices.scan import Scan, scan_grouped, scan_independent
from evals.disagreements.target import main_pair
from evals.disagreements.terms import TermMatrix

MOST_SURPRISING = 10
MOST_OTHERS = 3

LEAST_ITEMS = 40
"""Items below which nothing is searched."""

_NEWS = 3.1
"""Standard errors by which a slice must be worse than the reported ones, to be reported as well (one-sided 0.1 %)."""

_NEARLY = 0.8
"""Share of items from which on a slice lies within another, or is nearly all of it."""


@dataclass(frozen=True, slots=True, eq=False)
class WeakSlice:
    """A slice that is worse than elsewhere.

    Attributes:
        where: its properties and values.
        items: which of the compared items it holds.
        p_value, adjusted_p: by itself, and corrected for the search.
        surprising: whether it stands after the correction.
    """

    where: tuple[tuple[str, str], ...]
    items: Codes
    p_value: float
    adjusted_p: float
    surprising: bool


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What a search came to.

    Attributes:
        found: slices that stand first, those that people's own label tells apart after them; then the nearest others.
        searched: how many slices were tested.
        level: chance of any false one.
        repeated: how many more stand, but only repeat these.
        too_small: how many were not tested.
    """

    found: tuple[WeakSlice, ...]
    searched: int
    level: float
    repeated: int
    too_small: int


def search(compared: Compared, terms: TermMatrix | None, level: float, seed: int) -> Search:
    """Values of all properties, of pairs of them, cited clauses and terms of the text, all tested at once.

    A slice stands if its corrected p-value is at most the level: on data without any difference between slices the
    chance that one or more stand is at most the level.

    Args:
        compared: the comparison.
        terms: of its texts; None where they are not known.
        level: the chance of any false finding, between 0 and 1.
        seed: of the permutations.
    """
    if len(compared) < LEAST_ITEMS or not 0 < compared.off.sum() < len(compared):
        return Search((), 0, level, 0, 0)
    tried = candidates(compared, terms)
    if not tried.where or (not compared.independent and compared.groups.max() + 1 < 2 * LEAST_GROUPS):
        return Search((), 0, level, 0, tried.too_small)
    scan = _scan(compared, tried, seed)
    stand = scan.adjusted <= level
    told = [_news(compared, tried, scan, stand & part) for part in (~tried.by_label, tried.by_label)]
    standing = [at for part in told for at in part]
    near = _news(compared, tried, scan, ~stand & ~tried.by_label & (scan.p_values <= level), standing)
    chosen = [*standing[:MOST_SURPRISING], *near[:MOST_OTHERS]]
    found = tuple(
        WeakSlice(
            tried.where[at], _items(tried, at), float(scan.p_values[at]), float(scan.adjusted[at]), bool(stand[at])
        )
        for at in chosen
    )
    repeated = int(stand.sum()) - min(len(standing), MOST_SURPRISING)
    return Search(found, len(tried.where), level, repeated, tried.too_small)


def described(
    compared: Compared, found: Search, conclude: Callable[[WeakSlice], Conclusion], confidence: float, count: int
) -> tuple[SliceFinding, ...]:
    """The slices with figures, probable side and examples.

    Args:
        compared: the comparison.
        found: as `search` gives it.
        conclude: reports the probable side of a slice.
        confidence: two-sided level of the intervals.
        count: how many examples to show of each.
    """
    return tuple(_described(compared, one, conclude(one), confidence, count) for one in found.found)


def _described(compared: Compared, one: WeakSlice, side: Conclusion, confidence: float, count: int) -> SliceFinding:
    others = np.setdiff1d(np.arange(len(compared)), one.items, assume_unique=True)
    wrong = one.items[compared.off[one.items] > 0]
    pair, names = main_pair(compared, wrong), compared.data.classes
    return SliceFinding(
        where=one.where,
        n=len(one.items),
        disagreement=disagreement(compared, one.items, confidence),
        elsewhere=float(np.average(compared.off[others], weights=compared.weights[others])),
        p_value=one.p_value,
        adjusted_p=one.adjusted_p,
        surprising=one.surprising,
        side=side,
        examples=examples(compared, wrong, count),
        pair=None if pair is None else (names[pair[0]], names[pair[1]]),
    )


def _scan(compared: Compared, tried: Candidates, seed: int) -> Scan:
    if compared.independent:
        return scan_independent(tried.members, compared.off, seed)
    return scan_grouped(tried.members, compared.off, compared.weights, compared.groups, seed)


def _items(tried: Candidates, at: int) -> Codes:
    rows = tried.members
    return np.asarray(rows.indices[rows.indptr[at] : rows.indptr[at + 1]], dtype=np.int64)


def _news(
    compared: Compared, tried: Candidates, scan: Scan, chosen: Bools, already: list[int] | None = None
) -> list[int]:
    """Of the chosen slices those that say more than the ones before them: properties first, then terms, worst first.

    A slice of a bad language is as bad as the language, which is no news. Where a slice lies within one that was told,
    it must be worse than the rest of that one; else what is outside of all that was told must be worse than the others
    there. A combination that is nearly all of one of its parts gives way to the part.
    """
    order = sorted(
        np.flatnonzero(chosen).tolist(), key=lambda one: (tried.where[one][0][0] == TERM, -scan.statistic[one], one)
    )
    chosen_ones = {tried.where[one]: one for one in order}
    told = [_mask(compared, tried, at) for at in already or ()]
    kept: list[int] = []
    for at in order:
        inside = _mask(compared, tried, at)
        parts = [chosen_ones[part,] for part in tried.where[at] if len(tried.where[at]) > 1 and (part,) in chosen_ones]
        if any(inside.sum() >= _NEARLY * _mask(compared, tried, part).sum() for part in parts):
            continue
        if _is_news(compared, inside, told):
            kept.append(at)
            told.append(inside)
    return kept


def _is_news(compared: Compared, inside: Bools, told: list[Bools]) -> bool:
    around = [one for one in told if (one & inside).sum() >= _NEARLY * inside.sum()]
    if around:
        return all(_worse(compared, inside & one, one & ~inside) for one in around)
    outside = ~np.any(told, axis=0) if told else np.ones(len(inside), dtype=np.bool_)
    return not told or _worse(compared, inside & outside, ~inside & outside)


def _mask(compared: Compared, tried: Candidates, at: int) -> Bools:
    inside = np.zeros(len(compared), dtype=np.bool_)
    inside[_items(tried, at)] = True
    return inside


def _worse(compared: Compared, these: Bools, those: Bools) -> bool:
    """Whether these items are worse than those: signed root of the likelihood ratio, effective numbers of items."""
    if min(int(these.sum()), int(those.sum())) < 10:
        return False
    (n, p), (m, q) = (_size_and_share(compared, part) for part in (these, those))
    both = (n * p + m * q) / (n + m)
    gain = n * (_entropy(p, p) - _entropy(p, both)) + m * (_entropy(q, q) - _entropy(q, both))
    return p > q and sqrt(max(0.0, 2 * gain)) >= _NEWS


def _size_and_share(compared: Compared, part: Bools) -> tuple[float, float]:
    weights = compared.weights[part]
    return kish(weights), float(np.average(compared.off[part], weights=weights))


def _entropy(share: float, expected: float) -> float:
    return float(xlogy(share, expected) + xlogy(1 - share, 1 - expected))
