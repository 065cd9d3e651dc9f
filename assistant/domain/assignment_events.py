"""What happens to a wanted answer, event by event: the row of the queue is what its events come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from assistant.domain.review_work import AssignmentState


class AssignmentEventKind(StrEnum):
    """What happened to an assignment."""

    UNKNOWN = "unknown"  # its state when events began to be kept; what was before isn't known
    OFFERED = "offered"  # put into the queue
    CLAIMED = "claimed"
    EXTENDED = "extended"  # the end of its lease was moved
    UNCOVERED = "uncovered"  # covered content was looked at, for so many milliseconds in all
    RELEASED = "released"  # given back by its holder
    EXPIRED = "expired"  # the lease ended; its last holder may still answer until another takes it
    RETURNED = "returned"  # a lead took the lease back; as `expired`
    ANSWERED = "answered"
    LATE = "late"  # an answer came that could not count; it was kept
    WITHDRAWN = "withdrawn"  # its answer was taken back
    REASSIGNED = "reassigned"  # to other people or at another priority
    CLOSED = "closed"  # not wanted any more
    REOPENED = "reopened"  # wanted again
    PAUSED = "paused"
    RESUMED = "resumed"
    RESTORED = "restored"  # a change of it was undone: as `known` says, and as before in all else


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentEvent:
    """One event; what an event doesn't change is None in it.

    Args:
        assignment_id, task_id: row numbers.
        event: what happened.
        at: when, ISO 8601 in UTC.
        user_id: who held, answered or lost it; None where no person did.
        token: of the assignment after it.
        seat, lane_id, priority: where it stands in the queue, for what offers, opens or moves it.
        lease_until: the end of the lease that was begun or moved, ISO 8601 in UTC.
        review_id: the review it was answered with; None for practice.
        uncovered_ms: how long covered content was looked at, for an answer and for `uncovered`.
        reason: a stable word: why it was released, closed or moved; empty for none.
        known: of an `unknown` or `restored` event: the columns of the row that no other field has.
        id: its row number; 0 before it has one.
    """

    assignment_id: int
    task_id: int
    event: AssignmentEventKind
    at: str
    user_id: int | None = None
    token: int = 0
    seat: int | None = None
    lane_id: int | None = None
    priority: float | None = None
    lease_until: str | None = None
    review_id: int | None = None
    uncovered_ms: int | None = None
    reason: str = ""
    known: Mapping[str, str | None] | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """An assignment as the queue has it; fields as the columns of the table."""

    id: int
    task_id: int
    seat: int
    lane_id: int
    priority: float
    state: AssignmentState
    user_id: int | None = None
    token: int = 0
    lease_until: str | None = None
    claimed_at: str | None = None
    answered_at: str | None = None
    review_id: int | None = None
    uncovered_ms: int | None = None


def replay(events: Iterable[AssignmentEvent]) -> AssignmentRow | None:
    """The row that the events of one assignment come to, oldest first; None where there are none.

    Raises:
        ValueError: the first event is neither `offered` nor `unknown`, or they are of several assignments.
    """
    row: AssignmentRow | None = None
    for event in events:
        row = _begun(event) if row is None else _after(row, event)
    return row


def _begun(event: AssignmentEvent) -> AssignmentRow:
    if event.event not in {AssignmentEventKind.OFFERED, AssignmentEventKind.UNKNOWN}:
        raise ValueError(f"assignment {event.assignment_id} begins with `{event.event.value}`")
    if event.seat is None or event.lane_id is None or event.priority is None:
        raise ValueError(f"assignment {event.assignment_id}: `{event.event.value}` doesn't say where it stands")
    row = AssignmentRow(
        event.assignment_id, event.task_id, event.seat, event.lane_id, event.priority, AssignmentState.OPEN
    )
    if event.event is AssignmentEventKind.OFFERED:
        return replace(row, token=event.token)
    return replace(
        row,
        **_known(event),
        user_id=event.user_id,
        token=event.token,
        lease_until=event.lease_until,
        review_id=event.review_id,
        uncovered_ms=event.uncovered_ms,
    )


def _known(event: AssignmentEvent) -> dict[str, Any]:
    known = event.known or {}
    moments = {"claimed_at": known.get("claimed_at"), "answered_at": known.get("answered_at")}
    return {"state": AssignmentState(known.get("state") or AssignmentState.OPEN), **moments}


def _after(row: AssignmentRow, event: AssignmentEvent) -> AssignmentRow:
    if event.assignment_id != row.id:
        raise ValueError(f"an event of assignment {event.assignment_id} among those of {row.id}")
    changes = _CHANGES.get(event.event)
    return row if changes is None else replace(row, **changes(event))


def _place(event: AssignmentEvent) -> dict[str, Any]:
    given = {"lane_id": event.lane_id, "priority": event.priority}
    return {name: value for name, value in given.items() if value is not None}


_UNANSWERED: Mapping[str, Any] = {"answered_at": None, "review_id": None, "uncovered_ms": None}
_OPEN, _FREE = {"state": AssignmentState.OPEN}, {"state": AssignmentState.OPEN, "lease_until": None}

_CHANGES: Mapping[AssignmentEventKind, Callable[[AssignmentEvent], Mapping[str, Any]]] = {
    AssignmentEventKind.CLAIMED: lambda event: {
        **_UNANSWERED,
        "state": AssignmentState.LEASED,
        "user_id": event.user_id,
        "token": event.token,
        "lease_until": event.lease_until,
        "claimed_at": event.at,
    },
    AssignmentEventKind.EXTENDED: lambda event: {"lease_until": event.lease_until},
    AssignmentEventKind.RELEASED: lambda _: {**_FREE, "user_id": None, "claimed_at": None},
    AssignmentEventKind.EXPIRED: lambda _: _FREE,
    AssignmentEventKind.RETURNED: lambda _: _FREE,
    AssignmentEventKind.ANSWERED: lambda event: {
        "state": AssignmentState.ANSWERED,
        "lease_until": None,
        "answered_at": event.at,
        "review_id": event.review_id,
        "uncovered_ms": event.uncovered_ms,
    },
    AssignmentEventKind.WITHDRAWN: lambda _: {**_UNANSWERED, **_OPEN},
    AssignmentEventKind.REASSIGNED: _place,
    AssignmentEventKind.REOPENED: lambda event: {**_place(event), **_OPEN},
    AssignmentEventKind.CLOSED: lambda _: {"state": AssignmentState.CLOSED},
    AssignmentEventKind.PAUSED: lambda _: {"state": AssignmentState.PAUSED},
    AssignmentEventKind.RESUMED: lambda _: _OPEN,
    AssignmentEventKind.RESTORED: lambda event: {
        **_place(event),
        **_known(event),
        "user_id": event.user_id,
        "token": event.token,
        "lease_until": event.lease_until,
        "review_id": event.review_id,
        "uncovered_ms": event.uncovered_ms,
    },
}
"""What an event changes of the row, by column; one that isn't here leaves it as it is."""


