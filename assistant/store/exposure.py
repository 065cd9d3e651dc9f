"""What one person has seen and answered since their shift began."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from assistant.store.review_tables import assignments, lanes, tasks


class Seen(NamedTuple):
    """Items taken since a moment: all, and by harm where it is known."""

    total: int
    by_harm: Counter[str]


class Worked(NamedTuple):
    """One answer of a person: when they took the item, when they answered (ISO 8601 in UTC), and how severe it was."""

    claimed_at: str
    answered_at: str
    severity: int


def seen(connection: sa.Connection, user_id: int, since: str) -> Seen:
    """What somebody has answered since a moment, and what they hold."""
    rows = connection.execute(_counting(), {"user": user_id, "since": since})
    counts = {harm: int(count) for harm, count in rows}
    return Seen(sum(counts.values()), Counter({harm: count for harm, count in counts.items() if harm}))


@cache
def _counting() -> sa.Select[Any]:
    recent = sa.or_(
        assignments.c.state == "leased",
        sa.and_(assignments.c.state == "answered", assignments.c.answered_at >= sa.bindparam("since")),
    )
    return (
        sa.select(lanes.c.harm, sa.func.count())
        .join(assignments, assignments.c.lane_id == lanes.c.id)
        .where(assignments.c.user_id == sa.bindparam("user"), recent)
        .group_by(lanes.c.harm)
    )


def worked(connection: sa.Connection, user_id: int, since: str) -> list[Worked]:
    """Somebody's answers since a moment, in the order they were given."""
    query = (
        sa.select(assignments.c.claimed_at, assignments.c.answered_at, tasks.c.severity)
        .join(tasks, tasks.c.id == assignments.c.task_id)
        .where(assignments.c.user_id == user_id, assignments.c.state == "answered", assignments.c.answered_at >= since)
        .order_by(assignments.c.answered_at)
    )
    with_claim = query.where(assignments.c.claimed_at.is_not(None))
    return [Worked(*row) for row in connection.execute(with_claim)]
