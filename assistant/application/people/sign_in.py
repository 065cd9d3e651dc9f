"""Signing in: by name and password, within limits, or by a link that works once."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.application.people.credentials import clean_name, digest, new_secret
from assistant.application.people.login_limits import LoginLimits, Wait
from assistant.application.people.passwords import password_fits
from assistant.domain.accounts import User
from assistant.domain.review_work import Role
from assistant.errors import ConflictError, InvalidValueError, NotFoundError
from assistant.wiring.workspace import Workspace

LINK_SECONDS = 15 * 60.0
"""How long a login link can be used, where a server is not started with another limit."""


def check_password(
    workspace: Workspace, limits: LoginLimits, account: str, password: str, address: str
) -> User | Wait | None:
    """Whose name and password these are; None for no user's, or how long to wait before the next try.

    An unknown name, a wrong password and a deactivated user get the same result, after the same time.

    Args:
        workspace: the opened workspace.
        limits: how often a password may be tried.
        account: a name as `clean_name` gives it.
        password: as it was typed.
        address: where the try comes from.
    """
    wait = limits.try_once(account, address)
    if wait.seconds:
        return wait
    user = workspace.users.find(account) if password_fits(password, workspace.users.password_hash(account)) else None
    if user is not None:
        limits.succeeded(account, address)
    return user


def known_account(workspace: Workspace, account: str) -> str:
    """The name, where it is a user's, else nothing: what else is typed into that field may be a password."""
    return account if workspace.users.find(account) else ""


def account_name(typed: str) -> str:
    """A typed name as accounts have it; empty for what can't be one."""
    try:
        return clean_name(typed)
    except InvalidValueError:
        return ""


def issue_login_link(workspace: Workspace, name: str, *, actor: str, seconds: float = LINK_SECONDS) -> str:
    """The secret of a new link that signs a user in once, logged as `link.issue`.

    Where there is no user at all yet, whoever asks becomes the first one, and an admin.

    Args:
        workspace: the opened workspace.
        name: whom it signs in, as `clean_name` gives it.
        actor: who asks for it.
        seconds: how long it can be used.

    Raises:
        NotFoundError: there are users, but not this one.
        ConflictError: this user is deactivated.
    """
    user = _user_or_first(workspace, name, actor)
    secret = new_secret()
    workspace.sessions.issue_link(user, digest=digest(secret), seconds=seconds, actor=actor)
    return secret


def use_login_link(workspace: Workspace, secret: str) -> User | None:
    """Whom a link signs in; None where it was used, has expired, never was, or its user is deactivated."""
    return workspace.sessions.use_link(digest(secret))


def _user_or_first(workspace: Workspace, name: str, actor: str) -> User:
    user = workspace.users.find(name)
    if user is None:
        if others := workspace.users.all():
            raise _unknown(name, others)
        return workspace.users.add(name, role=Role.ADMIN, actor=actor)
    if user.disabled:
        raise ConflictError("user_disabled", where=name)
    return user


def _unknown(name: str, others: Sequence[User]) -> NotFoundError:
    """With the users who could sign in instead, admins first."""
    able = sorted((user for user in others if not user.disabled), key=lambda user: user.role is not Role.ADMIN)
    if not able:
        return NotFoundError("no_user_can_sign_in", where=name, name=name)
    names = [user.name for user in able]
    return NotFoundError("user_not_among_others", where=name, name=name, first=names[0], others=names)
