"""Tasks as they stand: those that match a filter, with their wanted answers, as a change of many looks at them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from assistant.domain.review_work import AssignmentState, TaskKind
from assistant.domain.task_changes import ChangeKind, TaskFilter
from assistant.store.database import LOOKUP, parts, project_of
from assistant.store.tables.batches import batch_items
from assistant.store.tables.content import items
from assistant.store.tables.review import adjudications, assignments, lanes, tasks


class WantedSlot(NamedTuple):
    """One wanted answer of a task: its state, whose partition it lies in (0 for everyone), and who had it last."""

    id: int
    task_id: int
    state: str
    lane_id: int
    for_user: int
    queue: str
    user_id: int | None
    token: int
    review_id: int | None


class TaskStanding(NamedTuple):
    """A task as it stands, with those of its wanted answers that are asked for."""

    id: int
    item_key: int
    kind: str
    due_at: str | None
    priority: float
    closed_at: str | None
    policy_id: str
    policy_version: str
    queue: str
    language: str
    skill: str
    harm: str
    lane_id: int
    slots: Sequence[WantedSlot] = ()

    def in_state(self, *states: AssignmentState) -> list[WantedSlot]:
        """Its wanted answers in one of these states."""
        return [slot for slot in self.slots if slot.state in states]


@dataclass(frozen=True, slots=True)
class TaskSelection:
    """A filter with the row numbers of what it names."""

    where: TaskFilter
    person_id: int | None = None
    run_id: int | None = None
    batch_id: int | None = None


def matching(connection: sa.Connection, chosen: TaskSelection, kind: ChangeKind) -> list[TaskStanding]:
    """Tasks of this project that match, by number.

    Where neither a state nor tasks are named, those that a change of this kind is about: answered ones to invalidate,
    else those that still want answers.
    """
    conditions = _conditions(connection, chosen, kind)
    where = chosen.where
    if where.task_ids is not None:
        return standings(connection, where.task_ids, chosen.person_id, conditions)
    if where.item_ids is not None:
        keys = [key for key, _ in known_items(connection, where.item_ids)]
        found = [
            task
            for part in parts(keys, LOOKUP)
            for task in _read(connection, [*conditions, tasks.c.item_id.in_(part)], chosen.person_id)
        ]
        return sorted(found)
    return _read(connection, conditions, chosen.person_id)


def standings(
    connection: sa.Connection,
    task_ids: Collection[int],
    person_id: int | None = None,
    conditions: Sequence[sa.ColumnElement[bool]] = (),
) -> list[TaskStanding]:
    """Tasks by their numbers, in order, as far as they are there; of their wanted answers those of one person only."""
    return [
        task
        for part in parts(sorted(set(task_ids)), LOOKUP)
        for task in _read(connection, [*conditions, tasks.c.id.in_(part)], person_id)
    ]


def known_items(connection: sa.Connection, names: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Row number and external id of the items of this project that have these external ids."""
    project = project_of(connection)
    for part in parts(dict.fromkeys(names), LOOKUP):
        query = sa.select(items.c.id, items.c.external_id)
        rows = connection.execute(query.where(items.c.project_id == project, items.c.external_id.in_(part)))
        yield from ((int(key), str(name)) for key, name in rows)


def names_of_items(connection: sa.Connection, keys: Collection[int]) -> dict[int, str]:
    """External ids of items by their row numbers."""
    query = sa.select(items.c.id, items.c.external_id).where(items.c.id.in_(set(keys)))
    return {int(key): str(name) for key, name in connection.execute(query)}


def task_numbers_there(connection: sa.Connection, task_ids: Collection[int]) -> set[int]:
    """Those of some row numbers that are tasks of this project."""
    query = sa.select(tasks.c.id).join(lanes, lanes.c.id == tasks.c.lane_id)
    of_project = lanes.c.project_id == project_of(connection)
    return {
        int(one)
        for part in parts(task_ids, LOOKUP)
        for one in connection.execute(query.where(of_project, tasks.c.id.in_(part))).scalars()
    }


def adjudicated_slots(connection: sa.Connection, slot_ids: Collection[int]) -> set[int]:
    """Those of some answered slots whose item was adjudicated since."""
    query = (
        sa.select(assignments.c.id)
        .join(adjudications, adjudications.c.item_id == assignments.c.item_id)
        .where(adjudications.c.created_at >= assignments.c.answered_at)
    )
    return {
        int(one)
        for part in parts(slot_ids, LOOKUP)
        for one in connection.execute(query.where(assignments.c.id.in_(part))).scalars()
    }


