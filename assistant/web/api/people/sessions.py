"""Where people are signed in: one's own sessions and, for admins, somebody else's; listed and ended."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import Field

from assistant.application.people.accounts import find_user
from assistant.application.people.sessions import device_of, end_all_sessions, end_session, list_sessions
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.messages.language import marked
from assistant.web.api_schema import Body, Shown, problems
from assistant.web.context import site, visit
from assistant.web.problems import Problem
from assistant.web.security.authentication import Current, needs, require_confirmed
from assistant.web.security.reauthentication import begin_session, is_own
from assistant.web.server.public_routes import of_all_projects

router = APIRouter(prefix="/api/v1", tags=["sessions"])

Manager = Annotated[Principal, Depends(needs(Permission.MANAGE_ACCESS))]
SessionId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]


class ActiveSession(Shown):
    """A session that is alive; `id` opens nothing. When it was last seen is noted every few minutes."""

    id: str
    device: Annotated[str, Field(examples=["Firefox, Linux"])]
    address: str
    created_at: str
    last_seen_at: str
    expires_at: str
    current: Annotated[bool, Field(description="Whether this request came with it.")]


class Sessions(Shown):
    """Somebody's sessions, the one used last first."""

    rows: list[ActiveSession]


class Ended(Shown):
    """How many sessions were alive."""

    sessions_ended: int


class Confirming(Body):
    """One's own password, once more."""

    password: Annotated[str, Field(max_length=2000, json_schema_extra={"writeOnly": True})]


@router.post("/me/confirm", status_code=204, response_class=Response, responses=problems(409))
@of_all_projects
def confirm_myself(request: Request, who: Current, given: Confirming) -> Response:
    """Show that it is you, by your password: for ten minutes this session may then manage accounts.

    The session goes on with a new cookie. A token needs the scope `accounts` instead (409).
    """
    if not visit(request).session:
        raise Problem(409, marked("A token can't be confirmed: it needs the scope “accounts”."), code="token")
    if not is_own(request, who, given.password):
        raise Problem(403, marked("Incorrect current password."), code="password")
    user = find_user(site(request).workspace, who.name)
    return begin_session(request, user, Response(status_code=204), how="confirm")


@router.get("/me/sessions", responses=problems())
@of_all_projects
def list_own_sessions(request: Request, who: Current) -> Sessions:
    """Where you are signed in."""
    return _shown(request, who.name)


@router.delete("/me/sessions/{session_id}", status_code=204, response_class=Response, responses=problems(404))
@of_all_projects
def end_own_session(request: Request, who: Current, session_id: SessionId) -> Response:
    """End one of your sessions."""
    require_confirmed(request)
    if not end_session(site(request).workspace, who.name, session_id, actor=who.name):
        raise Problem(404, marked("There is no such session."), code="no_session")
    return Response(status_code=204)


@router.delete("/me/sessions", responses=problems())
@of_all_projects
def end_own_sessions(request: Request, who: Current) -> Ended:
    """Sign out everywhere, here too; tokens stay as they are."""
    require_confirmed(request)
    return Ended(sessions_ended=end_all_sessions(site(request).workspace, who.name, actor=who.name))


@router.get("/users/{name}/sessions", responses=problems(404))
@of_all_projects
def list_sessions_of(request: Request, _: Manager, name: str) -> Sessions:
    """Where somebody is signed in."""
    return _shown(request, name)


@router.delete("/users/{name}/sessions", responses=problems(404))
@of_all_projects
def end_sessions_of(request: Request, who: Manager, name: str) -> Ended:
    """Sign somebody out everywhere; their tokens stay as they are."""
    return Ended(sessions_ended=end_all_sessions(site(request).workspace, name, actor=who.name))


def _shown(request: Request, name: str) -> Sessions:
    found = list_sessions(site(request).workspace, name, idle_seconds=site(request).options.idle_seconds)
    here = visit(request).session
    return Sessions(
        rows=[
            ActiveSession(
                id=one.id,
                device=device_of(one.device),
                address=one.address,
                created_at=one.created_at,
                last_seen_at=one.last_seen_at,
                expires_at=one.expires_at,
                current=bool(here) and here.startswith(one.id),
            )
            for one in found
        ]
    )
