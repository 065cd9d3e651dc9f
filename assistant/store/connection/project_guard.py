"""A closed project is read only: a transaction that writes its rows is refused, whoever writes and by whatever way.

The state is read in the transaction itself, once, before its first row of a project is written.
"""

from __future__ import annotations

from contextlib import closing
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from assistant.domain.projects import ProjectState
from assistant.errors import ConflictError

OF_ALL_PROJECTS = frozenset(
    {
        *("workspaces", "workspace_folders", "projects", "project_events", "project_members", "nonces"),
        *("users", "sessions", "api_tokens", "login_links", "login_attempts", "tallies", "audit_log", "memberships"),
        *("embeddings", "policies", "prompts"),  # by content, for all that use the same
        "alembic_version",
    }
)
"""Tables of the workspace; every other one belongs to a project."""

RECORDS_OF_READING = frozenset({"releases", "release_items"})
"""Tables of a project that say what was read from it: exports of a closed one are releases, too."""

_ALWAYS_WRITTEN = OF_ALL_PROJECTS | RECORDS_OF_READING
_STATE = "SELECT event FROM project_events WHERE project_id = {} ORDER BY id DESC LIMIT 1"


class ProjectGuard:
    """What one transaction may do in its project."""

    def __init__(self, connection: sa.Connection, project_id: int) -> None:
        self._connection = connection
        self._project_id = project_id

    @cached_property
    def state(self) -> ProjectState:
        """The project's, as this transaction sees it."""
        marker = "?" if self._connection.dialect.name == "sqlite" else "%s"
        with closing(self._connection.connection.cursor()) as cursor:  # the driver's own: every answer pays for it
            cursor.execute(_STATE.format(marker), (self._project_id,))
            [[state]] = cursor.fetchall()
        return ProjectState(state)

    def refuse(self, states: dict[ProjectState, str]) -> None:
        """Raises ConflictError with the code of the present state, where it has one there."""
        if code := states.get(self.state):
            query = sa.text("SELECT key FROM projects WHERE id = :id")
            key = self._connection.execute(query, {"id": self._project_id}).scalar_one()
            raise ConflictError(code, project=key)


def refuse_asking_people(connection: sa.Connection) -> None:
    """Raises ConflictError where the project of a transaction is no active one: nothing new is asked of people."""
    _guard(connection).refuse(
        {
            ProjectState.DRAFT: "project_draft",
            ProjectState.PAUSED: "project_paused",
            ProjectState.CLOSED: "project_closed",
        }
    )


def guard_writes(engine: sa.Engine) -> None:
    """Have an engine refuse statements that write rows of a closed project."""
    sa.event.listen(engine, "before_execute", _before_execute)


def _before_execute(connection: sa.Connection, statement: Any, *_: object) -> None:
    if isinstance(statement, sa.UpdateBase) and getattr(statement.table, "name", "") not in _ALWAYS_WRITTEN:
        guard = connection.get_execution_options().get("guard")
        if guard is not None:
            guard.refuse({ProjectState.CLOSED: "project_closed"})


def _guard(connection: sa.Connection) -> ProjectGuard:
    guard: ProjectGuard = connection.get_execution_options()["guard"]
    return guard
