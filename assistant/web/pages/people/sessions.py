"""Where one is signed in, and the tokens that act for one: looked at, ended one by one, or all at once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.application.people.accounts import find_user
from assistant.application.people.sessions import device_of, end_all_sessions, end_session, list_sessions
from assistant.application.people.tokens import list_tokens, revoke_token
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.web.context import site, visit
from assistant.web.presentation.rendering import render
from assistant.web.security.authentication import Current, needs, require_confirmed, session_cookie
from assistant.web.server.public_routes import of_all_projects

router = APIRouter()

Manager = Annotated[Principal, Depends(needs(Permission.MANAGE_ACCESS))]
SessionName = Annotated[str, Form(pattern=r"^[0-9a-f]{16}$")]


@router.get("/profile/sessions")
@of_all_projects
def own_sessions(request: Request, who: Current) -> HTMLResponse:
    """One's own."""
    return _page(request, who.name, own=True)


@router.post("/profile/sessions/end")
@of_all_projects
def end_own(request: Request, who: Current, session: SessionName) -> Response:
    """End one of one's own sessions."""
    require_confirmed(request)
    end_session(site(request).workspace, who.name, session, actor=who.name)
    return RedirectResponse("/profile/sessions", 303)


@router.post("/profile/sessions/end-all")
@of_all_projects
def end_all_own(request: Request, who: Current) -> Response:
    """Sign out everywhere, here too."""
    require_confirmed(request)
    end_all_sessions(site(request).workspace, who.name, actor=who.name)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(session_cookie(request), secure=request.url.scheme == "https", httponly=True)
    return response


@router.post("/profile/tokens/{token_id}/revoke")
@of_all_projects
def revoke_own(request: Request, who: Current, token_id: int) -> Response:
    """Revoke one of one's own tokens; somebody else's isn't there (404)."""
    revoke_token(site(request).workspace, token_id, actor=who.name, of=who.name)
    return RedirectResponse("/profile/sessions", 303)


@router.get("/people/{name}/sessions")
def sessions_of(request: Request, name: str, _: Manager) -> HTMLResponse:
    """Somebody's."""
    return _page(request, name, own=False)


@router.post("/people/{name}/sessions/end-all")
def end_all_of(request: Request, name: str, who: Manager) -> Response:
    """Sign somebody out everywhere."""
    end_all_sessions(site(request).workspace, name, actor=who.name)
    return RedirectResponse(f"/people/{name}/sessions", 303)


def _page(request: Request, name: str, *, own: bool) -> HTMLResponse:
    workspace, idle_seconds = site(request).workspace, site(request).options.idle_seconds
    return render(
        request,
        "sessions/index.html",
        user=find_user(workspace, name),
        own=own,
        sessions=[(one, device_of(one.device)) for one in list_sessions(workspace, name, idle_seconds=idle_seconds)],
        here=visit(request).session[:16],
        tokens=list_tokens(workspace, name),
    )
