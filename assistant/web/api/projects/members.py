"""Members of a project: who is in it and in which role; leads staff their own project."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Response
from pydantic import Field

from assistant.application.projects.staffing import (
    Staffing,
    members_here,
    remove_member,
    set_member,
    staff_member,
)
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal, Role
from assistant.web.api.people.users import Languages, Team, UserShown, Words
from assistant.web.api_schema import Body, Shown, group, problems
from assistant.web.context import site
from assistant.web.security.authentication import needs

router = group("members")

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_PEOPLE))]
Lead = Annotated[Principal, Depends(needs(Permission.STAFF))]


class MemberShown(Shown):
    """A member, and since when they have their role."""

    user: str
    role: Role
    since: str


class Members(Shown):
    """Members, by name."""

    rows: list[MemberShown]


class MemberRole(Body):
    """A role in the project; never one above your own, and never `admin`."""

    role: Role


class StaffChanges(Body):
    """What they take; what is left out or null stays. It counts in all their projects."""

    languages: Languages | None = None
    skills: Words | None = None
    queues: Words | None = None
    team: Annotated[Team | None, Field(description="Its queue is theirs, too.")] = None


@router.get("", responses=problems())
def list_members(request: Request, _: Viewer) -> Members:
    """The members of the project."""
    return Members(rows=[MemberShown.of(one) for one in members_here(site(request).workspace)])


@router.put("/{name}", responses=problems(404))
def put_member(request: Request, who: Lead, name: str, given: MemberRole) -> Members:
    """Make a user a member, or give a member another role. The same again changes nothing."""
    set_member(site(request).workspace, who, name, given.role)
    return Members(rows=[MemberShown.of(one) for one in members_here(site(request).workspace)])


@router.patch("/{name}", responses=problems(404))
def change_member(request: Request, who: Lead, name: str, given: StaffChanges) -> UserShown:
    """Change a member's team, languages, skills or queues; it counts from their next request on."""
    return UserShown.of(staff_member(site(request).workspace, who, name, Staffing(**given.model_dump())))


@router.delete("/{name}", status_code=204, response_class=Response, responses=problems(404))
def delete_member(request: Request, who: Lead, name: str) -> Response:
    """End a membership; what they did stays."""
    remove_member(site(request).workspace, who, name)
    return Response(status_code=204)
