"""Where people work from when to when: team, vendor, site and contract, by days in UTC."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

MOST_HOURS = 168.0
"""Hours of a week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """Where a person works for a time.

    Args:
        person: the user's name, or that of an imported rater.
        team, vendor, site, contract: empty where there is none.
        weekly_hours: agreed, 0 to 168; None where it isn't known.
        valid_from: the first day; None where it isn't known: since before it was kept.
        valid_to: the last day; None until further notice.
    """

    person: str
    team: str = ""
    vendor: str = ""
    site: str = ""
    contract: str = ""
    weekly_hours: float | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it is valid on a day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)

    @property
    def backwards(self) -> bool:
        """Whether it ends before it begins."""
        return self.valid_from is not None and self.valid_to is not None and self.valid_to < self.valid_from


def overlap(memberships: Iterable[Membership]) -> tuple[Membership, Membership] | None:
    """Two of one person that hold on the same day; None where there are none."""
    for own in _by_person(memberships).values():
        for earlier, later in pairwise(own):
            if earlier.valid_to is None or later.valid_from is None or later.valid_from <= earlier.valid_to:
                return earlier, later
    return None


class Affiliations:
    """Who worked where at which time: an as-of join in memory.

    Args:
        memberships: of any number of people; those of one person don't overlap.
    """

    def __init__(self, memberships: Iterable[Membership]) -> None:
        self._by_person = _by_person(memberships)

    def at(self, person: str, moment: str) -> Membership | None:
        """Where a person worked at a moment (ISO 8601 in UTC); None where no membership says so."""
        day = date.fromisoformat(moment[:10])
        return next((one for one in self._by_person.get(person, ()) if one.holds_on(day)), None)


def _by_person(memberships: Iterable[Membership]) -> Mapping[str, Sequence[Membership]]:
    """In order of their first days."""
    found: dict[str, list[Membership]] = defaultdict(list)
    for one in memberships:
        found[one.person].append(one)
    return {person: sorted(own, key=lambda one: one.valid_from or date.min) for person, own in found.items()}
