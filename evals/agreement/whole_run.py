"""What a whole run holds: from its answers to every item and people's labels of some.

Where the labelled items stand for all (each was drawn at a known probability), the machine's answers to the others
narrow the intervals (prediction-powered). Where they don't, its counts are corrected for the errors seen on the
labelled items.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import floor, sqrt

import numpy as np

from assistant.stats.agreement.coefficient import Coefficient
from assistant.stats.contingency import contingency
from assistant.stats.sampling.misclassification import CorrectedShare, corrected_share, corrected_shares
from assistant.stats.sampling.prediction_powered import KnownPredictions, PredictionPowered, prediction_powered_mean
from evals.agreement.people import label_set_classes
from evals.agreement.run_shares import Powered, RunShare, WholeRun
from evals.agreement.shares import share_of
from evals.data.categories import memberships
from evals.data.eval_data import NONE, Bools, Codes, EvalData, Floats, Scale
from evals.data.population import Population, ScoreMoments

PREDICTION_POWERED, ROGAN_GLADEN, CONFUSION_INVERSE = "prediction_powered", "rogan_gladen", "confusion_inverse"
"""Codes of how intervals are made."""

_LEAST_CORRECTED = 30  # labelled items from which the machine's errors are known well enough to correct by them


def whole_run(data: EvalData, variant: str, confidence: float = 0.95) -> WholeRun | None:
    """Shares of labels, and agreement, over all items that a variant answered.

    Args:
        data: the data.
        variant: its name.
        confidence: two-sided level of the intervals.

    Returns:
        None where people settled every item, or fewer than two, or too few to correct by.
    """
    machine = data.variants[variant].first
    kept = np.flatnonzero((data.reference != NONE) & (machine != NONE))
    population = data.populations.get(variant) or answered_items(data, variant)
    if population is None or not 2 <= len(kept) < population.items:
        return None
    stands = stands_for_all(data.weights[kept], population.items)
    if not stands:
        shares = _corrected(data, variant, kept, population, confidence) if len(kept) >= _LEAST_CORRECTED else ()
        return WholeRun(population.items, len(kept), False, shares) if shares else None
    shares = tuple(_powered_shares(data, variant, population, confidence))
    return WholeRun(population.items, len(kept), True, shares, _agreement(data, variant, kept, population, confidence))


def answered_items(data: EvalData, variant: str) -> Population | None:
    """All items of the data that a variant answered; None where each has a label: files hold others too."""
    one = data.variants[variant]
    asked = one.first != NONE
    unlabelled = asked.copy()
    unlabelled[data.humans.items] = False
    if data.categories is not None:
        unlabelled &= ~data.categories.in_part
    if not unlabelled.any():
        return None
    counts = np.bincount(one.first[asked], minlength=len(data.classes))
    answers = {name: int(count) for name, count in zip(data.classes, counts, strict=True) if count}
    if one.confidence is None or np.isnan(one.confidence[asked]).all():
        return Population(answers)
    scores = np.nan_to_num(one.confidence[asked])
    sums = ScoreMoments(float(scores.sum()), float(scores @ scores), float(scores.min()), float(scores.max()))
    return Population(answers, sums)


def stands_for_all(weights: Floats, items: int) -> bool:
    """Whether the weights of labelled items add up to all, as far as draws of each item by itself make them.

    A tenth may be missing: items that people have not settled.
    """
    chance = sqrt(float((weights * (weights - 1)).clip(0).sum()))
    return abs(float(weights.sum()) - items) <= 4 * chance + 0.1 * items


def _powered_shares(data: EvalData, variant: str, population: Population, confidence: float) -> Iterator[RunShare]:
    machine = data.variants[variant].first
    held = memberships(data.classes, data.scale)
    nowhere = np.zeros(len(data.classes), dtype=np.bool_)
    holding = _holding(population, data.scale)
    for label, known, said in _labels(data, machine):
        predictions = population.holding(holding.get(label, ()))
        given = held.get(label, nowhere)[machine[known]].astype(np.float64)
        yield RunShare(
            label, predictions.mean, _powered(data, known, said, given, predictions=predictions, confidence=confidence)
        )


def _labels(data: EvalData, machine: Codes) -> Iterator[tuple[str, Codes, Floats]]:
    """Each label of the set, the answered items on which people are known to give it or not, and whether they do."""
    if data.categories is not None:
        for at, name in enumerate(data.categories.names):
            known = np.flatnonzero((data.categories.people[:, at] != NONE) & (machine != NONE))
            if len(known) >= 2:
                yield name, known, data.categories.people[known, at].astype(np.float64)
        return
    kept = np.flatnonzero((data.reference != NONE) & (machine != NONE))
    for code in label_set_classes(data).tolist():
        yield data.classes[code], kept, (data.reference[kept] == code).astype(np.float64)


def _holding(population: Population, scale: Scale) -> Mapping[str, list[str]]:
    """The answers of the population that hold each label."""
    names = list(population.answers)
    return {
        label: [name for name, holds in zip(names, found, strict=True) if holds]
        for label, found in memberships(names, scale).items()
    }


def _powered(
    data: EvalData, items: Codes, said: Floats, given: Floats, *, predictions: KnownPredictions, confidence: float
) -> Powered:
    alone = share_of(data, said, items, confidence)
    made = prediction_powered_mean(
        said,
        given,
        predictions,
        weights=data.weights[items] if data.weighted else None,
        clusters=data.groups[items] if data.grouped else None,
        correction=None if data.correction is None else data.correction[items],
        confidence=confidence,
    )
    more = min(made.more_labels, _gain(alone, made, len(items)))
    effective = alone.effective_n * (1 + more / len(items))
    powered = Coefficient(made.value, made.low, made.high, len(items), effective, PREDICTION_POWERED)
    return Powered(alone, powered, more, made.power)


def _gain(alone: Coefficient, made: PredictionPowered, n: int) -> int:
    """As many more labels as the two intervals as they are shown differ by."""
    if alone.low is None or alone.high is None or made.low is None or made.high is None or made.high <= made.low:
        return 0
    return max(0, floor(n * (((alone.high - alone.low) / (made.high - made.low)) ** 2 - 1)))


def _agreement(data: EvalData, variant: str, kept: Codes, population: Population, confidence: float) -> Powered | None:
    one, predictions = data.variants[variant], population.sureness()
    if predictions is None or one.confidence is None:
        return None
    hits = (one.first[kept] == data.reference[kept]).astype(np.float64)
    sure = np.nan_to_num(one.confidence[kept])
    return _powered(data, kept, hits, sure, predictions=predictions, confidence=confidence)


def _corrected(
    data: EvalData, variant: str, kept: Codes, population: Population, confidence: float
) -> tuple[RunShare, ...]:
    """By the inverse of the confusion matrix; of sets of labels, and of two labels, label by label."""
    machine = data.variants[variant].first
    if data.categories is None and len(label_set_classes(data)) > 2:
        return _by_matrix(data, machine, kept, population, confidence)
    held, holding = memberships(data.classes, data.scale), _holding(population, data.scale)
    nowhere = np.zeros(len(data.classes), dtype=np.bool_)
    rows = []
    for label, known, said in _labels(data, machine):
        given: Bools = held.get(label, nowhere)[machine[known]]
        positive = said == 1
        counted = population.holding(holding.get(label, ()))
        others = population.items - len(known)
        if others < 1:
            continue
        flagged = min(others, max(0, round(counted.mean * population.items) - int(given.sum())))
        found = corrected_share(
            flagged,
            others,
            true_positives=int((given & positive).sum()),
            positives=int(positive.sum()),
            true_negatives=int((~given & ~positive).sum()),
            negatives=int((~positive).sum()),
            confidence=confidence,
        )
        rows.append(
            RunShare(
                label,
                counted.mean,
                corrected=_with_labelled(found, int(positive.sum()), len(known), others, method=ROGAN_GLADEN),
            )
        )
    return tuple(rows)


def _by_matrix(
    data: EvalData, machine: Codes, kept: Codes, population: Population, confidence: float
) -> tuple[RunShare, ...]:
    """Items whose answer is no label of the set have no column: they are left out, labelled or not."""
    classes = label_set_classes(data)
    place = np.full(len(data.classes), NONE, dtype=np.int64)
    place[classes] = np.arange(len(classes))
    table = contingency(place[data.reference[kept]], place[machine[kept]], len(classes))
    names = [data.classes[code] for code in classes.tolist()]
    counts = np.array([population.answers.get(name, 0) for name in names], dtype=np.float64)
    others = np.maximum(0.0, counts - table.sum(axis=0))
    if not others.any():
        return ()
    found = corrected_shares(table, others, confidence)
    unlabelled = population.items - len(kept)
    given = np.bincount(place[data.reference[kept]], minlength=len(classes))
    return tuple(
        RunShare(
            name,
            population.holding((name,)).mean,
            corrected=_with_labelled(one, int(positives), len(kept), unlabelled, method=CONFUSION_INVERSE),
        )
        for name, one, positives in zip(names, found, given, strict=True)
    )


def _with_labelled(others: CorrectedShare, positives: int, labelled: int, number: int, *, method: str) -> Coefficient:
    """The share of all items, from that of the others and what people said of those they labelled."""

    def of_all(share: float | None) -> float | None:
        return None if share is None else (positives + number * share) / (labelled + number)

    low, high = of_all(others.low), of_all(others.high)
    how = "" if low is None else method
    return Coefficient(of_all(others.value), low, high, labelled, float(labelled), how, others.reason)
