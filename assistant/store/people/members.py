"""Who belongs to which project, and as what: each joining, change of role and leaving is a row; the newest counts."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from assistant.domain.review_work import Role
from assistant.store.database import Database, now
from assistant.store.tables.people import project_members

JOINED, CHANGED, LEFT = "joined", "changed", "left"


class MemberStore:
    """Memberships of users in projects."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def role_in(self, user_id: int, project_id: int) -> Role | None:
        """The role of a user in a project; None where they are no member."""
        return self.of_user(user_id).get(project_id)

    def of_user(self, user_id: int) -> Mapping[int, Role]:
        """The role of a user in each project they are a member of, by the project's row number."""
        with self._database.read() as connection:
            return newest_roles(connection, user_id)

    def of_project(self, project_id: int) -> Mapping[int, Role]:
        """The role of each member of a project, by the user's row number."""
        with self._database.read() as connection:
            return _newest(connection, project_members.c.user_id, project_members.c.project_id == project_id)


def newest_roles(connection: sa.Connection, user_id: int) -> Mapping[int, Role]:
    """The role of a user in each project they are a member of, by the project's row number."""
    return _newest(connection, project_members.c.project_id, project_members.c.user_id == user_id)


def note_membership(
    connection: sa.Connection, project_id: int, user_id: int, *, event: str, role: Role, actor: str
) -> None:
    """Write one event: `joined`, `changed` or `left`."""
    row = {"project_id": project_id, "user_id": user_id, "event": event, "role": role.value}
    connection.execute(sa.insert(project_members), [row | {"actor": actor, "created_at": now()}])


def _newest(connection: sa.Connection, key: sa.Column[int], where: sa.ColumnElement[bool]) -> dict[int, Role]:
    query = sa.select(key, project_members.c.event, project_members.c.role).where(where).order_by(project_members.c.id)
    newest = {number: (event, role) for number, event, role in connection.execute(query)}
    return {number: Role(role) for number, (event, role) in newest.items() if event != LEFT}
