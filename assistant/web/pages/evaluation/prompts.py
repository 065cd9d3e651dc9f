"""Prompts: their versions, what changed between two, and which runs used them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from assistant.application.labeling.prelabel_jobs import offered_prompts
from assistant.application.workspace.prompt_versions import list_prompt_versions, runs_of_prompt, used_prompt_version
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.messages.wording import what
from assistant.web.context import site
from assistant.web.presentation.pagination import Text
from assistant.web.presentation.rendering import language_of, render
from assistant.web.presentation.text_diff import compare_lines
from assistant.web.security.authentication import needs

router = APIRouter()

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_PROMPTS))]


@router.get("/prompts")
def prompts(request: Request, _: Viewer) -> HTMLResponse:
    """Every version there is."""
    rows, gone = list_prompt_versions(site(request).workspace)
    reader = language_of(request)
    shown = [row if row.problem is None else replace(row, description=what(row.problem, reader)) for row in rows]
    return render(request, "prompts/index.html", rows=shown, gone=gone)


@router.get("/prompts/diff")
def difference(request: Request, _: Viewer, old: Text, new: Text) -> HTMLResponse:
    """Two versions, line by line."""
    workspace = site(request).workspace
    first, second = used_prompt_version(workspace, old), used_prompt_version(workspace, new)
    refs = offered_prompts(workspace)
    lines = compare_lines(first.source, second.source)
    return render(request, "prompts/diff.html", old=first, new=second, lines=lines, refs=refs)


@router.get("/prompts/{ref}")
def one_prompt(request: Request, ref: str, _: Viewer) -> HTMLResponse:
    """One version whole, and the runs that used it."""
    workspace = site(request).workspace
    found = used_prompt_version(workspace, ref)
    runs = runs_of_prompt(workspace, found.ref)
    others = [one for one in offered_prompts(workspace) if one.startswith(f"{found.name}@") and one != ref]
    return render(request, "prompts/prompt.html", prompt=found, runs=runs, others=others)
