"""Login links: an address that signs somebody in, once and soon."""

from __future__ import annotations

from assistant.domain.review_work import Role
from assistant.errors import InputError
from assistant.store.database import Database
from assistant.store.sessions import SessionStore
from assistant.store.users import User, UserStore
from assistant.web.credentials import digest, new_secret
from assistant.web.options import ServeOptions


def login_link(database: Database, options: ServeOptions, name: str, *, actor: str) -> str:
    """A new link for somebody.

    Args:
        database: the workspace's.
        options: where the server is.
        name: whom it signs in, as `clean_name` gives it.
        actor: who asks for it.

    Raises:
        InputError: there are users, but not this one, or this one is disabled.
    """
    user = at_home(database, name, actor=actor)
    secret = new_secret()
    SessionStore(database).issue_link(user, digest=digest(secret), seconds=options.link_seconds, actor=actor)
    return f"{options.base_url}/login/link?token={secret}"


def at_home(database: Database, name: str, *, actor: str) -> User:
    """Somebody by name; where there is nobody at all yet, whoever asks is the first, and an admin.

    Raises:
        InputError: as above.
    """
    users = UserStore(database)
    user = users.find(name)
    if user is None:
        if users.all():
            raise InputError(
                "there is no such user, but there are others",
                where=name,
                hint=f"name one of them (assistant users list), or: assistant users add {name} --role admin",
            )
        return users.add(name, role=Role.ADMIN, actor=actor)
    if user.disabled:
        raise InputError("this user is disabled", where=name, hint=f"assistant users enable {name}")
    return user
