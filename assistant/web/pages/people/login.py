"""Signing in, by password or by a link used once, and signing out."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.application.people.accounts import passwords_are_used
from assistant.application.people.login_limits import Wait
from assistant.application.people.sessions import sign_out
from assistant.application.people.sign_in import account_name, use_login_link
from assistant.domain.accounts import User
from assistant.messages.language import LANGUAGES, marked
from assistant.web.context import site, visit
from assistant.web.presentation.rendering import LANGUAGE_COOKIE, YEAR_SECONDS, render
from assistant.web.security.authentication import find_session, session_cookie
from assistant.web.security.reauthentication import TOO_MANY, begin_session, note_refused, user_of
from assistant.web.server.public_routes import open_to_all

router = APIRouter()

_LOCAL = re.compile(r"/(?![/\\])[^\s\\\x00-\x1f\x7f]*")


@router.get("/login")
@open_to_all
def login_page(request: Request, next: str = "/") -> Response:  # noqa: A002 - the word in the address
    """The form, or the way to a link where nobody has a password."""
    response = _page(request, next=next)
    chosen = request.query_params.get("lang")
    if chosen in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE,
            chosen,
            max_age=YEAR_SECONDS,
            samesite="lax",
            httponly=True,
            secure=request.url.scheme == "https",
        )
    return response


@router.post("/login")
@open_to_all
def login(
    request: Request,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=2000)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/",  # noqa: A002 - the word in the form
) -> Response:
    """Sign in. Unknown names, wrong passwords and the shut out all get the same answer, after the same time."""
    user = user_of(request, account_name(name), password)
    if isinstance(user, Wait):
        seconds = user.seconds
        return _page(request, next=next, name=name, wait=seconds, status=429, headers={"Retry-After": str(seconds)})
    if user is None:
        return _page(request, next=next, name=name, failed=True, status=401)
    return enter(request, user, how="password", onward=next)


@router.get("/login/link")
@open_to_all
def login_by_link(request: Request, token: str = "") -> Response:
    """Sign in by a link; its token leaves the address at once."""
    user = use_login_link(site(request).workspace, token)
    if user is not None:
        return enter(request, user, how="link", onward="/")
    if visit(request).principal is not None:  # the browser looked ahead, or it was opened twice: they are in
        return RedirectResponse("/", 303, {"Referrer-Policy": "no-referrer"})
    note_refused(request, "link", "")
    return _page(request, used_link=True, status=403, headers={"Referrer-Policy": "no-referrer"})


@router.post("/logout")
@open_to_all
def logout(request: Request) -> Response:
    """Sign out here."""
    session = find_session(request)
    if session is not None:
        sign_out(site(request).workspace, session)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(session_cookie(request), secure=request.url.scheme == "https", httponly=True)
    return response


def enter(request: Request, user: User, *, how: str, onward: str) -> Response:
    """Begin a new session, whatever the browser came with, and go on to a page of ours."""
    onto = RedirectResponse(local_path(onward), 303, {"Referrer-Policy": "no-referrer"})
    return begin_session(request, user, onto, how=how)


def local_path(onward: str) -> str:
    """A path of this site; the start page for anything else, which may lead to another site."""
    return onward if _LOCAL.fullmatch(onward) else "/"


def _page(
    request: Request,
    *,
    next: str = "/",  # noqa: A002 - as above
    name: str = "",
    failed: bool = False,
    used_link: bool = False,
    wait: int = 0,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> HTMLResponse:
    told = ""
    if failed:
        told = marked("Incorrect username or password.")
    if used_link:
        told = marked("This link has been used or has expired.")
    if wait:
        told = TOO_MANY
    return render(
        request,
        "login/index.html",
        status=status,
        headers=headers,
        told=told,
        wait=wait,
        name=name,
        next=local_path(next),
        by_password=passwords_are_used(site(request).workspace),
    )
