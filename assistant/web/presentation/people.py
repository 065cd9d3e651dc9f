"""People as those who ask may know them."""

from __future__ import annotations

from fastapi import Request

from assistant.application.people.accounts import find_user
from assistant.application.people.project_people import Person, find_person
from assistant.domain.permissions import Permission
from assistant.errors import NotFoundError
from assistant.web.context import site, visit
from assistant.web.presentation.navigation import allowed, sees_names


def find_shown(request: Request, name: str) -> Person:
    """A member of the project, by name or, for those who don't see names, by pseudonym.

    Whoever manages accounts finds every user. Raises NotFoundError.
    """
    workspace = site(request).workspace
    try:
        return find_person(workspace, name, named=sees_names(request))
    except NotFoundError:
        if not allowed(visit(request), Permission.MANAGE_ACCESS):
            raise
        user = find_user(workspace, name)
        return Person(user, user.name)
