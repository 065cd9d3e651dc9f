"""Compare two variants on the items both answered and people settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

import numpy as np

from assistant.domain.reasons import Reason
from assistant.errors import InputError
from assistant.stats.agreement.coefficient import Coefficient
from assistant.stats.comparison.multiplicity import holm
from assistant.stats.comparison.paired import PairedComparison
from assistant.stats.comparison.sample_size import more_items_to_tell, smallest_score_difference
from evals.agreement.shares import group_warning
from evals.comparison.comparison import Comparison, SliceEffect, Verdict
from evals.comparison.scores import ComparisonTerms, Scores
from evals.comparison.sides import changed_items, missing_items, side
from evals.data.eval_data import NONE, EvalData

LEAST_OF_SLICE = 10
"""Items below which a slice is not compared."""

_SHOWN_LABELS = 5

LEAST_WORTH = 0.01
"""Differences below a point aren't worth the items they take to detect: how many more are needed is for a point."""


def compare(
    data: EvalData, baseline: str, candidate: str, terms: ComparisonTerms, *, comparisons: int = 1
) -> Comparison:
    """The candidate against the baseline.

    Args:
        data: items, people's answers, and the answers of both.
        baseline, candidate: names of variants.
        terms: margin, level, slices.
        comparisons: how many are made; with several, "no worse" is read from an interval at 1 - alpha / comparisons,
            and `compare_all` corrects the p-values.

    Raises:
        InputError: both are the same, or no item that people settled was answered by both.
    """
    if baseline == candidate:
        raise InputError("variant_with_itself", variant=baseline)
    kept = data.answered(baseline, candidate)
    if not len(kept):
        raise InputError("no_item_in_common", baseline=baseline, candidate=candidate)
    old, new = data.agreed(baseline)[kept], data.agreed(candidate)[kept]
    scores = Scores(data, kept, old, new)
    paired, no_worse = scores.paired(terms), _no_worse(scores, terms, comparisons)
    fixed, broken = kept[new > old], kept[new < old]
    result = Comparison(
        baseline=side(data, baseline, kept, terms.confidence),
        candidate=side(data, candidate, kept, terms.confidence),
        margin=terms.margin,
        confidence=terms.confidence,
        n_pairs=len(kept),
        difference=_difference(paired),
        p_value=paired.p_value,
        adjusted_p=paired.p_value,
        comparisons=comparisons,
        test=Reason(paired.method),
        fixed=len(fixed),
        broken=len(broken),
        fixed_items=changed_items(data, baseline, candidate, fixed[: terms.examples]),
        broken_items=changed_items(data, baseline, candidate, broken[: terms.examples]),
        minimum_detectable_difference=_detectable(paired, terms),
        more_items=None,
        verdict=verdict(paired, no_worse, paired.p_value, terms),
        slices=slice_effects(scores, terms),
        same_policy=data.variants[baseline].identity.policy == data.variants[candidate].identity.policy,
        missing=missing_items(data, baseline, candidate),
        notes=(
            *_invalid_notes(data, (baseline, candidate)),
            *_notes(
                data, paired, group_warning((old == new).astype(np.float64), data.weights[kept], data.groups[kept])
            ),
        ),
    )
    return replace(result, more_items=_more_items(paired, result.verdict, terms))


def compare_all(
    data: EvalData, baseline: str, candidates: Sequence[str], terms: ComparisonTerms
) -> tuple[Comparison, ...]:
    """Each candidate against the baseline, Holm-corrected over them. Arguments and errors as `compare`."""
    made = [compare(data, baseline, candidate, terms, comparisons=len(candidates)) for candidate in candidates]
    if len(made) < 2:
        return tuple(made)
    adjusted = holm([one.p_value for one in made])
    return tuple(
        replace(one, adjusted_p=p, verdict=_corrected(one, p, terms)) for one, p in zip(made, adjusted, strict=True)
    )


def verdict(paired: PairedComparison, no_worse: bool, p_value: float | None, terms: ComparisonTerms) -> Verdict:
    """What can be said: a difference is given when interval and test agree on it.

    A candidate that is surely worse, but by less than the margin, is no worse than the margin: that is what was asked.

    Args:
        paired: the comparison.
        no_worse: whether a loss of the margin is ruled out.
        p_value: corrected where several comparisons were made.
        terms: level and margin.
    """
    differs = paired.differs and p_value is not None and p_value < terms.alpha
    if differs and paired.difference > 0:
        return Verdict.BETTER
    if no_worse:
        return Verdict.NO_WORSE
    return Verdict.WORSE if differs else Verdict.CANNOT_TELL


