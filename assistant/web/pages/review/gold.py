"""Gold: items with a known answer, how reviewers do on each, and which of them are mixed in."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.application.review.content_warning import covered_items
from assistant.application.review.gold import gold_by_language, list_gold, make_gold, retire_gold
from assistant.domain.gold import GoldRow
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.errors import InputError
from assistant.messages.language import marked
from assistant.web.context import site
from assistant.web.downloads import Ending, FileColumn, download
from assistant.web.presentation.pagination import Before, Text, everything, listing
from assistant.web.presentation.rendering import excerpt, render
from assistant.web.security.authentication import needs
from assistant.web.server.options import LARGEST_NOTE

router = APIRouter()

Keeper = Annotated[Principal, Depends(needs(Permission.MANAGE_GOLD))]
Taker = Annotated[Principal, Depends(needs(Permission.EXPORT))]
State = Literal["active", "retired"]

COLUMNS: tuple[FileColumn[GoldRow], ...] = (
    FileColumn("id", lambda one: one.id),
    FileColumn("item_id", lambda one: one.item_id),
    FileColumn("language", lambda one: one.language),
    FileColumn("text", lambda one: one.text),
    FileColumn("labels", lambda one: one.labels),
    FileColumn("explanation", lambda one: one.explanation),
    FileColumn("shown", lambda one: one.shown),
    FileColumn("answered", lambda one: one.answered),
    FileColumn("right", lambda one: one.right),
    FileColumn("added_by", lambda one: one.added_by),
    FileColumn("created_at", lambda one: one.created_at),
    FileColumn("retired_at", lambda one: one.retired_at),
)
_REFUSED = {
    "no_item": (422, marked("No item has that ID.")),
    "labels_refused": (422, marked("Choose the correct label.")),
    "gold_otherwise": (
        409,
        marked("This item is already gold with another answer or explanation. Send this again to replace it."),
    ),
}


@router.get("/gold")
def gold(
    request: Request,
    _: Keeper,
    *,
    state: State = "active",
    language: Text = "",
    before: Before = None,
    already: Annotated[bool, Query()] = False,
) -> HTMLResponse:
    """What is mixed in, or was; `already` where what was just sent was so before."""
    return _page(request, state, language, before, already=already)


@router.get("/gold.{ending}")
def gold_file(
    request: Request, _: Keeper, __: Taker, *, ending: Ending, state: State = "active", language: Text = ""
) -> Response:
    """The same as a file."""
    fetch = partial(list_gold, site(request).workspace, active=state == "active", language=language)
    rows = everything(lambda before, limit: fetch(before=before, limit=limit), lambda one: one.id)
    return download(request, "gold", ending, COLUMNS, rows)


@router.post("/gold")
def add(
    request: Request,
    who: Keeper,
    *,
    item: Annotated[str, Form(max_length=1000)],
    labels: Annotated[list[str] | None, Form()] = None,
    explanation: Annotated[str, Form(max_length=LARGEST_NOTE)] = "",
    replaces: Annotated[int | None, Form()] = None,
) -> Response:
    """Make an item gold; what was chosen is kept when it can't be."""
    workspace, named = site(request).workspace, labels or []
    try:
        done = make_gold(workspace, item.strip(), named, explanation, actor=who.name, replaces=replaces)
    except InputError as error:
        if error.code not in _REFUSED:
            raise
        given = {"item": item, "labels": named, "explanation": explanation, "replaces": error.values.get("current")}
        status, said = _REFUSED[error.code]
        return _page(request, "active", "", None, given=given, error=said, status=status)
    return _back(already=done.already)


@router.post("/gold/{number}/retire")
def retire(request: Request, number: int, who: Keeper) -> Response:
    """Mix an item in no longer; what reviewers answered to it stays."""
    return _back(already=not retire_gold(site(request).workspace, number, actor=who.name))


def _back(*, already: bool) -> Response:
    return RedirectResponse("/gold?already=true" if already else "/gold", 303)


def _page(
    request: Request,
    state: State,
    language: str,
    before: int | None,
    *,
    already: bool = False,
    given: dict[str, Any] | None = None,
    error: str = "",
    status: int = 200,
) -> HTMLResponse:
    from assistant.stats.intervals import wilson  # noqa: PLC0415 - loads scipy, which the server starts without

    workspace = site(request).workspace
    filters = {"state": state, "language": language}
    fetch = partial(list_gold, workspace, active=state == "active", language=language)
    found = listing(
        request,
        "/gold",
        filters,
        lambda place, limit: fetch(before=place, limit=limit),
        place=before,
        key=lambda one: one.id,
    )
    return render(
        request,
        "gold/index.html",
        status=status,
        listing=found,
        filters=filters,
        counts=gold_by_language(workspace),
        rules=workspace.settings.review,
        policy=workspace.policy,
        wilson=wilson,
        excerpt=excerpt,
        covered=covered_items(workspace, [one.item_key for one in found.rows]),
        already=already,
        given=given or {"item": "", "labels": [], "explanation": "", "replaces": None},
        error=error,
    )
