"""How far machine and people agree: the agreement panel of runs and suites, its trend, and reports of evaluations."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from assistant.application.evaluation.quality import choose_source, evaluation_reports, suite_states
from assistant.application.labeling.runs import find_run, known_runs
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.errors import InputError
from assistant.messages import wording
from assistant.messages.language import marked
from assistant.messages.wording import what
from assistant.web.context import remembered, site
from assistant.web.presentation.advice import advice
from assistant.web.presentation.figures import left_out
from assistant.web.presentation.pagination import Text
from assistant.web.presentation.quality import measured, trend
from assistant.web.presentation.rendering import language_of, render
from assistant.web.problems import Problem
from assistant.web.security.authentication import needs

router = APIRouter()

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_QUALITY))]


@router.get("/quality")
def quality(request: Request, _: Viewer, run: Text = "", suite: Text = "") -> HTMLResponse:
    """Choose a run or a suite; its figures come after, since they take a moment."""
    workspace = site(request).workspace
    runs = list(reversed(known_runs(workspace)))
    source = choose_source(workspace, run, suite)
    return render(
        request,
        "quality/index.html",
        runs=runs,
        reports=list(evaluation_reports(workspace)),
        source=source,
        left_out=left_out(request),
        version=workspace.policy.version,
    )


@router.get("/quality/suites")
def suites(request: Request, _: Viewer) -> HTMLResponse:
    """The suites, and how far each has come."""
    part = request.headers.get("hx-request") == "true"
    template = "quality/suites.html" if part else "quality/suites_page.html"
    found, reader = _suites(request), language_of(request)
    problems = {one.name: what(one.problem, reader).splitlines()[0] for one in found if one.problem is not None}
    return render(request, template, suites=found, problems=problems)


@router.get("/quality/panel")
def panel(request: Request, _: Viewer, run: Text = "", suite: Text = "") -> HTMLResponse:
    """The figures of one of them."""
    workspace = site(request).workspace
    source = choose_source(workspace, run, suite)
    if source is None:
        raise Problem(404)
    found = find_run(workspace, source.name) if source.kind == "run" else None
    shown: dict[str, Any] = {"source": source, "run": found, "trend": trend(request, found) if found else None}
    try:
        known = measured(request, source)
        shown |= {"figures": known.value, "at": known.at, "error": None}
    except InputError as error:
        reader = language_of(request)
        refused = {"what": wording.what(error, reader), "hint": advice(error.code, reader) or error.hint}
        shown |= {"figures": None, "at": None, "error": refused}
    part = request.headers.get("hx-request") == "true"
    return render(request, "quality/panel.html" if part else "quality/panel_page.html", **shown)


@router.get("/quality/reports/{name:path}")
def report(request: Request, name: str, _: Viewer) -> HTMLResponse:
    """A report of an evaluation as it was written, cut off from everything else.

    Raises:
        Problem: 404 for what is no report of this workspace.
    """
    path = evaluation_reports(site(request).workspace).get(name)
    if path is None:
        raise Problem(404, marked("This report no longer exists. Create it again."))
    page, policy = _shown_report(path)
    return HTMLResponse(page, headers={"Content-Security-Policy": policy})


def _suites(request: Request) -> list[Any]:
    """How far each suite has come."""
    workspace = site(request).workspace
    return remembered(request).get("suites", lambda: suite_states(workspace), seconds=30).value


def _shown_report(path: Path) -> tuple[str, str]:
    """A report's page, and the Content-Security-Policy under which it shows its own style and nothing else."""
    page = path.read_text(encoding="utf-8", errors="replace")
    style = _STYLE.search(page)
    digest = base64.b64encode(hashlib.sha256((style[1] if style else "").encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; sandbox; base-uri 'none'; form-action 'none'"
    return page, f"{policy}; frame-ancestors 'none'"
