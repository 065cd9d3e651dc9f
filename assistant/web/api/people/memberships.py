"""Where people work from when to when, and figures by team, vendor, site or contract."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import Field

from assistant.application.people.memberships import (
    GroupKind,
    group_figures,
    list_memberships,
    move_person,
    period,
)
from assistant.domain.memberships import MOST_HOURS, Membership
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.web.api_schema import ONE_LINE, Body, Line, Shown, group, problems
from assistant.web.context import site
from assistant.web.presentation.people import find_shown
from assistant.web.security.authentication import needs

router = group("memberships")

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_PEOPLE))]
Manager = Annotated[Principal, Depends(needs(Permission.MANAGE_USERS))]
Place = Annotated[str, Field(max_length=120, pattern=ONE_LINE)]
Day = Annotated[str | None, Query(max_length=10, examples=["2026-03-01"], description="In UTC, included.")]


class Moving(Body):
    """Where a user works from a day on."""

    person: Annotated[Line, Field(examples=["ana"])]
    team: Place = ""
    vendor: Place = ""
    site: Place = ""
    contract: Place = ""
    weekly_hours: Annotated[float | None, Field(ge=0, le=MOST_HOURS)] = None
    valid_from: Annotated[date | None, Field(description="The first day; today where it is left out.")] = None
    valid_to: Annotated[date | None, Field(description="The last day; until a later one begins where left out.")] = None


class MembershipShown(Shown):
    """Where somebody works for a time; `valid_from` null is before it was kept, `valid_to` null has no end."""

    person: str
    team: str
    vendor: str
    site: str
    contract: str
    weekly_hours: float | None
    valid_from: date | None
    valid_to: date | None


class MembershipsShown(Shown):
    """A user's, by first day."""

    rows: list[MembershipShown]


class GroupShown(Shown):
    """The answers of one group; the group without a name is of people of whom it isn't known where they worked."""

    group: str
    people: int
    answers: int
    seconds: Annotated[float | None, Field(description="Median time on an item; null where it is never known.")]
    active_seconds: Annotated[float | None, Field(description="Median active time, where it is known.")]
    active_unknown: int
    gold_right: int
    gold_answers: int


class GroupsShown(Shown):
    """Groups by name."""

    by: GroupKind
    first: date
    last: date
    rows: list[GroupShown]


@router.get("/figures", responses=problems(400))
def read_group_figures(
    request: Request, _: Viewer, *, by: GroupKind = GroupKind.TEAM, first: Day = None, last: Day = None
) -> GroupsShown:
    """Figures by group of the answers of some days; each counts where its giver worked that day."""
    begin, end = period(first, last, today=datetime.now(UTC).date())
    rows = [GroupShown.of(one) for one in group_figures(site(request).workspace, by, begin, end)]
    return GroupsShown(by=by, first=begin, last=end, rows=rows)


@router.get("/{person}", responses=problems(404))
def list_person_memberships(request: Request, _: Viewer, person: str) -> MembershipsShown:
    """Where a user has worked from when to when."""
    rows = list_memberships(site(request).workspace, find_shown(request, person).name)
    return MembershipsShown(rows=[MembershipShown.of(one) for one in rows])


@router.post("", responses=problems(400, 404, 409))
def move_to(request: Request, who: Manager, given: Moving) -> MembershipsShown:
    """Let a user work elsewhere from a day on; what they did before ends the day before."""
    workspace = site(request).workspace
    move_person(workspace, Membership(**given.model_dump()), actor=who.name)
    return MembershipsShown(rows=[MembershipShown.of(one) for one in list_memberships(workspace, given.person)])
