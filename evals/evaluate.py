"""Evaluate all variants of frozen data: everything a report shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b

import numpy as np

from assistant.domain.labels import NO_ANSWER
from assistant.domain.reasons import Reason
from assistant.errors import InputError
from evals.agreement.panel import AgreementPanel
from evals.agreement.panel_of_variant import agreement_panel
from evals.agreement.people_panel import people_panel
from evals.agreement.replace import may_replace
from evals.comparison.compare import compare_all
from evals.comparison.rank import comparable, rank
from evals.comparison.scores import ComparisonTerms
from evals.confidences import confidence_quality
from evals.data.eval_data import NONE, EvalData
from evals.disagreements.analyse import analyse_disagreements
from evals.evaluation import Evaluation, Subject

MOST_LOOKED_INTO = 3
"""Variants whose disagreements are looked into where none are named: the best of the ranking."""


def evaluate(
    data: EvalData,
    title: str,
    digest: str = "",
    *,
    baseline: str | None = None,
    candidates: Sequence[str] | None = None,
    look_into: Sequence[str] | None = None,
    metrics: Sequence[str] | None = None,
    terms: ComparisonTerms,
) -> Evaluation:
    """Agreement of every variant, their ranking and comparisons, and the disagreements of some.

    Args:
        data: at least one variant, or items that two or more people answered.
        title: what was evaluated.
        digest: identity of the frozen data; empty takes `data_digest`.
        baseline: variant all candidates are compared with; None compares only where there are two variants, the first
            being the baseline.
        candidates: which are compared with it; None is all others.
        look_into: variants whose disagreements and confidences are analysed; None is the best `MOST_LOOKED_INTO`.
        metrics: coefficients that are shown beside raw agreement; None for all that fit the scale.
        terms: margin, level, slices, seed.

    Raises:
        InputError: no variant that answered anything people settled on, and no two answers to an item either; or an
            unknown name.
    """
    people = people_panel(data, confidence=terms.confidence)
    if not data.variants:
        if people is None:
            raise InputError("nothing_to_compare")
        return Evaluation(subject=subject(data, title, digest), panels={}, people=people)
    usable = [name for name in data.variants if len(data.answered(name))]
    if not usable:
        raise InputError("variants_without_consensus")
    confidence = terms.confidence
    panels = {
        name: _shown(agreement_panel(data, name, confidence=confidence, seed=terms.seed), metrics) for name in usable
    }
    together = comparable(data)[0]
    ranking = rank(data, confidence=confidence) if len(together) > 1 else None
    best = [one.variant for one in ranking.ranked] if ranking else usable
    looked_into = list(look_into) if look_into is not None else best[:MOST_LOOKED_INTO]
    if baseline is None and len(usable) == 2:
        baseline = usable[0]
    compared = [] if baseline is None else [name for name in candidates or usable if name != baseline]
    qualities = {name: confidence_quality(data, name, confidence=confidence) for name in looked_into}
    return Evaluation(
        subject=subject(data, title, digest),
        panels=panels,
        ranking=ranking,
        comparisons=() if baseline is None else compare_all(data, baseline, compared, terms),
        replacements={name: may_replace(data, name) for name in looked_into},
        disagreements={
            name: analyse_disagreements(data, name, confidence=confidence, seed=terms.seed) for name in looked_into
        },
        confidences={name: quality for name, quality in qualities.items() if quality is not None},
        people=people,
    )


def _shown(panel: AgreementPanel, metrics: Sequence[str] | None) -> AgreementPanel:
    """Raw agreement and the coefficients asked for."""
    if metrics is None:
        return panel
    kept = {name: one for name, one in panel.coefficients.items() if name == "raw" or name in metrics}
    return replace(panel, coefficients=kept)


def subject(data: EvalData, title: str, digest: str = "") -> Subject:
    """What is evaluated, in figures. Arguments as `evaluate`."""
    return Subject(
        title=title,
        digest=digest or data_digest(data),
        items=len(data),
        settled=int((data.reference != NONE).sum()),
        classes=_label_set(data),
        scale=data.scale,
        raters=len(np.unique(data.humans.raters)),
        identities={name: one.identity for name, one in data.variants.items()},
        left_out=data.left_out,
        notes=(*data.notes, *_unranked(data)),
    )


def _label_set(data: EvalData) -> tuple[str, ...]:
    """The answers that belong to it; what only a machine answered, or failed to, does not."""
    member = [True] * len(data.classes) if data.of_set is None else data.of_set.tolist()
    return tuple(name for name, belongs in zip(data.classes, member, strict=True) if belongs and name != NO_ANSWER)


def _unranked(data: EvalData) -> tuple[Reason, ...]:
    together = comparable(data)[0]
    apart = tuple(name for name in data.variants if name not in together)
    if not apart:
        return ()
    return (Reason.of("not_ranked", variants=apart),)


def data_digest(data: EvalData) -> str:
    """BLAKE2b-128 of items, human answers, weights and groups: the same for the same frozen data, whatever variants."""
    state = blake2b(digest_size=16)
    names = [data.classes[code] for code in data.humans.codes]
    order = np.lexsort((data.humans.raters, data.humans.items))
    for at in order:
        line = (data.ids[data.humans.items[at]], data.humans.names[data.humans.raters[at]], names[at])
        state.update(repr((*line, int(data.humans.sights[at]))).encode())
    labelled = np.unique(data.humans.items)
    if data.categories is not None:
        for at in np.flatnonzero(data.categories.in_part):
            state.update(repr((data.ids[at], data.categories.people[at].tolist())).encode())
    for at in labelled:
        state.update(repr((data.ids[at], float(data.weights[at]))).encode())
    return state.hexdigest()
