"""How a reviewer likes their review page, and under which name their browser keeps answers that were not sent yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant.domain.projects import FIRST_PROJECT
from assistant.wiring.workspace import Workspace

KEY_PROFILES = ("own", "label_studio", "prodigy")


@dataclass(frozen=True, slots=True)
class ReviewProfile:
    """A reviewer as their review page has them.

    Args:
        outbox: names one user of one project: answers that wait in their browser go to no other.
        by_password: whether they sign in with one.
        keys: one of `KEY_PROFILES`.
        chosen: other preferences of the review page.
    """

    outbox: str
    by_password: bool
    keys: str
    chosen: Mapping[str, Any]


def review_profile(workspace: Workspace, name: str) -> ReviewProfile:
    """The profile of a user. Raises NotFoundError."""
    user = workspace.users.get(name)
    number = workspace.project.id  # of the first project the name is that from before there were several
    keys = user.preferences.get("keys", KEY_PROFILES[0])
    return ReviewProfile(
        outbox=f"{user.id}.{user.created_at}" + ("" if number == FIRST_PROJECT else f".{number}"),
        by_password=user.has_password,
        keys=keys if keys in KEY_PROFILES else KEY_PROFILES[0],
        chosen=user.preferences.get("review", {}),
    )


def save_review_preferences(workspace: Workspace, name: str, keys: str, chosen: Mapping[str, Any]) -> None:
    """Keep how a user likes their review page: `keys` as in `KEY_PROFILES`, and all that `chosen` names."""
    workspace.users.set_preferences(name, {"keys": keys, "review": dict(chosen)}, actor=name)
