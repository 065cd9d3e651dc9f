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