def span_of_priorities(connection: sa.Connection) -> tuple[float, float] | None:
    """The lowest and the highest priority of what waits in this project; None where nothing does."""
    waits = assignments.c.state == sa.literal_column("'open'")
    query = (
        sa.select(sa.func.min(assignments.c.priority), sa.func.max(assignments.c.priority))
        .join(lanes, lanes.c.id == assignments.c.lane_id)
        .where(waits, lanes.c.project_id == project_of(connection))
    )
    low, high = connection.execute(query).one()
    return None if low is None else (float(low), float(high))


def _conditions(connection: sa.Connection, chosen: TaskSelection, kind: ChangeKind) -> list[sa.ColumnElement[bool]]:
    where = chosen.where
    same = ("queue", "language", "harm", "skill", "kind")
    given = [(tasks.c[name], getattr(where, name)) for name in same if getattr(where, name) is not None]
    conditions: list[sa.ColumnElement[bool]] = [column == str(value) for column, value in given]
    conditions.append(lanes.c.project_id == project_of(connection))
    if chosen.run_id is not None:
        conditions.append(tasks.c.run_id == chosen.run_id)
    if chosen.batch_id is not None:
        inside = sa.select(batch_items.c.item_id).where(batch_items.c.batch_id == chosen.batch_id)
        conditions.append(tasks.c.item_id.in_(inside))
    if where.due_before is not None:
        conditions.append(tasks.c.due_at < where.due_before)
    if where.created_before is not None:
        conditions.append(tasks.c.created_at < where.created_before)
    if chosen.person_id is not None:
        conditions.append(tasks.c.id.in_(_tasks_of(chosen.person_id)))
    named = where.item_ids is not None or where.task_ids is not None
    state = where.state
    if state is None and not named:
        state = AssignmentState.ANSWERED if kind is ChangeKind.INVALIDATE else None
        if state is None:
            conditions.append(tasks.c.closed_at.is_(None))
    if state is not None:
        there = sa.select(assignments.c.task_id).where(assignments.c.state == sa.literal_column(f"'{state.value}'"))
        conditions.append(tasks.c.id.in_(there))
    return conditions


def _tasks_of(person_id: int) -> sa.CompoundSelect[Any]:
    """Tasks that a person holds or has answered, and those that are theirs alone."""
    held = sa.select(assignments.c.task_id).where(
        assignments.c.user_id == person_id, assignments.c.state.in_(("leased", "answered"))
    )
    alone = (
        sa.select(assignments.c.task_id)
        .join(lanes, lanes.c.id == assignments.c.lane_id)
        .where(lanes.c.for_user == person_id)
    )
    return sa.union_all(held, alone)


def _read(
    connection: sa.Connection, conditions: Sequence[sa.ColumnElement[bool]], person_id: int | None
) -> list[TaskStanding]:
    joined = tasks.join(lanes, lanes.c.id == tasks.c.lane_id)
    names = ("due_at", "priority", "closed_at", "policy_id", "policy_version", "queue", "language", "skill", "harm")
    rows = connection.execute(
        sa.select(tasks.c.id, tasks.c.item_id, tasks.c.kind, *(tasks.c[name] for name in names), tasks.c.lane_id)
        .select_from(joined)
        .where(*conditions)
        .order_by(tasks.c.id)
    ).all()
    if not rows:
        return []
    slots = _slots(connection, sa.select(tasks.c.id).select_from(joined).where(*conditions), person_id)
    return [TaskStanding._make((*row, slots.get(row[0], ()))) for row in rows]


def _slots(connection: sa.Connection, of: sa.Select[Any], person_id: int | None) -> dict[int, list[WantedSlot]]:
    at = assignments.c
    theirs = sa.select(at.id, at.task_id, at.state, at.lane_id, at.user_id, at.token, at.review_id)
    partitions = {int(one): (int(who), str(queue)) for one, who, queue in connection.execute(_PARTITIONS)}
    found: dict[int, list[WantedSlot]] = {}
    for row in connection.execute(theirs.where(at.task_id.in_(of)).order_by(at.task_id, at.seat)):
        for_user, queue = partitions[row[3]]
        holds = row[4] == person_id and row[2] in {"leased", "answered"}
        if person_id is None or for_user == person_id or holds:
            slot = WantedSlot(row[0], row[1], row[2], row[3], for_user, queue, row[4], row[5], row[6])
            found.setdefault(row[1], []).append(slot)
    return found


_PARTITIONS = sa.select(lanes.c.id, lanes.c.for_user, lanes.c.queue)

PRACTICE_KINDS = frozenset({TaskKind.QUALIFICATION.value, TaskKind.TRAINING.value, TaskKind.GOLD.value})
"""Tasks that are about one person: no one else's."""
