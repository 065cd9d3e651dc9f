"""Events of assignments: written in the transaction that changes them, a statement for any number; and read again.

Whatever changes `assignments` returns the rows it changed (`CHANGED`) and hands them to `record`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa

from assistant.domain.assignment_events import AssignmentEvent, AssignmentEventKind
from assistant.domain.review_work import Claimed, TaskKind
from assistant.store.database import LOOKUP, Database, parts
from assistant.store.tables.content import items
from assistant.store.tables.review import assignment_events, assignments, tasks

CHANGED = (assignments.c.id, assignments.c.task_id, assignments.c.user_id, assignments.c.token)
"""What a statement that changes assignments returns of each, for `record`."""

_PLACE = ("seat", "lane_id", "priority")


class ChangedAssignment(Protocol):
    """An assignment that was changed: a row of `CHANGED`."""

    @property
    def id(self) -> int:
        """Its row number."""

    @property
    def task_id(self) -> int:
        """Of its task."""

    @property
    def user_id(self) -> int | None:
        """Who holds it or was the last to."""

    @property
    def token(self) -> int:
        """After the change."""


def record(
    connection: sa.Connection,
    kind: AssignmentEventKind,
    changed: Iterable[ChangedAssignment],
    at: str,
    *,
    reason: str = "",
    lane_id: int | None = None,
    priority: float | None = None,
    lease_until: str | None = None,
) -> int:
    """Write one event for each assignment that a statement of this transaction changed; returns how many.

    Args:
        connection: the transaction.
        kind: what happened to them.
        changed: which.
        at: when, ISO 8601 in UTC.
        reason: a stable word, at most 40 characters.
        lane_id, priority: where they stand now, for what moves or opens them.
        lease_until: the new end of the lease.
    """
    more = {"reason": reason or None, "lane_id": lane_id, "priority": priority, "lease_until": lease_until}
    rows = [
        {
            "assignment_id": one.id,
            "task_id": one.task_id,
            "user_id": one.user_id,
            "event": kind.value,
            "token": one.token,
            "at": at,
            **more,
        }
        for one in changed
    ]
    if rows:
        connection.execute(sa.insert(assignment_events), rows)
    return len(rows)


def add(connection: sa.Connection, events: Sequence[AssignmentEvent]) -> None:
    """Write events in their order, one statement for all."""
    if events:
        connection.execute(sa.insert(assignment_events), [_row(one) for one in events])


def record_claims(connection: sa.Connection, user_id: int, taken: Sequence[Claimed], at: str) -> None:
    """Write that a person claimed these at a moment, ISO 8601 in UTC."""
    claimed = [
        AssignmentEvent(
            assignment_id=one.assignment_id,
            task_id=one.task_id,
            event=AssignmentEventKind.CLAIMED,
            at=at,
            user_id=user_id,
            token=one.token,
            lease_until=one.lease_until,
        )
        for one in taken
    ]
    add(connection, claimed)


def record_offered(connection: sa.Connection, task_ids: Sequence[int], at: str, *, from_seat: int = 0) -> None:
    """Write that the slots of tasks were put into the queue, from a seat on; those of one statement's tasks."""
    columns = ("assignment_id", "task_id", "event", "token", "at", *_PLACE)
    for part in parts(task_ids, LOOKUP):
        slots = (
            sa.select(
                *(assignments.c.id, assignments.c.task_id, sa.literal(AssignmentEventKind.OFFERED.value)),
                *(assignments.c.token, sa.literal(at), *(assignments.c[name] for name in _PLACE)),
            )
            .where(assignments.c.task_id.in_(part), assignments.c.seat >= from_seat)
            .order_by(assignments.c.id)
        )
        connection.execute(sa.insert(assignment_events).from_select(columns, slots, include_defaults=False))


class SlotHistory(NamedTuple):
    """All that happened to one assignment of the project.

    Args:
        assignment_id, task_id: row numbers.
        item_id: the item's external id.
        kind: what the task is for.
        events: oldest first.
    """

    assignment_id: int
    task_id: int
    item_id: str
    kind: TaskKind
    events: tuple[AssignmentEvent, ...]


def history_of_task(database: Database, task_id: int) -> list[SlotHistory]:
    """What happened to the assignments of a task, in order of their numbers; none where it is another project's."""
    return _histories(database, assignments.c.task_id == task_id)


