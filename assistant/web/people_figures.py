"""Everybody's figures, for the pages about people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from fastapi import Request

from assistant.domain.accounts import Qualification, User
from assistant.domain.review_work import Role
from assistant.store.database import Database
from assistant.store.people import qualifications
from assistant.store.people.reviewer_figures import queue_answers
from assistant.store.review.disagreements.adjudications import AdjudicationStore
from assistant.store.review.labels import gold
from assistant.store.review.queue import exposure
from assistant.web.cache import Known, remembered
from assistant.web.context import site
from assistant.web.security_events import people_seen

if TYPE_CHECKING:
    from assistant.review.skill import Figures

DAYS = ("7", "30", "90", "all")


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands today.

    Args:
        seen: items looked at since their shift began, all and by harm.
        budgets: of harms, a shift's most.
        rounds: qualification rounds, newest first.
    """

    seen: exposure.Seen
    budgets: Mapping[str, int]
    rounds: list[Qualification]


def figures_of_all(request: Request, days: str, *, about: str = "all") -> Known[dict[str, Figures]]:
    """Figures by name, of the answers of so many days (one of `DAYS`); who looked at whom is logged (`about`)."""
    site(request).workspace.read_log.add_once(people_seen(request, about))
    database = site(request).database
    return remembered(request).get(("people", days), lambda: _find(database, days), seconds=10)


def standing(request: Request, user: User) -> Standing:
    """What somebody has seen in this shift, and the rounds they took."""
    rules = site(request).workspace.settings.review
    since = datetime.now(UTC) - timedelta(hours=rules.shift_hours)
    with site(request).database.read() as connection:
        seen = exposure.shift(connection, user.id, since.isoformat(timespec="milliseconds")).seen
        return Standing(seen, rules.budgets, qualifications.of_user(connection, user.id))


def labels_content(user: User) -> bool:
    """Whether somebody is there to label, or looks and leads only."""
    return user.role in {Role.REVIEWER, Role.EXTERNAL, Role.LEAD}


def _find(database: Database, days: str) -> dict[str, Figures]:
    from assistant.review.skill import figures  # noqa: PLC0415 - loads scipy, which the server starts without

    since = "" if days == "all" else (datetime.now(UTC) - timedelta(days=int(days))).isoformat(timespec="milliseconds")
    given = queue_answers(database, since)
    with database.read() as connection:
        known = gold.answers(connection, since)
    return {one.rater: one for one in figures(given, known, AdjudicationStore(database).newest())}
