"""What reviewers' figures are computed from: their answers in the queue with time, sight and suggestion."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

from assistant.domain.labels import LabelAnswer
from assistant.domain.review_work import TaskKind
from assistant.store.database import Database
from assistant.store.project_scope import items_within
from assistant.store.review.labels.reviews import given
from assistant.store.tables.certification import Answer
from assistant.store.tables.content import items, reviews
from assistant.store.tables.review import review_details


class QueueAnswer(NamedTuple):
    """One answer given in the queue; `characters` of content there were to read. `active_ms` as in `Submission`."""

    rater: str
    item_key: int
    item_id: str
    language: str
    characters: int
    labels: LabelAnswer
    kind: TaskKind
    seconds: float
    active_ms: int | None
    changed: bool
    shown_suggestion: bool
    accepted_suggestion: bool | None
    created_at: str


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
        .where(items_within(database.project_id), given(), reviews.c.created_at >= since)
        .order_by(reviews.c.id)
    )
    with database.read() as connection:
        rows = [QueueAnswer._make(row) for row in connection.execute(query)]
    return [row._replace(kind=TaskKind(row.kind)) for row in rows]
