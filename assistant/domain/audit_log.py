"""The log of changes as data: its entries, and events that are counted before they are logged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change: who (`actor`) did what (`action`) to what (`subject`), when (ISO 8601 in UTC), and how."""

    id: int
    at: str
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]


class Period(IntEnum):
    """How long events are counted together: so many characters of their moment."""

    HOUR = 13
    DAY = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened.

    Args:
        actor, action, subject, detail: as `audit.append` takes them.
        key: events of one action with the same key are one kind; never a secret.
        period: what is counted together.
        most: keys of this action that get an entry of their own in a period.
    """

    actor: str
    action: str
    subject: str
    detail: Mapping[str, object]
    key: str
    period: Period
    most: int


VIEWED, ITEM_ROW = "item.view", "item_row"
"""The action of opening an item, and the name of its row number in a detail: ids are unique within a project only."""

_VIEWS = 100_000  # views that get an entry of their own in a period


def item_view(actor: str, item_id: str, item_key: int, project: str) -> Event:
    """An item was opened by itself: its page, a disagreement's case, or the item by API; once an hour and person.

    Lists with the beginnings of texts are none, nor is the queue: `assignment_events` say who had an item there.
    """
    return Event(
        actor=actor,
        action=VIEWED,
        subject=f"item:{item_id}",
        detail={ITEM_ROW: item_key, "project": project},
        key=f"{actor} {item_key}",
        period=Period.HOUR,
        most=_VIEWS,
    )
