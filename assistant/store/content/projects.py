"""Projects in the database: each with its key, title and state."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from assistant.domain.projects import FIRST_KEY, STEPS, Project, ProjectFigures, ProjectState
from assistant.errors import ConflictError, InvalidValueError, NotFoundError, WorkspaceError
from assistant.store.audit import log as audit
from assistant.store.database import Database, now
from assistant.store.tables.content import items, jobs, project_events, projects, runs
from assistant.store.tables.review import lanes, tasks

_ONE_EDIT = 0.6  # difflib similarity from which a suggestion helps more than it confuses


class ProjectStore:
    """Reads and writes projects."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Project]:
        """Every project, oldest first."""
        with self._database.read() as connection:
            return [read_project(row) for row in connection.execute(projects_with_state().order_by(projects.c.id))]

    def find(self, key: str) -> Project | None:
        """The project of that key, None where there is none."""
        with self._database.read() as connection:
            row = connection.execute(projects_with_state().where(projects.c.key == key)).one_or_none()
        return None if row is None else read_project(row)

    def get(self, key: str) -> Project:
        """The project of that key. Raises NotFoundError, which names those there are and the nearest."""
        found = self.find(key)
        if found is None:
            known = [one.key for one in self.all()]
            if near := difflib.get_close_matches(key, known, n=1, cutoff=_ONE_EDIT):
                raise NotFoundError("project_misspelled", field="project", project=key, near=near[0], known=known)
            raise NotFoundError("project_not_found", field="project", project=key, known=known)
        return found

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

    def rename(self, key: str, title: Mapping[str, str], *, actor: str) -> Project:
        """Give a project another title; nothing is logged where that is its title already."""
        before = self.get(key)
        if before.title == title:
            return before
        with self._database.write() as connection:
            connection.execute(sa.update(projects).where(projects.c.id == before.id).values(title=dict(title)))
            detail = {"before": dict(before.title), "after": dict(title)}
            audit.append(connection, actor, "project.rename", f"project:{key}", detail)
        return self.get(key)

    def figures(self) -> Mapping[int, ProjectFigures]:
        """What each project holds, by its row number."""
        counts = {
            "items": sa.select(items.c.project_id, sa.func.count()).group_by(items.c.project_id),
            "runs": sa.select(runs.c.project_id, sa.func.count()).group_by(runs.c.project_id),
            "open_tasks": sa.select(lanes.c.project_id, sa.func.count())
            .join(tasks, tasks.c.lane_id == lanes.c.id)
            .where(tasks.c.closed_at.is_(None))
            .group_by(lanes.c.project_id),
        }
        with self._database.read() as connection:
            numbers = connection.execute(sa.select(projects.c.id)).scalars().all()
            found = {name: _by_project(connection, query) for name, query in counts.items()}
        return {one: ProjectFigures(**{name: by.get(one, 0) for name, by in found.items()}) for one in numbers}

    def set_state(self, key: str, state: ProjectState, *, actor: str) -> Project:
        """Change what may happen in a project; nothing is logged where that is so already.

        The jobs of a project that is paused or closed are asked to stop.

        Raises:
            NotFoundError, ConflictError: there is no such project; that state can't follow on the present one.
        """
        before = self.get(key)
        if before.state is state:
            return before
        if state not in STEPS[before.state]:
            raise ConflictError("project_state_out_of_turn", project=key, state=before.state, wanted=state)
        with self._database.within(before.id).write() as connection:
            detail: dict[str, Any] = {"before": before.state.value, "after": state.value}
            if state in {ProjectState.PAUSED, ProjectState.CLOSED}:
                detail["jobs_stopped"] = _stop_jobs(connection, before.id, actor)
            _note(connection, before.id, state, actor)
            audit.append(connection, actor, "project.state", f"project:{key}", detail)
        return self.get(key)


def chosen_project(database: Database, key: str, *, of_any: bool, folders: Collection[str]) -> Project:
    """The project of a key, else the only one that is not closed.

    Args:
        database: where the projects are.
        key: empty where none was named.
        of_any: what is done concerns all projects alike: of several, the oldest open one stands for them.
        folders: keys of the projects that have settings in the workspace's folder.

    Raises:
        NotFoundError, InvalidValueError: there is no such project; there are several, and none was named.
        WorkspaceError: it has no settings in the folder, or the database doesn't know it.
    """
    store = ProjectStore(database)
    if key:
        if key in folders and store.find(key) is None:
            raise WorkspaceError("project_not_in_database", project=key)
        chosen = store.get(key)
    else:
        there = store.all()
        open_ones = [one for one in there if one.state is not ProjectState.CLOSED] or there
        if len(open_ones) > 1 and not of_any:
            raise InvalidValueError("project_not_named", field="project", known=[one.key for one in open_ones])
        chosen = open_ones[0]
    if chosen.key not in folders and chosen.key != FIRST_KEY and not of_any:
        raise WorkspaceError("project_without_settings", project=chosen.key)
    return chosen


def _by_project(connection: sa.Connection, query: sa.Select[Any]) -> dict[int, int]:
    return {int(project): int(count) for project, count in connection.execute(query)}


def _stop_jobs(connection: sa.Connection, project_id: int, actor: str) -> int:
    of_it = sa.select(runs.c.id).where(runs.c.project_id == project_id)
    going = sa.update(jobs).where(jobs.c.ended_at.is_(None), jobs.c.stop_at.is_(None), jobs.c.run_id.in_(of_it))
    return connection.execute(going.values(stop_at=now(), stop_by=actor)).rowcount


def _note(connection: sa.Connection, project_id: int, state: ProjectState, actor: str) -> None:
    row: dict[str, object] = {
        "project_id": project_id,
        "event": state.value,
        "detail": {},
        "actor": actor,
        "created_at": now(),
    }
    connection.execute(sa.insert(project_events), [row])


def projects_with_state() -> sa.Select[Any]:
    """All projects, each with its present state: rows for `read_project`."""
    newest = (
        sa.select(project_events.c.event)
        .where(project_events.c.project_id == projects.c.id)
        .order_by(project_events.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return sa.select(projects, newest.label("state"))


def read_project(row: sa.Row[Any]) -> Project:
    """A project from a row of `projects_with_state`."""
    return Project(row.id, row.key, row.title, ProjectState(row.state), row.created_at)
