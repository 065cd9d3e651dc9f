"""Batches: how each stands, when it is due, what happened to it, and what may happen next."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.application.labeling.batches import change_batch, describe_batch, list_batches, set_batch_due
from assistant.domain.batches import BatchEventKind
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.errors import InvalidValueError
from assistant.web.context import site
from assistant.web.presentation import terms
from assistant.web.presentation.pagination import address
from assistant.web.presentation.rendering import render
from assistant.web.security.authentication import needs

router = APIRouter()

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_RUNS))]
Steerer = Annotated[Principal, Depends(needs(Permission.STEER_RUNS))]


@router.get("/batches")
def all_batches(request: Request, _: Viewer) -> HTMLResponse:
    """Every batch, newest first."""
    rows = list(reversed(list_batches(site(request).workspace)))
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return render(request, "batches/index.html", rows=rows, states=terms.BATCH_STATES, now=now, late=_late)


@router.post("/batches/{name:path}/events")
def change(
    request: Request,
    name: str,
    who: Steerer,
    event: Annotated[BatchEventKind, Form()],
    note: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Note what happened to a batch."""
    changed = change_batch(site(request).workspace, name, event, note=note, actor=who.name)
    return RedirectResponse(address(f"/batches/{changed.name}", {}), 303)


@router.post("/batches/{name:path}/due")
def set_due(request: Request, name: str, who: Steerer, due: Annotated[str, Form(max_length=40)]) -> Response:
    """Change when a batch is due; the field's local time is taken as UTC."""
    try:
        given = datetime.fromisoformat(due)
    except ValueError:
        raise InvalidValueError("not_a_moment", field="due") from None
    moment = given if given.tzinfo else given.replace(tzinfo=UTC)
    changed = set_batch_due(site(request).workspace, name, moment, actor=who.name)
    return RedirectResponse(address(f"/batches/{changed.name}", {}), 303)


@router.get("/batches/{name:path}")
def one_batch(request: Request, name: str, _: Viewer) -> HTMLResponse:
    """One batch."""
    found = describe_batch(site(request).workspace, name)
    return render(
        request,
        "batches/batch.html",
        found=found,
        batch=found.batch,
        states=terms.BATCH_STATES,
        event_names=terms.BATCH_EVENTS,
        acts=terms.BATCH_ACTS,
    )


def _late(due_at: str | None, now: str, *, open_: bool) -> bool:
    """Whether an open batch is past its due time."""
    return due_at is not None and open_ and due_at < now
