"""Answers of people as a list, newest first, with what they wrote and whether they took it back."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from assistant.domain.reviews import ReviewFilter, ReviewRow
from assistant.store.database import Database
from assistant.store.project_scope import given_within, items_within
from assistant.store.review.labels.reviews import categories_meta, listed
from assistant.store.tables.certification import Answer
from assistant.store.tables.content import items, reviews
from assistant.store.tables.review import review_details, withdrawals


def page(database: Database, wanted: ReviewFilter, *, before: int | None, limit: int) -> list[ReviewRow]:
    """At most so many answers below a number, the latest first."""
    conditions = _conditions(wanted)
    if wanted.item_id is None:
        conditions.append(given_within(database.project_id))
    else:  # ids are unique within a project: along their index
        conditions.append(items.c.project_id == database.project_id)
    if before is not None:
        conditions.append(reviews.c.id < before)
    return _rows(database, conditions, limit)


def find(database: Database, number: int) -> ReviewRow | None:
    """The answer of that number."""
    return next(iter(_rows(database, [reviews.c.id == number], 1)), None)


def _conditions(wanted: ReviewFilter) -> list[sa.ColumnElement[bool]]:
    chosen: dict[sa.ColumnElement[Any], str | None] = {
        reviews.c.rater: wanted.rater,
        items.c.external_id: wanted.item_id,
        review_details.c.kind: wanted.kind,
        reviews.c.source: wanted.source,
    }
    conditions: list[sa.ColumnElement[bool]] = [
        column == value for column, value in chosen.items() if value is not None
    ]
    if wanted.withdrawn is not None:
        conditions.append(_back() if wanted.withdrawn else ~_back())
    return conditions


def _back() -> sa.ColumnElement[bool]:
    return sa.exists().where(withdrawals.c.review_id == reviews.c.id)


def _rows(database: Database, conditions: list[sa.ColumnElement[bool]], limit: int) -> list[ReviewRow]:
    details = ("kind", "note", "clauses", "seconds", "changed", "accepted_suggestion")
    query: sa.Select[Any] = (
        sa.select(
            *(reviews.c.id, reviews.c.item_id, items.c.external_id, reviews.c.rater),
            *(sa.type_coerce(reviews.c.labels, Answer), reviews.c.shown_suggestion),
            *(reviews.c.source, reviews.c.created_at, *(review_details.c[name] for name in details)),
            *(reviews.c.policy_version, review_details.c.uncovered_ms, review_details.c.active_ms, _back()),
            categories_meta(),
        )
        .select_from(
            reviews.join(items, items.c.id == reviews.c.item_id).outerjoin(
                review_details, review_details.c.review_id == reviews.c.id
            )
        )
        .where(items_within(database.project_id), *conditions)
        .order_by(reviews.c.id.desc())
        .limit(limit)
    )
    with database.read() as connection:
        found = [ReviewRow._make((*row[:-1], listed(row[-1]))) for row in connection.execute(query)]
    return [row._replace(clauses=tuple(row.clauses or ()), withdrawn=bool(row.withdrawn)) for row in found]
