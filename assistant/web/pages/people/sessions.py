"""Where one is signed in, and the tokens that act for one: looked at, ended one by one, or all at once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.domain.accounts import OpenSession, User
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.store.people.api_tokens import ApiTokenStore
from assistant.store.people.sessions import SessionStore
from assistant.store.people.users import UserStore
from assistant.web.context import site, visit
from assistant.web.named_users import person_named
from assistant.web.presentation.rendering import render
from assistant.web.problems import Problem
from assistant.web.security.authentication import Current, needs, require_confirmed, session_cookie
from assistant.web.security.devices import device_of

router = APIRouter()

Manager = Annotated[Principal, Depends(needs(Permission.MANAGE_ACCESS))]
SessionName = Annotated[str, Form(pattern=r"^[0-9a-f]{16}$")]


@router.get("/profile/sessions")
def own_sessions(request: Request, who: Current) -> HTMLResponse:
    """One's own."""
    return _page(request, _user(request, who), own=True)


@router.post("/profile/sessions/end")
def end_own(request: Request, who: Current, session: SessionName) -> Response:
    """End one of one's own sessions."""
    require_confirmed(request)
    SessionStore(site(request).database).end_one(_user(request, who), session, actor=who.name)
    return RedirectResponse("/profile/sessions", 303)


@router.post("/profile/sessions/end-all")
def end_all_own(request: Request, who: Current) -> Response:
    """Sign out everywhere, here too."""
    require_confirmed(request)
    SessionStore(site(request).database).end_all(_user(request, who), actor=who.name)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(session_cookie(request), secure=request.url.scheme == "https", httponly=True)
    return response


@router.post("/profile/tokens/{token_id}/revoke")
def revoke_own(request: Request, who: Current, token_id: int) -> Response:
    """Close the door for one of one's own tokens.

    Raises:
        Problem: 404 for a token of somebody else.
    """
    store = ApiTokenStore(site(request).database)
    if token_id not in {one.id for one in store.all(who.name)}:
        raise Problem(404)
    store.revoke(token_id, actor=who.name)
    return RedirectResponse("/profile/sessions", 303)


@router.get("/people/{name}/sessions")
def sessions_of(request: Request, name: str, _: Manager) -> HTMLResponse:
    """Somebody's."""
    return _page(request, person_named(request, name), own=False)


@router.post("/people/{name}/sessions/end-all")
def end_all_of(request: Request, name: str, who: Manager) -> Response:
    """Sign somebody out everywhere."""
    user = person_named(request, name)
    SessionStore(site(request).database).end_all(user, actor=who.name)
    return RedirectResponse(f"/people/{user.name}/sessions", 303)


def sessions_shown(request: Request, user: User) -> list[tuple[OpenSession, str]]:
    """Somebody's sessions, each with its device in words."""
    found = SessionStore(site(request).database).of_user(user.id, idle_seconds=site(request).options.idle_seconds)
    return [(one, device_of(one.device)) for one in found]


def _user(request: Request, who: Principal) -> User:
    return UserStore(site(request).database).get(who.name)


def _page(request: Request, user: User, *, own: bool) -> HTMLResponse:
    return render(
        request,
        "sessions/index.html",
        user=user,
        own=own,
        sessions=sessions_shown(request, user),
        here=visit(request).session[:16],
        tokens=ApiTokenStore(site(request).database).all(user.name),
    )
