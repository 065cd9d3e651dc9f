"""Who is a member of which project, in which role, from when to when: rows are added, the newest counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from assistant.domain.projects import Member, Project
from assistant.domain.review_work import Role
from assistant.errors import NotFoundError
from assistant.store.audit import log as audit
from assistant.store.content.projects import projects_with_state, read_project
from assistant.store.database import Database, now
from assistant.store.tables.content import projects
from assistant.store.tables.people import project_members, users

LEFT = "left"
"""The event of a membership that ends."""


_membership = project_members.alias("membership")
_NEWEST = (
    sa.select(project_members.c.id)
    .where(project_members.c.user_id == sa.bindparam("user"), project_members.c.project_id == projects.c.id)
    .order_by(project_members.c.id.desc())
    .limit(sa.literal_column("1"))
    .correlate(projects)
    .scalar_subquery()
)
_STANDING = (
    projects_with_state()
    .add_columns(_membership.c.event, _membership.c.role)
    .select_from(projects.outerjoin(_membership, _membership.c.id == _NEWEST))
    .order_by(projects.c.id)
)


class MemberStore:
    """Reads and writes the members of all projects."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_project(self, project_id: int, at: str | None = None) -> list[Member]:
        """The members of a project by name, now or at a moment (ISO 8601 in UTC)."""
        with self._database.read() as connection:
            rows = connection.execute(_newest(at).where(projects.c.id == project_id).order_by(users.c.name))
            return [_member(row) for row in rows]

    def standing_of(self, user_id: int) -> list[tuple[Project, Role | None]]:
        """Every project, oldest first, with the role of a person in it; None where they are no member.

        Asked with every request: one statement, along indexes.
        """
        with self._database.read() as connection:
            return [
                (read_project(row), None if row.event in {None, LEFT} else Role(row.role))
                for row in connection.execute(_STANDING, {"user": user_id})
            ]

    def roles_of(self, user_id: int) -> Mapping[int, Role]:
        """The role of a person in each project they are a member of, by the project's row number."""
        query = sa.select(project_members.c.project_id, project_members.c.event, project_members.c.role)
        query = query.where(project_members.c.user_id == user_id).order_by(project_members.c.id)
        with self._database.read() as connection:
            newest = {number: (event, role) for number, event, role in connection.execute(query)}
        return {number: Role(role) for number, (event, role) in newest.items() if event != LEFT}

    def role_of(self, user_id: int, project_id: int, at: str | None = None) -> Role | None:
        """What a person may do in a project, now or at a moment; None for no member. An admin is admin everywhere."""
        own = sa.select(project_members.c.event, project_members.c.role).where(
            project_members.c.user_id == user_id, project_members.c.project_id == project_id, *_until(at)
        )
        with self._database.read() as connection:
            role = connection.execute(sa.select(users.c.role).where(users.c.id == user_id)).scalar_one_or_none()
            if role == Role.ADMIN:
                return Role.ADMIN
            row = connection.execute(own.order_by(project_members.c.id.desc()).limit(1)).one_or_none()
        return None if row is None or row.event == LEFT else Role(row.role)

    def count(self) -> Mapping[int, int]:
        """How many members each project has."""
        found = _newest(None).subquery()
        query = sa.select(found.c.project_id, sa.func.count()).group_by(found.c.project_id)
        with self._database.read() as connection:
            return {int(project): int(count) for project, count in connection.execute(query)}

    def set_role(self, project: Project, name: str, role: Role, *, actor: str) -> None:
        """Make a person a member, or give a member another role; nothing is logged where that is so already.

        Raises:
            NotFoundError: there is no such user.
        """
        with self._database.write() as connection:
            user_id = _user(connection, name)
            before = _in_project(connection, user_id, project.id)
            if before is not None and before.role is role:
                return
            event = "joined" if before is None else "changed"
            add_members(connection, project.id, [(user_id, role)], event=event, actor=actor)
            detail = {"project": project.key, "role": role.value, "before": before and before.role.value}
            audit.append(connection, actor, "project.member", f"user:{name}", detail)

    def remove(self, project: Project, name: str, *, actor: str) -> None:
        """End a person's membership; what they did stays. Raises NotFoundError: no such user, or no member."""
        with self._database.write() as connection:
            user_id = _user(connection, name)
            before = _in_project(connection, user_id, project.id)
            if before is None:
                raise NotFoundError("member_not_found", field="user", user=name, project=project.key)
            add_members(connection, project.id, [(user_id, before.role)], event=LEFT, actor=actor)
            detail = {"project": project.key, "before": before.role.value}
            audit.append(connection, actor, "project.leave", f"user:{name}", detail)


def add_members(
    connection: sa.Connection, project_id: int, members: Sequence[tuple[int, Role]], *, event: str, actor: str
) -> None:
    """Add events of members, in the transaction under way; logged by who calls it.

    Args:
        connection: of that transaction.
        project_id: the project's row number.
        members: row numbers of users, each with their role.
        event: `joined`, `changed` or `left`.
        actor: who does it.
    """
    moment = now()
    rows = [
        {"project_id": project_id, "user_id": user, "event": event, "role": role.value, "actor": actor}
        for user, role in members
    ]
    if rows:
        connection.execute(sa.insert(project_members), [row | {"created_at": moment} for row in rows])


def follow_role(connection: sa.Connection, user_id: int, before: Role, after: Role, actor: str) -> None:
    """Change a person's role in the projects where it was that of the workspace; one they have there only stays."""
    for row in connection.execute(_newest(None).where(users.c.id == user_id)).all():
        if row.role == before.value:
            add_members(connection, row.project_id, [(user_id, after)], event="changed", actor=actor)


def _newest(at: str | None) -> sa.Select[Any]:
    """Those who are members: by the newest row of each person and project."""
    last = (
        sa.select(sa.func.max(project_members.c.id))
        .where(*_until(at))
        .group_by(project_members.c.user_id, project_members.c.project_id)
    )
    return (
        sa.select(
            project_members.c.project_id,
            project_members.c.role,
            project_members.c.created_at,
            projects.c.key.label("project"),
            users.c.name,
        )
        .join(projects, projects.c.id == project_members.c.project_id)
        .join(users, users.c.id == project_members.c.user_id)
        .where(project_members.c.id.in_(last), project_members.c.event != LEFT)
    )


def _until(at: str | None) -> list[sa.ColumnElement[bool]]:
    return [] if at is None else [project_members.c.created_at <= at]


def _in_project(connection: sa.Connection, user_id: int, project_id: int) -> Member | None:
    query = _newest(None).where(users.c.id == user_id, projects.c.id == project_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _member(row)


def _user(connection: sa.Connection, name: str) -> int:
    found = connection.execute(sa.select(users.c.id).where(users.c.name == name)).scalar_one_or_none()
    if found is None:
        raise NotFoundError("user_not_found", where=name)
    return int(found)


def _member(row: sa.Row[Any]) -> Member:
    return Member(row.project, row.name, Role(row.role), row.created_at)
