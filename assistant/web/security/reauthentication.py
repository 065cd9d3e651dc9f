"""People showing that it is them: by their password, limited and logged wherever it is asked for."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from assistant.application.people import sessions
from assistant.application.people.login_limits import Wait
from assistant.application.people.sessions import NewSession
from assistant.application.people.sign_in import check_password, known_account
from assistant.domain.accounts import User
from assistant.domain.review_work import Principal
from assistant.messages.language import marked
from assistant.web.context import address, request_id, site, visit
from assistant.web.problems import Problem
from assistant.web.security.authentication import session_cookie
from assistant.web.security_events import login_refused
from assistant.web.server.log import LOG

TOO_MANY = marked("Too many attempts. Wait %(seconds)s seconds, then try again; other accounts aren't affected.")


def user_of(request: Request, account: str, password: str, *, why: str = "failed") -> User | Wait | None:
    """Who this name and password are, None for nobody, or how long to wait; refusals are counted and logged.

    Unknown names, wrong passwords and the shut out are nobody, after the same time.
    """
    here = site(request)
    found = check_password(here.workspace, here.logins, account, password, address(request))
    if isinstance(found, Wait):
        here.metrics.login_limit(found.limit)
        note_refused(request, "limited", known_account(here.workspace, account))
    elif found is None:
        note_refused(request, why, known_account(here.workspace, account))
    return found


def is_own(request: Request, who: Principal, password: str) -> bool:
    """Whether this is the password of whoever asks. Raises Problem 429 after too many wrong ones."""
    found = user_of(request, who.name, password, why="confirm")
    if isinstance(found, Wait):
        raise Problem(429, TOO_MANY, values={"seconds": found.seconds}, headers={"Retry-After": str(found.seconds)})
    return found is not None


def note_refused(request: Request, why: str, account: str) -> None:
    """Count and log a refusal. Not the name that was typed: people type passwords into that field, too."""
    here = site(request)
    here.metrics.login("limited" if why == "limited" else "failed")
    here.workspace.read_log.add(login_refused(request, account, why))
    LOG.warning({"id": request_id(request), "login": why, "from": address(request)})


def begin_session(request: Request, user: User, response: Response, *, how: str) -> Response:
    """Begin a new session, whatever the browser came with, and put its cookie into the answer.

    How it was begun is `password`, `link` or `confirm`; the last keeps what the pages that are open send back.
    """
    here, before = site(request), visit(request)
    new = NewSession(
        how=how,
        seconds=here.options.session_seconds,
        csrf=before.csrf if how == "confirm" else "",
        instead_of=before.session,
        device=request.headers.get("user-agent", ""),
        address=address(request),
    )
    secret = sessions.begin_session(here.workspace, user, new)
    here.metrics.login("ok")
    request.state.visit = type(before)(Principal(user.id, user.name, user.role), user.display_name)  # for the log
    response.headers["Cache-Control"] = "no-store"
    response.set_cookie(
        session_cookie(request),
        secret,
        max_age=int(here.options.session_seconds),
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return response
