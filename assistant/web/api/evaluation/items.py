"""Items: the content that was taken in."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import Field

from assistant.application.labeling.items import find_item, find_items
from assistant.domain.items import ItemFilter, ItemKind, StoredItem
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.web.api_schema import Cursor, Filter, Limit, Page, RowNumber, Shown, group, paged, problems
from assistant.web.context import site
from assistant.web.security.authentication import needs

router = group("items")

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_RUNS))]
_EXCERPT = 400


class ItemShown(Shown):
    """An item; in a list, `text` is its beginning."""

    key: Annotated[int, Field(description="Its row number, which rises with time of arrival.")]
    id: Annotated[str, Field(description="Its own id, as it was imported.")]
    kind: ItemKind
    language: str
    source: str | None
    text: str
    text_length: int
    query: str | None
    media: list[str]
    group: Annotated[int | None, Field(description="Row number of the first of its near-duplicates.")]
    meta: dict[str, Any]


class ItemPage(Page[ItemShown]):
    """Items, the latest first."""


@router.get("", responses=problems())
def list_items(
    request: Request,
    _: Viewer,
    *,
    item_id: Filter = None,
    language: Filter = None,
    source: Filter = None,
    kind: ItemKind | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ItemPage:
    """Items, the latest first, with the beginnings of their texts."""
    wanted = ItemFilter(item_id=item_id, language=language, source=source, kind=kind)
    rows, following = paged(
        lambda before, most: find_items(site(request).workspace, wanted, before, most),
        cursor,
        limit,
        lambda one: one.key,
    )
    return ItemPage(rows=[_told(one, _EXCERPT) for one in rows], next=following)


@router.get("/{key}", responses=problems(404))
def read_item(request: Request, who: Viewer, key: RowNumber) -> ItemShown:
    """One item, whole, by its row number; the log of changes says who opened it."""
    return _told(find_item(site(request).workspace, key, viewer=who.name), None)


def _told(stored: StoredItem, length: int | None) -> ItemShown:
    item, content = stored.item, stored.item.content
    return ItemShown(
        key=stored.key,
        id=item.id,
        kind=content.kind,
        language=item.language,
        source=item.source,
        text=content.text[:length],
        text_length=len(content.text),
        query=content.query,
        media=list(content.media),
        group=stored.group,
        meta=dict(item.meta or {}),
    )
