"""Compute the agreement panel of a variant."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from assistant.domain.labels import NO_ANSWER
from assistant.errors import InputError
from assistant.stats.agreement.coefficient import Coefficient
from assistant.stats.agreement.coefficient_intervals import coefficients_of_ratings
from assistant.stats.contingency import contingency
from assistant.stats.intervals import binomial_interval
from evals.agreement.ceiling import arms, ceiling
from evals.agreement.label_rows import label_rows, no_answer
from evals.agreement.measures import NDCG_AT, jaccard, kendall, mean_ndcg
from evals.agreement.panel import AgreementPanel, Invalid
from evals.agreement.people import grades
from evals.agreement.shares import EXACT, group_warning
from evals.agreement.whole_run import whole_run
from evals.data.categories import memberships
from evals.data.eval_data import NONE, Codes, EvalData, Scale
from evals.data.reference_set import classes_in_use, classes_of_set

__all__ = ["agreement_coefficients", "agreement_panel", "headline_kappa", "memberships"]

_NOMINAL = {"raw": "raw", "kappa": "cohen_kappa", "ac1": "gwet_ac1", "alpha_nominal": "krippendorff_alpha"}
_ORDINAL = {
    "kappa_linear": "cohen_kappa_linear",
    "kappa_quadratic": "cohen_kappa_quadratic",
    "ac2_quadratic": "gwet_ac2",
    "alpha_ordinal": "krippendorff_alpha_ordinal",
    "alpha_interval": "krippendorff_alpha_interval",
}


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
        hint = "label some of the items it answered, or look why people don't settle on any"
        raise InputError(f"people settled on no item that {variant!r} answered", hint=hint)
    people, machine = data.reference[kept], data.variants[variant].first[kept]
    weights = data.weights[kept]
    coefficients = agreement_coefficients(data, variant, kept, confidence=confidence, seed=seed)
    hits = int((people == machine).sum())
    low, high = binomial_interval(hits, len(kept), confidence)
    naive = Coefficient(hits / len(kept), low, high, len(kept), float(len(kept)), method=f"{EXACT}, unweighted")
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


def agreement_coefficients(
    data: EvalData, variant: str, kept: Codes, *, confidence: float, seed: int
) -> dict[str, Coefficient]:
    """All coefficients that fit the scale, by the names in `COEFFICIENTS`.

    Coefficients for grades leave out items without a usable answer, which has no place on their scale.

    Args:
        data: the data.
        variant: its name.
        kept: positions of items that people settled and the variant answered.
        confidence: two-sided level.
        seed: of resampling.
    """
    found = _coefficients(data, variant, kept, _NOMINAL, confidence)
    if data.scale is Scale.ORDINAL:
        graded = kept[data.variants[variant].first[kept] != no_answer(data)]
        found |= _coefficients(data, variant, graded, _ORDINAL, confidence)
        found["kendall_tau_b"] = kendall(data, variant, graded, confidence=confidence, seed=seed)
        if (ranked := mean_ndcg(data, variant, graded, confidence)) is not None:
            found[f"ndcg_{NDCG_AT}"] = ranked
    if data.scale is Scale.MULTI:
        found["jaccard"] = jaccard(data, variant, kept, confidence)
    return found


def headline_kappa(data: EvalData, variant: str, kept: Codes, *, confidence: float) -> Coefficient:
    """The kappa to show where there is room for one: quadratic for grades, else plain. Arguments as above."""
    if data.scale is not Scale.ORDINAL:
        return _coefficients(data, variant, kept, {"kappa": "kappa"}, confidence)["kappa"]
    graded = kept[data.variants[variant].first[kept] != no_answer(data)]
    return _coefficients(data, variant, graded, {"kappa_quadratic": "kappa"}, confidence)["kappa"]


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


def _in_part_notes(data: EvalData, variant: str, kept: Codes) -> list[str]:
    """How many of the variant's items have no whole label to be held against, and why."""
    assert data.categories is not None  # noqa: S101 - the caller looked
    left_out = int((data.categories.in_part & (data.variants[variant].first != NONE)).sum())
    if not left_out:
        return []
    return [
        f"{left_out:,} items are known in part only, people left categories unknown: whole answers are compared on the "
        f"{len(kept):,} others, each category on the items where it is known."
    ]


def _coefficients(
    data: EvalData, variant: str, kept: Codes, names: Mapping[str, str], confidence: float
) -> dict[str, Coefficient]:
    """Chance is among the classes of the label set: what else a variant answered only never agrees."""
    ordinal = "raw" not in names and "kappa" not in names
    categories = classes_of_set(data, variant)
    used = categories if ordinal else classes_in_use(data, variant)
    dense = np.full(len(data.classes), NONE, dtype=np.int64)
    dense[used] = np.arange(len(used))
    values = grades(data) if ordinal else None
    made = coefficients_of_ratings(
        dense[data.reference[kept]],
        dense[data.variants[variant].first[kept]],
        max(1, len(used)),
        categories=max(1, len(categories)),
        weights=data.weights[kept] if data.weighted else None,
        clusters=data.groups[kept] if data.grouped else None,
        correction=None if data.correction is None else data.correction[kept],
        names=tuple(names),
        values=None if values is None else values[used],
        confidence=confidence,
    )
    return {ours: made[theirs] for theirs, ours in names.items()}


def _notes(data: EvalData, variant: str, kept: Codes) -> tuple[str, ...]:
    notes = []
    if data.categories is not None:
        notes += _in_part_notes(data, variant, kept)
    machine = data.variants[variant].first[kept]
    given = np.bincount(machine, minlength=len(data.classes))
    known = np.bincount(data.reference[data.reference != NONE], minlength=len(data.classes))
    alien = [(name, int(given[code])) for code, name in enumerate(data.classes) if given[code] and not known[code]]
    shown = ", ".join(f"{name} ({count:,})" for name, count in alien if name != NO_ANSWER)
    if shown:
        notes.append(f"Answers that people never settled on count as not agreeing: {shown}.")
    if data.can_fail and given[no_answer(data)]:
        notes.append(f"{int(given[no_answer(data)]):,} items got no usable answer; they count as not agreeing.")
    if not data.finite and (groups := np.count_nonzero(np.bincount(data.groups[kept]))) < len(kept):
        notes.append(f"The {len(kept):,} items form {groups:,} groups; intervals count groups, not items.")
        hits = (machine == data.reference[kept]).astype(np.float64)
        if warning := group_warning(hits, data.weights[kept], data.groups[kept]):
            notes.append(warning)
    if data.finite:
        notes.append("Figures speak for this batch alone: what was labelled for certain adds nothing to the intervals.")
    if data.weighted:
        notes.append("Every figure is weighted by 1 / inclusion probability; the naive one is not.")
    if data.variants[variant].repeats > 1:
        notes.append("Of the repeats the first is judged.")
    return tuple(notes)
