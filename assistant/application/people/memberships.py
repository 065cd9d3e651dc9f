"""Where people work from when to when: read, moved, and figures by team, vendor, site or contract as they were then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import median

from assistant.domain.gold import GoldAnswer
from assistant.domain.memberships import MOST_HOURS, Affiliations, Membership
from assistant.errors import InvalidValueError
from assistant.store.people.reviewer_figures import QueueAnswer, imported_answers, queue_answers
from assistant.store.review.labels import gold
from assistant.wiring.workspace import Workspace


class GroupKind(StrEnum):
    """What answers are grouped by: where their givers worked when they gave them."""

    TEAM = "team"
    VENDOR = "vendor"
    SITE = "site"
    CONTRACT = "contract"


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """The answers of one group in a period.

    Args:
        group: its name; empty for answers of people in none, or of whom it isn't known where they worked.
        people: who gave any.
        answers: given in the queue and not taken back, or imported.
        seconds: median time on an item, None where it is known of none.
        active_seconds: median of the part in which they were at it, where it is known; None where it never is.
        active_unknown: answers of which it isn't known.
        gold_right, gold_answers: answers to gold, and those that were right.
    """

    group: str
    people: int
    answers: int
    seconds: float | None
    active_seconds: float | None
    active_unknown: int
    gold_right: int
    gold_answers: int


def list_memberships(workspace: Workspace, person: str) -> Sequence[Membership]:
    """A user's memberships by first day. Raises NotFoundError where there is no such user."""
    return workspace.memberships.of_person(workspace.users.get(person).name)


def move_person(workspace: Workspace, wanted: Membership, *, actor: str) -> Membership | None:
    """A user works elsewhere from a day on (today where none is named); returns what ended the day before.

    Figures of days before stay as they were. Logged as `membership.set`.

    Raises:
        NotFoundError: there is no such user.
        InvalidValueError: hours no week has, or an end before the beginning.
        ConflictError: it would reach into a membership that begins later.
    """
    workspace.users.get(wanted.person)
    if wanted.weekly_hours is not None and not 0 <= wanted.weekly_hours <= MOST_HOURS:
        raise InvalidValueError("weekly_hours_out_of_range", field="weekly_hours", most=int(MOST_HOURS))
    if wanted.backwards:
        raise InvalidValueError("days_backwards", field="valid_to")
    return workspace.memberships.move(wanted, actor=actor)


def group_figures(workspace: Workspace, by: GroupKind, first: date, last: date) -> Sequence[GroupFigures]:
    """Figures by group of the answers of some days, by name; each answer counts where its giver worked that day.

    Args:
        workspace: the opened workspace.
        by: what is grouped by.
        first, last: days in UTC, both included.

    Raises:
        InvalidValueError: the last day is before the first.
    """
    if last < first:
        raise InvalidValueError("days_backwards", field="to")
    until = (last + timedelta(days=1)).isoformat()
    every = (
        *queue_answers(workspace.database, first.isoformat()),
        *imported_answers(workspace.database, first.isoformat()),
    )
    given = [one for one in every if one.created_at < until]
    with workspace.database.read() as connection:
        known = [one for one in gold.answers(connection, first.isoformat()) if one.created_at < until]
    return _grouped(given, known, Affiliations(workspace.memberships.all()), by)


def period(first: str | None, last: str | None, *, today: date) -> tuple[date, date]:
    """Days from texts; the last 30 days where nothing is said. Raises InvalidValueError."""
    end = read_day(last, "to") or today
    return read_day(first, "from") or end - timedelta(days=29), end


def read_group(text: str) -> GroupKind:
    """What to group by, from its name. Raises InvalidValueError."""
    try:
        return GroupKind(text)
    except ValueError:
        known = ", ".join(GroupKind)
        raise InvalidValueError("no_group_kind", field="by", text=text[:40], known=known) from None


def read_day(text: str | None, field: str) -> date | None:
    """A day such as 2026-03-01; None for nothing. Raises InvalidValueError."""
    if not text or not text.strip():
        return None
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        raise InvalidValueError("not_a_day", field=field, text=text[:40]) from None


def _grouped(
    given: Sequence[QueueAnswer], known: Sequence[GoldAnswer], where: Affiliations, by: GroupKind
) -> list[GroupFigures]:
    answers: dict[str, list[QueueAnswer]] = defaultdict(list)
    right: dict[str, list[bool]] = defaultdict(list)
    for one in given:
        stated = one.team if by is GroupKind.TEAM else ""
        answers[stated or _group(where.at(one.rater, one.created_at), by)].append(one)
    for answer in known:
        right[_group(where.at(answer.rater, answer.created_at), by)].append(set(answer.labels) == set(answer.known))
    found = []
    for group, own in sorted(answers.items()):
        spent = [one.seconds for one in own if one.seconds is not None]
        active = [one.active_ms / 1000 for one in own if one.active_ms is not None]
        found.append(
            GroupFigures(
                group,
                people=len({one.rater for one in own}),
                answers=len(own),
                seconds=median(spent) if spent else None,
                active_seconds=median(active) if active else None,
                active_unknown=len(own) - len(active),
                gold_right=sum(right[group]),
                gold_answers=len(right[group]),
            )
        )
    return found


def _group(membership: Membership | None, by: GroupKind) -> str:
    return "" if membership is None else str(getattr(membership, by.value))
