"""A run as pages show it: how far it has come, and its items by what became of them, a page at a time."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from assistant.domain.runs import LastEvent, Progress, Run, RunItem, RunItemFilter
from assistant.store.database import Database
from assistant.store.project_scope import runs_of
from assistant.store.runs.populations import within
from assistant.store.runs.prelabels import newest
from assistant.store.runs.rounds import ROUTED
from assistant.store.tables.certification import Answer
from assistant.store.tables.content import items, prelabels, routes, run_events


class RunItemStore:
    """Reads a run's items."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def progress(self, run: Run) -> Progress:
        """How far a run has come."""
        answered = sa.select(sa.func.count()).where(prelabels.c.run_id == run.id, prelabels.c.revision == 0)
        own = items.c.project_id == self._database.project_id
        everything = sa.select(sa.func.count()).where(own, *within(run.population))
        with self._database.read() as connection:
            return Progress(connection.execute(answered).scalar_one(), connection.execute(everything).scalar_one())

    def last_events(self) -> dict[int, LastEvent]:
        """The newest event of each run's jobs, by the run's row number; that it was routed says nothing of them."""
        own = run_events.c.run_id.in_(runs_of(self._database.project_id))
        newest_ids = sa.select(sa.func.max(run_events.c.id)).where(own, run_events.c.event != ROUTED)
        newest_ids = newest_ids.group_by(run_events.c.run_id)
        query = sa.select(run_events.c.run_id, run_events.c.event, run_events.c.detail, run_events.c.created_at).where(
            run_events.c.id.in_(newest_ids)
        )
        with self._database.read() as connection:
            return {row[0]: LastEvent(*row[1:]) for row in connection.execute(query)}

    def page(self, run_id: int, wanted: RunItemFilter, before: int | None, limit: int) -> list[RunItem]:
        """At most so many items of a run below a row number, the latest first."""
        query = _answers(run_id, wanted).order_by(prelabels.c.item_id.desc()).limit(limit)
        if before is not None:
            query = query.where(prelabels.c.item_id < before)
        with self._database.read() as connection:
            return [_item(row) for row in connection.execute(query)]


def _answers(run_id: int, wanted: RunItemFilter) -> sa.Select[Any]:
    route = sa.and_(
        routes.c.run_id == run_id, routes.c.item_id == prelabels.c.item_id, newest(routes, prelabels.c.item_id)
    )
    query = (
        sa.select(
            *(items.c.id, items.c.external_id, items.c.text, items.c.language, prelabels.c.status),
            *(sa.type_coerce(prelabels.c.labels, Answer), prelabels.c.clauses, prelabels.c.reason),
            *(prelabels.c.detail, prelabels.c.signals, routes.c.route, routes.c.reason, prelabels.c.cost_usd),
            items.c.query,
        )
        .select_from(prelabels.join(items, items.c.id == prelabels.c.item_id).outerjoin(routes, route))
        .where(prelabels.c.run_id == run_id, newest(prelabels))
    )
    chosen = {
        prelabels.c.status: wanted.status,
        prelabels.c.reason: wanted.failure,
        routes.c.route: wanted.route,
        routes.c.reason: wanted.reason,
    }
    query = query.where(*(column == value for column, value in chosen.items() if value))
    if wanted.label:
        query = query.where(sa.type_coerce(prelabels.c.labels, sa.Text).contains(f'"{wanted.label}"', autoescape=True))
    return query


def _item(row: sa.Row[Any]) -> RunItem:
    values = list(row)
    values[6], values[9] = tuple(values[6] or ()), values[9] or {}
    return RunItem._make(values)
