"""Routes: each new one is the next revision of its item in the run, the earlier ones are kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from assistant.routing.route import Decision, Route
from assistant.store.database import Database, now, parts
from assistant.store.staging import changed, staged, take_over
from assistant.store.tables.content import items, routes

_CARRIED = (routes.c.route, routes.c.reason, routes.c.doubts, routes.c.inclusion_probability, routes.c.seed)


@dataclass(frozen=True, slots=True)
class RoutedItem:
    """One revision of one item's route, and when it was decided (ISO 8601 in UTC)."""

    revision: int
    decision: Decision
    created_at: str


class RouteStore:
    """Reads and writes routes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, run_id: int, rows: Iterable[tuple[str, Decision]]) -> int:
        """Write the next revision of each item's route, all of them or none; returns how many.

        A decision that equals the newest one of its item adds no row.

        Args:
            run_id: the run that is routed.
            rows: (external id, decision), at most one for each item; read once, page by page, so a generator is fine.

        Raises:
            InputError: an item that is not in this workspace.
            ValueError: an item given twice.
        """
        stamped = sa.literal(run_id).label("run_id"), sa.literal(now()).label("created_at")
        given = ((name, *as_values(decision)) for name, decision in rows)
        with self._database.write(alone=True) as connection:
            return sum(
                take_over(
                    connection,
                    routes,
                    changed(page, routes, _CARRIED, run_id=run_id, per_run=True).add_columns(*stamped),
                )
                for page in staged(connection, _CARRIED, given)
            )

    def ever(self, run_id: int, route: Route, since: str) -> set[str]:
        """External ids of items that had a route at some time from a moment on, ISO 8601 in UTC."""
        query = (
            sa.select(items.c.external_id)
            .distinct()
            .join(routes, routes.c.item_id == items.c.id)
            .where(routes.c.run_id == run_id, routes.c.route == route.value, routes.c.created_at >= since)
        )
        with self._database.read() as connection:
            return set(connection.execute(query).scalars())

    def of_item(self, run_id: int, item_id: str) -> list[RoutedItem]:
        """Every route an item, given by its external id, has had in a run, oldest first: the last counts."""
        query = (
            sa.select(routes)
            .join(items, items.c.id == routes.c.item_id)
            .where(routes.c.run_id == run_id, items.c.external_id == item_id)
            .where(items.c.project_id == self._database.project_id)
            .order_by(routes.c.revision)
        )
        with self._database.read() as connection:
            return [RoutedItem(row.revision, as_decision(row), row.created_at) for row in connection.execute(query)]


def next_routes(
    connection: sa.Connection, run_id: int, decided: Sequence[tuple[int, Decision]], stamp: str
) -> list[dict[str, object]]:
    """Rows of `routes`, each numbered after all its item has had in the run; inside an `alone` transaction.

    Args:
        connection: the transaction they will be written in.
        run_id: the run that is routed.
        decided: (row number of the item, decision).
        stamp: when it was decided, ISO 8601 in UTC.
    """
    newest = newest_revisions(connection, routes, run_id, [key for key, _ in decided])
    rows: list[dict[str, object]] = []
    for key, decision in decided:
        newest[key] = newest.get(key, -1) + 1
        carried = dict(zip((column.name for column in _CARRIED), as_values(decision), strict=True))
        rows.append({"run_id": run_id, "item_id": key, "revision": newest[key], **carried, "created_at": stamp})
    return rows


def newest_revisions(connection: sa.Connection, table: sa.Table, run_id: int, keys: Sequence[int]) -> dict[int, int]:
    """The highest revision in a run of those items that have one, by row number."""
    found: dict[int, int] = {}
    for part in parts(keys):
        query = (
            sa.select(table.c.item_id, sa.func.max(table.c.revision))
            .where(table.c.run_id == run_id, table.c.item_id.in_(part))
            .group_by(table.c.item_id)
        )
        found.update((key, revision) for key, revision in connection.execute(query))
    return found


def as_values(decision: Decision) -> tuple[object, ...]:
    """A decision as the columns of `routes` hold it."""
    return (
        decision.route.value,
        decision.reason,
        decision.doubts,
        float(decision.inclusion_probability),
        decision.seed,
    )


def as_decision(row: sa.Row[Any]) -> Decision:
    """The decision in a row of `routes`."""
    return Decision(Route(row.route), row.reason, tuple(row.doubts), row.inclusion_probability, row.seed)
