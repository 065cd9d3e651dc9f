"""Batches in the database: which items came together, when they are due, and what happened to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from assistant.domain.batches import (
    ALLOWED,
    BatchEvent,
    BatchEventKind,
    BatchState,
    ItemBatch,
    events_allowed,
    state_after,
)
from assistant.errors import ConflictError, NotFoundError
from assistant.store.audit import log as audit
from assistant.store.database import Database, now, parts, project_of
from assistant.store.tables.batches import batch_events, batch_items, batches

_STATES = tuple(kind.value for kind in ALLOWED)  # events that change the state


@dataclass(frozen=True, slots=True)
class BatchToJoin:
    """The batch that items on their way in become part of.

    Args:
        name: of it; it is made where it is not there.
        due_at: when it is due from now on, ISO 8601 in UTC; None leaves it.
        unchanged_join: whether items that were there before join it, too.
    """

    name: str
    due_at: str | None = None
    unchanged_join: bool = True


class BatchStore:
    """Reads and writes batches."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def operator(self) -> str:
        """Who runs this process."""
        return self._database.operator

    def all(self) -> list[ItemBatch]:
        """Every batch of the project with its number of items, oldest first."""
        with self._database.read() as connection:
            return [_batch(row) for row in connection.execute(_of_project(connection).order_by(batches.c.id))]

    def find(self, name: str) -> ItemBatch | None:
        """The batch of that name; None where there is none."""
        with self._database.read() as connection:
            return _found(connection, name)

    def get(self, name: str) -> ItemBatch:
        """The batch of that name. Raises NotFoundError, which names the newest there are."""
        with self._database.read() as connection:
            return _wanted(connection, name)

    def events(self, batch: ItemBatch) -> list[BatchEvent]:
        """What happened to a batch, oldest first."""
        query = sa.select(batch_events).where(batch_events.c.batch_id == batch.id).order_by(batch_events.c.id)
        with self._database.read() as connection:
            return [
                BatchEvent(BatchEventKind(row.event), row.actor, row.detail, row.at)
                for row in connection.execute(query)
            ]

    def of_items(self, keys: Iterable[int]) -> dict[int, list[str]]:
        """Names of the batches that items are in, by row number of the item, in the order the batches were received."""
        found: dict[int, list[str]] = {}
        query = (
            sa.select(batch_items.c.item_id, batches.c.name)
            .join(batches, batches.c.id == batch_items.c.batch_id)
            .where(batch_items.c.item_id.in_(list(keys)))
            .order_by(batches.c.id)
        )
        with self._database.read() as connection:
            for key, name in connection.execute(query):
                found.setdefault(key, []).append(name)
        return found

    def record(self, batch: ItemBatch, kind: BatchEventKind, detail: Mapping[str, object], *, actor: str) -> ItemBatch:
        """Append what happened to a batch.

        Raises:
            ConflictError: that may not follow in its state; says what may.
        """
        with self._database.write(alone=True) as connection:
            present = _wanted(connection, batch.name)
            if kind in ALLOWED:
                if present.state not in ALLOWED[kind]:
                    may = [one.value for one in events_allowed(present.state)]
                    raise ConflictError(
                        "batch_event_refused",
                        batch=batch.name,
                        state=present.state.value,
                        event=kind.value,
                        allowed=may,
                    )
                after = {"before": present.state.value, "after": state_after(kind).value}
                audit.append(connection, actor, f"batch.{kind}", f"batch:{batch.name}", after | dict(detail))
            append_event(connection, batch.id, kind, detail, actor)
            return _wanted(connection, batch.name)

    def members(self, first: int, last: int) -> Iterator[tuple[str, list[int]]]:
        """Each batch of the project that has items between two row numbers, both among them: its name and these."""
        query = (
            sa.select(batches.c.id, batches.c.name, batch_items.c.item_id)
            .join(batches, batches.c.id == batch_items.c.batch_id)
            .where(batches.c.project_id == self._database.project_id, batch_items.c.item_id.between(first, last))
            .order_by(batches.c.id, batch_items.c.item_id)
        )
        with self._database.read() as connection:
            for (_, name), rows in groupby(connection.execute(query), key=lambda row: (row.id, row.name)):
                yield name, [row.item_id for row in rows]

    def set_due(self, batch: ItemBatch, due_at: str, *, actor: str) -> ItemBatch:
        """Change when a batch is due; the same time again changes nothing.

        Raises:
            ConflictError: it was delivered, accepted or cancelled.
        """
        with self._database.write(alone=True) as connection:
            present = _wanted(connection, batch.name)
            refuse_closed(present)
            if present.due_at != due_at:
                _set_due(connection, present, due_at, actor)
            return _wanted(connection, batch.name)


