"""What one person has looked at, holds and has answered since their shift began, in whatever project.

Content is looked at when it is uncovered, not when it is handed out: an answer or a pass with `uncovered_ms` 0 was
given without a look. NULL stands for content that nothing covered, for programs, and for what came before it was
recorded: all of that counts as looked at.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from assistant.store.tables.review import assignments, lanes, passes, tasks


class Seen(NamedTuple):
    """Items looked at since a moment, answered or passed on: all, and by harm where it is known.

    `unlooked` counts answers to hidden items that were never revealed; they are not among the others.
    """

    total: int
    by_harm: Counter[str]
    unlooked: int = 0


class Shift(NamedTuple):
    """One person's shift: items `taken` (answered, passed on, held), those looked at, and what they `hold`, by harm."""

    taken: int
    seen: Seen
    held: Counter[str]

    @property
    def bound(self) -> Counter[str]:
        """By harm: what was looked at and what may yet be, since it is in their hands."""
        return self.seen.by_harm + self.held


class Worked(NamedTuple):
    """One answer or pass of a person: when they took the item, when they were done (ISO 8601 in UTC), how severe it is.

    `looked` is False for a covered item that was never uncovered.
    """

    claimed_at: str
    answered_at: str
    severity: int
    looked: bool = True


def shift(connection: sa.Connection, user_id: int, since: str) -> Shift:
    """What a person has answered and passed on since a moment, and what they hold."""
    given = {"user": user_id, "since": since}
    taken = unlooked = 0
    seen, held = Counter[str](), Counter[str]()
    for harm, state, looked, count in connection.execute(_counting(), given):
        taken += count
        if state == "leased":
            held[harm] += count
        elif looked:
            seen[harm] += count
        else:
            unlooked += count
    for harm, looked, count in connection.execute(_passed(), given):
        taken += count
        if looked:
            seen[harm] += count
    return Shift(taken, Seen(seen.total(), _known(seen), unlooked), _known(held))


def worked(connection: sa.Connection, user_id: int, since: str) -> list[Worked]:
    """A person's answers and passes since a moment, in order."""
    answered = (
        sa.select(assignments.c.claimed_at, assignments.c.answered_at, tasks.c.severity, _looked(assignments))
        .join(tasks, tasks.c.id == assignments.c.task_id)
        .where(assignments.c.user_id == user_id, assignments.c.state == "answered", assignments.c.answered_at >= since)
        .where(assignments.c.claimed_at.is_not(None))
    )
    passed = (
        sa.select(passes.c.created_at, passes.c.created_at, tasks.c.severity, _looked(passes))
        .join(tasks, tasks.c.id == passes.c.task_id)
        .where(passes.c.user_id == user_id, passes.c.created_at >= since)
    )
    rows = [*connection.execute(answered), *connection.execute(passed)]
    found = [Worked(taken, done, severity, bool(looked)) for taken, done, severity, looked in rows]
    return sorted(found, key=lambda one: one.answered_at)


def _known(counts: Counter[str]) -> Counter[str]:
    return Counter({harm: count for harm, count in counts.items() if harm})


def _looked(table: sa.Table) -> sa.ColumnElement[Any]:
    return sa.func.coalesce(table.c.uncovered_ms, sa.literal_column("1")) > sa.literal_column("0")


@cache
def _counting() -> sa.Select[Any]:
    recent = sa.or_(
        assignments.c.state == "leased",
        sa.and_(assignments.c.state == "answered", assignments.c.answered_at >= sa.bindparam("since")),
    )
    kinds = lanes.c.harm, assignments.c.state, _looked(assignments)
    return (
        sa.select(*kinds, sa.func.count())
        .join(assignments, assignments.c.lane_id == lanes.c.id)
        .where(assignments.c.user_id == sa.bindparam("user"), recent)
        .group_by(*kinds)
    )


@cache
def _passed() -> sa.Select[Any]:
    mine = passes.c.user_id == sa.bindparam("user"), passes.c.created_at >= sa.bindparam("since")
    kinds = tasks.c.harm, _looked(passes)
    return sa.select(*kinds, sa.func.count()).join(passes, passes.c.task_id == tasks.c.id).where(*mine).group_by(*kinds)