def slice_effects(scores: Scores, terms: ComparisonTerms) -> tuple[SliceEffect, ...]:
    """The effect on every slice of `LEAST_OF_SLICE` items or more, Holm-corrected over all of them.

    Args:
        scores: of all items compared.
        terms: level, and which columns.
    """
    found = []
    for column, values in scores.data.slices.items():
        if terms.slices is not None and column not in terms.slices:
            continue
        codes = values.codes[scores.kept]
        counts = np.bincount(codes[codes != NONE], minlength=len(values.names))
        large = np.flatnonzero((counts >= LEAST_OF_SLICE) & (counts < len(codes)))
        found += [(column, values.names[code], scores.where(codes == code).paired(terms)) for code in large]
    adjusted = holm([paired.p_value for _, _, paired in found])
    return tuple(
        SliceEffect(column, name, one.n, one.mean_b, one.mean_a, _difference(one), one.p_value, p)
        for (column, name, one), p in zip(found, adjusted, strict=True)
    )


def _no_worse(scores: Scores, terms: ComparisonTerms, comparisons: int) -> bool:
    """Whether a loss of the margin is ruled out, at a level that holds for all comparisons together."""
    if terms.margin is None:
        return False
    level = terms.alpha / comparisons
    strict = scores.paired(terms, 1 - level)
    if strict.low is not None:
        return strict.low > -terms.margin
    return strict.difference >= 0 and _largest_unseen_change(strict.n, level) < terms.margin


def _largest_unseen_change(n: int, alpha: float) -> float:
    """Largest share of items that may change where none of n did: 1 - (alpha / 2)^(1 / n)."""
    return float(1 - (alpha / 2) ** (1 / n))


def _corrected(one: Comparison, p_value: float | None, terms: ComparisonTerms) -> Verdict:
    """The verdict after correction: what was told may not stand any more."""
    if one.verdict in {Verdict.BETTER, Verdict.WORSE} and (p_value is None or p_value >= terms.alpha):
        kept = (
            one.verdict is Verdict.BETTER and terms.margin is not None and (one.difference.low or -1.0) > -terms.margin
        )
        return Verdict.NO_WORSE if kept else Verdict.CANNOT_TELL
    return one.verdict


def _difference(paired: PairedComparison) -> Coefficient:
    effective = paired.effective_n or float(paired.n)
    if paired.low is None or paired.high is None:
        return Coefficient(paired.difference, None, None, paired.n, effective, reason=paired.reason)
    return Coefficient(paired.difference, paired.low, paired.high, paired.n, effective, method=paired.method)


def _detectable(paired: PairedComparison, terms: ComparisonTerms) -> float | None:
    if paired.item_deviation is None:
        return None
    variance = paired.item_deviation**2
    smallest = smallest_score_difference(paired.n, variance, alpha=terms.alpha, power=terms.power)
    return smallest if smallest <= 1 else None


def _more_items(paired: PairedComparison, told: Verdict, terms: ComparisonTerms) -> int | None:
    """How many more items would tell: with a margin that it is kept, else a difference as large as the one seen."""
    if told is not Verdict.CANNOT_TELL or paired.item_deviation is None:
        return None
    seen = max(abs(paired.difference), LEAST_WORTH)
    distance = seen if terms.margin is None else max(abs(paired.difference + terms.margin), LEAST_WORTH)
    more = more_items_to_tell(distance, paired.item_deviation, paired.n, alpha=terms.alpha, power=terms.power)
    return None if more is None else max(1, _rounded(more))


def _rounded(count: int) -> int:
    """Up to two digits: more would pretend to be exact."""
    unit = int(10 ** max(0, len(str(count)) - 2))
    return ceil(count / unit) * unit


def _invalid_notes(data: EvalData, names: Sequence[str]) -> list[Reason]:
    """Answers that hold what the label set does not have; before everything else that is to be known."""
    notes: list[Reason] = []
    for name in names:
        if counts := data.invalid.get(name):
            labels = tuple(
                Reason.of("quoted_label_count", label=label, count=count)
                for label, count in list(counts.items())[:_SHOWN_LABELS]
            )
            notes.append(Reason.of("answers_outside_set", answers=sum(counts.values()), variant=name, labels=labels))
    return notes


def _notes(data: EvalData, paired: PairedComparison, warning: Reason | None) -> tuple[Reason, ...]:
    notes: list[Reason] = []
    if paired.method == "cluster_robust" and paired.clusters < paired.n:
        notes.append(Reason.of("interval_counts_groups", items=paired.n, groups=paired.clusters))
    if warning:
        notes.append(warning)
    if data.weighted:
        notes.append(Reason("items_weighted"))
    repeats = {data.variants[name].repeats for name in data.variants}
    if max(repeats) > 1:
        notes.append(Reason("score_of_repeats"))
    return tuple(notes)
