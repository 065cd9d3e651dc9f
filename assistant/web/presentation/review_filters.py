"""Filters of disagreements and of the queue as they stand in an address, for pages and the API alike."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from assistant.application.review.disagreements import read_listed_answer
from assistant.domain.assignments import PartitionFilter, Urgency, WantedAnswer
from assistant.domain.disagreements import DisagreementFilter
from assistant.domain.permissions import Permission, may
from assistant.domain.policies import LabelSet
from assistant.domain.review_work import AssignmentState, Principal
from assistant.errors import InvalidValueError, NotAllowedError
from assistant.web.presentation.pagination import Share, Text

NONE = "-"  # in the address: those without one, where empty means all


@dataclass(frozen=True, slots=True, kw_only=True)
class DisagreementChoice:
    """The filters of disagreements.

    Args:
        kind: `machine` against people, or `people` against each other.
        settled: `no` for those that wait, `yes` for adjudicated ones.
        first: the machine's answer, or one person's; several labels joined by `|`.
        second: the person's answer, or the other person's; counts together with `first`.
        clause, language, prompt, reviewer: as they are called.
        least, most: confidence of the machine's answer.
    """

    kind: Literal["machine", "people"] = "machine"
    settled: Literal["no", "yes"] = "no"
    first: Text = ""
    second: Text = ""
    clause: Text = ""
    language: Text = ""
    prompt: Text = ""
    reviewer: Text = ""
    least: Share = None
    most: Share = None

    def values(self) -> dict[str, object]:
        """By name, without those that are as they always are."""
        present = {one.name: (getattr(self, one.name), one.default) for one in fields(self)}
        return {name: value for name, (value, usual) in present.items() if value != usual}

    def wanted(self, label_set: LabelSet) -> DisagreementFilter:
        """As the application takes them.

        Raises:
            InvalidValueError: a label there is not.
        """
        both = bool(self.first and self.second)
        ranged = self.kind == "machine" and (self.least is not None or self.most is not None)
        return DisagreementFilter(
            kind=self.kind,
            settled=self.settled == "yes",
            pair=(read_listed_answer(self.first, label_set), read_listed_answer(self.second, label_set))
            if both
            else None,
            clause=self.clause or None,
            language=self.language or None,
            reviewer=self.reviewer or None,
            prompt=self.prompt or None if self.kind == "machine" else None,
            confidence=(self.least or 0.0, 1.0 if self.most is None else self.most) if ranged else None,
        )

    def check_names(self, who: Principal) -> None:
        """Raise NotAllowedError where someone filters by a reviewer and may not see names."""
        if self.reviewer and not may(who, Permission.SEE_PEOPLE):
            raise NotAllowedError("names_hidden", field="reviewer")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueChoice:
    """The filters of the queue; `-` for work without a team, label or skill."""

    team: Text = ""
    language: Text = ""
    harm: Text = ""
    skill: Text = ""
    state: Literal["", "open", "leased", "paused", "answered", "closed"] = ""

    def wanted(self) -> PartitionFilter:
        """As the application takes them."""
        given = {"queue": self.team, "language": self.language, "harm": self.harm, "skill": self.skill}
        return PartitionFilter(**{name: "" if value == NONE else value or None for name, value in given.items()})

    def values(self) -> dict[str, str]:
        """By name."""
        kept = {"team": self.team, "language": self.language, "harm": self.harm, "skill": self.skill}
        return kept | {"state": self.state}

    @property
    def in_state(self) -> AssignmentState:
        """The state of wanted answers; unassigned ones where nothing is chosen."""
        return AssignmentState(self.state or AssignmentState.OPEN)


def urgency_name(one: WantedAnswer) -> str:
    """The place of a row in the order of work, as it stands in an address."""
    return f"{one.priority!r}:{one.id}"


def read_urgency(after: str) -> Urgency | None:
    """A place in the order of work as it stands in an address. Raises InvalidValueError for what is none."""
    priority, _, number = after.partition(":")
    try:
        return Urgency(float(priority), int(number)) if after else None
    except ValueError:
        raise InvalidValueError("place_unreadable", field="after") from None
