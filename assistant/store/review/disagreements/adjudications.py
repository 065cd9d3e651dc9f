"""Adjudications: what conflicting answers were settled as, by whom and why; an item's newest counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from assistant.domain.disagreements import Adjudication, AdjudicationFilter, GivenAnswer, PassNote
from assistant.domain.labels import LabelAnswer
from assistant.domain.review_work import Cause
from assistant.store.audit.binding import ADJUDICATION, row_digest
from assistant.store.counted_labels import counted, given_now
from assistant.store.database import Database, label_versions_of, now, project_of
from assistant.store.project_scope import decided_within, items_within
from assistant.store.review.labels.reviews import categories_meta, counting, listed, superseded
from assistant.store.tables.certification import Answer
from assistant.store.tables.content import items, reviews
from assistant.store.tables.review import adjudications, assignments, passes, review_details, tasks


class AdjudicationStore:
    """Reads adjudications and what they rest on."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_item(self, item_key: int) -> list[Adjudication]:
        """All of an item, oldest first: the last counts."""
        query = _named().where(adjudications.c.item_id == item_key).order_by(adjudications.c.id)
        with self._database.read() as connection:
            return [_adjudication(row) for row in connection.execute(query)]

    def newest(self) -> dict[str, LabelAnswer]:
        """What each adjudicated item was settled as, by external id, where that counts."""
        counts = counted(self._database.label_versions, adjudications)
        with self._database.read() as connection:
            own = decided_within(self._database.project_id)
            rows = connection.execute(_named().where(own, counts).order_by(adjudications.c.id))
            return {row.external_id: row.labels for row in rows}

    def versions(self) -> dict[str, str | None]:
        """The policy version of each of these, by external id; None where that was not kept."""
        query = sa.select(items.c.external_id, adjudications.c.policy_version).join(
            items, items.c.id == adjudications.c.item_id
        )
        counts = counted(self._database.label_versions, adjudications)
        with self._database.read() as connection:
            own = decided_within(self._database.project_id)
            return {row[0]: row[1] for row in connection.execute(query.where(own, counts).order_by(adjudications.c.id))}

    def answers(self, item_key: int) -> list[GivenAnswer]:
        """The newest answer of each person to an item that counts, in the order they were given."""
        versions = self._database.label_versions
        query: sa.Select[Any] = (
            sa.select(
                reviews.c.id,
                reviews.c.rater,
                sa.type_coerce(reviews.c.labels, Answer),
                reviews.c.shown_suggestion,
                sa.func.coalesce(review_details.c.note, ""),
                review_details.c.clauses,
                review_details.c.seconds,
                review_details.c.kind,
                reviews.c.created_at,
                categories_meta(),
            )
            .outerjoin(review_details, review_details.c.review_id == reviews.c.id)
            .where(reviews.c.item_id == item_key, counting(versions), ~superseded(versions))
            .order_by(reviews.c.id)
        )
        with self._database.read() as connection:
            rows = connection.execute(query)
            return [GivenAnswer._make((*row[:5], tuple(row[5] or ()), *row[6:9], listed(row[9]))) for row in rows]

    def notes(self, item_key: int) -> list[PassNote]:
        """What was written when the item was passed on, oldest first."""
        query = (
            sa.select(passes.c.user_id, passes.c.kind, passes.c.reason, passes.c.note, passes.c.created_at)
            .join(tasks, tasks.c.id == passes.c.task_id)
            .where(tasks.c.item_id == item_key)
            .order_by(passes.c.id)
        )
        with self._database.read() as connection:
            return [PassNote._make(row) for row in connection.execute(query)]


def page(database: Database, wanted: AdjudicationFilter, *, before: int | None, limit: int) -> list[Adjudication]:
    """The newest adjudications below number `before`, newest first."""
    chosen = {
        items.c.external_id: wanted.item_id,
        adjudications.c.cause: None if wanted.cause is None else wanted.cause.value,
        adjudications.c.actor: wanted.actor,
    }
    conditions = [column == value for column, value in chosen.items() if value is not None]
    if wanted.item_id is None:
        conditions.append(decided_within(database.project_id))
    else:  # ids are unique within a project: along their index
        conditions.append(items.c.project_id == database.project_id)
    return _found(database, [*conditions, *([] if before is None else [adjudications.c.id < before])], limit)


def find(database: Database, number: int) -> Adjudication | None:
    """The adjudication of that number."""
    return next(iter(_found(database, [adjudications.c.id == number], 1)), None)


def newest_decision(connection: sa.Connection, item_key: int) -> Adjudication | None:
    """The adjudication of an item that counts, None before the first. On PostgreSQL, others wait meanwhile."""
    connection.execute(sa.select(items.c.id).where(items.c.id == item_key).with_for_update(key_share=True))
    counts = counted(label_versions_of(connection), adjudications)
    newest = _named().where(adjudications.c.item_id == item_key, counts).order_by(adjudications.c.id.desc())
    row = connection.execute(newest.limit(1)).first()
    return None if row is None else _adjudication(row)


def add(
    connection: sa.Connection, item_key: int, labels: LabelAnswer, *, cause: Cause, note: str, actor: str
) -> tuple[int, str]:
    """Append an adjudication; returns its number and the digest of its row."""
    row = {
        "project_id": project_of(connection),
        "item_id": item_key,
        "labels": labels,
        "cause": cause.value,
        "note": note,
        "actor": actor,
        "created_at": now(),
        **given_now(connection),
    }
    number = int(connection.execute(sa.insert(adjudications).returning(adjudications.c.id), [row]).scalar_one())
    return number, row_digest(ADJUDICATION, row)


def open_tasks(connection: sa.Connection, item_key: int) -> Sequence[int]:
    """Tasks of an item with a free slot, but for those of one person alone."""
    query = (
        sa.select(tasks.c.id)
        .distinct()
        .join(assignments, assignments.c.task_id == tasks.c.id)
        .where(tasks.c.item_id == item_key, tasks.c.for_user.is_(None))
        .where(assignments.c.state.in_(("open", "paused")))
        .order_by(tasks.c.id)
    )
    return list(connection.execute(query).scalars())


def is_adjudicated(connection: sa.Connection, item_key: int, since: str = "") -> bool:
    """Whether an item has been settled, from a moment on (ISO 8601 in UTC); at any time where none is given."""
    query = sa.select(adjudications.c.id).where(
        adjudications.c.item_id == item_key,
        adjudications.c.created_at > since,
        counted(label_versions_of(connection), adjudications),
    )
    return connection.execute(query.limit(1)).first() is not None


def _found(database: Database, conditions: list[sa.ColumnElement[bool]], limit: int) -> list[Adjudication]:
    own = items_within(database.project_id)
    query = _named().where(own, *conditions).order_by(adjudications.c.id.desc()).limit(limit)
    with database.read() as connection:
        return [_adjudication(row) for row in connection.execute(query)]


def _named() -> sa.Select[Any]:
    return sa.select(
        adjudications.c.id,
        items.c.external_id,
        adjudications.c.labels,
        adjudications.c.cause,
        adjudications.c.note,
        adjudications.c.actor,
        adjudications.c.created_at,
    ).join(items, items.c.id == adjudications.c.item_id)


def _adjudication(row: sa.Row[Any]) -> Adjudication:
    return Adjudication._make(row)._replace(cause=Cause(row.cause))
