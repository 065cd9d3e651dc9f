"""Projects: labeling programs of one workspace, each with its own policy, people, items and rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

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
