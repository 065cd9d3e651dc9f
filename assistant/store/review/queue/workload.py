"""How much work there is, in numbers that cost little to count."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from assistant.domain.health import Backlog
from assistant.domain.review_work import AssignmentState
from assistant.store.database import Database, now
from assistant.store.project_scope import wanted_within
from assistant.store.tables.content import run_events
from assistant.store.tables.review import assignments, tasks

_ALIVE = (AssignmentState.OPEN, AssignmentState.LEASED)


def count_assignments(database: Database) -> dict[str, int]:
    """The project's wanted answers that are not claimed (`open`) or claimed (`leased`): each from its own index."""
    counting = sa.select(sa.func.count()).where(wanted_within(database.project_id))
    with database.read() as connection:
        return _by_state(connection, counting)


def count_backlog(connection: sa.Connection) -> Backlog:
    """The backlog of all projects at this moment: what is asked is how the deployment is."""
    everything = sa.select(sa.func.count()).select_from(assignments)
    first = sa.select(sa.func.min(assignments.c.id)).where(_is(AssignmentState.OPEN)).scalar_subquery()
    oldest = (
        sa.select(tasks.c.created_at)
        .join(assignments, assignments.c.task_id == tasks.c.id)
        .where(assignments.c.id == first)
    )
    since = connection.execute(oldest).scalar()
    overdue = sa.select(sa.func.count()).select_from(tasks).where(tasks.c.closed_at.is_(None), tasks.c.due_at < now())
    events = sa.select(run_events.c.event, sa.func.max(run_events.c.created_at)).group_by(run_events.c.event)
    return Backlog(
        _by_state(connection, everything),
        0.0 if since is None else max(0.0, datetime.now(UTC).timestamp() - _seconds(since)),
        int(connection.execute(overdue).scalar_one()),
        {event: _seconds(moment) for event, moment in connection.execute(events)},
    )


def _by_state(connection: sa.Connection, counting: sa.Select[int]) -> dict[str, int]:
    return {state.value: int(connection.execute(counting.where(_is(state))).scalar_one()) for state in _ALIVE}


def _is(state: AssignmentState) -> sa.ColumnElement[bool]:
    # The state stands in the statement itself, or the partial indexes would not be used.
    return assignments.c.state == sa.literal_column(f"'{state.value}'")


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
