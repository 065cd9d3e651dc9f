"""The agreement panel of a run or a suite as data: for programs and for files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Request
from pydantic import Field

from assistant.application.evaluation.quality import Source, measure_agreement
from assistant.errors import InputError
from assistant.messages import wording
from assistant.web.api_schema import Shown
from assistant.web.context import remembered, site
from assistant.web.presentation.advice import advice
from assistant.web.presentation.rendering import language_of
from assistant.web.problems import Problem

if TYPE_CHECKING:
    from evals.agreement.panel import AgreementPanel


class Figure(Shown):
    """One figure: undefined is null with a reason, never 0 or 1."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    effective_n: float
    method: str
    method_code: str
    reason: str | None
    reason_code: Annotated[str | None, Field(description="Stable; `reason` is its sentence in English.")] = None


class LabelFigures(Shown):
    """One label: shares of items that people and machine gave it, and how the machine meets people on it."""

    label: str
    people: float
    machine: float
    precision: Figure
    recall: Figure
    f1: Figure
    agreement: Annotated[
        Figure | None, Field(description="Of a category of a multi-label set, on the items where people know it.")
    ]
    kappa: Figure | None


class CeilingShown(Shown):
    """What people reach among themselves, on the items that two or more of them answered."""

    human_human: Figure
    machine_human: Figure
    gap: Figure
    alpha: Figure
    raters: int


class ArmsShown(Shown):
    """Answers by whether the machine's was in sight."""

    blind: Figure
    assisted: Figure
    pull: Figure


class InvalidShown(Shown):
    """Answers that hold what the label set does not have, by label: they count as no valid answers."""

    labels: dict[str, int]
    answers: int
    reference_set: list[str]
    stated: Annotated[bool, Field(description="Whether the label set was stated; else it is what people used.")]


class PoweredShown(Shown):
    """A share of all items of a run: from the labelled items alone, and with the machine's answers to all."""

    alone: Figure
    powered: Figure
    more_labels: Annotated[
        int, Field(description="As many more labels would make the interval of the labels alone as narrow.")
    ]
    power: Annotated[float, Field(description="How much the machine's answers count, from 0 to 1.")]


class RunShareShown(Shown):
    """How common a label is in a run; `share` where the labelled items stand for all of it, else `corrected`."""

    label: str
    machine: float
    share: PoweredShown | None
    corrected: Figure | None


class WholeRunShown(Shown):
    """What all items of a run hold, by people's labels of some and the machine's answers to all."""

    items: int
    labelled: int
    stands_for_all: bool
    shares: list[RunShareShown]
    agreement: Annotated[
        PoweredShown | None, Field(description="Agreement of people with the machine, where it says how sure it is.")
    ]


class PanelShown(Shown):
    """How far one variant agrees with people; `table` has people in rows, the variant in columns, by weight."""

    variant: str
    n: int
    effective_n: float
    coefficients: dict[str, Figure]
    naive: Annotated[Figure | None, Field(description="Raw agreement as if every item stood for itself alone.")]
    classes: list[str]
    table: list[list[float]]
    labels: list[LabelFigures]
    ceiling: CeilingShown | None
    arms: ArmsShown | None
    notes: list[str]
    invalid: InvalidShown | None
    whole_run: WholeRunShown | None


class Agreement(Shown):
    """A source's panels, one a variant; `notes` say whom the figures speak for, `at` is when they were counted."""

    source: str
    at: str
    items: int
    notes: list[str]
    panels: list[PanelShown]


def agreement_of(request: Request, source: Source) -> Agreement:
    """The panels of a source's variants; takes some seconds at first.

    Raises:
        Problem: 409 where there is nothing to measure, and why.
    """
    workspace = site(request).workspace

    def find() -> Agreement:
        from assistant.reports.reasons.worded import english  # noqa: PLC0415 - loads what the server starts without

        found = measure_agreement(workspace, source)
        panels = [_shown(panel) for panel in found.panels.values()]
        notes = [english(note) for note in found.notes]
        return Agreement(source=source.name, at="", items=found.items, notes=notes, panels=panels)

    try:
        known = remembered(request).get(("agreement", source), find, seconds=30)
    except InputError as error:
        reader = language_of(request)
        hint = advice(error.code, reader) or error.hint
        values = {"what": wording.what(error, reader)}
        raise Problem(409, "%(what)s", code="no_figures", values=values, hint=hint) from None
    return known.value.model_copy(update={"at": known.at.isoformat(timespec="seconds")})


def _shown(panel: AgreementPanel) -> PanelShown:
    from assistant.reports.as_json import plain  # noqa: PLC0415 - as above

    return PanelShown.of(plain(panel))
