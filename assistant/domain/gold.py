"""Gold: items with a known answer, as lists have them, and what reviewers answered to them."""

from __future__ import annotations

from typing import NamedTuple

from assistant.domain.labels import LabelAnswer


class GoldItem(NamedTuple):
    """An item with a known answer.

    Args:
        id: its number as gold.
        item_key, item_id, language: of the item.
        policy_id: the policy the answer is known under.
        labels: the known answer.
        explanation: why, for training.
        active: whether it is still mixed in.
        shown: how many tasks it was given in.
        created_at: ISO 8601 in UTC.
    """

    id: int
    item_key: int
    item_id: str
    language: str
    policy_id: str
    labels: LabelAnswer
    explanation: str
    active: bool
    shown: int
    created_at: str


class GoldAnswer(NamedTuple):
    """A reviewer's answer to a gold item that was mixed in silently."""

    rater: str
    item_id: str
    language: str
    labels: LabelAnswer
    known: LabelAnswer
    created_at: str


class GoldRow(NamedTuple):
    """A gold item: `shown` in so many tasks, `right` of `answered` answers are the known one; retired when, or None."""

    id: int
    item_key: int
    item_id: str
    language: str
    text: str
    labels: LabelAnswer
    explanation: str
    active: bool
    added_by: str
    created_at: str
    retired_at: str | None
    shown: int
    answered: int
    right: int


class KnownAnswer(NamedTuple):
    """What an item is gold as now: its number as gold, the known answer, and why it is right."""

    id: int
    labels: LabelAnswer
    explanation: str
