"""The members of the project at hand: who is in it, in which role, and what they take."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.application.people.project_people import list_people
from assistant.application.projects.staffing import (
    Staffing,
    members_here,
    remove_member,
    set_member,
    staff_member,
)
from assistant.domain.accounts import User
from assistant.domain.permissions import Permission, may_give
from assistant.domain.review_work import Principal, Role
from assistant.errors import AssistantError, InputError, NotAllowedError, NotFoundError
from assistant.web.context import site
from assistant.web.presentation.advice import sentences
from assistant.web.presentation.rendering import language_of, render
from assistant.web.presentation.terms import ROLES
from assistant.web.security.authentication import needs
from assistant.web.sent_fields import SentFields, listed

router = APIRouter()

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_PEOPLE))]
Lead = Annotated[Principal, Depends(needs(Permission.STAFF))]
Line = Annotated[str, Form(max_length=400)]


@router.get("/members")
def members(request: Request, who: Viewer) -> HTMLResponse:
    """Everybody, with their role here."""
    return _page(request, who)


@router.post("/members")
def add(
    request: Request, who: Lead, name: Annotated[str, Form(max_length=64)], role: Annotated[Role, Form()]
) -> Response:
    """Make a user a member, or give a member another role."""
    try:
        set_member(site(request).workspace, who, name.strip(), role)
    except InputError as error:
        return _page(request, who, error=error, given={"name": name, "role": role})
    return RedirectResponse("/members", 303)


@router.post("/members/{name}/remove")
def remove(request: Request, who: Lead, name: str) -> Response:
    """End a membership; what they did stays."""
    try:
        remove_member(site(request).workspace, who, name)
    except InputError as error:
        return _page(request, who, error=error)
    return RedirectResponse("/members", 303)


@router.get("/members/{name}")
def staffing(request: Request, _: Lead, name: str) -> HTMLResponse:
    """The form to change what a member takes."""
    return _form(request, _member(request, name))


@router.post("/members/{name}")
def staff(
    request: Request,
    who: Lead,
    name: str,
    *,
    sent: SentFields,
    languages: Line = "",
    skills: Line = "",
    queues: Line = "",
    team: Annotated[str, Form(max_length=120)] = "",
) -> Response:
    """Change what they take; a field that was not sent stays as it is, one that was made empty is emptied."""
    user = _member(request, name)
    given: dict[str, Any] = {"languages": listed(languages), "skills": listed(skills), "queues": listed(queues)}
    given |= {"team": team.strip()}
    changes = Staffing(**{key: value for key, value in given.items() if key in sent})
    try:
        staff_member(site(request).workspace, who, user.name, changes)
    except InputError as error:
        return _form(request, user, error=error)
    return RedirectResponse("/members", 303)


def _member(request: Request, name: str) -> User:
    workspace = site(request).workspace
    user = workspace.users.member(name)
    if user is None:
        raise NotFoundError("member_not_found", field="user", user=name, project=workspace.project.key)
    return user


def _page(
    request: Request, who: Principal, *, error: AssistantError | None = None, given: dict[str, Any] | None = None
) -> HTMLResponse:
    workspace = site(request).workspace
    since = {one.user: one.since for one in members_here(workspace)}
    return render(
        request,
        "projects/members.html",
        status=_status(error),
        people=[(one.user, since.get(one.name, "")) for one in list_people(workspace, named=True)],
        roles=ROLES,
        given=given or {"name": "", "role": Role.REVIEWER},
        offered=[role for role in Role if role is not Role.ADMIN and may_give(who.role, role)],
        error=sentences(error, language_of(request)) if error else "",
    )


def _form(request: Request, user: User, *, error: AssistantError | None = None) -> HTMLResponse:
    return render(
        request,
        "projects/member.html",
        status=_status(error),
        user=user,
        roles=ROLES,
        given={name: ", ".join(getattr(user, name)) for name in ("languages", "skills", "queues")}
        | {"team": user.team},
        error=sentences(error, language_of(request)) if error else "",
    )


def _status(error: AssistantError | None) -> int:
    if error is None:
        return 200
    return 403 if isinstance(error, NotAllowedError) else 422
