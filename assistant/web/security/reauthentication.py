"""People showing that it is them: by their password, limited and logged wherever it is asked for."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from assistant.domain.review_work import Principal
from assistant.messages.language import marked
from assistant.store.people.sessions import SessionStore
from assistant.store.people.users import User, UserStore
from assistant.web.context import address, request_id, site, visit
from assistant.web.login_limits import Wait
from assistant.web.problems import Problem
from assistant.web.security.authentication import session_cookie
from assistant.web.security.credentials import digest, new_secret, password_fits
from assistant.web.security_events import login_refused
from assistant.web.server.log import LOG

TOO_MANY = marked("Too many tries. Wait %(seconds)s seconds, then try again; other people aren't affected.")


def user_of(request: Request, account: str, password: str, *, why: str = "failed") -> User | Wait | None:
    """Who this name and password are, None for nobody, or how long to wait; refusals are counted and logged.

    Unknown names, wrong passwords and the shut out are nobody, after the same time.
    """
    here = site(request)
    users = UserStore(here.database)
    wait = here.logins.try_once(account, address(request))
    if wait.seconds:
        here.metrics.login_limit(wait.limit)
        note_refused(request, "limited", account if users.find(account) else "")
        return wait
    user = users.find(account) if password_fits(password, users.password_hash(account)) else None
    if user is None:
        note_refused(request, why, account if users.find(account) else "")
        return None
    here.logins.succeeded(account, address(request))
    return user


def is_own(request: Request, who: Principal, password: str) -> bool:
    """Whether this is the password of whoever asks. Raises Problem 429 after too many wrong ones."""
    found = user_of(request, who.name, password, why="confirm")
    if isinstance(found, Wait):
        raise Problem(429, TOO_MANY, values={"seconds": found.seconds}, headers={"Retry-After": str(found.seconds)})
    return found is not None


def known_about(request: Request, *names: str) -> tuple[str, ...]:
    """What a password must not be made of, beside the name to sign in with: these names, and the workspace's."""
    return (*names, site(request).workspace.folder.resolve().name)


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
    secret = new_secret()
    SessionStore(here.database).open(
        user,
        digest=digest(secret),
        csrf=before.csrf if how == "confirm" and before.csrf else new_secret(),
        seconds=here.options.session_seconds,
        how=how,
        instead_of=before.session,
        device=request.headers.get("user-agent", ""),
        address=address(request),
    )
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
