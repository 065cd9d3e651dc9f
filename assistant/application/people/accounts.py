"""User accounts: added, changed, deactivated and given passwords, each change with its entry in the log of changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from assistant.application.people.credentials import clean_name
from assistant.application.people.passwords import hash_password
from assistant.domain.accounts import User
from assistant.domain.memberships import Membership
from assistant.domain.review_work import Role
from assistant.errors import InvalidValueError
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """A user to add.

    Args:
        name: to sign in with, as it was typed.
        role: what they may do.
        display_name: as they write it; the name itself when empty.
        password: as it was typed; None for a user who signs in by link or token only.
        languages: BCP 47 tags they label in; empty for all.
        skills: what they are trusted with, e.g. `expert`.
        opt_outs: labels of the policy they don't want to see.
        queues: queues that are theirs.
        team: their team, whose queue is theirs, too.
    """

    name: str
    role: Role = Role.REVIEWER
    display_name: str = ""
    password: str | None = None
    languages: Sequence[str] = ()
    skills: Sequence[str] = ()
    opt_outs: Sequence[str] = ()
    queues: Sequence[str] = ()
    team: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserChanges:
    """What is to change of a user; None leaves it as it is. `disabled` deactivates or reactivates them."""

    role: Role | None = None
    display_name: str | None = None
    languages: Sequence[str] | None = None
    skills: Sequence[str] | None = None
    opt_outs: Sequence[str] | None = None
    queues: Sequence[str] | None = None
    team: str | None = None
    disabled: bool | None = None


def list_users(workspace: Workspace) -> Sequence[User]:
    """All users by name, deactivated ones too."""
    return workspace.users.all()


def find_user(workspace: Workspace, name: str) -> User:
    """A user by name. Raises NotFoundError where there is none."""
    return workspace.users.get(name)


def passwords_are_used(workspace: Workspace) -> bool:
    """Whether any user can sign in with a password."""
    return workspace.users.any_password()


def add_user(workspace: Workspace, new: NewUser, *, actor: str) -> User:
    """Add a user, logged as `user.add`.

    Raises:
        InvalidValueError: the name can't be one, or a label to opt out of is not in the policy.
        ConflictError: the name is taken.
        UnfitPasswordError: the password is not taken.
    """
    _check_opt_outs(workspace, new.opt_outs)
    row = _row(workspace, new)
    name, role = row.pop("name"), row.pop("role")
    return workspace.users.add(name, role=role, actor=actor, **row)


def add_users(
    workspace: Workspace, users: Iterable[NewUser], *, actor: str, memberships: Sequence[Membership] = ()
) -> Sequence[Membership]:
    """Add several users and where people work when, all of it or nothing; returns memberships that are new or changed.

    Raises:
        ConflictError: memberships of one person overlap.
        Whatever else `add_user` raises.
    """
    rows = [_row(workspace, one) for one in users]
    return workspace.users.add_all(rows, actor=actor, memberships=memberships)


def change_user(workspace: Workspace, name: str, changes: UserChanges, *, actor: str) -> User:
    """Change a user, in one step; it counts from their next request on. A new role ends their sessions.

    Deactivating a user ends their sessions and revokes their tokens; what they did stays.

    Raises:
        NotFoundError: there is no such user.
        InvalidValueError: a label to opt out of is not in the policy.
        ConflictError: no admin would be left.
    """
    _check_opt_outs(workspace, changes.opt_outs or ())
    given = {key: value for key, value in asdict(changes).items() if value is not None}
    return workspace.users.change(name, actor=actor, **given)


def deactivate_user(workspace: Workspace, name: str, *, actor: str) -> User:
    """Let a user sign in no more; see `change_user`."""
    return change_user(workspace, name, UserChanges(disabled=True), actor=actor)


def reactivate_user(workspace: Workspace, name: str, *, actor: str) -> User:
    """Let a deactivated user sign in again; revoked tokens stay revoked."""
    return change_user(workspace, name, UserChanges(disabled=False), actor=actor)


def set_password(workspace: Workspace, name: str, password: str, *, actor: str, keep_session: str = "") -> User:
    """Give a user a new password, logged as `user.password`; their sessions end.

    Args:
        workspace: the opened workspace.
        name: the user's.
        password: as it was typed.
        actor: who sets it.
        keep_session: digest of the session it was changed in, which stays open.

    Raises:
        NotFoundError: there is no such user.
        UnfitPasswordError: the password is not taken.
    """
    user = workspace.users.get(name)
    hashed = hash_password(password, name=user.name, context=_known_names(workspace, user.display_name))
    workspace.users.set_password(user.name, hashed, actor=actor, keep_session=keep_session)
    return user


def save_preferences(workspace: Workspace, name: str, changes: Mapping[str, Any], *, actor: str) -> None:
    """Change some preferences of a user, leaving the others."""
    workspace.users.set_preferences(name, changes, actor=actor)


def _row(workspace: Workspace, new: NewUser) -> dict[str, Any]:
    name = clean_name(new.name)
    names = _known_names(workspace, new.display_name)
    hashed = None if new.password is None else hash_password(new.password, name=name, context=names)
    given = asdict(new) | {"name": name, "password_hash": hashed}
    del given["password"]
    return given


def _known_names(workspace: Workspace, display_name: str) -> tuple[str, ...]:
    """Names a password must not be made of, beside the one to sign in with."""
    return display_name, workspace.folder.resolve().name


def _check_opt_outs(workspace: Workspace, labels: Collection[str]) -> None:
    """A misspelt label would protect no one."""
    if not labels:
        return
    names = workspace.policy.label_set.names
    if unknown := sorted(set(labels) - set(names)):
        raise InvalidValueError("opt_outs_unknown", field="opt_outs", labels=unknown, known=names)
