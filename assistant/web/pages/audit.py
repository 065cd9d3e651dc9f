"""The log of changes: who did what to what, and whether the log is whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from assistant.domain.review_work import Principal
from assistant.store import audit
from assistant.store.audit import Entry, Verified
from assistant.web.doors import needs
from assistant.web.downloads import Column, Ending, download
from assistant.web.lists import Before, Text, everything, listing
from assistant.web.permissions import Permission
from assistant.web.site import site
from assistant.web.views import render

router = APIRouter()

Reader = Annotated[Principal, Depends(needs(Permission.SEE_AUDIT))]
Taker = Annotated[Principal, Depends(needs(Permission.EXPORT))]

COLUMNS: tuple[Column[Entry], ...] = (
    Column("id", lambda one: one.id),
    Column("at", lambda one: one.at),
    Column("actor", lambda one: one.actor),
    Column("action", lambda one: one.action),
    Column("subject", lambda one: one.subject),
    Column("detail", lambda one: dict(one.detail)),
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
    return download("audit", ending, COLUMNS, everything(fetch, lambda one: one.id))


@router.post("/audit/verify")
def verify(request: Request, _: Reader) -> HTMLResponse:
    """Walk the whole chain, and say what was found."""
    return _page(request, {"actor": "", "action": "", "subject": ""}, None, audit.verify(site(request).database))


def _page(
    request: Request, filters: dict[str, str], before: int | None, verified: Verified | None = None
) -> HTMLResponse:
    found = listing(request, "/audit", filters, _fetch(request, filters), place=before, key=lambda one: one.id)
    partial = request.headers.get("hx-request") == "true" and verified is None
    template = "audit/rows.html" if partial else "audit/index.html"
    return render(request, template, listing=found, filters=filters, verified=verified)


def _fetch(request: Request, filters: dict[str, str]) -> Callable[[int | None, int], Sequence[Entry]]:
    database, wanted = site(request).database, {name: value.strip() or None for name, value in filters.items()}
    return lambda before, limit: audit.entries(database, before=before, limit=limit, **wanted)
