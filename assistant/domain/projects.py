"""Projects: labeling programs of one workspace, each with its own policy, people, items and rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from assistant.domain.review_work import Role

FIRST_PROJECT = 1
"""Row number of the project that every database begins with."""

FIRST_KEY = "main"
"""Its key."""


class ProjectState(StrEnum):
    """What may happen in a project."""

    DRAFT = "draft"  # being set up: nothing is asked of people
    ACTIVE = "active"
    PAUSED = "paused"  # nothing new is asked of models or people
    CLOSED = "closed"  # read only


@dataclass(frozen=True, slots=True)
class Project:
    """One project.

    Args:
        id: its row number.
        key: how commands, addresses and folders name it: lower-case letters, digits and hyphens.
        title: by language (`en`, `zh`); a language that is missing reads the other one, and none the key.
        state: what may happen in it.
        created_at: ISO 8601 in UTC.
    """

    id: int
    key: str
    title: Mapping[str, str]
    state: ProjectState
    created_at: str

    def titled(self, language: str) -> str:
        """Its title in a language."""
        return self.title.get(language) or next((text for text in self.title.values() if text), self.key)


@dataclass(frozen=True, slots=True)
class ProjectFigures:
    """What a project holds: items, runs, and tasks that are not closed."""

    items: int = 0
    runs: int = 0
    open_tasks: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a project.

    Args:
        project: the project's key.
        user: the person's name.
        role: what they may do in it.
        since: when they got that role, ISO 8601 in UTC.
    """

    project: str
    user: str
    role: Role
    since: str


STEPS: Mapping[ProjectState, frozenset[ProjectState]] = {
    ProjectState.DRAFT: frozenset({ProjectState.ACTIVE, ProjectState.CLOSED}),
    ProjectState.ACTIVE: frozenset({ProjectState.PAUSED, ProjectState.CLOSED}),
    ProjectState.PAUSED: frozenset({ProjectState.ACTIVE, ProjectState.CLOSED}),
    ProjectState.CLOSED: frozenset({ProjectState.ACTIVE}),
}
"""Which states a project may go to from each."""
