"""How far machine and people agree: the agreement panel of runs and suites, its trend, and reports of evaluations."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.errors import InputError
from assistant.messages.language import marked
from assistant.web.cache import remembered
from assistant.web.context import site
from assistant.web.presentation.pagination import Text
from assistant.web.presentation.rendering import language_of, render
from assistant.web.problems import Problem
from assistant.web.quality_figures import Source, measured, reports, shown_report, suite_named, weeks
from assistant.web.security.authentication import needs
from assistant.wiring.workspace import Workspace

router = APIRouter()

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_QUALITY))]


@router.get("/quality")
def quality(request: Request, _: Viewer, run: Text = "", suite: Text = "") -> HTMLResponse:
    """Choose a run or a suite; its figures come after, since they take a moment."""
    workspace = site(request).workspace
    runs = list(reversed(workspace.runs.all()))
    source = source_of(workspace, run, suite)
    return render(
        request,
        "quality/index.html",
        runs=runs,
        reports=list(reports(workspace.folder)),
        source=source,
    )


@router.get("/quality/suites")
def suites(request: Request, _: Viewer) -> HTMLResponse:
    """The suites, and how far each has come."""
    part = request.headers.get("hx-request") == "true"
    template = "quality/suites.html" if part else "quality/suites_page.html"
    return render(request, template, suites=_suites(request))


@router.get("/quality/panel")
def panel(request: Request, _: Viewer, run: Text = "", suite: Text = "") -> HTMLResponse:
    """The figures of one of them."""
    workspace = site(request).workspace
    source = source_of(workspace, run, suite)
    if source is None:
        raise Problem(404)
    found = workspace.runs.find(source.name) if source.kind == "run" else None
    shown: dict[str, Any] = {"source": source, "run": found, "weeks": weeks(request, found.id) if found else []}
    try:
        known = measured(request, source, language_of(request))
        shown |= {"figures": known.value, "at": known.at, "error": None}
    except InputError as error:
        shown |= {"figures": None, "at": None, "error": error}
    part = request.headers.get("hx-request") == "true"
    return render(request, "quality/panel.html" if part else "quality/panel_page.html", **shown)


@router.get("/quality/reports/{name:path}")
def report(request: Request, name: str, _: Viewer) -> HTMLResponse:
    """A report of an evaluation as it was written, cut off from everything else.

    Raises:
        Problem: 404 for what is no report of this workspace.
    """
    path = reports(site(request).workspace.folder).get(name)
    if path is None:
        raise Problem(404, marked("There is no such report any more. Write it again: assistant eval report SUITE"))
    page, policy = shown_report(path)
    return HTMLResponse(page, headers={"Content-Security-Policy": policy})


def source_of(workspace: Workspace, run: str, suite: str) -> Source | None:
    """What is asked for, else the newest run with an answer; None where there is neither."""
    if suite:
        return suite_named(workspace, suite)
    if run:
        return Source("run", workspace.runs.find(run).name)
    newest = workspace.runs.newest()
    return None if newest is None else Source("run", newest.name)


def _suites(request: Request) -> list[Any]:
    """How far each suite has come."""
    workspace = site(request).workspace

    def find() -> list[Any]:
        # The harness loads scipy and pandas, which the server starts without.
        from assistant.application.evaluation.data import suite_state  # noqa: PLC0415
        from assistant.application.evaluation.suites import suite_files  # noqa: PLC0415

        return [suite_state(workspace, path) for path in suite_files(workspace)]

    return remembered(request).get("suites", find, seconds=30).value
