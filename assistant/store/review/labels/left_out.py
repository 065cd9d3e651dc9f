"""Labels that don't count under the policy version in use, by the version they were given under, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa

from assistant.domain.label_versions import LabelVersions, LeftOutKind, LeftOutLabels, WhyLeftOut
from assistant.store.counted_labels import counted
from assistant.store.database import Database, person_of
from assistant.store.project_scope import given_within
from assistant.store.review.labels.reviews import given
from assistant.store.tables.content import items, precedents, reviews
from assistant.store.tables.policy_changes import stale_items
from assistant.store.tables.review import adjudications, gold_items, tasks

_TABLES: tuple[tuple[LeftOutKind, sa.Table], ...] = (
    (LeftOutKind.LABELS, reviews),
    (LeftOutKind.ADJUDICATIONS, adjudications),
    (LeftOutKind.GOLD, gold_items),
    (LeftOutKind.PRECEDENTS, precedents),
)


class ItemLeftOut(NamedTuple):
    """An item all of whose human labels are left out: by how many people, and whether an open task asks for another."""

    key: int
    language: str
    people: int
    waiting: bool


def left_out_labels(database: Database) -> list[LeftOutLabels]:
    """Everything of the project that was given under a version that does not count, by kind, version and reason."""
    versions = database.label_versions
    if versions is None:
        return []
    found: list[LeftOutLabels] = []
    with database.read() as connection:
        for kind, table in _TABLES:
            rows = connection.execute(_left_out(table, versions, database.project_id))
            found += [_told(kind, row, versions) for row in rows]
    return found


def _left_out(table: sa.Table, versions: LabelVersions, project_id: int) -> sa.Select[Any]:
    stale = _stale(table, versions)
    columns = (table.c.policy_id, table.c.policy_version, *(() if stale is None else (stale,)))
    none = (sa.literal(0),) if stale is None else ()
    return (
        sa.select(*columns, *none, sa.func.count(), sa.func.count(sa.distinct(table.c.item_id)))
        .where(table.c.project_id == project_id, *_present(table))
        .where(counted(versions, table).is_not(sa.true()))
        .group_by(*columns)
        .order_by(*columns)
    )


def _present(table: sa.Table) -> Iterator[sa.ColumnElement[bool]]:
    if table is reviews:
        yield given()
    elif table is gold_items:
        yield gold_items.c.active.is_(True)
    elif table is precedents:
        later = precedents.alias("later")
        yield precedents.c.event == "added"
        yield ~sa.exists().where(
            later.c.project_id == precedents.c.project_id,
            later.c.policy_id == precedents.c.policy_id,
            later.c.content_digest == precedents.c.content_digest,
            later.c.id > precedents.c.id,
        )


def _stale(table: sa.Table, versions: LabelVersions) -> sa.ColumnElement[int] | None:
    """The first change that made a row's item stale, 0 for none; None where no change does."""
    changes = {change for one in versions.carried for change in one.stale_by}
    if not changes:
        return None
    first = sa.select(sa.func.min(stale_items.c.change_id)).where(
        stale_items.c.change_id.in_(sorted(changes)), stale_items.c.item_id == table.c.item_id
    )
    return sa.func.coalesce(first.correlate(table).scalar_subquery(), 0).label("stale")


def _told(kind: LeftOutKind, row: sa.Row[Any], versions: LabelVersions) -> LeftOutLabels:
    policy_id, version, stale, labels, item_count = tuple(row)
    as_version = version if version is not None else versions.unknown_as
    carried = any(one.version == as_version for one in versions.carried)
    if policy_id is not None and policy_id != versions.policy_id:
        why, stale = WhyLeftOut.OTHER_POLICY, 0
    elif not carried:
        why, stale = WhyLeftOut.NOT_CARRIED, 0
    else:
        why = WhyLeftOut.STALE if stale else WhyLeftOut.LATER
    return LeftOutLabels(kind, policy_id, version, why, stale or None, int(labels), int(item_count))


def items_left_out(database: Database) -> list[ItemLeftOut]:
    """Items of the project that people labeled, and no label of a person counts any more, in order of arrival."""
    versions = database.label_versions
    if versions is None:
        return []
    counts = sa.case((counted(versions, reviews), 1), else_=0)
    open_task = sa.exists().where(
        tasks.c.item_id == reviews.c.item_id,
        tasks.c.closed_at.is_(None),
        tasks.c.for_user.is_(None),
        tasks.c.gold_id.is_(None),
    )
    query = (
        sa.select(
            reviews.c.item_id,
            items.c.language,
            sa.func.count(sa.distinct(person_of(reviews.c.rater))),
            sa.case((open_task, 1), else_=0),
        )
        .join(items, items.c.id == reviews.c.item_id)
        .where(given_within(database.project_id), given())
        .group_by(reviews.c.item_id, items.c.language)
        .having(sa.func.max(counts) == 0)
        .order_by(reviews.c.item_id)
    )
    with database.read() as connection:
        return [ItemLeftOut(row[0], row[1], int(row[2]), bool(row[3])) for row in connection.execute(query)]