@dataclass(frozen=True, slots=True)
class WorkTimes:
    """Where the time of an assignment went, in seconds; None where a part of it was before events were kept.

    Args:
        waiting: in which it was free to be claimed.
        handling: of the leases that ended in an answer, from the claim to the answer; answers taken back included.
        abandoned: of the leases that ended without one.
    """

    waiting: float | None
    handling: float | None
    abandoned: float | None


def work_times(events: Sequence[AssignmentEvent], now: str) -> WorkTimes:
    """Waiting, handling and abandoned time of one assignment.

    Args:
        events: all of it, oldest first.
        now: until when it is counted, ISO 8601 in UTC. A lease that is under way counts for neither.
    """
    if not events:
        return WorkTimes(None, None, None)
    first = events[0]
    unknown = first.event is AssignmentEventKind.UNKNOWN
    state = AssignmentState((first.known or {}).get("state") or AssignmentState.OPEN)
    held_before = unknown and first.token > 0
    answered_before = held_before and state in {AssignmentState.ANSWERED, AssignmentState.LEASED}
    handling, abandoned = _leases(events)
    return WorkTimes(
        None if unknown else _waiting(events, now),
        None if answered_before else handling,
        None if held_before else abandoned,
    )


def _waiting(events: Sequence[AssignmentEvent], now: str) -> float:
    """Seconds in which one was free to be claimed, from its first event on."""
    waiting, since = 0.0, events[0].at or None
    for event in events[1:]:
        if _ends_waiting(event) and since is not None:
            waiting, since = waiting + _between(since, event.at), None
        if _offers_again(event):
            since = since or event.at
    return waiting if since is None else waiting + _between(since, now)


def _leases(events: Sequence[AssignmentEvent]) -> tuple[float, float]:
    """Seconds of leases that ended in an answer, and of those that ended without one."""
    handling, abandoned, since = 0.0, 0.0, None
    for event in events[1:]:
        if event.event is AssignmentEventKind.CLAIMED:
            since = event.at
        elif event.event is AssignmentEventKind.ANSWERED and since is not None:
            handling, since = handling + _between(since, event.at), None
        elif event.event in _ABANDONS and since is not None:
            abandoned, since = abandoned + _between(since, event.at), None
    return handling, abandoned


_ENDS_WAITING = frozenset(
    {AssignmentEventKind.CLAIMED, AssignmentEventKind.CLOSED, AssignmentEventKind.PAUSED, AssignmentEventKind.ANSWERED}
)
_ABANDONS = frozenset({AssignmentEventKind.RELEASED, AssignmentEventKind.EXPIRED, AssignmentEventKind.RETURNED})
_OFFERS_AGAIN = _ABANDONS | {AssignmentEventKind.REOPENED, AssignmentEventKind.RESUMED}


def _ends_waiting(event: AssignmentEvent) -> bool:
    restored = event.event is AssignmentEventKind.RESTORED
    return event.event in _ENDS_WAITING or (restored and not _offers_again(event))


def _offers_again(event: AssignmentEvent) -> bool:
    restored = event.event is AssignmentEventKind.RESTORED
    return event.event in _OFFERS_AGAIN or (restored and _known(event)["state"] is AssignmentState.OPEN)


def _between(since: str, until: str) -> float:
    """Seconds; never below 0, as after a clock was set back."""
    return max(0.0, (datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds())
