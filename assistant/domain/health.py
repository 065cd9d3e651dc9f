"""How the database is, and how much waits: what monitoring asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OK = "ok"


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """How the database is.

    Args:
        database: `ok`, `locked`, `disk full`, `read-only`, or `does not answer`.
        schema: the newest migration it has; empty where it doesn't answer.
        reason: what the database itself says, for the log; empty where all is well.
    """

    database: str
    schema: str = ""
    reason: str = ""

    @property
    def well(self) -> bool:
        """Whether it can be written."""
        return self.database == OK


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits, and what jobs did last.

    Args:
        assignments: wanted answers that are not claimed (`open`) or claimed (`leased`).
        oldest_seconds: how long the oldest open one has waited; 0 where none is open.
        overdue: open tasks whose due time is past.
        last_events: when each event of a run last happened, in seconds since 1970, by its word.
    """

    assignments: Mapping[str, int]
    oldest_seconds: float
    overdue: int
    last_events: Mapping[str, float]
