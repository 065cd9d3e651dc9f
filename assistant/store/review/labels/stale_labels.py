"""People's labels that a change of the policy may have made stale: how many of each, and how long they took."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa

from assistant.domain.labels import LabelAnswer
from assistant.store.database import Database
from assistant.store.project_scope import given_within
from assistant.store.review.labels.reviews import given, superseded
from assistant.store.tables.certification import Answer
from assistant.store.tables.content import reviews
from assistant.store.tables.review import review_details


class GivenLabels(NamedTuple):
    """Answers of people that are alike: on how many items, how many, and the mean seconds of those that were timed."""

    labels: LabelAnswer
    items: int
    answers: int
    seconds: float | None


def given_labels(database: Database) -> list[GivenLabels]:
    """Present answers of people by what they say, under whatever version, most first."""
    answer = sa.type_coerce(reviews.c.labels, Answer)
    query = (
        sa.select(
            answer.label("labels"),
            sa.func.count(sa.distinct(reviews.c.item_id)),
            sa.func.count().label("answers"),
            sa.func.avg(review_details.c.seconds),
        )
        .outerjoin(review_details, review_details.c.review_id == reviews.c.id)
        .where(given_within(database.project_id), given(), ~superseded())
        .group_by(reviews.c.labels)
        .order_by(sa.desc("answers"), reviews.c.labels)
    )
    with database.read() as connection:
        return [GivenLabels(*row) for row in connection.execute(query)]


def with_any(given: Collection[GivenLabels], labels: Collection[str]) -> list[GivenLabels]:
    """Those that hold one of these labels."""
    wanted = set(labels)
    return [one for one in given if wanted.intersection(one.labels)]
