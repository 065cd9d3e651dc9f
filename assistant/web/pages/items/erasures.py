"""Erasing content on request: what would go is shown first."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.application.items.erase import (
    Erased,
    ErasureKind,
    ErasureTarget,
    erase,
    file_of,
    list_erasures,
    preview_erasure,
    resume_erasure,
)
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.errors import AssistantError, ConflictError
from assistant.web.context import site
from assistant.web.presentation import item_terms
from assistant.web.presentation.advice import sentences
from assistant.web.presentation.pagination import Before, listing
from assistant.web.presentation.rendering import language_of, render
from assistant.web.security.authentication import needs

router = APIRouter()

Eraser = Annotated[Principal, Depends(needs(Permission.ERASE))]
Value = Annotated[str, Form(max_length=1000)]
Field = Annotated[str, Form(max_length=200)]
Reason = Annotated[str, Form(max_length=500)]


@router.get("/erasures")
def erasures(
    request: Request, _: Eraser, *, item: Annotated[str, Query(max_length=1000)] = "", before: Before = None
) -> HTMLResponse:
    """What was erased, newest first, and a form; `item` fills it in."""
    return _page(request, before=before, given=_given(ErasureKind.ITEM, item))


@router.get("/erasures/preview")
def preview_by_address(_: Eraser) -> Response:
    """A preview is asked for by the form; an address that was kept leads to it."""
    return RedirectResponse("/erasures", 303)


@router.post("/erasures/preview")
def preview(
    request: Request, _: Eraser, *, kind: Annotated[ErasureKind, Form()], value: Value = "", field: Field = "author",
    reason: Reason = "",
) -> HTMLResponse:  # fmt: skip
    """What would be erased, with a button that does it."""
    given = _given(kind, value, field, reason)
    try:
        plan = preview_erasure(site(request).workspace, ErasureTarget(kind, value.strip(), field.strip()))
    except AssistantError as error:
        return _page(request, given=given, error=error)
    return _page(request, given=given, plan=plan)


@router.post("/erasures")
def erase_content(
    request: Request, who: Eraser, *, kind: Annotated[ErasureKind, Form()], items: Annotated[int, Form()],
    value: Value = "", field: Field = "author", reason: Reason = "",
) -> HTMLResponse:  # fmt: skip
    """Erase what the preview showed; where that is other items now, nothing is erased."""
    target = ErasureTarget(kind, value.strip(), field.strip())
    try:
        done = erase(site(request).workspace, target, reason, actor=who.name, expected=items)
    except AssistantError as error:
        return _page(request, given=_given(kind, value, field, reason), error=error)
    return _page(request, done=done)


@router.post("/erasures/{number}/resume")
def resume(request: Request, number: int, who: Eraser) -> HTMLResponse:
    """Finish one that was interrupted."""
    try:
        done = resume_erasure(site(request).workspace, number, actor=who.name)
    except ConflictError as error:
        return _page(request, error=error)
    return _page(request, done=done)


def _given(kind: ErasureKind, value: str = "", field: str = "author", reason: str = "") -> dict[str, Any]:
    return {"kind": kind, "value": value, "field": field, "reason": reason}


def _page(
    request: Request,
    *,
    before: int | None = None,
    given: dict[str, Any] | None = None,
    plan: Any = None,
    done: Erased | None = None,
    error: AssistantError | None = None,
) -> HTMLResponse:
    workspace = site(request).workspace
    found = listing(
        request,
        "/erasures",
        {},
        lambda place, limit: list_erasures(workspace, before=place, limit=limit),
        place=before,
        key=lambda one: one.id,
    )
    return render(
        request,
        "items/erasures.html",
        status=200 if error is None else 409 if isinstance(error, ConflictError) else 422,
        listing=found,
        given=given or _given(ErasureKind.ITEM),
        kinds=item_terms.ERASURE_KINDS,
        states=item_terms.ERASURE_STATES,
        plan=plan,
        files=[] if plan is None else [(file_of(one), one.at) for one in plan.files],
        done=done,
        remaining=[path.relative_to(workspace.folder) for path in (done.remaining or ())] if done else [],
        error="" if error is None else sentences(error, language_of(request)),
    )
