"""Answers that one person or model gives to one item more than once in a file: the newest counts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime

from assistant.domain.canonical import canonical_text

_TIMES = (
    *("updated_at", "answered_at", "submitted_at", "submit_time", "modified_at", "last_updated", "created_at"),
    *("_timestamp", "timestamp", "finished_at", "annotated_at", "labelled_at", "labeled_at"),
)


class Newest:
    """Which answer to an item came last: by the time its row states where both state one, else by their order.

    Remembers a number for each answer seen, about 100 bytes.
    """

    def __init__(self) -> None:
        self._times: dict[int, float | None] = {}

    def first(self, item: object, by: str, meta: Mapping[str, object]) -> bool:
        """Whether no one of that name answered the item before; remembers that a person has."""
        key = hash((item, by))
        if key in self._times:
            return False
        self._times[key] = moment(meta)
        return True

    def newer(self, item: object, by: str, meta: Mapping[str, object]) -> bool:
        """Whether a repeated answer is newer than the newest so far; then it becomes the newest."""
        key, at = hash((item, by)), moment(meta)
        newest = self._times.get(key)
        if at is not None and newest is not None and at < newest:
            return False
        self._times[key] = at if at is not None else newest
        return True


def moment(meta: Mapping[str, object]) -> float | None:
    """When a row says its answer was given, in seconds; None where no usual column says it in a form that is known."""
    by_name = {name.casefold(): value for name, value in meta.items()}
    return next((at for name in _TIMES if (at := _seconds(by_name.get(name))) is not None), None)


def _seconds(value: object) -> float | None:
    text = canonical_text(value)
    if not text:
        return None
    try:
        at = float(text)
    except ValueError:
        pass
    else:
        return at if math.isfinite(at) else None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
