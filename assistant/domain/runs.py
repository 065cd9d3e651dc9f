"""Runs as data: what was asked, how far a run has come, its items, and the jobs that work at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from assistant.domain.labels import LabelAnswer
from assistant.domain.populations import ItemPopulation

NOT_STORED = 0
"""Number of a run that is only planned: no row has it, so nothing was answered in it."""

FRESH_SECONDS = 20.0  # a job that has reported within that time is at work


@dataclass(frozen=True, slots=True)
class Run:
    """One run: population x prompt version x policy version x model x parameters.

    Imported machine answers are runs too; they have no prompt and no policy. A run that was only planned, by
    `RunStore.planned`, has the number `NOT_STORED` and no name.
    """

    id: int
    key: str
    origin: str
    model: str
    prompt: str | None  # name@version
    prompt_digest: str | None
    policy: str | None  # id@version
    policy_digest: str | None
    parameters: Mapping[str, object]
    replicate: int
    created_at: str
    population: ItemPopulation | None = None  # None for the whole project

    @property
    def name(self) -> str:
        """The short name people type: `r3`; empty for a run that is only planned."""
        return "" if self.id == NOT_STORED else f"r{self.id}"


@dataclass(frozen=True, slots=True)
class RunTotals:
    """A run in numbers.

    Args:
        statuses: items by `labelled`, `failed`, `settled` (by people, never asked) and `pending`.
        failures: failed items by reason.
        routes: items by (route, reason).
        labels: labelled items by answer, several labels joined by `|`.
        prompt_tokens, completion_tokens, cached_tokens: of all answers; shared ones count once.
        cost_usd: US$ of all answers, None where no price is known.
        shared: items that took the answer of another item with the same content.
        with_media: items with an answer whose media no model was shown.
    """

    statuses: dict[str, int]
    failures: dict[str, int]
    routes: dict[tuple[str, str], int]
    labels: dict[str, int]
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    cost_usd: float | None
    shared: int
    with_media: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunItemFilter:
    """Which items of a run: empty for all.

    Args:
        status: `labelled` or `failed`.
        label: one of the labels of the machine's answer.
        failure: why it failed.
        route: where it went.
        reason: why it went there.
    """

    status: str = ""
    label: str = ""
    failure: str = ""
    route: str = ""
    reason: str = ""


class RunItem(NamedTuple):
    """An item with the machine's newest answer and its route."""

    key: int
    id: str
    text: str
    language: str
    status: str
    labels: LabelAnswer
    clauses: tuple[str, ...]
    failure: str | None
    detail: str | None
    signals: Mapping[str, float]
    route: str | None
    reason: str | None
    cost_usd: float | None
    query: str | None


class Progress(NamedTuple):
    """Items that a run has answered, of all items there are; both from an index alone."""

    answered: int
    items: int


class LastEvent(NamedTuple):
    """The newest event of a run's jobs; see `RunStore.event`."""

    event: str
    detail: Mapping[str, Any]
    created_at: str


class JobOrigin(StrEnum):
    """Where a job was started."""

    PAGES = "pages"  # or by the API
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job of a run.

    Args:
        id: its row number.
        run_id: the run's.
        origin: where it was started.
        actor: who started it.
        created_at: when, ISO 8601 UTC.
        seen_at: when it last reported; None before the first time.
        stop_at, stop_by: when it was asked to stop and by whom; None where it was not.
        ended_at: when it ended in an orderly way; None for one that was killed, too.
    """

    id: int
    run_id: int
    origin: JobOrigin
    actor: str
    created_at: str
    seen_at: str | None
    stop_at: str | None
    stop_by: str | None
    ended_at: str | None

    @property
    def reports(self) -> bool:
        """Whether it has been started or has reported within `FRESH_SECONDS`, and has not ended."""
        return self.ended_at is None and (self.seen_at or self.created_at) > fresh_since()


@dataclass(frozen=True, slots=True)
class RunChanges:
    """Answers of two runs to the same items.

    Args:
        same: items with the same answer in both.
        changed: items by (old answer, new answer), most frequent first; None where a run failed.
        only_old, only_new: items that only one of the runs has answered.
    """

    same: int
    changed: dict[tuple[LabelAnswer | None, LabelAnswer | None], int]
    only_old: int
    only_new: int


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """One item that two runs answered differently."""

    item_id: str
    text: str
    old: LabelAnswer | None
    new: LabelAnswer | None


def fresh_since() -> str:
    """The moment from which on a job must have reported to be at work: ISO 8601 in UTC."""
    return (datetime.now(UTC) - timedelta(seconds=FRESH_SECONDS)).isoformat(timespec="milliseconds")
