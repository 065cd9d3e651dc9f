"""Precedents of a policy as a list, and the one an item is now."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

from assistant.domain.labels import LabelAnswer
from assistant.store.counted_labels import counted
from assistant.store.database import Database, label_versions_of, project_of
from assistant.store.tables.content import items, precedents


class PrecedentRow(NamedTuple):
    """A settled item that is cited to models; `id` is the event's that made it one."""

    id: int
    item_key: int
    item_id: str
    language: str
    text: str
    labels: LabelAnswer
    actor: str
    created_at: str


def page(database: Database, policy_id: str, *, before: int | None, limit: int) -> list[PrecedentRow]:
    """At most so many precedents below an event's number, the latest first."""
    counts = counted(database.label_versions, precedents)
    query = _precedents(database.project_id, policy_id).where(counts).order_by(precedents.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(precedents.c.id < before)
    with database.read() as connection:
        return [_row(row) for row in connection.execute(query)]


def of_content(connection: sa.Connection, policy_id: str, digest: str) -> PrecedentRow | None:
    """What a content is a precedent for now; None for nothing."""
    counts = counted(label_versions_of(connection), precedents)
    query = _precedents(project_of(connection), policy_id).where(counts, precedents.c.content_digest == digest)
    row = connection.execute(query).first()
    return None if row is None else _row(row)


def _precedents(project: int, policy_id: str) -> sa.Select[Any]:
    later = precedents.alias("later")
    superseded = sa.exists().where(
        later.c.project_id == precedents.c.project_id,
        later.c.policy_id == precedents.c.policy_id,
        later.c.content_digest == precedents.c.content_digest,
        later.c.id > precedents.c.id,
    )
    return (
        sa.select(
            *(precedents.c.id, items.c.id, items.c.external_id, items.c.language),
            *(sa.func.substr(items.c.text, 1, 400), precedents.c.labels, precedents.c.actor, precedents.c.created_at),
        )
        .join(items, items.c.id == precedents.c.item_id)
        .where(precedents.c.project_id == project, precedents.c.policy_id == policy_id)
        .where(precedents.c.event == "added", ~superseded)
    )


def _row(row: sa.Row[Any]) -> PrecedentRow:
    found = PrecedentRow._make(row)
    return found._replace(labels=tuple(found.labels))
