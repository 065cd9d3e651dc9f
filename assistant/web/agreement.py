"""The agreement panel of a run or a suite as data: for programs and for files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Request
from pydantic import Field

from assistant.errors import InputError
from assistant.web.api_schema import Shown
from assistant.web.cache import remembered
from assistant.web.context import site
from assistant.web.problems import Problem
from assistant.web.quality_figures import Source

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
        # The harness loads scipy and pandas, which the server starts without.
        from assistant.application.evaluation.data import production_data, suite_data  # noqa: PLC0415
        from assistant.reports.reasons.worded import english  # noqa: PLC0415
        from evals.agreement.panel_of_variant import agreement_panel  # noqa: PLC0415

        of_run, name = source.kind == "run", source.name
        data = production_data(workspace, name) if of_run else suite_data(workspace, name)[0]
        panels = [_told(agreement_panel(data, one)) for one in data.variants if len(data.answered(one))]
        notes = [english(note) for note in data.notes]
        return Agreement(source=name, at="", items=len(data), notes=notes, panels=panels)

    try:
        known = remembered(request).get(("agreement", source), find, seconds=30)
    except InputError as error:
        raise Problem(409, "%(what)s", code="no_figures", values={"what": error.what}, hint=error.hint) from None
    return known.value.model_copy(update={"at": known.at.isoformat(timespec="seconds")})


def _told(panel: AgreementPanel) -> PanelShown:
    from assistant.reports.as_json import plain  # noqa: PLC0415 - as above

    return PanelShown.of(plain(panel))
