"""Answers of people as a list, newest first, with what they wrote and whether they took it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from assistant.domain.labels import LabelAnswer
from assistant.store.database import Database
from assistant.store.review.labels.reviews import categories_meta, listed
from assistant.store.tables.certification import Answer
from assistant.store.tables.content import items, reviews
from assistant.store.tables.review import review_details, withdrawals


class ReviewRow(NamedTuple):
    """One answer of a person; what is not known of imported ones is None.

    `unknown` lists categories of a multi-label set that it neither gives nor denies.
    """

    id: int
    item_key: int
    item_id: str
    rater: str
    labels: LabelAnswer
    shown_suggestion: bool | None
    source: str
    created_at: str
    kind: str | None
    note: str | None
    clauses: tuple[str, ...]
    seconds: float | None
    changed: bool | None
    accepted_suggestion: bool | None
    policy_version: str | None
    uncovered_ms: int | None
    withdrawn: bool
    unknown: LabelAnswer = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFilter:
    """Which answers; None for all.

    Args:
        rater: who gave them.
        item_id: the item's own id.
        kind: what the task was for; imported answers have none.
        source: `queue`, or where they were imported from.
        withdrawn: only those taken back, or only those that count.
    """

    rater: str | None = None
    item_id: str | None = None
    kind: str | None = None
    source: str | None = None
    withdrawn: bool | None = None


def page(database: Database, wanted: ReviewFilter, *, before: int | None, limit: int) -> list[ReviewRow]:
    """At most so many answers below a number, the latest first."""
    conditions = _conditions(wanted)
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
    details = (
        *("kind", "note", "clauses", "seconds", "changed", "accepted_suggestion", "policy_version"),
        "uncovered_ms",
    )
    query: sa.Select[Any] = (
        sa.select(
            *(reviews.c.id, reviews.c.item_id, items.c.external_id, reviews.c.rater),
            *(sa.type_coerce(reviews.c.labels, Answer), reviews.c.shown_suggestion),
            *(reviews.c.source, reviews.c.created_at, *(review_details.c[name] for name in details), _back()),
            categories_meta(),
        )
        .select_from(
            reviews.join(items, items.c.id == reviews.c.item_id).outerjoin(
                review_details, review_details.c.review_id == reviews.c.id
            )
        )
        .where(*conditions)
        .order_by(reviews.c.id.desc())
        .limit(limit)
    )
    with database.read() as connection:
        found = [ReviewRow._make((*row[:-1], listed(row[-1]))) for row in connection.execute(query)]
    return [row._replace(clauses=tuple(row.clauses or ()), withdrawn=bool(row.withdrawn)) for row in found]
