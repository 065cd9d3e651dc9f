"""A change of the policy: proposed, approved, activated from a date on; what it makes stale, what is carried over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class ChangeState(StrEnum):
    """How far a change has come; whether it is in effect is a matter of its date."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    ACTIVATED = "activated"
    WITHDRAWN = "withdrawn"


class CarryOver(StrEnum):
    """Which labels given under the old version count under the new one."""

    ALL = "all"
    ALL_BUT_STALE = "all-but-stale"
    NONE = "none"


class StaleReason(StrEnum):
    """Why the labels of an item may be wrong under the new version."""

    CITED_BY_PEOPLE = "cited_by_people"  # a person gave a changed clause as the reason of a label
    CITED_BY_MACHINE = "cited_by_machine"  # a model did, in any run
    LABEL = "label"  # a label given to it is gone or defined otherwise
    NEAR = "near"  # its content is near the changed wording


class CarryDecision(NamedTuple):
    """What is carried over.

    Args:
        mode: which labels.
        until: the newest assessed rows of reviews, adjudications, gold and precedents.
        actor, at: who decided, and when (ISO 8601 in UTC).
        counts: labels carried and left out, as they were then, by name.
    """

    mode: CarryOver
    until: tuple[int, int, int, int]
    actor: str
    at: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """One change, as its events say.

    Args:
        id: its row number.
        policy_id, old_version, new_version: from what to what.
        digest: of the new document.
        note: why.
        proposed_by, created_at: who proposed it, and when (ISO 8601 in UTC).
        state: how far it has come.
        approved_by: who approved it, None before.
        effective_at: from when on it is in effect (ISO 8601 in UTC), None before it is activated.
        carried: the newest decision on what is carried over, None before.
        assessment: what it makes stale and what that costs, as it was last counted; empty before.
    """

    id: int
    policy_id: str
    old_version: str
    new_version: str
    digest: str
    note: str
    proposed_by: str
    created_at: str
    state: ChangeState
    approved_by: str | None
    effective_at: str | None
    carried: CarryDecision | None
    assessment: Mapping[str, object]

    @property
    def name(self) -> str:
        """How commands name it, e.g. `c3`."""
        return f"c{self.id}"

    @property
    def is_open(self) -> bool:
        """Whether it waits for approval or activation."""
        return self.state in {ChangeState.PROPOSED, ChangeState.APPROVED}

    def in_effect(self, at: str) -> bool:
        """Whether it is in effect at a moment, ISO 8601 in UTC."""
        return self.effective_at is not None and self.effective_at <= at
