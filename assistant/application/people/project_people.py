"""The people of a project, by name or, for those who may not know names, by pseudonym."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from assistant.domain.accounts import User
from assistant.errors import NotFoundError
from assistant.wiring.workspace import Workspace

Figure = TypeVar("Figure")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a project.

    Args:
        user: them, as whoever reads may know them: their role is that in the project.
        name: the name their answers are stored under.
    """

    user: User
    name: str


def list_people(workspace: Workspace, *, named: bool) -> Sequence[Person]:
    """The members of the project at hand, deactivated ones too, in the order of the names they are shown by."""
    found = [_shown(workspace, user, named=named) for user in workspace.users.members()]
    return sorted(found, key=lambda one: one.user.name)


def find_person(workspace: Workspace, name: str, *, named: bool) -> Person:
    """A member of the project at hand, by name or, where names are not known, by pseudonym. Raises NotFoundError."""
    for user in workspace.users.members():
        if (user.name if named else workspace.pseudonyms.of(user.name)) == name:
            return _shown(workspace, user, named=named)
    raise NotFoundError("user_not_found", where=name)


def by_shown_name(workspace: Workspace, figures: Mapping[str, Figure], *, named: bool) -> Mapping[str, Figure]:
    """Figures by the names that may be shown, in their order; imported people, who are no users, among them."""
    shown = {name if named else workspace.pseudonyms.of(name): figure for name, figure in figures.items()}
    return dict(sorted(shown.items()))


def _shown(workspace: Workspace, user: User, *, named: bool) -> Person:
    if named:
        return Person(user, user.name)
    alias = workspace.pseudonyms.of(user.name)
    hidden = replace(
        user,
        id=0,
        name=alias,
        display_name=alias,
        skills=(),
        opt_outs=(),
        queues=(),
        preferences={},
        has_password=False,
        created_at="",
    )
    return Person(hidden, user.name)
