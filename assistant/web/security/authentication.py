"""Who may come in. Every address asks for a login unless it is marked open; what it allows beyond that it says itself.

@router.get("/queue")
def queue(request: Request, who: Annotated[Principal, Depends(needs(Permission.SEE_QUEUE))]) -> HTMLResponse: ...
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from assistant.application.people.sessions import seconds_since, use_session
from assistant.application.people.tokens import use_token
from assistant.application.projects.access import project_access
from assistant.domain.accounts import LoginSession, User
from assistant.domain.permissions import CONFIRMED, SCOPES, Permission, Scope, may, role_may, roles_that_may
from assistant.domain.review_work import Principal, Role
from assistant.errors import AssistantError, NotAllowedError
from assistant.messages.language import marked
from assistant.web.context import NOBODY, Visit, site, visit
from assistant.web.presentation.terms import ROLES
from assistant.web.problems import CONFIRM, Problem
from assistant.web.security_events import access_refused, token_refused, token_used
from assistant.web.server.project_path import named_project
from assistant.web.server.public_routes import is_open, needs_project

CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf_token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_TYPING_SECONDS = 300  # from opening a form to sending it


async def door(request: Request) -> None:
    """Find out who asks, refuse forged requests, let nobody past without a login, and nobody into a project that isn't
    theirs; runs before every handler.

    Raises:
        Problem: 401 without a login, 403 for a request another site has made up.
        AssistantError: no project is named and there are several, they are no member of it.
    """
    by_token = request.headers.get("authorization") is not None
    request.state.visit = await run_in_threadpool(look, request)
    if request.method not in _SAFE and not by_token:
        await _refuse_forged(request)
    if visit(request).principal is None and not is_open(request.scope.get("endpoint")):
        raise _sign_in(request)
    _enter_project(request)


def _enter_project(request: Request) -> None:
    here, endpoint = visit(request), request.scope.get("endpoint")
    if here.principal is None or is_open(endpoint):
        return
    inside = needs_project(endpoint)
    if here.withheld is not None and (inside or named_project(request.scope)):
        if isinstance(here.withheld, NotAllowedError):
            site(request).workspace.read_log.add(access_refused(request, here.principal, "project"))
        raise here.withheld


async def current(request: Request) -> Principal:
    """Who asks, for a handler that allows everybody who is signed in."""
    principal = visit(request).principal
    if principal is None:
        raise _sign_in(request)
    return principal


Current = Annotated[Principal, Depends(current)]


def needs(permission: Permission) -> Callable[[Request], Awaitable[Principal]]:
    """A dependency that gives who asks, if their role and their token's scopes allow it.

    Raises (in the request):
        Problem: as `require`.
    """

    async def allowed(request: Request) -> Principal:
        principal = await current(request)
        require(request, principal, permission)
        return principal

    allowed.__permission__ = permission  # type: ignore[attr-defined]  # for the test that looks at all addresses
    return allowed


def require(request: Request, principal: Principal, permission: Permission) -> None:
    """Let nobody do what their role and their token's scopes don't allow; what manages access only shortly after they
    have shown that it is them.

    Raises:
        Problem: 403; its code is `scope_missing`, `role_missing` or `confirm`.
    """
    here = visit(request)
    if here.withheld is not None and not here.access.of_all and here.access.reach(permission):
        raise here.withheld
    if may(principal, permission) and here.access.reach(permission):
        if permission in CONFIRMED:
            require_confirmed(request)
        return
    site(request).workspace.read_log.add(access_refused(request, principal, permission.value))
    if role_may(principal.role, permission) and here.access.reach(permission):
        raise _lacks(SCOPES[permission])
    raise Problem(
        403,
        marked("Your role (%(role)s) doesn't allow this. Required: one of %(roles)s. An admin can change your role."),
        code="role_missing",
        values={"role": ROLES[principal.role], "roles": _roles(here, permission)},
    )


def _roles(here: Visit, permission: Permission) -> list[str]:
    """The roles that may do it: of what belongs to all projects, the workspace's admins alone."""
    return [ROLES[role] for role in roles_that_may(permission) if role is Role.ADMIN or here.access.reach(permission)]


def require_confirmed(request: Request) -> None:
    """Let a session go on only shortly after its person has given their password or come by a link.

    A form may be sent a little later than it may be opened, so that nobody loses what they typed. A token needs the
    scope `accounts` instead.

    Raises:
        Problem: 403 with the code `confirm`, or `scope_missing` for a token; a page leads to where it is done.
    """
    here = visit(request)
    if here.principal is not None and not here.session and Scope.ACCOUNTS.value not in here.principal.scopes:
        raise _lacks(Scope.ACCOUNTS)
    allowed = site(request).options.confirm_seconds + (0 if request.method in _SAFE else _TYPING_SECONDS)
    if here.session and (not here.confirmed_at or seconds_since(here.confirmed_at) > allowed):
        detail = marked("Confirm your password before you manage accounts: POST /api/v1/me/confirm, or sign in.")
        raise Problem(403, detail, code=CONFIRM)


