"""Figures that pages and API share, each counted once for all who look within a moment; see `assistant.web.cache`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Request

from assistant.application.labeling.run_states import progress_of_run, totals_of_run
from assistant.application.people.figures import reviewer_figures
from assistant.application.workspace.policy_versions import StaleLabels, count_given_labels, find_stale_labels
from assistant.application.workspace.stale_labels import find_left_out
from assistant.domain.label_versions import LeftOutLabels
from assistant.domain.runs import Progress, Run, RunTotals
from assistant.policy.documents.difference import PolicyDifference
from assistant.web.cache import CachedFigure
from assistant.web.context import remembered, site
from assistant.web.security_events import people_seen

if TYPE_CHECKING:
    from assistant.review.skill import Figures


def figures_of_all(request: Request, days: str, *, about: str = "all") -> CachedFigure[dict[str, Figures]]:
    """Figures of users by name, of the answers of so many days; who looked at whom (`about`) is logged."""
    workspace = site(request).workspace
    workspace.read_log.add_once(people_seen(request, about))
    return remembered(request).get(("people", days), lambda: reviewer_figures(workspace, days), seconds=10)


def run_totals(request: Request, run: Run) -> CachedFigure[RunTotals]:
    """A run in numbers."""
    workspace = site(request).workspace
    return remembered(request).get(("totals", run.id), lambda: totals_of_run(workspace, run))


def run_progress(request: Request, run: Run) -> CachedFigure[Progress]:
    """Items that a run has answered, of all there are."""
    workspace = site(request).workspace
    return remembered(request).get(("progress", run.id), lambda: progress_of_run(workspace, run))


def left_out(request: Request) -> list[LeftOutLabels]:
    """Labels that don't count under the policy version in use, counted once in a while for all who look."""
    workspace = site(request).workspace
    key = ("left_out", workspace.policy.version)
    return remembered(request).get(key, lambda: find_left_out(workspace), seconds=30).value


def stale_labels(request: Request, difference: PolicyDifference) -> StaleLabels | None:
    """What a changed policy makes stale; None where no label is affected."""
    workspace = site(request).workspace
    given = remembered(request).get("given_labels", lambda: count_given_labels(workspace)).value
    return find_stale_labels(workspace, difference, given, lambda run: run_totals(request, run).value)
