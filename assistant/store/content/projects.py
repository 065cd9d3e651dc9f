"""Projects in the database: each with its key, title and state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from assistant.domain.projects import Project, ProjectState
from assistant.errors import ConflictError, InvalidValueError, NotFoundError
from assistant.store.audit import log as audit
from assistant.store.database import Database, now
from assistant.store.tables.content import project_events, projects


class ProjectStore:
    """Reads and writes projects."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Project]:
        """Every project, oldest first."""
        with self._database.read() as connection:
            return [_project(row) for row in connection.execute(_with_state().order_by(projects.c.id))]

    def find(self, key: str) -> Project | None:
        """The project of that key, None where there is none."""
        with self._database.read() as connection:
            row = connection.execute(_with_state().where(projects.c.key == key)).one_or_none()
        return None if row is None else _project(row)

    def get(self, key: str) -> Project:
        """The project of that key. Raises NotFoundError, which names those there are."""
        found = self.find(key)
        if found is None:
            raise NotFoundError("project_not_found", project=key, known=[one.key for one in self.all()])
        return found

    def of_id(self, project_id: int) -> Project:
        """The project of that row number."""
        with self._database.read() as connection:
            return _project(connection.execute(_with_state().where(projects.c.id == project_id)).one())

    def add(self, key: str, title: Mapping[str, str], *, state: ProjectState, actor: str) -> Project:
        """Add a project. Raises ConflictError: the key is taken."""
        if self.find(key) is not None:
            raise ConflictError("project_exists", project=key)
        row = {"key": key, "title": dict(title), "created_by": actor, "created_at": now()}
        with self._database.write(alone=True) as connection:
            statement = sa.insert(projects).returning(projects.c.id)
            number = int(connection.execute(statement, [row]).scalar_one())
            _note(connection, number, state, actor)
            audit.append(connection, actor, "project.create", f"project:{key}", {"title": dict(title)})
        return self.get(key)

    def set_state(self, key: str, state: ProjectState, *, actor: str) -> Project:
        """Change what may happen in a project; nothing is logged where that is so already."""
        before = self.get(key)
        if before.state is state:
            return before
        with self._database.write() as connection:
            _note(connection, before.id, state, actor)
            detail = {"before": before.state.value, "after": state.value}
            audit.append(connection, actor, "project.state", f"project:{key}", detail)
        return self.get(key)


def chosen_project(database: Database, key: str) -> Project:
    """The project of a key, else the only one that is not closed.

    Raises:
        NotFoundError, InvalidValueError: there is no such project; there are several, and none was named.
    """
    store = ProjectStore(database)
    if key:
        return store.get(key)
    there = store.all()
    open_ones = [one for one in there if one.state is not ProjectState.CLOSED] or there
    if len(open_ones) > 1:
        raise InvalidValueError("project_not_named", field="project", known=[one.key for one in open_ones])
    return open_ones[0]


def _note(connection: sa.Connection, project_id: int, state: ProjectState, actor: str) -> None:
    row: dict[str, object] = {
        "project_id": project_id,
        "event": state.value,
        "detail": {},
        "actor": actor,
        "created_at": now(),
    }
    connection.execute(sa.insert(project_events), [row])


def _with_state() -> sa.Select[Any]:
    newest = (
        sa.select(project_events.c.event)
        .where(project_events.c.project_id == projects.c.id)
        .order_by(project_events.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return sa.select(projects, newest.label("state"))


def _project(row: sa.Row[Any]) -> Project:
    return Project(row.id, row.key, row.title, ProjectState(row.state), row.created_at)
