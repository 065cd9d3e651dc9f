"""How often people answered as the machine had, day by day: for a trend."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

from assistant.store.database import Database
from assistant.store.review.labels.reviews import counting
from assistant.store.tables.certification import Answer
from assistant.store.tables.content import reviews
from assistant.store.tables.review import review_details


class Day(NamedTuple):
    """A day in UTC (ISO 8601): `alike` of `answers` blind answers were the machine's."""

    day: str
    answers: int
    alike: int


def blind_days(database: Database, run_id: int) -> list[Day]:
    """Days on which people answered items of a run blind, oldest first; gold is left out."""
    day: Any = sa.func.substr(reviews.c.created_at, 1, 10)
    alike = sa.case((sa.type_coerce(reviews.c.labels, Answer) == review_details.c.suggestion, 1), else_=0)
    query = (
        sa.select(day, sa.func.count(), sa.func.sum(alike))
        .join(reviews, reviews.c.id == review_details.c.review_id)
        .where(
            review_details.c.run_id == run_id,
            review_details.c.suggestion.is_not(None),
            review_details.c.kind != "gold",
            reviews.c.shown_suggestion.is_(False),
            counting(database.label_versions),
        )
        .group_by(day)
        .order_by(day)
    )
    with database.read() as connection:
        return [Day(*row) for row in connection.execute(query)]
