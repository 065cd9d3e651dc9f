"""Items as lists and one by one."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.domain.audit_log import item_view
from assistant.domain.items import ItemFilter, StoredItem
from assistant.errors import NotFoundError
from assistant.store.content import item_list
from assistant.wiring.workspace import Workspace


def find_items(workspace: Workspace, wanted: ItemFilter, before: int | None, limit: int) -> Sequence[StoredItem]:
    """At most so many items below a row number, the latest first."""
    return item_list.page(workspace.database, wanted, before=before, limit=limit)


def find_item(workspace: Workspace, key: int, *, viewer: str) -> StoredItem:
    """An item by its row number; that it was opened is logged. Raises NotFoundError where there is none."""
    found = item_list.find(workspace.database, key)
    if found is None:
        raise NotFoundError("item_number_unknown", where=str(key))
    workspace.read_log.add_once(item_view(viewer, found.item.id, found.key, workspace.project.key))
    return found