def _lacks(scope: Scope) -> Problem:
    detail = marked("This token lacks the scope “%(scope)s”. Create another with that scope.")
    return Problem(403, detail, code="scope_missing", values={"scope": scope.value})


def session_cookie(request: Request) -> str:
    """The name of the cookie: bound to the host by its prefix where there is https.

    Browsers take `__Host-` for the path `/` only; below a path of its own a site has neighbours that may be others of
    this program.
    """
    here = site(request)
    if request.url.scheme != "https":
        return here.options.cookie
    if here.root.path:
        return f"__Secure-{here.options.cookie}"
    return "__Host-assistant-session"


def look(request: Request) -> Visit:
    """Who asks: by their token where there is one, right or wrong, else by their session; and in which project.

    From here on the request's `site` is that of its project.
    """
    return _by_token(request) if request.headers.get("authorization") is not None else _by_session(request)


def _in_project(request: Request, user: User, found: Visit, scopes: Sequence[str] = ()) -> Visit:
    """The visit with who makes it, the project it is to, and the role in that."""
    here, principal = site(request), user.principal(scopes)
    access = project_access(here.workspace, user)
    found = replace(found, access=access)
    try:
        chosen = access.choose(named_project(request.scope))
    except AssistantError as error:
        least = principal if access.of_all else replace(principal, role=Role.EXTERNAL)
        return replace(found, principal=least, withheld=error)
    request.state.site = here.of_project(chosen.project.key)
    return replace(found, principal=replace(principal, role=chosen.role), project=chosen)


def _by_session(request: Request) -> Visit:
    session = find_session(request)
    if session is None:
        return NOBODY
    user = session.user
    confirmed = session.confirmed_at
    found = Visit(None, user.display_name, session.csrf, user.preferences, session.digest, confirmed)
    return _in_project(request, user, found)


def find_session(request: Request) -> LoginSession | None:
    """The session the browser came with, if it is alive."""
    here = site(request)
    secret = request.cookies.get(session_cookie(request), "")
    return use_session(here.workspace, secret, idle_seconds=here.options.idle_seconds)


def _by_token(request: Request) -> Visit:
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    workspace = site(request).workspace
    holder = use_token(workspace, secret.strip()) if kind.lower() == "bearer" else None
    if holder is None:
        workspace.read_log.add(token_refused(request, "unknown", ""))
        return Visit(refused="token_unknown")
    if holder.expired:
        workspace.read_log.add(token_refused(request, "expired", holder.user.name))
        return Visit(token_expires_at=holder.expires_at, refused="token_expired")
    workspace.read_log.add_once(token_used(request, holder.token_id, holder.user.name))
    user = holder.user
    found = Visit(None, user.display_name, preferences=user.preferences, token_expires_at=holder.expires_at)
    return _in_project(request, user, found, holder.scopes)


async def _refuse_forged(request: Request) -> None:
    if _from_elsewhere(request):
        raise Problem(
            403, marked("This request comes from another site. Open the page here and try again."), code="origin"
        )
    here = visit(request)
    if not here.session:
        return
    given = request.headers.get(CSRF_HEADER, "")
    if not given and request.headers.get("content-type", "").startswith(_FORMS):
        field = (await request.form()).get(CSRF_FIELD, "")
        given = field if isinstance(field, str) else ""
    if not hmac.compare_digest(given.encode(), here.csrf.encode()):
        raise Problem(403, marked("The page this was sent from has expired. Reload it and try again."), code="csrf")


def _from_elsewhere(request: Request) -> bool:
    """As the browser itself says; an address on another port of this machine is elsewhere, too."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return True
    origin = request.headers.get("origin")
    if origin is None:
        return False
    ours = {request.headers.get("host", ""), urlsplit(site(request).options.origin).netloc}
    return urlsplit(origin).netloc not in ours or origin == "null"


def _sign_in(request: Request) -> Problem:
    here = visit(request)
    if here.refused == "token_expired":
        return Problem(
            401,
            marked("This token expired on %(day)s. An admin can create another."),
            code="token_expired",
            values={"day": here.token_expires_at[:10]},
            headers={"WWW-Authenticate": 'Bearer error="invalid_token", error_description="The token expired"'},
        )
    return Problem(401, code="sign_in", headers={"WWW-Authenticate": "Bearer"})
