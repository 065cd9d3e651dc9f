"""Agreement on each slice of the items: of a variant with people, and of people among themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.domain.reasons import Reason
from assistant.stats.agreement.coefficient import Coefficient, undefined
from evals.agreement.pairs import counted, pairwise_agreement
from evals.agreement.panel_of_variant import headline_kappa
from evals.agreement.shares import share, share_of
from evals.data.eval_data import NONE, Codes, EvalData


@dataclass(frozen=True, slots=True)
class SliceAgreement:
    """Agreement on the items of one slice.

    Attributes:
        column: the property, such as `language`.
        name: its value, such as `zh`.
        raw: share on which the variant agrees with people; None without a variant.
        kappa: quadratic for grades, else plain; None without a variant, and by label, where it means nothing.
        human_human: probability that two reviewers of an item agree.
    """

    column: str
    name: str
    raw: Coefficient | None
    kappa: Coefficient | None
    human_human: Coefficient


def slice_agreement(
    data: EvalData, variant: str | None, *, confidence: float = 0.95, columns: tuple[str, ...] | None = None
) -> tuple[SliceAgreement, ...]:
    """A row for every slice that holds an item, of a variant one that it answered; a property all share makes none.

    Args:
        data: the data.
        variant: its name; None for people alone.
        confidence: two-sided level.
        columns: which properties; None for all but the label.
    """
    people = pairwise_agreement(counted(data.humans), len(data), len(data.classes))
    asked = np.ones(len(data), dtype=np.bool_) if variant is None else data.variants[variant].first != NONE
    rows = []
    for column in columns or tuple(name for name in data.slices if name != "label"):
        values = data.slices[column]
        if len(np.unique(values.codes[asked])) < 2:
            continue
        for code, name in enumerate(values.names):
            inside = np.flatnonzero((values.codes == code) & asked)
            if not len(inside):
                continue
            rows.append(_row(data, variant, (column, name), inside, people, confidence=confidence))
    return tuple(rows)


def _row(
    data: EvalData, variant: str | None, of: tuple[str, str], inside: Codes, people: np.ndarray, *, confidence: float
) -> SliceAgreement:
    paired = inside[~np.isnan(people[inside])]
    human = undefined(Reason("no_item_with_two_reviewers"), 0)
    if len(paired):
        human = share(people[paired], data.weights[paired], data.groups[paired], confidence)
    if variant is None:
        return SliceAgreement(*of, None, None, human)
    kept = inside[(data.reference[inside] != NONE) & (data.variants[variant].first[inside] != NONE)]
    hits = (data.reference[kept] == data.variants[variant].first[kept]).astype(np.float64)
    raw = share_of(data, hits, kept, confidence)
    kappa = None
    if of[0] != "label" and len(kept):
        kappa = headline_kappa(data, variant, kept, confidence=confidence)
    return SliceAgreement(*of, raw, kappa, human)
