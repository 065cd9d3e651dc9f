"""Items as a list, newest first, and one by its row number."""

from __future__ import annotations

import sqlalchemy as sa

from assistant.domain.items import ItemFilter, StoredItem
from assistant.store.content.items import select_items, stored_item
from assistant.store.database import Database
from assistant.store.project_scope import items_within
from assistant.store.tables.content import items


def page(database: Database, wanted: ItemFilter, *, before: int | None, limit: int) -> list[StoredItem]:
    """At most so many items below a row number, the latest first."""
    chosen = {
        items.c.external_id: wanted.item_id,
        items.c.language: wanted.language,
        items.c.source: wanted.source,
        items.c.kind: None if wanted.kind is None else wanted.kind.value,
    }
    own = items.c.project_id == database.project_id
    query = select_items().where(own, *(column == value for column, value in chosen.items() if value is not None))
    if before is not None:
        query = query.where(items.c.id < before)
    with database.read() as connection:
        return [stored_item(row) for row in connection.execute(query.order_by(items.c.id.desc()).limit(limit))]


def find(database: Database, key: int) -> StoredItem | None:
    """The item of that row number."""
    query: sa.Select[tuple[object, ...]] = select_items().where(items.c.id == key, items_within(database.project_id))
    with database.read() as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else stored_item(row)
