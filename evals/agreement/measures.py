"""Measures of agreement that belong to one scale: of sets of labels, and of grades as a ranking."""

from __future__ import annotations

from collections.abc import Set

import numpy as np

from assistant.domain.labels import NO_ANSWER, NO_LABEL
from assistant.domain.reasons import Reason
from assistant.stats.agreement.coefficient import Coefficient, undefined
from assistant.stats.agreement.coefficient_intervals import DISTANCES, paired_ratings
from assistant.stats.agreement.profiles import table_profiles
from assistant.stats.sampling.resampling import bootstrap_counts
from assistant.stats.scores.ranking import kendall_tau_b_of_tables, ndcg
from evals.agreement.people import grades
from evals.agreement.shares import NO_ITEMS, share, share_of
from evals.data.eval_data import Codes, EvalData, Floats

NDCG_AT = 10
"""Results of a query that count."""

_LEAST_RESULTS = 3  # of a query on average: with fewer there is no ranking
_RESAMPLES = 2_000


def jaccard(data: EvalData, variant: str, kept: Codes, confidence: float) -> Coefficient:
    """Mean over items of labels that both gave over labels that either gave; two empty answers agree fully.

    Args:
        data: a multi-label scale.
        variant: its name.
        kept: positions of the items.
        confidence: two-sided level.
    """
    parts = [set() if name == NO_LABEL else set(name.split("|")) for name in data.classes]
    likeness = np.array([[len(a & b) / len(a | b) if a | b else 1.0 for b in parts] for a in parts])
    values = likeness[data.reference[kept], data.variants[variant].first[kept]]
    return share_of(data, values, kept, confidence)


def masi_alpha(data: EvalData, variant: str, kept: Codes, confidence: float) -> Coefficient:
    """Krippendorff's alpha of sets of labels, with MASI distances: sets that share labels disagree in part.

    The distance is 1 - Jaccard's share times 1 for equal sets, 2 / 3 where one holds the other, 1 / 3 where they only
    overlap, 0 where they share nothing. An unusable answer is as far as can be from any other.

    Args:
        data: a multi-label scale.
        variant: its name.
        kept: positions of the items.
        confidence: two-sided level.

    Source: Passonneau (2006), Measuring Agreement on Set-valued Items (MASI), LREC; Krippendorff (2011).
    """
    sets = [frozenset() if name == NO_LABEL else frozenset(name.split("|")) for name in data.classes]
    distances = np.array([[masi_distance(a, b) for b in sets] for a in sets])
    ratings = paired_ratings(
        data.reference[kept],
        data.variants[variant].first[kept],
        len(sets),
        weights=data.weights[kept] if data.weighted else None,
        clusters=data.groups[kept] if data.grouped else None,
        correction=None if data.correction is None else data.correction[kept],
        values=distances,
    )
    return ratings.coefficient(DISTANCES, confidence)


def masi_distance(first: Set[str], second: Set[str]) -> float:
    """From 0 for equal sets, two empty ones too, to 1 for sets that share nothing; see `masi_alpha`."""
    if first == second:
        return 0.0
    shared = len(first & second)
    kind = 2 / 3 if first < second or second < first else 1 / 3
    return 1 - shared / len(first | second) * kind


def kendall(data: EvalData, variant: str, kept: Codes, *, confidence: float, seed: int) -> Coefficient:
    """Kendall's tau-b between people's grades and the variant's, with a bootstrap interval over items or groups.

    Args:
        data: a scale of grades.
        variant: its name.
        kept: positions of items with two grades.
        confidence: two-sided level.
        seed: of resampling.
    """
    if not len(kept):
        return undefined(NO_ITEMS, 0)
    k = len(data.classes) - data.can_fail
    cells = data.reference[kept] * k + data.variants[variant].first[kept]
    profiles = table_profiles(
        cells, k * k, data.weights[kept] if data.weighted else None, data.groups[kept] if data.grouped else None
    )
    made = bootstrap_counts(
        profiles.contributions,
        profiles.counts,
        lambda sums: kendall_tau_b_of_tables(sums.reshape(-1, k, k)),
        seed=seed,
        resamples=_RESAMPLES,
        confidence=confidence,
        method="percentile",
    )
    units = float(profiles.counts.sum())
    if made.value is None:
        return undefined(Reason("one_grade"), len(kept), units)
    return Coefficient(made.value, made.low, made.high, len(kept), units, f"{made.method}_bootstrap", made.reason)


def mean_ndcg(data: EvalData, variant: str, kept: Codes, confidence: float) -> Coefficient | None:
    """Mean NDCG@10 of queries ranked by the variant's grades, people's being the gain; `n` counts queries.

    A group of items is taken as a query's results, where nothing else names them.

    Args:
        data: a scale of grades, lowest not relevant.
        variant: its name.
        kept: positions of items with two grades.
        confidence: two-sided level.

    Returns:
        None where items aren't grouped into some results each.
    """
    of_query = (data.groups if data.queries is None else data.queries)[kept]
    queries, sizes = np.unique(of_query, return_counts=True)
    if not len(queries) or len(kept) < _LEAST_RESULTS * len(queries):
        return None
    values = _as_gains(data)
    order = np.argsort(of_query, kind="stable")
    parts = np.split(kept[order], np.cumsum(sizes)[:-1])
    found = [ndcg(values[data.reference[part]], values[data.variants[variant].first[part]], NDCG_AT) for part in parts]
    known = np.array([value for value in found if value is not None])
    if not len(known):
        return undefined(Reason("no_relevant_result"), 0)
    return share(known, np.ones(len(known)), np.arange(len(known)), confidence)


def _as_gains(data: EvalData) -> Floats:
    """Grades from 0 up."""
    values = grades(data)
    if values is None:
        values = np.arange(len([name for name in data.classes if name != NO_ANSWER]), dtype=np.float64)
    return np.asarray(values - values.min())
