"""The list of adjudications, and the newest of an item within a transaction."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from assistant.domain.labels import LabelAnswer
from assistant.domain.review_work import Cause
from assistant.store.database import Database
from assistant.store.review.disagreements.adjudications import Adjudication
from assistant.store.tables.content import items
from assistant.store.tables.review import adjudications

_SHOWN = (
    *(adjudications.c.id, items.c.external_id, adjudications.c.labels, adjudications.c.cause),
    *(adjudications.c.note, adjudications.c.actor, adjudications.c.created_at),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjudicationFilter:
    """Which adjudications; None for all. `item_id` is the item's own id."""

    item_id: str | None = None
    cause: Cause | None = None
    actor: str | None = None


def page(database: Database, wanted: AdjudicationFilter, *, before: int | None, limit: int) -> list[Adjudication]:
    """The newest adjudications below number `before`, newest first."""
    chosen = {
        items.c.external_id: wanted.item_id,
        adjudications.c.cause: None if wanted.cause is None else wanted.cause.value,
        adjudications.c.actor: wanted.actor,
    }
    conditions = [column == value for column, value in chosen.items() if value is not None]
    return _found(database, [*conditions, *([] if before is None else [adjudications.c.id < before])], limit)


def find(database: Database, number: int) -> Adjudication | None:
    """The adjudication of that number."""
    return next(iter(_found(database, [adjudications.c.id == number], 1)), None)


def settled_as(connection: sa.Connection, item_key: int) -> tuple[int, LabelAnswer, Cause, str, str] | None:
    """The newest adjudication of an item: number, labels, cause, note, actor. On PostgreSQL, others wait meanwhile."""
    connection.execute(sa.select(items.c.id).where(items.c.id == item_key).with_for_update(key_share=True))
    query = sa.select(*(adjudications.c[name] for name in ("id", "labels", "cause", "note", "actor")))
    row = connection.execute(
        query.where(adjudications.c.item_id == item_key).order_by(adjudications.c.id.desc()).limit(1)
    ).first()
    return None if row is None else (row.id, row.labels, Cause(row.cause), row.note, row.actor)


def _found(database: Database, conditions: list[sa.ColumnElement[bool]], limit: int) -> list[Adjudication]:
    query = sa.select(*_SHOWN).join(items, items.c.id == adjudications.c.item_id).where(*conditions)
    with database.read() as connection:
        rows = connection.execute(query.order_by(adjudications.c.id.desc()).limit(limit)).all()
    return [Adjudication._make(row)._replace(cause=Cause(row.cause)) for row in rows]
