"""How far machine and people agree: each figure with its interval, what it rests on, or why there is none."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from pydantic import Field

from assistant.domain.review_work import Principal
from assistant.errors import InputError
from assistant.web.api.runs import run_of
from assistant.web.doors import needs
from assistant.web.edge import Filter, Shown, group, problems
from assistant.web.permissions import Permission
from assistant.web.problems import Problem
from assistant.web.quality_figures import Source, suite_named, weeks
from assistant.web.remembered import remembered
from assistant.web.site import site

if TYPE_CHECKING:
    from evals.panel import AgreementPanel

router = group("quality")

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_QUALITY))]


class Figure(Shown):
    """One figure: undefined is null with a reason, never 0 or 1."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    effective_n: float
    method: str
    reason: str | None


class LabelFigures(Shown):
    """One label: shares of items that people and machine gave it, and how the machine meets people on it."""

    label: str
    people: float
    machine: float
    precision: Figure
    recall: Figure
    f1: Figure


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


class Agreement(Shown):
    """A source's panels, one a variant; `notes` say whom the figures speak for, `at` is when they were counted."""

    source: str
    at: str
    items: int
    notes: list[str]
    panels: list[PanelShown]


class WeekShown(Shown):
    """A week by its Monday: `alike` of `answers` given blind were the machine's, with Wilson's interval."""

    monday: date
    answers: int
    alike: int
    value: float
    low: float
    high: float


class Trend(Shown):
    """Blind answers of a run, week by week, oldest first."""

    run: str
    weeks: list[WeekShown]


@router.get("/agreement", responses=problems(404, 409))
def read_agreement(request: Request, _: Viewer, run: Filter = None, suite: Filter = None) -> Agreement:
    """The agreement panel of a run (by default the newest one) or of a suite; takes some seconds at first."""
    workspace = site(request).workspace
    source = Source("run", run_of(request, run).name) if suite is None else suite_named(workspace, suite)

    def find() -> Agreement:
        # The harness loads scipy and pandas, which the server starts without.
        from assistant.wiring.eval_data import production_data, suite_data  # noqa: PLC0415
        from evals.agreement import agreement_panel  # noqa: PLC0415

        of_run, name = source.kind == "run", source.name
        data = production_data(workspace, name) if of_run else suite_data(workspace, name)[0]
        panels = [_told(agreement_panel(data, one)) for one in data.variants if len(data.answered(one))]
        return Agreement(source=name, at="", items=len(data), notes=list(data.notes), panels=panels)

    try:
        known = remembered(request).get(("agreement", source), find, seconds=30)
    except InputError as error:
        raise Problem(409, "%(what)s", code="no_figures", values={"what": error.what}, hint=error.hint) from None
    return known.value.model_copy(update={"at": known.at.isoformat(timespec="seconds")})


@router.get("/trend", responses=problems(404))
def read_trend(request: Request, _: Viewer, run: Filter = None) -> Trend:
    """How often people answered as the machine had, blind, week by week."""
    found = run_of(request, run)
    return Trend(run=found.name, weeks=[WeekShown.of(week) for week in weeks(request, found.id)])


def _told(panel: AgreementPanel) -> PanelShown:
    names = ("variant", "n", "effective_n", "coefficients", "naive", "classes", "labels", "ceiling", "arms", "notes")
    return PanelShown.of({name: getattr(panel, name) for name in names} | {"table": panel.table.tolist()})
