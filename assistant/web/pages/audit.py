"""The log of changes: who did what to what, and whether the log is whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from assistant.application.workspace.audit_anchors import ASKED, AuditCheck, anchor_head, check_audit, list_changes
from assistant.domain.audit_log import AuditEntry
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.exchange.anchors import Anchor
from assistant.web.context import site
from assistant.web.downloads import Ending, FileColumn, download
from assistant.web.presentation import terms
from assistant.web.presentation.pagination import Before, Text, everything, listing
from assistant.web.presentation.rendering import render
from assistant.web.security.authentication import needs

router = APIRouter()

Reader = Annotated[Principal, Depends(needs(Permission.SEE_AUDIT))]
Taker = Annotated[Principal, Depends(needs(Permission.EXPORT))]

COLUMNS: tuple[FileColumn[AuditEntry], ...] = (
    FileColumn("id", lambda one: one.id),
    FileColumn("at", lambda one: one.at),
    FileColumn("actor", lambda one: one.actor),
    FileColumn("action", lambda one: one.action),
    FileColumn("subject", lambda one: one.subject),
    FileColumn("detail", lambda one: dict(one.detail)),
)


@router.get("/audit")
def log(
    request: Request, _: Reader, *, actor: Text = "", action: Text = "", subject: Text = "", before: Before = None
) -> HTMLResponse:
    """Changes, newest first."""
    return _page(request, {"actor": actor, "action": action, "subject": subject}, before)


@router.get("/audit.{ending}")
def log_file(
    request: Request, _: Reader, __: Taker, *, ending: Ending, actor: Text = "", action: Text = "", subject: Text = ""
) -> Response:
    """The same as a file."""
    fetch = _fetch(request, {"actor": actor, "action": action, "subject": subject})
    return download(request, "audit", ending, COLUMNS, everything(fetch, lambda one: one.id))


@router.post("/audit/verify")
def verify(request: Request, _: Reader) -> HTMLResponse:
    """Walk the whole chain, and say what was found."""
    return _page(request, {"actor": "", "action": "", "subject": ""}, None, check_audit(site(request).workspace))


@router.post("/audit/head")
def sign_head(request: Request, _: Reader) -> HTMLResponse:
    """Sign the head of the log, and show it."""
    anchor = anchor_head(site(request).workspace, ASKED)
    return _page(request, {"actor": "", "action": "", "subject": ""}, None, anchor=anchor)


def _page(
    request: Request,
    filters: dict[str, str],
    before: int | None,
    check: AuditCheck | None = None,
    anchor: Anchor | None = None,
) -> HTMLResponse:
    found = listing(request, "/audit", filters, _fetch(request, filters), place=before, key=lambda one: one.id)
    partial = request.headers.get("hx-request") == "true" and check is None and anchor is None
    template = "audit/rows.html" if partial else "audit/index.html"
    signed = None if anchor is None else anchor.as_json()
    shown: dict[str, Any] = {"check": check, "signed": signed, "actions": terms.ACTIONS}
    return render(request, template, listing=found, filters=filters, **shown)


def _fetch(request: Request, filters: dict[str, str]) -> Callable[[int | None, int], Sequence[AuditEntry]]:
    workspace, wanted = site(request).workspace, {name: value.strip() or None for name, value in filters.items()}
    return lambda before, limit: list_changes(workspace, before=before, limit=limit, **wanted)
