"""One person's answer to one item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.domain.labels import LabelAnswer


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
    """

    item_id: str
    rater: str
    labels: LabelAnswer
    shown_suggestion: bool | None = None
    source: str = ""
    meta: Mapping[str, object] = field(default_factory=dict)
    unknown: LabelAnswer = ()
    denied: LabelAnswer = ()