def append_event(
    connection: sa.Connection, batch_id: int, kind: BatchEventKind, detail: Mapping[str, object], actor: str
) -> None:
    """Append an event, whatever the state is."""
    row = {"batch_id": batch_id, "event": kind.value, "detail": dict(detail), "actor": actor, "at": now()}
    connection.execute(sa.insert(batch_events), [row])


def join_batch(
    connection: sa.Connection, batch: BatchToJoin, new: Collection[int], again: Collection[int], actor: str
) -> int:
    """Items become part of a batch, which is made with the first of them; returns how many are new in it.

    Args:
        connection: the transaction to write in, which no other adds items beside.
        batch: which one.
        new: row numbers of items that are being added.
        again: of items that were there before; those of the batch stay so.
        actor: who adds them.

    Raises:
        ConflictError: it was delivered, accepted or cancelled: nothing joins it any more.
    """
    if not new and not again:
        return 0
    key = _opened(connection, batch, actor).id
    there: set[int] = set()
    for part in parts(again):
        query = sa.select(batch_items.c.item_id).where(batch_items.c.batch_id == key)
        there.update(connection.execute(query.where(batch_items.c.item_id.in_(part))).scalars())
    rows = [{"batch_id": key, "item_id": item} for item in (*new, *sorted(again)) if item not in there]
    if rows:
        connection.execute(sa.insert(batch_items), rows)
    return len(rows)


def _opened(connection: sa.Connection, batch: BatchToJoin, actor: str) -> ItemBatch:
    known = _found(connection, batch.name, counted=False)  # by every page of an import
    if known is None:
        row = {"project_id": project_of(connection), "name": batch.name, "received_at": now(), "due_at": batch.due_at}
        connection.execute(sa.insert(batches), [row])
        detail = {"due": batch.due_at} if batch.due_at else {}
        audit.append(connection, actor, "batch.create", f"batch:{batch.name}", detail)
        return _wanted(connection, batch.name)
    refuse_closed(known)
    if batch.due_at is not None and batch.due_at != known.due_at:
        _set_due(connection, known, batch.due_at, actor)
    return known


def refuse_closed(batch: ItemBatch) -> None:
    """Raises ConflictError where nothing joins a batch any more."""
    if not batch.state.open:
        raise ConflictError("batch_closed", batch=batch.name, state=batch.state.value)


def _set_due(connection: sa.Connection, batch: ItemBatch, due_at: str, actor: str) -> None:
    detail = {"before": batch.due_at, "after": due_at}
    connection.execute(sa.update(batches).where(batches.c.id == batch.id).values(due_at=due_at))
    append_event(connection, batch.id, BatchEventKind.DUE, detail, actor)
    audit.append(connection, actor, "batch.due", f"batch:{batch.name}", detail)


def _found(connection: sa.Connection, name: str, *, counted: bool = True) -> ItemBatch | None:
    row = connection.execute(_of_project(connection, counted=counted).where(batches.c.name == name)).one_or_none()
    return None if row is None else _batch(row)


def _wanted(connection: sa.Connection, name: str) -> ItemBatch:
    found = _found(connection, name)
    if found is None:
        query = sa.select(batches.c.name).where(batches.c.project_id == project_of(connection))
        known = list(connection.execute(query.order_by(batches.c.id.desc()).limit(20)).scalars())
        raise NotFoundError("batch_not_found", batch=name, known=known)
    return found


def _of_project(connection: sa.Connection, *, counted: bool = True) -> sa.Select[Any]:
    """The project's batches; with 0 for their items where these are not counted."""
    newest = (
        sa.select(batch_events.c.event)
        .where(batch_events.c.batch_id == batches.c.id, batch_events.c.event.in_(_STATES))
        .order_by(batch_events.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    inside = sa.select(sa.func.count()).where(batch_items.c.batch_id == batches.c.id).scalar_subquery()
    size = inside if counted else sa.literal(0)
    return sa.select(batches, newest.label("event"), size.label("items")).where(
        batches.c.project_id == project_of(connection)
    )


def _batch(row: sa.Row[Any]) -> ItemBatch:
    state = BatchState.RECEIVED if row.event is None else state_after(BatchEventKind(row.event))
    return ItemBatch(row.id, row.name, state, row.received_at, row.due_at, row.items)
