"""The life of one item as a page: content, a time line, and what machine and people said of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from assistant.application.items.item_life import ItemViewer, open_item_life
from assistant.application.review.content import find_item, read_translation, show_item
from assistant.application.review.content_warning import covered_items
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.web.context import site
from assistant.web.pictures import picture_of
from assistant.web.presentation import item_terms, terms
from assistant.web.presentation.rendering import language_of, render, whole
from assistant.web.security.authentication import needs

router = APIRouter()

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_RUNS))]


@router.get("/item-media/{place}/{item_id:path}")
def item_picture(request: Request, place: int, item_id: str, _: Viewer) -> Response:
    """A picture of the item, counted from 0."""
    return picture_of(request, find_item(site(request).workspace, item_id).item, place)


@router.get("/items/{item_id:path}")
def life_of_item(request: Request, item_id: str, who: Viewer) -> HTMLResponse:
    """Everything that happened to an item; the audit log says who opened it."""
    workspace = site(request).workspace
    life = open_item_life(workspace, item_id, ItemViewer.of(who))
    stored = life.stored
    return render(
        request,
        "items/index.html",
        life=life,
        records=life.records,
        item=show_item(stored.item, workspace.folder),
        translation=read_translation(stored.item.meta or {}, language_of(request).code),
        covered=bool(covered_items(workspace, [stored.key])),
        whole=whole,
        terms=terms,
        words=item_terms,
    )
