"""People who may sign in: who they are, what they may take, and shutting them out. Passwords go in and never out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from assistant.application.people import accounts
from assistant.application.people.accounts import NewUser, UserChanges
from assistant.application.people.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD
from assistant.application.people.project_people import list_people
from assistant.domain.accounts import User
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal, Role
from assistant.errors import NotFoundError
from assistant.web.api_schema import (
    ONE_LINE,
    Body,
    Cursor,
    Flag,
    LabelName,
    Language,
    Limit,
    Line,
    Page,
    Shown,
    below,
    paged,
    problems,
)
from assistant.web.context import site, visit
from assistant.web.presentation.navigation import allowed
from assistant.web.security.authentication import Current, needs, require
from assistant.web.server.public_routes import of_all_projects

router = APIRouter(prefix="/api/v1", tags=["users"])

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_PEOPLE))]
Manager = Annotated[Principal, Depends(needs(Permission.MANAGE_USERS))]
AccessManager = Annotated[Principal, Depends(needs(Permission.MANAGE_ACCESS))]
Password = Annotated[
    str, Field(min_length=SHORTEST_PASSWORD, max_length=LONGEST_PASSWORD, json_schema_extra={"writeOnly": True})
]
Words = Annotated[list[Annotated[Line, Field(max_length=120)]], Field(max_length=200)]
Languages = Annotated[list[Language], Field(max_length=200, description="BCP 47; none for all.")]
OptOuts = Annotated[list[LabelName], Field(max_length=200, description="Labels they don't want to see.")]
Team = Annotated[str, Field(max_length=120, pattern=ONE_LINE, description="Its queue is theirs, too.")]
DisplayName = Annotated[str, Field(max_length=200, pattern=ONE_LINE, examples=["Ana Ortiz"])]


class UserShown(Shown):
    """Somebody who may sign in."""

    id: int
    name: str
    display_name: str
    role: Role
    has_password: bool
    languages: list[str]
    skills: list[str]
    opt_outs: list[str]
    queues: list[str]
    team: str
    disabled: bool
    created_at: str


class Users(Page[UserShown]):
    """People, the newest first."""


class ProjectOfMine(Shown):
    """A project that is open to whoever asks."""

    key: str
    role: Role


class Myself(Shown):
    """Who asks, and what they may do here; with a token, what it may."""

    name: str
    role: Annotated[Role, Field(description="In the project the address names, else in the only one.")]
    project: Annotated[str | None, Field(description="The key of that project; null where none is named.")]
    projects: list[ProjectOfMine]
    scopes: list[str]
    permissions: list[Permission]
    token_expires_at: Annotated[
        str | None, Field(description="Until when the token opens something; null with a session.")
    ] = None


class Adding(Body):
    """Somebody new; without a password they come by a link or a token."""

    name: Annotated[Line, Field(max_length=64, examples=["ana"], description="What they sign in with.")]
    role: Role = Role.REVIEWER
    display_name: DisplayName = ""
    password: Password | None = None
    languages: Languages = Field(default_factory=list)
    skills: Words = Field(default_factory=list)
    opt_outs: OptOuts = Field(default_factory=list)
    queues: Words = Field(default_factory=list)
    team: Team = ""


class Changing(Body):
    """What is to change; what is left out or null stays."""

    role: Role | None = None
    display_name: Annotated[DisplayName, Field(min_length=1)] | None = None
    languages: Languages | None = None
    skills: Words | None = None
    opt_outs: OptOuts | None = None
    queues: Words | None = None
    team: Team | None = None
    disabled: Annotated[Flag | None, Field(description="Disabled: sessions end, tokens are revoked.")] = None


class NewPassword(Body):
    """A password."""

    password: Password


@router.get("/me", responses=problems())
@of_all_projects
def read_myself(request: Request, who: Current) -> Myself:
    """Who you are here and what you may do."""
    here = visit(request)
    return Myself(
        name=who.name,
        role=who.role,
        project=here.project.project.key if here.project else None,
        projects=[ProjectOfMine(key=one.project.key, role=one.role) for one in here.access.open],
        scopes=sorted(who.scopes),
        permissions=[permission for permission in Permission if allowed(here, permission)],
        token_expires_at=here.token_expires_at or None,
    )


@router.get("/users", responses=problems())
@of_all_projects
def list_users(request: Request, _: Viewer, cursor: Cursor = None, limit: Limit = 50) -> Users:
    """Everybody, the newest first; for those who lead a project the members of that."""
    known = _known(request)
    rows, following = paged(
        lambda before, most: below(known, lambda one: one.id, before, most), cursor, limit, lambda one: one.id
    )
    return Users(rows=[UserShown.of(one) for one in rows], next=following)


@router.get("/users/{name}", responses=problems(404))
@of_all_projects
def read_user(request: Request, _: Viewer, name: str) -> UserShown:
    """One person."""
    found = next((one for one in _known(request) if one.name == name), None)
    if found is None:
        raise NotFoundError("user_not_found", where=name)
    return UserShown.of(found)


def _known(request: Request) -> Sequence[User]:
    """Everybody for those who manage users; for others the members of their project, with the role in it."""
    workspace = site(request).workspace
    if allowed(visit(request), Permission.MANAGE_USERS):
        return accounts.list_users(workspace)
    return [one.user for one in list_people(workspace, named=True)]


@router.post("/users", status_code=201, responses=problems(409))
@of_all_projects
def add_user(request: Request, who: AccessManager, given: Adding) -> UserShown:
    """Add somebody. The same name again is refused (409)."""
    return UserShown.of(accounts.add_user(site(request).workspace, NewUser(**given.model_dump()), actor=who.name))


@router.patch("/users/{name}", responses=problems(404, 409))
@of_all_projects
def change_user(request: Request, who: Manager, name: str, given: Changing) -> UserShown:
    """Change somebody; it counts from their next request on. What they did stays, whatever becomes of them.

    `role` and `disabled` take what setting a password takes: the scope `accounts`, or a session that was confirmed.
    """
    if given.role is not None or given.disabled is not None:
        require(request, who, Permission.MANAGE_ACCESS)
    changes = UserChanges(**given.model_dump())
    return UserShown.of(accounts.change_user(site(request).workspace, name, changes, actor=who.name))


@router.put("/users/{name}/password", status_code=204, response_class=Response, responses=problems(404))
@of_all_projects
def set_password(request: Request, who: AccessManager, name: str, given: NewPassword) -> Response:
    """Give somebody a new password; their sessions end."""
    accounts.set_password(site(request).workspace, name, given.password, actor=who.name)
    return Response(status_code=204)
