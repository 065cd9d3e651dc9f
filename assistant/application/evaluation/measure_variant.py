"""How far a machine agrees with people, beside what people reach among themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.application.evaluation.sources import EvalSource, assemble
from assistant.stats.agreement.coefficient import Coefficient
from evals.agreement.panel import AgreementPanel
from evals.agreement.panel_of_variant import agreement_panel
from evals.agreement.people_panel import people_coefficients
from evals.agreement.slice_agreement import SliceAgreement, slice_agreement
from evals.data.eval_data import EvalData
from evals.data.selection import Selection


@dataclass(frozen=True, slots=True)
class MeasuredVariant:
    """Agreement on an evaluation's data.

    Args:
        data: what it was measured on.
        panel: a machine's agreement with people; None where only people answered.
        people: people's agreement among themselves; only where there is no panel.
        slices: agreement by slice.
    """

    data: EvalData
    panel: AgreementPanel | None
    people: Mapping[str, Coefficient]
    slices: Sequence[SliceAgreement]


def measure_variant(
    source: EvalSource, variant: str | None, selection: Selection, *, confidence: float
) -> MeasuredVariant:
    """How far a machine agrees with people, beside what people reach among themselves.

    Args:
        source: where the data comes from.
        variant: which of several machines; None takes the one with most answers.
        selection: which items, and by what they are sliced.
        confidence: of the intervals.

    Raises:
        InputError: as `assemble`; or there is no such variant.
    """
    found = assemble(source, selection)
    name = found.variant(variant) if found.data.variants else None
    data = found.sliced_by_clauses_of(name, selection)
    slices = slice_agreement(data, name, confidence=confidence)
    if name is None:
        return MeasuredVariant(data, None, people_coefficients(data, confidence=confidence), slices)
    return MeasuredVariant(data, agreement_panel(data, name, confidence=confidence), {}, slices)
