"""How far machine and people agree: each figure with its interval, what it rests on, or why there is none."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Depends, Request
from pydantic import Field

from assistant.application.evaluation.quality import Source, choose_source
from assistant.application.labeling.runs import find_run
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.web.agreement import Agreement, agreement_of
from assistant.web.api_schema import Filter, Shown, group, problems
from assistant.web.context import site
from assistant.web.presentation.quality import trend
from assistant.web.security.authentication import needs

router = group("quality")

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_QUALITY))]


class WeekShown(Shown):
    """A week by its Monday: `alike` of `answers` given blind were the machine's, with Wilson's interval.

    `imported` of these answers were imported; the others were given in the queue.
    """

    monday: date
    answers: int
    alike: int
    imported: int
    value: float
    low: float
    high: float


class Trend(Shown):
    """Blind answers of a run, in the queue and imported, week by week, oldest first."""

    run: str
    weeks: list[WeekShown]
    undated: Annotated[int, Field(description="Imported ones that stand in the week of their import.")]
    sight_unknown: Annotated[int, Field(description="Imported ones left out, as nobody knows whether they were blind.")]


@router.get("/agreement", responses=problems(404, 409))
def read_agreement(request: Request, _: Viewer, run: Filter = None, suite: Filter = None) -> Agreement:
    """The agreement panel of a run (by default the newest one) or of a suite; takes some seconds at first."""
    workspace = site(request).workspace
    source = choose_source(workspace, run, suite) or Source("run", find_run(workspace, run).name)
    return agreement_of(request, source)


@router.get("/trend", responses=problems(404))
def read_trend(request: Request, _: Viewer, run: Filter = None) -> Trend:
    """How often people answered as the machine had, blind, week by week."""
    found = find_run(site(request).workspace, run)
    shown = trend(request, found)
    weeks = [WeekShown.of(week) for week in shown.weeks]
    return Trend(run=found.name, weeks=weeks, undated=shown.undated, sight_unknown=shown.sight_unknown)
