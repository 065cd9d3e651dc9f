"""People who may sign in: who they are, what they may take, and every change of that in the log of changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from assistant.domain.accounts import User
from assistant.domain.memberships import Membership
from assistant.domain.review_work import Role
from assistant.errors import ConflictError, NotFoundError
from assistant.store.audit import log as audit
from assistant.store.database import Database, now, project_of
from assistant.store.people.members import LEFT, add_members, follow_role
from assistant.store.people.memberships import add_memberships, leave, memberships_of, move, today
from assistant.store.tables.people import api_tokens, project_members, sessions, users

CHANGEABLE = frozenset({"display_name", "role", "languages", "skills", "opt_outs", "queues", "team", "disabled"})


class UserStore:
    """Users."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[User]:
        """Everyone, by name."""
        with self._database.read() as connection:
            return [read_user(row) for row in connection.execute(sa.select(users).order_by(users.c.name))]

    def members(self) -> list[User]:
        """The members of the project at hand by name, disabled or not, each with their role in it."""
        with self._database.read() as connection:
            return _members(connection)

    def member(self, name: str) -> User | None:
        """A member of the project at hand, with their role in it; None for whoever is none."""
        with self._database.read() as connection:
            return next(iter(_members(connection, users.c.name == name)), None)

    def find(self, name: str) -> User | None:
        """A person by name, disabled or not; None when there is no one."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(users).where(users.c.name == name)).one_or_none()
        return None if row is None else read_user(row)

    def get(self, name: str) -> User:
        """A person by name. Raises NotFoundError for an unknown name."""
        found = self.find(name)
        if found is None:
            raise NotFoundError("user_not_found", where=name)
        return found

    def password_hash(self, name: str) -> str | None:
        """The hash to check a password against; None without one, for the disabled, and for unknown names."""
        query = sa.select(users.c.password_hash).where(users.c.name == name, users.c.disabled.is_(False))
        with self._database.read() as connection:
            found: str | None = connection.execute(query).scalar_one_or_none()
        return found

    def any_password(self) -> bool:
        """Whether anyone can sign in with a password."""
        query = sa.select(users.c.id).where(users.c.password_hash.is_not(None), users.c.disabled.is_(False)).limit(1)
        with self._database.read() as connection:
            return connection.execute(query).first() is not None

    def add(
        self,
        name: str,
        *,
        role: Role,
        actor: str,
        display_name: str = "",
        password_hash: str | None = None,
        **more: Any,
    ) -> User:
        """Add a person, who becomes a member of the project at hand in the same role.

        Args:
            name: as `clean_name` gives it.
            role: what they may do.
            actor: who adds them.
            display_name: the name itself when empty.
            password_hash: None for users who don't sign in with a password.
            more: `languages`, `skills`, `opt_outs`, `queues` (lists) and `team`.

        Raises:
            ConflictError: the name is taken.
        """
        with self._database.write() as connection:
            _insert(connection, name, role, actor, display_name=display_name, password_hash=password_hash, **more)
        return self.get(name)

    def add_all(
        self, people: Sequence[Mapping[str, Any]], *, actor: str, memberships: Sequence[Membership] = ()
    ) -> list[Membership]:
        """Add several, and where people work when: all of it or nothing.

        Args:
            people: arguments of `add`, the actor left out.
            actor: who adds them.
            memberships: of them, or of others.

        Returns:
            The memberships that were not there before as they are.

        Raises:
            ConflictError: a name is taken, or two memberships of one person overlap.
        """
        told = {one.person for one in memberships}
        with self._database.write() as connection:
            for person in people:
                given = dict(person) | ({"team": ""} if person["name"] in told else {})
                _insert(connection, actor=actor, **given)
            return add_memberships(connection, memberships, actor=actor) if memberships else []

    def change(self, name: str, *, actor: str, **values: Any) -> User:
        """Change some of `CHANGEABLE` in one transaction; what changes nothing is not logged.

        A new role counts from the next request on, and ends their sessions. `disabled` shuts them out at once and
        everywhere, sessions and tokens included, or lets them in again; what they did stays.

        Raises:
            NotFoundError, ConflictError: an unknown name; no user would be left who may manage users.
        """
        before = self.get(name)
        if unknown := set(values) - CHANGEABLE:
            raise ValueError(f"{name}: {', '.join(sorted(unknown))} can't be changed here")
        told = {key: value for key, value in values.items() if _plain(getattr(before, key)) != _plain(value)}
        if not told:
            return before
        disabled = told.pop("disabled", None)
        with self._database.write() as connection:
            if disabled or told.get("role", Role.ADMIN) != Role.ADMIN:
                _keep_an_admin(connection, before)
            if disabled is not None:
                _set_disabled(connection, before, disabled, actor)
            if told:
                _change(connection, before, told, actor)
        return self.get(name)

    def set_password(self, name: str, password_hash: str, *, actor: str, keep_session: str = "") -> None:
        """Give a person a new password; their sessions end, except the one it was changed in.

        Raises:
            NotFoundError: an unknown name.
        """
        user = self.get(name)
        with self._database.write() as connection:
            connection.execute(users.update().where(users.c.id == user.id).values(password_hash=password_hash))
            ended = end_sessions(connection, user.id, keep_session)
            detail = {"sessions_ended": ended}
            audit.append(connection, actor=actor, action="user.password", subject=f"user:{name}", detail=detail)

    def set_preferences(self, name: str, changes: Mapping[str, Any], *, actor: str) -> None:
        """Change some preferences, leaving the others. Raises NotFoundError for an unknown name."""
        user = self.get(name)
        with self._database.write() as connection:
            merged = dict(user.preferences) | dict(changes)
            connection.execute(users.update().where(users.c.id == user.id).values(preferences=merged))
            detail = {"keys": sorted(changes)}
            audit.append(connection, actor=actor, action="user.preferences", subject=f"user:{name}", detail=detail)


def enabled_users(connection: sa.Connection) -> list[User]:
    """The members of the project at hand who may sign in, by name, each with their role in it."""
    return _members(connection, users.c.disabled.is_(False))


def _members(connection: sa.Connection, *where: sa.ColumnElement[bool]) -> list[User]:
    """By the newest row of each; an admin of the workspace is one of every project."""
    last = (
        sa.select(sa.func.max(project_members.c.id))
        .where(project_members.c.project_id == project_of(connection))
        .group_by(project_members.c.user_id)
    )
    newest = sa.and_(project_members.c.user_id == users.c.id, project_members.c.id.in_(last))
    query = (
        sa.select(users, project_members.c.role.label("own"))
        .outerjoin(project_members, newest)
        .where(sa.or_(project_members.c.event != LEFT, users.c.role == Role.ADMIN.value), *where)
        .order_by(users.c.name)
    )
    return [
        replace(found, role=found.role if found.role is Role.ADMIN else Role(row.own))
        for row in connection.execute(query)
        for found in (read_user(row),)
    ]


def read_user(row: Any) -> User:
    """A user from a row that holds the columns of `users`."""
    return User(
        id=row.id,
        name=row.name,
        display_name=row.display_name,
        role=Role(row.role),
        has_password=row.password_hash is not None,
        languages=tuple(row.languages),
        skills=tuple(row.skills),
        opt_outs=tuple(row.opt_outs),
        queues=tuple(row.queues),
        team=row.team,
        preferences=row.preferences,
        disabled=row.disabled,
        created_at=row.created_at,
    )


def _change(connection: sa.Connection, before: User, values: Mapping[str, Any], actor: str) -> None:
    connection.execute(users.update().where(users.c.id == before.id).values({k: _plain(v) for k, v in values.items()}))
    detail: dict[str, Any] = {key: [_plain(getattr(before, key)), _plain(value)] for key, value in values.items()}
    if "role" in values:
        detail["sessions_ended"] = end_sessions(connection, before.id)
        follow_role(connection, before.id, before.role, values["role"], actor)
    audit.append(connection, actor=actor, action="user.change", subject=f"user:{before.name}", detail=detail)
    if "team" in values:
        _follow_team(connection, before.name, str(values["team"]), actor)


def _follow_team(connection: sa.Connection, name: str, team: str, actor: str) -> None:
    """A team that was given to a user is theirs from today on; vendor, site and contract stay."""
    day = today()
    if not team:
        leave(connection, name, day, actor=actor)
        return
    own = memberships_of(connection, [name])
    held = next((one for one in own if one.holds_on(day)), Membership(person=name))
    move(connection, replace(held, team=team, valid_from=day, valid_to=None), actor=actor)


def _set_disabled(connection: sa.Connection, user: User, disabled: bool, actor: str) -> None:
    detail: dict[str, int] = {}
    if disabled:
        tokens = api_tokens.update().where(api_tokens.c.user_id == user.id, api_tokens.c.revoked_at.is_(None))
        detail["sessions_ended"] = end_sessions(connection, user.id)
        detail["tokens_revoked"] = connection.execute(tokens.values(revoked_at=now())).rowcount
    connection.execute(users.update().where(users.c.id == user.id).values(disabled=disabled))
    action = "user.disable" if disabled else "user.enable"
    audit.append(connection, actor=actor, action=action, subject=f"user:{user.name}", detail=detail)


def _keep_an_admin(connection: sa.Connection, leaving: User) -> None:
    others = sa.select(users.c.id).where(
        users.c.role == Role.ADMIN.value, users.c.disabled.is_(False), users.c.id != leaving.id
    )
    if leaving.role is Role.ADMIN and not leaving.disabled and connection.execute(others.limit(1)).first() is None:
        raise ConflictError("last_admin", where=leaving.name)


def end_sessions(connection: sa.Connection, user_id: int, keep: str = "") -> int:
    """End a person's sessions, but for the one with the digest `keep`; returns how many were alive."""
    alive = sessions.c.user_id == user_id, sessions.c.revoked.is_(False), sessions.c.id_digest != keep
    return int(connection.execute(sessions.update().where(*alive).values(revoked=True)).rowcount)


def _plain(value: Any) -> Any:
    if isinstance(value, Role):
        return value.value
    return list(value) if isinstance(value, tuple | list | set | frozenset) else value


def _insert(
    connection: sa.Connection,
    name: str,
    role: Role,
    actor: str,
    *,
    display_name: str = "",
    password_hash: str | None = None,
    **more: Any,
) -> None:
    if connection.execute(sa.select(users.c.id).where(users.c.name == name)).first():
        raise ConflictError("user_exists", where=name)
    row = {"languages": [], "skills": [], "opt_outs": [], "queues": [], "team": ""} | more
    row |= {"name": name, "display_name": display_name or name, "role": role.value, "password_hash": password_hash}
    made = users.insert().values(row | {"preferences": {}, "disabled": False, "created_at": now()})
    user_id = int(connection.execute(made.returning(users.c.id)).scalar_one())
    add_members(connection, project_of(connection), [(user_id, role)], event="joined", actor=actor)
    told = {"role": role.value, "password": password_hash is not None}
    audit.append(connection, actor=actor, action="user.add", subject=f"user:{name}", detail=told)
    if row["team"]:
        _follow_team(connection, name, str(row["team"]), actor)
