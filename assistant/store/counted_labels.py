"""Which labels count under the policy version in use: one condition for every table that holds labels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from assistant.domain.label_versions import CarriedVersion, LabelVersions
from assistant.store.database import label_versions_of
from assistant.store.tables.policy_changes import stale_items


def counted(versions: LabelVersions | None, table: sa.FromClause) -> sa.ColumnElement[bool]:
    """Rows of a table of labels that count; True for all of them where no versions are told apart.

    Stale items are looked up one by one in a small table, and only for rows of earlier versions.

    Args:
        versions: what counts, see `label_versions_of`.
        table: `reviews`, `adjudications`, `gold_items` or `precedents`, or an alias of one.
    """
    if versions is None:
        return sa.true()
    return sa.or_(*_alternatives(versions, table))


def given_now(connection: sa.Connection) -> dict[str, str | None]:
    """The columns that say under which policy version a label is given that is written now."""
    versions = label_versions_of(connection)
    if versions is None:
        return {"policy_id": None, "policy_version": None}
    return {"policy_id": versions.policy_id, "policy_version": versions.version}


def _alternatives(versions: LabelVersions, table: sa.FromClause) -> Iterator[sa.ColumnElement[bool]]:
    version, policy = table.c.policy_version, table.c.policy_id
    under = {versions.version: sa.true(), **{one.version: _carried(one, table) for one in versions.carried}}
    for name, condition in under.items():
        yield sa.and_(version == name, policy == versions.policy_id, condition)
    if versions.unknown_as is None:
        yield version.is_(None)
    elif versions.unknown_as in under:
        yield sa.and_(version.is_(None), under[versions.unknown_as])


def _carried(one: CarriedVersion, table: sa.FromClause) -> sa.ColumnElement[bool]:
    assessed = table.c.id <= getattr(one.until, _name(table))
    if not one.stale_by:
        return assessed
    stale = sa.exists().where(stale_items.c.change_id.in_(one.stale_by), stale_items.c.item_id == table.c.item_id)
    return sa.and_(assessed, ~stale)


def _name(table: Any) -> str:
    original = table.element if isinstance(table, sa.Alias) else table
    return str(original.name)