def history_of_item(database: Database, item_id: str) -> list[SlotHistory]:
    """What happened to all assignments of an item, by its external id."""
    return _histories(database, items.c.external_id == item_id)


def history_of_assignment(database: Database, assignment_id: int) -> SlotHistory | None:
    """What happened to one assignment; None where there is none in the project."""
    return next(iter(_histories(database, assignments.c.id == assignment_id)), None)


def record_as_it_is(
    connection: sa.Connection, kind: AssignmentEventKind, which: sa.ColumnElement[bool], at: str, *, reason: str = ""
) -> None:
    """Write an event for each slot that a condition names, with its place, person and lease as they are now."""
    named = ("user_id", "token", "lane_id", "priority", "lease_until")
    columns = ("assignment_id", "task_id", "event", "at", "reason", *named)
    slots = (
        sa.select(
            *(assignments.c.id, assignments.c.task_id, sa.literal(kind.value), sa.literal(at)),
            *(sa.literal(reason or None, sa.String), *(assignments.c[name] for name in named)),
        )
        .where(which)
        .order_by(assignments.c.id)
    )
    connection.execute(sa.insert(assignment_events).from_select(columns, slots, include_defaults=False))


def record_restored(connection: sa.Connection, which: sa.ColumnElement[bool], at: str, *, reason: str) -> None:
    """Write for each slot that a condition names that it was restored to what it is now."""
    copied = (*_PLACE, "user_id", "token", "lease_until", "review_id", "uncovered_ms")
    known = ("state", "claimed_at", "answered_at")
    query = sa.select(assignments.c.id, assignments.c.task_id, *(assignments.c[name] for name in (*copied, *known)))
    rows = [
        {
            "assignment_id": row.id,
            "task_id": row.task_id,
            "event": AssignmentEventKind.RESTORED.value,
            "at": at,
            "reason": reason,
            **{name: getattr(row, name) for name in copied},
            "detail": {name: getattr(row, name) for name in known},
        }
        for row in connection.execute(query.where(which).order_by(assignments.c.id))
    ]
    if rows:
        connection.execute(sa.insert(assignment_events), rows)


def events_of(connection: sa.Connection, task_ids: Collection[int]) -> dict[int, list[AssignmentEvent]]:
    """All that happened to the assignments of some tasks, by assignment, oldest first."""
    found: dict[int, list[AssignmentEvent]] = defaultdict(list)
    for part in parts(sorted(task_ids)):
        query = sa.select(assignment_events).where(assignment_events.c.task_id.in_(part))
        for row in connection.execute(query.order_by(assignment_events.c.id)):
            found[row.assignment_id].append(_event(row))
    return found


def _histories(database: Database, which: sa.ColumnElement[bool]) -> list[SlotHistory]:
    query = (
        sa.select(assignments.c.id, assignments.c.task_id, items.c.external_id, tasks.c.kind)
        .select_from(
            assignments.join(tasks, tasks.c.id == assignments.c.task_id).join(items, items.c.id == tasks.c.item_id)
        )
        .where(which, items.c.project_id == database.project_id)
        .order_by(assignments.c.id)
    )
    with database.read() as connection:
        slots = connection.execute(query).all()
        happened = events_of(connection, {slot.task_id for slot in slots})
    return [SlotHistory(*slot[:3], TaskKind(slot.kind), tuple(happened[slot.id])) for slot in slots]


def _row(event: AssignmentEvent) -> dict[str, Any]:
    return {
        "assignment_id": event.assignment_id,
        "task_id": event.task_id,
        "user_id": event.user_id,
        "event": event.event.value,
        "token": event.token,
        "at": event.at,
        "lease_until": event.lease_until,
        "review_id": event.review_id,
        "uncovered_ms": event.uncovered_ms,
        "reason": event.reason or None,
    }


def _event(row: sa.Row[Any]) -> AssignmentEvent:
    return AssignmentEvent(
        assignment_id=row.assignment_id,
        task_id=row.task_id,
        event=AssignmentEventKind(row.event),
        at=row.at,
        user_id=row.user_id,
        token=row.token,
        seat=row.seat,
        lane_id=row.lane_id,
        priority=row.priority,
        lease_until=row.lease_until,
        review_id=row.review_id,
        uncovered_ms=row.uncovered_ms,
        reason=row.reason or "",
        known=row.detail,
        id=row.id,
    )
