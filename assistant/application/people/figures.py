"""Figures about users: how well, how fast and how much they label, and how they stand in their shift."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from assistant.domain.accounts import Qualification, User
from assistant.domain.review_work import Role
from assistant.store.people import qualifications
from assistant.store.people.reviewer_figures import imported_answers, queue_answers
from assistant.store.review.labels import gold
from assistant.store.review.queue import exposure
from assistant.wiring.workspace import Workspace

if TYPE_CHECKING:
    from assistant.review.skill import Figures

DAYS = ("7", "30", "90", "all")
"""Periods that figures are counted over."""


@dataclass(frozen=True, slots=True)
class PersonFigures:
    """How a user stands today.

    Args:
        seen: items looked at since their shift began, all and by harm.
        budgets: of harms, a shift's most.
        rounds: qualification rounds, newest first.
    """

    seen: exposure.Seen
    budgets: Mapping[str, int]
    rounds: list[Qualification]


def reviewer_figures(workspace: Workspace, days: str) -> dict[str, Figures]:
    """Figures by name, of the answers of so many days (one of `DAYS`); raters of imported labels are among them.

    A rater of imported labels who is a user counts as that user. Of imported labels, the newest 100,000 count.
    """
    from assistant.review.skill import figures  # noqa: PLC0415 - loads scipy, which the server starts without

    since = "" if days == "all" else _moment(datetime.now(UTC) - timedelta(days=int(days)))
    given = [*queue_answers(workspace.database, since), *imported_answers(workspace.database, since)]
    with workspace.database.read() as connection:
        known = gold.answers(connection, since)
    return {one.rater: one for one in figures(given, known, workspace.adjudications.newest())}


def standing_of(workspace: Workspace, user: User) -> PersonFigures:
    """What a user has seen in this shift, and the qualification rounds they took."""
    rules = workspace.settings.review
    since = _moment(datetime.now(UTC) - timedelta(hours=rules.shift_hours))
    with workspace.database.read() as connection:
        seen = exposure.shift(connection, user.id, since).seen
        return PersonFigures(seen, rules.budgets, qualifications.of_user(connection, user.id))


def labels_content(user: User) -> bool:
    """Whether a user is there to label, or only looks and leads."""
    return user.role in {Role.REVIEWER, Role.EXTERNAL, Role.LEAD}


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
