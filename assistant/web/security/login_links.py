"""Login links: an address that signs somebody in, once and soon."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.application.people.credentials import digest, new_secret
from assistant.domain.accounts import User
from assistant.domain.review_work import Role
from assistant.errors import InputError
from assistant.store.database import Database
from assistant.store.people.sessions import SessionStore
from assistant.store.people.users import UserStore
from assistant.web.server.options import ServeOptions


def login_link(
    database: Database, options: ServeOptions, name: str, *, actor: str, command: str = "assistant serve --user"
) -> str:
    """A new link for somebody.

    Args:
        database: the workspace's.
        options: where the server is.
        name: whom it signs in, as `clean_name` gives it.
        actor: who asks for it.
        command: what asks, up to the name: advice where the name is wrong.

    Raises:
        InputError: there are users, but not this one, or this one is disabled.
    """
    user = at_home(database, name, actor=actor, command=command)
    secret = new_secret()
    SessionStore(database).issue_link(user, digest=digest(secret), seconds=options.link_seconds, actor=actor)
    return f"{options.base_url}/login/link?token={secret}"


def at_home(database: Database, name: str, *, actor: str, command: str) -> User:
    """Somebody by name; where there is nobody at all yet, whoever asks is the first, and an admin.

    Raises:
        InputError: as above.
    """
    users = UserStore(database)
    user = users.find(name)
    if user is None:
        if others := users.all():
            raise InputError(
                "there is no such user, but there are others", where=name, hint=_advice(others, command, name)
            )
        return users.add(name, role=Role.ADMIN, actor=actor)
    if user.disabled:
        raise InputError("this user is disabled", where=name, hint=f"assistant users enable {name}")
    return user


def _advice(others: Sequence[User], command: str, name: str) -> str:
    """Commands that work: for one of those who are there, admins first, and to be one of them."""
    able = sorted((user for user in others if not user.disabled), key=lambda user: user.role is not Role.ADMIN)
    add = f"assistant users add {name} --role admin --no-password"
    if not able:
        return add
    more = f" (or {', '.join(user.name for user in able[1:4])})" if able[1:] else ""
    return f"{command} {able[0].name}{more}; or {add}"
