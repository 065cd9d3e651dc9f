"""The files of labels that were exported, as a list."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from assistant.application.items.releases import list_releases
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.web.context import site
from assistant.web.downloads import Ending, FileColumn, download
from assistant.web.presentation.pagination import Before, everything, listing
from assistant.web.presentation.rendering import render
from assistant.web.security.authentication import needs

router = APIRouter()

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_RUNS))]
Taker = Annotated[Principal, Depends(needs(Permission.EXPORT))]

COLUMNS: tuple[FileColumn[Any], ...] = (
    FileColumn("id", lambda one: one.id),
    FileColumn("file", lambda one: one.file),
    FileColumn("format", lambda one: one.format),
    FileColumn("rows", lambda one: one.rows),
    FileColumn("run", lambda one: one.run),
    FileColumn("certificate_id", lambda one: one.certificate_id),
    FileColumn("sha256", lambda one: one.sha256),
    FileColumn("manifest_sha256", lambda one: one.manifest_sha256),
    FileColumn("created_at", lambda one: one.created_at),
)


@router.get("/releases")
def releases(request: Request, _: Viewer, *, before: Before = None) -> HTMLResponse:
    """Newest first."""
    workspace = site(request).workspace
    found = listing(
        request,
        "/releases",
        {},
        lambda place, limit: list_releases(workspace, before=place, limit=limit),
        place=before,
        key=lambda one: one.id,
    )
    return render(request, "items/releases.html", listing=found)


@router.get("/releases.{ending}")
def releases_file(request: Request, _: Viewer, __: Taker, *, ending: Ending) -> Response:
    """The same as a file."""
    workspace = site(request).workspace
    rows = everything(lambda before, limit: list_releases(workspace, before=before, limit=limit), lambda one: one.id)
    return download(request, "releases", ending, COLUMNS, rows)
