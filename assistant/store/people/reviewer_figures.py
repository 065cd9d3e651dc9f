"""What reviewers' figures are computed from: their answers in the queue with time, sight and suggestion."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

from assistant.domain.labels import LabelAnswer
from assistant.domain.review_work import TaskKind
from assistant.store.database import Database
from assistant.store.project_scope import given_within
from assistant.store.review.labels.reviews import GIVEN_SECONDS, GIVEN_TEAM, given
from assistant.store.review.queue.answers import SOURCE as QUEUE_SOURCE
from assistant.store.tables.certification import Answer
from assistant.store.tables.content import items, reviews
from assistant.store.tables.review import review_details

MOST_IMPORTED = 100_000
"""Imported labels that figures about people are counted from, at most: the newest."""


class QueueAnswer(NamedTuple):
    """One answer given in the queue; `characters` of content there were to read. `active_ms` as in `Submission`.

    An imported label is one, too, as far as its file says; `team` is the one its file names.
    """

    rater: str
    item_key: int
    item_id: str
    language: str
    characters: int
    labels: LabelAnswer
    kind: TaskKind
    seconds: float | None
    active_ms: int | None
    changed: bool
    shown_suggestion: bool
    accepted_suggestion: bool | None
    created_at: str
    team: str = ""
    imported: bool = False


def queue_answers(database: Database, since: str = "") -> list[QueueAnswer]:
    """Every answer that was not taken back, from a moment on (ISO 8601 in UTC), oldest first."""
    characters = sa.func.length(items.c.text) + sa.func.coalesce(sa.func.length(items.c.query), 0)
    query: sa.Select[Any] = (
        sa.select(
            reviews.c.rater,
            reviews.c.item_id,
            items.c.external_id,
            items.c.language,
            sa.type_coerce(characters, sa.Integer),
            sa.type_coerce(reviews.c.labels, Answer),
            review_details.c.kind,
            review_details.c.seconds,
            review_details.c.active_ms,
            review_details.c.changed,
            reviews.c.shown_suggestion,
            review_details.c.accepted_suggestion,
            reviews.c.created_at,
        )
        .select_from(
            review_details.join(reviews, reviews.c.id == review_details.c.review_id).join(
                items, items.c.id == reviews.c.item_id
            )
        )
        .where(given_within(database.project_id), given(), reviews.c.created_at >= since)
        .order_by(reviews.c.id)
    )
    with database.read() as connection:
        rows = [QueueAnswer(*row) for row in connection.execute(query)]
    return [row._replace(kind=TaskKind(row.kind)) for row in rows]


def imported_answers(database: Database, since: str = "", limit: int = MOST_IMPORTED) -> list[QueueAnswer]:
    """The newest imported labels given from a moment on (ISO 8601 in UTC), at most so many, oldest first."""
    characters = sa.func.length(items.c.text) + sa.func.coalesce(sa.func.length(items.c.query), 0)
    query: sa.Select[Any] = (
        sa.select(
            *(reviews.c.rater, reviews.c.item_id, items.c.external_id, items.c.language),
            *(sa.type_coerce(characters, sa.Integer), sa.type_coerce(reviews.c.labels, Answer)),
            *(reviews.c.meta, reviews.c.shown_suggestion, reviews.c.created_at),
        )
        .join(items, items.c.id == reviews.c.item_id)
        .where(
            given_within(database.project_id), given(), reviews.c.source != QUEUE_SOURCE, reviews.c.created_at >= since
        )
        .order_by(reviews.c.id.desc())
        .limit(limit)
    )
    with database.read() as connection:
        return [_imported(row) for row in connection.execute(query)][::-1]


def _imported(row: Any) -> QueueAnswer:
    seconds = row.meta.get(GIVEN_SECONDS)
    return QueueAnswer(
        rater=row[0],
        item_key=row[1],
        item_id=row[2],
        language=row[3],
        characters=row[4],
        labels=row[5],
        kind=TaskKind.REVIEW,
        seconds=seconds if isinstance(seconds, int | float) else None,
        active_ms=None,
        changed=False,
        shown_suggestion=bool(row.shown_suggestion),
        accepted_suggestion=None,
        created_at=row.created_at,
        team=str(row.meta.get(GIVEN_TEAM) or ""),
        imported=True,
    )
