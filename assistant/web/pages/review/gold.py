"""Gold: items with a known answer, how people do on each, and which of them are mixed in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.application.review.content_warning import covered_items
from assistant.domain.labels import OffLabelSetError, read_labels
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.messages.language import marked
from assistant.review.gold import make_gold, retire_gold
from assistant.store.review.labels import gold_list
from assistant.store.review.labels.gold_list import GoldRow
from assistant.web.context import site
from assistant.web.downloads import Column, Ending, download
from assistant.web.presentation.pagination import Before, Text, everything, listing
from assistant.web.presentation.rendering import excerpt, render
from assistant.web.problems import Problem
from assistant.web.security.authentication import needs
from assistant.web.server.options import LARGEST_NOTE

router = APIRouter()

Keeper = Annotated[Principal, Depends(needs(Permission.MANAGE_GOLD))]
Taker = Annotated[Principal, Depends(needs(Permission.EXPORT))]
State = Literal["active", "retired"]

COLUMNS: tuple[Column[GoldRow], ...] = (
    Column("id", lambda one: one.id),
    Column("item_id", lambda one: one.item_id),
    Column("language", lambda one: one.language),
    Column("text", lambda one: one.text),
    Column("labels", lambda one: one.labels),
    Column("explanation", lambda one: one.explanation),
    Column("shown", lambda one: one.shown),
    Column("answered", lambda one: one.answered),
    Column("right", lambda one: one.right),
    Column("added_by", lambda one: one.added_by),
    Column("created_at", lambda one: one.created_at),
    Column("retired_at", lambda one: one.retired_at),
)


@router.get("/gold")
def gold(
    request: Request, _: Keeper, *, state: State = "active", language: Text = "", before: Before = None
) -> HTMLResponse:
    """What is mixed in, or was; what has grown too old, or was shown too often, is retired by now."""
    site(request).workspace.queue.retire_aged_gold()
    return _page(request, state, language, before)


@router.get("/gold.{ending}")
def gold_file(
    request: Request, _: Keeper, __: Taker, *, ending: Ending, state: State = "active", language: Text = ""
) -> Response:
    """The same as a file."""
    return download(request, "gold", ending, COLUMNS, everything(_fetch(request, state, language), lambda one: one.id))


@router.post("/gold")
def add(
    request: Request,
    who: Keeper,
    *,
    item: Annotated[str, Form(max_length=1000)],
    labels: Annotated[list[str] | None, Form()] = None,
    explanation: Annotated[str, Form(max_length=LARGEST_NOTE)] = "",
) -> Response:
    """Make an item gold."""
    workspace = site(request).workspace
    stored = workspace.items.get(item.strip())
    given = {"item": item, "labels": labels or [], "explanation": explanation}
    if stored is None:
        return _page(request, "active", "", None, given=given, error=marked("No item has that ID."), status=422)
    try:
        answer = read_labels(labels or [], workspace.policy.label_set)
    except OffLabelSetError:
        error = marked("Choose the correct label.")
        return _page(request, "active", "", None, given=given, error=error, status=422)
    with workspace.database.write() as connection:
        make_gold(
            connection,
            stored.key,
            policy_id=workspace.policy.id,
            labels=answer,
            explanation=explanation,
            actor=who.name,
        )
    return RedirectResponse("/gold", 303)


@router.post("/gold/{number}/retire")
def retire(request: Request, number: int, who: Keeper) -> Response:
    """Mix an item in no longer; what people said to it stays.

    Raises:
        Problem: 409 where it isn't mixed in.
    """
    with site(request).database.write() as connection:
        retired = retire_gold(connection, number, who.name)
    if not retired:
        raise Problem(
            409, marked("This gold item is already retired, or no gold item has that number."), code="retired"
        )
    return RedirectResponse("/gold", 303)


def _fetch(request: Request, state: str, language: str) -> Callable[[int | None, int], Sequence[GoldRow]]:
    here = site(request)
    policy_id = here.workspace.policy.id
    return lambda before, limit: gold_list.page(
        here.database, policy_id, active=state == "active", before=before, limit=limit, language=language
    )


def _page(
    request: Request,
    state: State,
    language: str,
    before: int | None,
    *,
    given: dict[str, Any] | None = None,
    error: str = "",
    status: int = 200,
) -> HTMLResponse:
    from assistant.stats.intervals import wilson  # noqa: PLC0415 - loads scipy, which the server starts without

    workspace = site(request).workspace
    filters = {"state": state, "language": language}
    found = listing(request, "/gold", filters, _fetch(request, state, language), place=before, key=lambda one: one.id)
    return render(
        request,
        "gold/index.html",
        status=status,
        listing=found,
        filters=filters,
        counts=gold_list.active_by_language(workspace.database, workspace.policy.id),
        rules=workspace.settings.review,
        policy=workspace.policy,
        wilson=wilson,
        excerpt=excerpt,
        covered=covered_items(workspace, [one.item_key for one in found.rows]),
        given=given or {"item": "", "labels": [], "explanation": ""},
        error=error,
    )
