"""Which labels count under the policy version in use: one condition for every table that holds labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from assistant.domain.label_versions import CarriedVersion, LabelVersions
from assistant.store.database import label_versions_of
from assistant.store.tables.certification import settlements
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


def final_counts(versions: LabelVersions | None) -> sa.ColumnElement[bool]:
    """Rows of `settlements` whose label was given under a version that counts, of an item that is not stale since."""
    if versions is None:
        return sa.true()
    version = settlements.c.policy_version
    stale_by: dict[str, tuple[int, ...]] = {
        versions.version: (),
        **{one.version: one.stale_by for one in versions.carried},
    }
    found = [sa.and_(version == name, ~_stale(settlements, changes)) for name, changes in stale_by.items()]
    if versions.unknown_as is None:
        found.append(version.is_(None))
    elif versions.unknown_as in stale_by:
        found.append(sa.and_(version.is_(None), ~_stale(settlements, stale_by[versions.unknown_as])))
    return sa.or_(*found)


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
    return sa.and_(table.c.id <= getattr(one.until, _name(table)), ~_stale(table, one.stale_by))


def _stale(table: sa.FromClause, changes: Sequence[int]) -> sa.ColumnElement[bool]:
    if not changes:
        return sa.false()
    return sa.exists().where(stale_items.c.change_id.in_(changes), stale_items.c.item_id == table.c.item_id)


def _name(table: Any) -> str:
    original: Any = table.element if isinstance(table, sa.Alias) else table
    return str(original.name)
