"""One wanted answer, to look at: whose it is and what it is judged by. Nothing is locked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa

from assistant.domain.assignments import AssignmentSlot
from assistant.domain.canonical import rater_key
from assistant.domain.review_work import PRACTICE, TaskKind
from assistant.store.database import Database, label_versions_of
from assistant.store.project_scope import items_within
from assistant.store.review.labels.reviews import counting
from assistant.store.tables.content import items, reviews
from assistant.store.tables.review import assignments, passes, tasks


def find_slot(database: Database, assignment_id: int) -> AssignmentSlot | None:
    """An assignment by its number; None where there is none."""
    query = (
        sa.select(
            *(assignments.c.id, tasks.c.id, items.c.id, items.c.external_id, assignments.c.user_id),
            *(assignments.c.token, tasks.c.policy_id, tasks.c.policy_version, tasks.c.blind, tasks.c.run_id),
            *(assignments.c.claimed_at, tasks.c.kind),
        )
        .select_from(
            assignments.join(tasks, tasks.c.id == assignments.c.task_id).join(items, items.c.id == tasks.c.item_id)
        )
        .where(assignments.c.id == assignment_id, items_within(database.project_id))
    )
    with database.read() as connection:
        row = connection.execute(query).first()
    if row is None:
        return None
    slot, versions = AssignmentSlot._make(row[:-2]), database.label_versions
    if versions is None or slot.policy_id != versions.policy_id or TaskKind(row.kind) in PRACTICE:
        return slot
    return slot._replace(policy_version=versions.became(slot.policy_version, row.claimed_at or ""))


class Involved(NamedTuple):
    """Who has had to do with an item.

    Args:
        passed: row numbers of users who passed the task on.
        busy: row numbers of users who hold another wanted answer to the item, or gave it.
        people: all who have answered the item, here or elsewhere, by `rater_key`.
    """

    passed: frozenset[int]
    busy: frozenset[int]
    people: frozenset[str]

    def includes(self, user_id: int, name: str) -> bool:
        """Whether a user is among them."""
        return user_id in self.passed | self.busy or rater_key(name) in self.people


def involved(connection: sa.Connection, assignment_ids: Collection[int]) -> dict[int, Involved]:
    """Who has had to do with the items of some wanted answers, by the number of the answer."""
    mine, other = assignments.alias("mine"), assignments.alias("other")
    those = mine.c.id.in_(set(assignment_ids))
    elsewhere = sa.and_(
        other.c.id != mine.c.id, other.c.state.in_(("leased", "answered")), other.c.user_id.is_not(None)
    )
    holding = (
        sa.select(mine.c.id, other.c.user_id).join(other, other.c.item_id == mine.c.item_id).where(those, elsewhere)
    )
    passing = sa.select(mine.c.id, passes.c.user_id).join(passes, passes.c.task_id == mine.c.task_id).where(those)
    saying = sa.select(mine.c.id, reviews.c.rater).join(reviews, reviews.c.item_id == mine.c.item_id)
    passed, busy = (_by_number(connection.execute(query)) for query in (passing, holding))
    said = _by_number(connection.execute(saying.where(those, counting(label_versions_of(connection)))))
    return {
        number: Involved(
            frozenset(passed.get(number, ())),
            frozenset(busy.get(number, ())),
            frozenset(rater_key(rater) for rater in said.get(number, ())),
        )
        for number in assignment_ids
    }


def _by_number(rows: Iterable[Any]) -> dict[int, set[Any]]:
    found: dict[int, set[Any]] = {}
    for number, who in rows:
        found.setdefault(number, set()).add(who)
    return found


def notes_on(database: Database, item_key: int, limit: int = 5) -> list[tuple[str, str]]:
    """What people wrote when they escalated an item or handed it over: kind and note, newest first."""
    query = (
        sa.select(passes.c.kind, passes.c.note)
        .join(tasks, tasks.c.id == passes.c.task_id)
        .where(tasks.c.item_id == item_key, passes.c.kind != "skip", passes.c.note != "", tasks.c.gold_id.is_(None))
        .order_by(passes.c.id.desc())
        .limit(limit)
    )
    with database.read() as connection:
        return [(str(kind), str(note)) for kind, note in connection.execute(query)]
