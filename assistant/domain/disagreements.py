"""Answers that differ, and how they were settled: rows as lists and pages have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from assistant.domain.labels import LabelAnswer
from assistant.domain.review_work import Cause

MACHINE, PEOPLE = "machine", "people"
"""Kinds of disagreements: of the machine with a reviewer, and of two reviewers."""


@dataclass(frozen=True, slots=True)
class DisagreementFilter:
    """Which disagreements.

    Args:
        kind: `machine` (against people) or `people` (against each other).
        settled: adjudicated ones, else those that wait.
        pair: (the machine's answer, the person's), or two people's in any order.
        clause: the one the person cites, else the machine.
        language: BCP 47 tag.
        reviewer: whose answer it is; of people either's.
        prompt: `name@version`.
        confidence: (least, most) of the machine's answer, in [0, 1].
    """

    kind: str = MACHINE
    settled: bool = False
    pair: tuple[LabelAnswer, LabelAnswer] | None = None
    clause: str | None = None
    language: str | None = None
    reviewer: str | None = None
    prompt: str | None = None
    confidence: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a kind there is not."""
        if self.kind not in {MACHINE, PEOPLE}:
            raise ValueError(f"disagreements are of {MACHINE} or {PEOPLE}, not {self.kind!r}")


class Disagreement(NamedTuple):
    """Two answers that differ.

    Args:
        id: where the next page begins: `before`.
        item_key, item_id: the item.
        labels, rater: the answer of the person, of two the later one.
        other_labels, other_rater: the machine's (no rater), or the earlier person's.
        language, clause, prompt, confidence: as `DisagreementFilter` takes them.
        review_id, other_review_id: the reviews.
        created_at: ISO 8601 in UTC.
        unknown: categories of a multi-label set that `labels` neither gives nor denies: nothing differs in these.
    """

    id: int
    item_key: int
    item_id: str
    labels: LabelAnswer
    rater: str
    other_labels: LabelAnswer
    other_rater: str | None
    language: str
    clause: str
    prompt: str
    confidence: float | None
    review_id: int
    other_review_id: int | None
    settled: bool
    created_at: str
    unknown: LabelAnswer = ()


class Guiding(NamedTuple):
    """What an item is for others: whether a precedent that models see; its known answer and number as gold, or None."""

    precedent: bool
    gold: LabelAnswer | None
    gold_id: int | None


class Adjudication(NamedTuple):
    """One settlement of conflicting answers."""

    id: int
    item_id: str
    labels: LabelAnswer
    cause: Cause
    note: str
    actor: str
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjudicationFilter:
    """Which adjudications; None for all. `item_id` is the item's own id."""

    item_id: str | None = None
    cause: Cause | None = None
    actor: str | None = None


class GivenAnswer(NamedTuple):
    """One person's newest answer to an item, with what they wrote; what is not known of imported ones is None.

    `unknown` lists categories of a multi-label set that it neither gives nor denies.
    """

    review_id: int
    rater: str
    labels: LabelAnswer
    shown_suggestion: bool | None
    note: str
    clauses: tuple[str, ...]
    seconds: float | None
    kind: str | None
    created_at: str
    unknown: LabelAnswer = ()


class PassNote(NamedTuple):
    """What somebody wrote when they passed an item on."""

    user_id: int
    kind: str
    reason: str
    note: str
    created_at: str
