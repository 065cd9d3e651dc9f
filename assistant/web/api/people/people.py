"""People's figures: right on gold, with peers and adjudicators, skill, speed, and how they accept suggestions.

Those who don't see names read them by pseudonym.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Request
from pydantic import Field

from assistant.application.people.accounts import find_user
from assistant.application.people.figures import standing_of
from assistant.application.people.project_people import by_shown_name
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal, QualificationState
from assistant.web.api_schema import Shown, group, problems
from assistant.web.context import site
from assistant.web.presentation.figures import figures_of_all
from assistant.web.presentation.navigation import sees_names
from assistant.web.presentation.people import find_shown
from assistant.web.security.authentication import needs

router = group("people")

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_FIGURES))]
Days = Literal["7", "30", "90", "all"]


class ShareShown(Shown):
    """k of n with Wilson's 95 % interval; null but n where n is 0."""

    k: int
    n: int
    value: float | None
    low: float | None
    high: float | None


class SkillShown(Shown):
    """Probability of a right answer to an item drawn at random, with a 95 % interval, from `n` shared items."""

    value: float
    low: float
    high: float
    n: int


class RubberStampShown(Shown):
    """How somebody accepts suggestions; `signs` are `too_fast` and `more_than_peers`."""

    accepted: ShareShown
    peers: ShareShown
    too_fast: ShareShown
    signs: list[str]


class FiguresShown(Shown):
    """One person's figures, of the answers of so many days."""

    rater: str
    answers: int
    gold: ShareShown
    peers: ShareShown
    adjudication: ShareShown
    skill: Annotated[
        SkillShown | None, Field(description="By the Dawid-Skene model; null where no item is shared with another one.")
    ]
    seconds: Annotated[float | None, Field(description="Median time on an item.")]
    active_seconds: Annotated[
        float | None, Field(description="Median of the part with the page in front, not idle; null where unknown.")
    ]
    active_unknown: Annotated[int, Field(description="Answers of which the active time is unknown: in no median.")]
    imported: Annotated[int, Field(description="Of the answers, those imported from files.")]
    stamp: RubberStampShown


class PeopleShown(Shown):
    """Everybody who answered, by name; `at` is when it was counted."""

    at: str
    rows: list[FiguresShown]


class RoundShown(Shown):
    """A qualification round."""

    id: int
    policy_id: str
    policy_version: str
    language: str
    state: QualificationState
    asked: int
    right: int
    created_at: str
    decided_at: str | None


class PersonShown(Shown):
    """One person: figures (null without answers), what they saw in this shift, and the rounds they took."""

    at: str
    name: str
    figures: FiguresShown | None
    seen: Annotated[int, Field(description="Items looked at in this shift, answered or passed on.")]
    seen_by_harm: dict[str, int]
    unlooked: Annotated[int, Field(description="Answers in this shift to hidden items that were never revealed.")]
    budgets: dict[str, int]
    rounds: list[RoundShown]


@router.get("", responses=problems())
def list_people(request: Request, _: Viewer, days: Days = "30") -> PeopleShown:
    """Figures of everybody who answered in so many days."""
    known = figures_of_all(request, days)
    shown = by_shown_name(site(request).workspace, known.value, named=sees_names(request))
    rows = [FiguresShown.of(one).model_copy(update={"rater": name}) for name, one in shown.items()]
    return PeopleShown(at=known.at.isoformat(timespec="seconds"), rows=rows)


@router.get("/{name}", responses=problems(404))
def read_person(request: Request, _: Viewer, name: str, days: Days = "30") -> PersonShown:
    """One person's figures, and how they stand today."""
    workspace = site(request).workspace
    found = find_shown(request, name)
    known = figures_of_all(request, days, about=found.name)
    today, told = standing_of(workspace, find_user(workspace, found.name)), known.value.get(found.name)
    return PersonShown(
        at=known.at.isoformat(timespec="seconds"),
        name=found.user.name,
        figures=None if told is None else FiguresShown.of(told).model_copy(update={"rater": found.user.name}),
        seen=today.seen.total,
        seen_by_harm=dict(today.seen.by_harm),
        unlooked=today.seen.unlooked,
        budgets=dict(today.budgets),
        rounds=[RoundShown.of(one) for one in today.rounds],
    )
