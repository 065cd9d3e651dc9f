"""Which human labels count under the policy version in use: those given under it, and those carried over to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from assistant.domain.policy_changes import CarryOver, PolicyChange


class LastRows(NamedTuple):
    """The newest row of each table of labels when a change was assessed: what came later was not looked at."""

    reviews: int
    adjudications: int
    gold_items: int
    precedents: int

    def lower(self, other: LastRows) -> LastRows:
        """Of each table the lower of the two."""
        return LastRows(*map(min, self, other))


@dataclass(frozen=True, slots=True)
class CarriedVersion:
    """An earlier version whose labels count, with what they don't count for.

    Args:
        version: the version they were given under.
        stale_by: the changes whose stale items are left out.
        until: the last rows that were assessed.
    """

    version: str
    stale_by: tuple[int, ...]
    until: LastRows


@dataclass(frozen=True, slots=True)
class LabelVersions:
    """What counts under a policy version.

    Args:
        policy_id, version: the version in use.
        carried: earlier versions whose labels count too, the newest first.
        unknown_as: the version that labels count as of which it was not kept; None where they count always.
        changes: (moment, old version, new version) of each change in effect, in that order; ISO 8601 in UTC.
        since: from when on what was decided under earlier versions may be wrong, ISO 8601 in UTC: when the newest
            change took effect that did not carry all labels over; empty for none.
    """

    policy_id: str
    version: str
    carried: tuple[CarriedVersion, ...] = ()
    unknown_as: str | None = None
    changes: tuple[tuple[str, str, str], ...] = ()
    since: str = ""

    def became(self, version: str, at: str) -> str:
        """What a version had become by a moment: itself, or the one that the changes in effect then lead to."""
        current = version
        for effective_at, old, new in self.changes:
            if old == current and effective_at <= at:
                current = new
        return current

    def oldest(self, versions: Sequence[str | None]) -> str | None:
        """Of versions that count, the one that lies furthest back; unknown is further back than any known one."""
        order = [self.version, *(one.version for one in self.carried)]
        known = [version for version in versions if version is not None]
        if len(known) < len(versions) or not known:
            return None
        return max(known, key=lambda version: order.index(version) if version in order else len(order))


def label_versions(policy_id: str, version: str, changes: Sequence[PolicyChange], at: str) -> LabelVersions:
    """What counts under a version at a moment (ISO 8601 in UTC), by the changes that are in effect then.

    A label counts for a later version when every change between the two carried it over.

    Args:
        policy_id, version: the version in use.
        changes: all changes of the project, in any order.
        at: the moment.
    """
    effective = in_effect(policy_id, changes, at)
    carried: list[CarriedVersion] = []
    stale_by: tuple[int, ...] = ()
    until: LastRows | None = None
    current, seen = version, {version}
    while (change := change_into(current, effective)) is not None and change.old_version not in seen:
        decision = change.carried
        if decision is None or decision.mode is CarryOver.NONE:
            break
        if decision.mode is CarryOver.ALL_BUT_STALE:
            stale_by = (*stale_by, change.id)
        rows = LastRows(*decision.until)
        until = rows if until is None else until.lower(rows)
        current = change.old_version
        seen.add(current)
        carried.append(CarriedVersion(current, stale_by, until))
    return LabelVersions(
        policy_id,
        version,
        tuple(carried),
        effective[0].old_version if effective else None,
        tuple((one.effective_at or "", one.old_version, one.new_version) for one in effective),
        max((one.effective_at or "" for one in effective if not _carries_all(one)), default=""),
    )


def in_effect(policy_id: str, changes: Sequence[PolicyChange], at: str) -> list[PolicyChange]:
    """The changes of a policy that are in effect at a moment, in the order they took effect."""
    found = [
        one for one in changes if one.policy_id == policy_id and one.effective_at is not None and one.effective_at <= at
    ]
    return sorted(found, key=lambda one: (one.effective_at or "", one.id))


def _carries_all(change: PolicyChange) -> bool:
    return change.carried is not None and change.carried.mode is CarryOver.ALL


def change_into(version: str, effective: Sequence[PolicyChange]) -> PolicyChange | None:
    """The newest of the changes in effect that leads to a version; None where it is there by itself."""
    return next((one for one in reversed(effective) if one.new_version == version), None)


class LeftOutKind(StrEnum):
    """What kind of human decision does not count."""

    LABELS = "labels"
    ADJUDICATIONS = "adjudications"
    GOLD = "gold"
    PRECEDENTS = "precedents"


class WhyLeftOut(StrEnum):
    """Why it does not count under the version in use."""

    OTHER_POLICY = "other_policy"  # given for another policy
    NOT_CARRIED = "not_carried"  # no change in effect carries its version over
    STALE = "stale"  # a change made its item stale
    LATER = "later"  # given under the old version after the change was assessed


class LeftOutLabels(NamedTuple):
    """Human decisions that don't count, of one kind, version and reason.

    Args:
        kind: what they are.
        policy_id, version: what they were given under; None where that was not kept.
        why: the reason.
        change_id: the change that made them stale, None for other reasons.
        labels, items: how many, on how many items.
    """

    kind: LeftOutKind
    policy_id: str | None
    version: str | None
    why: WhyLeftOut
    change_id: int | None
    labels: int
    items: int
