"""Answers of reviewers to items, and the row each is in a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from assistant.domain.labels import LabelAnswer


class HowGiven(NamedTuple):
    """How an imported label was given, as far as its file says.

    Attributes:
        at: when, ISO 8601 in UTC; empty where it isn't known.
        seconds: time on the item; None where it isn't known.
        team: of who gave it, at that time; empty where it isn't known.
    """

    at: str = ""
    seconds: float | None = None
    team: str = ""


NOT_STATED = HowGiven()


@dataclass(frozen=True, slots=True)
class Review:
    """A label given by a person.

    Args:
        item_id: the item's external id.
        rater: who gave it, a stable name.
        labels: the answer as given; not checked against any policy when it was imported.
        shown_suggestion: whether the machine's answer was visible; None when not known (imported labels).
        source: where the answer was given: a file's name for imported labels, else the queue.
        meta: every other column, as it came.
        unknown: categories of a multi-label set that the answer neither gives nor denies; empty for a complete one.
        denied: categories it expressly denies, where that is known: evidence of the label set, nothing more.
        given: when, how long it took and in which team, as its file says.
    """

    item_id: str
    rater: str
    labels: LabelAnswer
    shown_suggestion: bool | None = None
    source: str = ""
    meta: Mapping[str, object] = field(default_factory=dict)
    unknown: LabelAnswer = ()
    denied: LabelAnswer = ()
    given: HowGiven = NOT_STATED


class HumanAnswer(NamedTuple):
    """One person's answer to one item; `shown_suggestion` is None where that is not known.

    `unknown` lists categories of a multi-label set that it neither gives nor denies; `version` is the policy version it
    was given under, None where that was not kept.
    """

    rater: str
    labels: LabelAnswer
    shown_suggestion: bool | None
    unknown: LabelAnswer = ()
    version: str | None = None


class ItemAnswers(NamedTuple):
    """What people said about one item, by its external id.

    Attributes:
        item_id: the item.
        newest: what each person says now, in the order they first answered; what was withdrawn is left out.
        first: what each person said first without sight of the machine's answer, in the order it was said, whatever
            became of it later. An answer withdrawn within minutes was a slip of the hand, and counts as not given.
    """

    item_id: str
    newest: list[HumanAnswer]
    first: list[HumanAnswer]


class ReviewRow(NamedTuple):
    """One answer of a person; what is not known of imported ones is None.

    `unknown` lists categories of a multi-label set that it neither gives nor denies.
    """

    id: int
    item_key: int
    item_id: str
    rater: str
    labels: LabelAnswer
    shown_suggestion: bool | None
    source: str
    created_at: str
    kind: str | None
    note: str | None
    clauses: tuple[str, ...]
    seconds: float | None
    changed: bool | None
    accepted_suggestion: bool | None
    policy_version: str | None
    uncovered_ms: int | None
    active_ms: int | None
    withdrawn: bool
    unknown: LabelAnswer = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFilter:
    """Which answers; None for all.

    Args:
        rater: who gave them.
        item_id: the item's own id.
        kind: what the task was for; imported answers have none.
        source: `queue`, or where they were imported from.
        withdrawn: only those taken back, or only those that count.
    """

    rater: str | None = None
    item_id: str | None = None
    kind: str | None = None
    source: str | None = None
    withdrawn: bool | None = None
