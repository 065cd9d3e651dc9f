"""The queue row by row: what waits, most urgent first, and what a person is at; a page is a walk along indexes."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import merge
from itertools import islice
from typing import Any

import sqlalchemy as sa

from assistant.domain.assignment_events import AssignmentEventKind
from assistant.domain.assignments import PartitionFilter, Urgency, WantedAnswer
from assistant.domain.review_work import AssignmentState, TaskKind
from assistant.store.database import Database, now, project_of
from assistant.store.project_scope import wanted_within
from assistant.store.review.queue import events
from assistant.store.tables.content import items
from assistant.store.tables.people import users
from assistant.store.tables.review import assignments, lanes, tasks

_OPEN: sa.ColumnClause[str] = sa.literal_column("'open'")  # spelt out, as in the partial indexes
_LEASED: sa.ColumnClause[str] = sa.literal_column("'leased'")


class QueueRows:
    """Reads the queue."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, chosen: PartitionFilter, after: Urgency | None, limit: int) -> list[WantedAnswer]:
        """At most so many wanted answers after a place, most urgent first: heads of queue partitions, merged."""
        with self._database.read() as connection:
            heads = [self._head(connection, partition, after, limit) for partition in _partitions(connection, chosen)]
            first = [key for _, key in islice(merge(*heads), limit)]
            return _rows(connection, first)

    def in_state(
        self, state: AssignmentState, chosen: PartitionFilter, after: Urgency | None, limit: int
    ) -> list[WantedAnswer]:
        """At most so many wanted answers in a state, after a place: most urgent first, done ones newest first."""
        spelt: sa.ColumnClause[str] = sa.literal_column(f"'{state.value}'")
        order: tuple[sa.ColumnElement[Any], ...] = (assignments.c.priority.desc(), assignments.c.id)
        later: list[sa.ColumnElement[bool]] = _later(after)
        if state in {AssignmentState.ANSWERED, AssignmentState.CLOSED}:  # there may be millions: a walk by number
            order = (assignments.c.id.desc(),)
            later = [] if after is None else [assignments.c.id < after.id]
        with self._database.read() as connection:
            inside = assignments.c.lane_id.in_(_partitions(connection, chosen))
            query = sa.select(assignments.c.id).where(assignments.c.state == spelt, inside, *later)
            return _rows(connection, list(connection.execute(query.order_by(*order).limit(limit)).scalars()))

    def leased(self, before: int | None, limit: int) -> list[WantedAnswer]:
        """At most so many wanted answers that a person is at, below a row number, the latest first."""
        own = wanted_within(self._database.project_id)
        query = sa.select(assignments.c.id).where(assignments.c.state == _LEASED, own)
        if before is not None:
            query = query.where(assignments.c.id < before)
        with self._database.read() as connection:
            keys = list(connection.execute(query.order_by(assignments.c.id.desc()).limit(limit)).scalars())
            return _rows(connection, keys)

    def find(self, assignment_id: int) -> WantedAnswer | None:
        """One wanted answer, whatever its state; None where there is none."""
        query = sa.select(assignments.c.id).where(assignments.c.id == assignment_id)
        with self._database.read() as connection:
            own = connection.execute(query.where(wanted_within(self._database.project_id))).scalars()
            return next(iter(_rows(connection, list(own))), None)

    def overdue(self, at: str, soon: str) -> tuple[int, int]:
        """Open tasks that are overdue at a moment, and those due until another one (ISO 8601 in UTC)."""
        own = sa.select(lanes.c.id).where(lanes.c.project_id == self._database.project_id)
        due = sa.select(sa.func.sum(sa.case((tasks.c.due_at < at, 1), else_=0)), sa.func.count()).where(
            tasks.c.closed_at.is_(None), tasks.c.due_at < soon, tasks.c.lane_id.in_(own)
        )
        with self._database.read() as connection:
            late, until = connection.execute(due).one()
        return int(late or 0), int(until) - int(late or 0)

    @staticmethod
    def _head(
        connection: sa.Connection, partition_id: int, after: Urgency | None, limit: int
    ) -> list[tuple[float, int]]:
        query = sa.select(assignments.c.priority, assignments.c.id).where(
            assignments.c.lane_id == partition_id, assignments.c.state == _OPEN
        )
        query = query.where(*_later(after)).order_by(assignments.c.priority.desc(), assignments.c.id).limit(limit)
        return [(-priority, key) for priority, key in connection.execute(query)]


def _later(after: Urgency | None) -> list[sa.ColumnElement[bool]]:
    """That an answer comes after a place in the order of work."""
    if after is None:
        return []
    later = sa.and_(assignments.c.priority == after.priority, assignments.c.id > after.id)
    return [assignments.c.priority <= after.priority, sa.or_(assignments.c.priority < after.priority, later)]


def return_lease(connection: sa.Connection, assignment_id: int) -> bool:
    """Offer again what a person is at; their answer still counts until another takes it. Whether it was leased."""
    statement = sa.update(assignments).where(assignments.c.id == assignment_id, assignments.c.state == "leased")
    statement = statement.where(wanted_within(project_of(connection)))
    returned = connection.execute(statement.values(state="open", lease_until=None).returning(*events.CHANGED)).all()
    return bool(events.record(connection, AssignmentEventKind.RETURNED, returned, now()))


def _partitions(connection: sa.Connection, chosen: PartitionFilter) -> Sequence[int]:
    given = {name: value for name, value in chosen._asdict().items() if value is not None}
    own = lanes.c.project_id == project_of(connection)
    query = sa.select(lanes.c.id).where(own, *(lanes.c[name] == value for name, value in given.items()))
    return list(connection.execute(query).scalars())


def _rows(connection: sa.Connection, keys: Sequence[int]) -> list[WantedAnswer]:
    alone, holder = users.alias("alone"), users.alias("holder")
    query: sa.Select[Any] = (
        sa.select(
            *(assignments.c.id, assignments.c.task_id, items.c.external_id, tasks.c.kind),
            *(
                lanes.c.policy_id,
                lanes.c.policy_version,
                lanes.c.queue,
                lanes.c.language,
                lanes.c.harm,
                lanes.c.skill,
                alone.c.name,
                assignments.c.priority,
            ),
            *(tasks.c.due_at, tasks.c.created_at, holder.c.name, assignments.c.lease_until),
        )
        .select_from(
            assignments.join(tasks, tasks.c.id == assignments.c.task_id)
            .join(items, items.c.id == assignments.c.item_id)
            .join(lanes, lanes.c.id == assignments.c.lane_id)
            .outerjoin(alone, alone.c.id == lanes.c.for_user)
            .outerjoin(holder, sa.and_(holder.c.id == assignments.c.user_id, assignments.c.state == "leased"))
        )
        .where(assignments.c.id.in_(keys))
    )
    found = {row[0]: WantedAnswer._make(row)._replace(kind=TaskKind(row[3])) for row in connection.execute(query)}
    return [found[key] for key in keys if key in found]
