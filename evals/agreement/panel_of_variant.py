"""Compute the agreement panel of a variant."""

from __future__ import annotations

import numpy as np

from assistant.domain.labels import NO_ANSWER
from assistant.domain.reasons import Reason
from assistant.errors import InputError
from assistant.stats.agreement.coefficient import Coefficient
from assistant.stats.contingency import contingency
from assistant.stats.intervals import binomial_interval
from evals.agreement.ceiling import arms, ceiling
from evals.agreement.label_rows import label_rows, no_answer
from evals.agreement.metrics import variant_metrics
from evals.agreement.panel import AgreementPanel, Invalid
from evals.agreement.panel_items import PanelItems
from evals.agreement.shares import EXACT, group_warning
from evals.agreement.whole_run import whole_run
from evals.data.categories import memberships
from evals.data.eval_data import NONE, Codes, EvalData, Scale
from evals.data.reference_set import classes_of_set

__all__ = ["agreement_coefficients", "agreement_panel", "headline_kappa", "memberships"]


def agreement_panel(data: EvalData, variant: str, *, confidence: float = 0.95, seed: int = 0) -> AgreementPanel:
    """How far a variant agrees with what people settled on, beside what people reach among themselves.

    Where labels came with inclusion probabilities, every figure is weighted by them, and the naive raw agreement stands
    beside it. Of repeats the first is judged.

    Args:
        data: the data.
        variant: its name.
        confidence: two-sided level of the intervals.
        seed: of resampling.

    Raises:
        InputError: people settled on none of the items the variant answered.
    """
    kept = np.flatnonzero((data.reference != NONE) & (data.variants[variant].first != NONE))
    if not len(kept):
        raise InputError("variant_without_consensus", variant=variant)
    people, machine = data.reference[kept], data.variants[variant].first[kept]
    weights = data.weights[kept]
    coefficients = agreement_coefficients(PanelItems(data, variant, kept, confidence, seed))
    hits = int((people == machine).sum())
    low, high = binomial_interval(hits, len(kept), confidence)
    naive = Coefficient(hits / len(kept), low, high, len(kept), float(len(kept)), method=f"{EXACT}_unweighted")
    raw = coefficients["raw"]
    return AgreementPanel(
        variant=variant,
        coefficients=coefficients,
        naive=naive if data.weighted else None,
        n=len(kept),
        effective_n=raw.effective_n,
        classes=data.classes,
        table=contingency(people, machine, len(data.classes), weights),
        labels=label_rows(data, variant, kept, confidence),
        invalid=_invalid(data, variant),
        ceiling=ceiling(data, variant, confidence),
        arms=arms(data, variant, confidence),
        notes=_notes(data, variant, kept),
        whole_run=whole_run(data, variant, confidence),
    )


def agreement_coefficients(of: PanelItems) -> dict[str, Coefficient]:
    """All metrics that fit the scale, by their registered names."""
    found = {one.name: one.of_variant(of) for one in variant_metrics(of.data.scale) if one.of_variant is not None}
    return {name: figure for name, figure in found.items() if figure is not None}


def headline_kappa(data: EvalData, variant: str, kept: Codes, *, confidence: float) -> Coefficient:
    """The kappa to show where there is room for one: quadratic for grades, else plain.

    Args:
        data: the data.
        variant: its name.
        kept: positions of items that people settled and the variant answered.
        confidence: two-sided level.
    """
    of = PanelItems(data, variant, kept, confidence)
    return of.coefficient_of_grades("kappa_quadratic") if data.scale is Scale.ORDINAL else of.coefficient("kappa")


def _invalid(data: EvalData, variant: str) -> Invalid | None:
    counts = data.invalid.get(variant)
    if not counts:
        return None
    said = data.variants[variant].codes
    return Invalid(
        labels=counts,
        answers=int((said != NONE).sum()),
        reference_set=tuple(data.classes[code] for code in classes_of_set(data, variant))
        if data.categories is None
        else data.categories.names,
        stated=data.closed,
        grades=data.scale is Scale.ORDINAL,
    )


def _in_part_notes(data: EvalData, variant: str, kept: Codes) -> list[Reason]:
    """How many of the variant's items have no whole label to be held against, and why."""
    assert data.categories is not None  # noqa: S101 - the caller looked
    left_out = int((data.categories.in_part & (data.variants[variant].first != NONE)).sum())
    if not left_out:
        return []
    return [Reason.of("known_in_part", items=left_out, others=len(kept))]


def _notes(data: EvalData, variant: str, kept: Codes) -> tuple[Reason, ...]:
    notes: list[Reason] = []
    if data.categories is not None:
        notes += _in_part_notes(data, variant, kept)
    machine = data.variants[variant].first[kept]
    given = np.bincount(machine, minlength=len(data.classes))
    known = np.bincount(data.reference[data.reference != NONE], minlength=len(data.classes))
    alien = [(name, int(given[code])) for code, name in enumerate(data.classes) if given[code] and not known[code]]
    shown = tuple(Reason.of("label_count", label=name, count=count) for name, count in alien if name != NO_ANSWER)
    if shown:
        notes.append(Reason.of("answers_never_settled_on", labels=shown))
    if data.can_fail and given[no_answer(data)]:
        notes.append(Reason.of("items_without_usable_answer", items=int(given[no_answer(data)])))
    if not data.finite and (groups := np.count_nonzero(np.bincount(data.groups[kept]))) < len(kept):
        notes.append(Reason.of("intervals_count_groups", items=len(kept), groups=int(groups)))
        hits = (machine == data.reference[kept]).astype(np.float64)
        if warning := group_warning(hits, data.weights[kept], data.groups[kept]):
            notes.append(warning)
    if data.finite:
        notes.append(Reason("for_this_batch_alone"))
    if data.weighted:
        notes.append(Reason("figures_weighted"))
    if data.variants[variant].repeats > 1:
        notes.append(Reason("first_repeat_judged"))
    return tuple(notes)
