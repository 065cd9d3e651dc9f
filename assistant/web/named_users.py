"""Persons that an address names."""

from __future__ import annotations

from fastapi import Request

from assistant.domain.accounts import User
from assistant.messages.language import marked
from assistant.web.context import site
from assistant.web.problems import Problem


def person_named(request: Request, name: str) -> User:
    """Somebody by their name. Raises Problem 404."""
    user = site(request).workspace.users.find(name)
    if user is None:
        raise Problem(404, marked("No user has that name."), code="nobody")
    return user
