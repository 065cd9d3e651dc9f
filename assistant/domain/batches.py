"""Batches: items received together for one delivery, and what happens to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class BatchState(StrEnum):
    """How a batch stands."""

    RECEIVED = "received"
    PLANNED = "planned"
    STARTED = "started"
    PAUSED = "paused"  # nothing new is asked about it, of models or people
    CERTIFIED = "certified"
    DELIVERED = "delivered"  # no item joins it any more
    ACCEPTED = "accepted"
    RETURNED = "returned"  # the requester wants it done again
    CANCELLED = "cancelled"

    @property
    def open(self) -> bool:
        """Whether items may join it."""
        return self not in {BatchState.DELIVERED, BatchState.ACCEPTED, BatchState.CANCELLED}

    @property
    def asks(self) -> bool:
        """Whether models and people may be asked about it."""
        return self.open and self is not BatchState.PAUSED


class BatchEventKind(StrEnum):
    """What happens to a batch; `DUE` changes when it is due, every other one its state."""

    RECEIVED = "received"  # a file came in
    DUE = "due"
    PLANNED = "planned"
    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    CERTIFIED = "certified"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    CANCELLED = "cancelled"


_K, _S = BatchEventKind, BatchState
_WORKED = frozenset({_S.RECEIVED, _S.PLANNED, _S.STARTED, _S.CERTIFIED, _S.RETURNED})

ALLOWED: Mapping[BatchEventKind, frozenset[BatchState]] = {
    _K.PLANNED: frozenset({_S.RECEIVED, _S.RETURNED}),
    _K.STARTED: frozenset({_S.RECEIVED, _S.PLANNED, _S.RETURNED}),
    _K.PAUSED: _WORKED,
    _K.RESUMED: frozenset({_S.PAUSED}),
    _K.CERTIFIED: _WORKED,
    _K.DELIVERED: frozenset({_S.STARTED, _S.CERTIFIED}),
    _K.ACCEPTED: frozenset({_S.DELIVERED}),
    _K.RETURNED: frozenset({_S.DELIVERED, _S.ACCEPTED}),
    _K.CANCELLED: _WORKED | {_S.PAUSED},
}
"""From which states an event may follow."""

_LEADS_TO = {_K.RESUMED: _S.STARTED}


def state_after(kind: BatchEventKind) -> BatchState:
    """The state an event of `ALLOWED` leads to."""
    return _LEADS_TO.get(kind) or BatchState(kind.value)


def events_allowed(state: BatchState) -> list[BatchEventKind]:
    """What may follow in a state by a person's word; `CERTIFIED` follows from a certificate."""
    return [kind for kind, states in ALLOWED.items() if state in states and kind is not _K.CERTIFIED]


@dataclass(frozen=True, slots=True)
class ItemBatch:
    """A batch of items.

    Args:
        id: its row number.
        name: unique within its project.
        state: as its newest event has it.
        received_at: when its first item came, ISO 8601 in UTC; None where that is not known.
        due_at: when it is due, ISO 8601 in UTC; None where nobody said.
        items: how many it has.
    """

    id: int
    name: str
    state: BatchState
    received_at: str | None
    due_at: str | None
    items: int

    def may(self, kind: BatchEventKind) -> bool:
        """Whether an event may follow now."""
        return self.state in ALLOWED.get(kind, frozenset())


@dataclass(frozen=True, slots=True)
class BatchEvent:
    """One thing that happened to a batch; `at` is ISO 8601 in UTC."""

    kind: BatchEventKind
    actor: str
    detail: Mapping[str, object]
    at: str
