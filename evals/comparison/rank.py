"""Rank variants by agreement with people, and compare every pair of them."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from assistant.errors import InputError
from assistant.stats.agreement.coefficient import Coefficient
from assistant.stats.comparison.multiplicity import holm
from assistant.stats.comparison.paired import compare_paired
from evals.agreement.panel_of_variant import headline_kappa
from evals.agreement.shares import share_of
from evals.comparison.ranking import Ranked, RankedPair, Ranking
from evals.data.eval_data import NONE, Codes, EvalData

LEAST_COVERAGE = 0.9
"""A variant that answered less than this share of what the fullest one did is not ranked with it."""


def rank(data: EvalData, *, confidence: float = 0.95) -> Ranking:
    """All variants that answered about the same items, best first.

    Args:
        data: two variants or more.
        confidence: two-sided level of intervals; ranks are distinguished at 1 - confidence, Holm-corrected.

    Raises:
        InputError: no labeled item was answered by two variants.
    """
    names, kept = comparable(data)
    if len(names) < 2 or not len(kept):
        raise InputError("no_variants_to_rank")
    scores = {name: data.agreed(name)[kept] for name in names}
    weights, groups = data.weights[kept], data.groups[kept]
    agreement = {name: share_of(data, scores[name], kept, confidence) for name in names}
    order = sorted(names, key=lambda name: (-(agreement[name].value or 0.0), name))
    pairs = []
    for better, worse in combinations(order, 2):
        paired = compare_paired(
            scores[better],
            scores[worse],
            weights=weights,
            clusters=groups,
            confidence=confidence,
        )
        difference = Coefficient(
            paired.difference, paired.low, paired.high, paired.n, float(paired.n), paired.method, paired.reason
        )
        pairs.append(RankedPair(better, worse, difference, paired.p_value, None))
    corrected = _corrected(pairs)
    return Ranking(
        ranked=tuple(
            Ranked(
                name,
                agreement[name],
                headline_kappa(data, name, kept, confidence=confidence),
                1 + sum(one.worse == name and _told(one, confidence) for one in corrected),
                len(order) - sum(one.better == name and _told(one, confidence) for one in corrected),
            )
            for name in order
        ),
        pairs=corrected,
        n=len(kept),
        left_out=tuple(name for name in data.variants if name not in names),
    )


def comparable(data: EvalData) -> tuple[list[str], Codes]:
    """The variants that cover most of what any covers, and the settled items all of those answered."""
    settled = data.reference != NONE
    answered = {name: (one.codes != NONE).all(axis=1) & settled for name, one in data.variants.items()}
    most = max((int(one.sum()) for one in answered.values()), default=0)
    names = [name for name, one in answered.items() if one.sum() >= LEAST_COVERAGE * most and one.any()]
    kept = np.flatnonzero(np.logical_and.reduce([answered[name] for name in names])) if names else np.zeros(0, int)
    return names, kept


def _corrected(pairs: list[RankedPair]) -> tuple[RankedPair, ...]:
    adjusted = holm([one.p_value for one in pairs])
    return tuple(
        RankedPair(one.better, one.worse, one.difference, one.p_value, p)
        for one, p in zip(pairs, adjusted, strict=True)
    )


def _told(pair: RankedPair, confidence: float) -> bool:
    return pair.adjusted_p is not None and pair.adjusted_p < 1 - confidence
