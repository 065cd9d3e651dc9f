"""Compute the agreement panel of a variant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from assistant.errors import InputError
from assistant.stats.coefficient import Coefficient
from assistant.stats.coefficient_intervals import coefficients_of_ratings
from assistant.stats.contingency import contingency
from assistant.stats.intervals import binomial_interval
from evals.ceiling import arms, ceiling
from evals.data import NO_ANSWER, NO_LABEL, NONE, Bools, Codes, EvalData, Floats, Scale
from evals.measures import NDCG_AT, jaccard, kendall, mean_ndcg
from evals.panel import AgreementPanel, LabelRow
from evals.people import grades
from evals.shares import EXACT, group_warning, share

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
        table=contingency(people, machine, len(data.classes), weights).table,
        labels=label_rows(data, people, machine, kept, confidence),
        ceiling=ceiling(data, variant, confidence),
        arms=arms(data, variant, confidence),
        notes=_notes(data, variant, kept),
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


def no_answer(data: EvalData) -> int:
    """Code of `NO_ANSWER`, one that never occurs where every answer is usable."""
    return len(data.classes) - 1 if data.can_fail else len(data.classes)


def label_rows(data: EvalData, people: Codes, machine: Codes, kept: Codes, confidence: float) -> tuple[LabelRow, ...]:
    """Shares, precision, recall and F1 of every label that occurs; of sets of labels, one row for each label.

    Args:
        data: the data.
        people, machine: classes of the m items, shape (m,).
        kept: their positions, shape (m,).
        confidence: two-sided level.
    """
    weights, groups = data.weights[kept], data.groups[kept]
    drawn = None if data.correction is None else data.correction[kept]
    total = weights.sum()

    def figure_of(values: Floats, weigh: Floats, at: Bools) -> Coefficient:
        return share(values[at], weigh[at], groups[at], confidence, None if drawn is None else drawn[at])

    def within(hits: Bools, given: Bools, otherwise: str) -> Coefficient:
        figure = figure_of(hits.astype(np.float64), weights, given)
        return figure if figure.value is not None else replace(figure, reason=otherwise)

    rows = []
    for label, of_class in memberships(data.classes, data.scale).items():
        said, given = of_class[people], of_class[machine]
        if not (said.any() or given.any()):
            continue
        either, both = said | given, (said & given).astype(np.float64)
        # F1 = 2 TP / (2 TP + FP + FN): a share in which items both gave count twice, so its interval is a share's.
        doubled = weights * (1 + both)
        rows.append(
            LabelRow(
                label=label,
                people=float(weights[said].sum() / total),
                machine=float(weights[given].sum() / total),
                precision=within(said, given, "the machine never gave this label"),
                recall=within(given, said, "people never gave this label"),
                f1=figure_of(both, doubled, either),
            )
        )
    return tuple(rows)


def memberships(classes: Sequence[str], scale: Scale) -> Mapping[str, Bools]:
    """For each label, which classes hold it, shape (k,): itself, or the sets it is in.

    Args:
        classes: k of them.
        scale: `multi` where they are sets of labels joined by `|`.
    """
    parts = [set(name.split("|")) if scale is Scale.MULTI and name != NO_LABEL else {name} for name in classes]
    labels = dict.fromkeys(
        label for name in classes for label in (name.split("|") if scale is Scale.MULTI else (name,))
    )
    return {label: np.array([label in part for part in parts]) for label in labels}


def _coefficients(
    data: EvalData, variant: str, kept: Codes, names: Mapping[str, str], confidence: float
) -> dict[str, Coefficient]:
    ordinal = "raw" not in names and "kappa" not in names
    used = data.used_by(variant)
    if ordinal:
        used = used[used != no_answer(data)]
    dense = np.cumsum(np.isin(np.arange(len(data.classes)), used)) - 1
    values = grades(data) if ordinal else None
    made = coefficients_of_ratings(
        dense[data.reference[kept]],
        dense[data.variants[variant].first[kept]],
        max(1, len(used)),
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
