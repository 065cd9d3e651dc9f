"""Giving one's password once more, before accounts are managed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.application.people.accounts import find_user
from assistant.web.context import site
from assistant.web.pages.people.login import local_path
from assistant.web.presentation.rendering import render
from assistant.web.security.authentication import Current
from assistant.web.security.reauthentication import begin_session, is_own
from assistant.web.server.public_routes import of_all_projects

router = APIRouter()

Onward = Annotated[str, Form(max_length=2000)]


@router.get("/confirm")
@of_all_projects
def confirm_page(request: Request, who: Current, next: str = "/") -> HTMLResponse:  # noqa: A002 - the word in the address
    """The form; for people without a password the way to a new link."""
    return _page(request, who.name, next)


@router.post("/confirm")
@of_all_projects
def confirm(
    request: Request,
    who: Current,
    password: Annotated[str, Form(max_length=2000)] = "",
    next: Onward = "/",  # noqa: A002 - the word in the form
) -> Response:
    """Begin a new session in place of this one, and go on to the page that asked for it."""
    if not is_own(request, who, password):
        return _page(request, who.name, next, failed=True, status=400)
    onto = RedirectResponse(local_path(next), 303)
    return begin_session(request, find_user(site(request).workspace, who.name), onto, how="confirm")


def _page(request: Request, name: str, onward: str, *, failed: bool = False, status: int = 200) -> HTMLResponse:
    return render(
        request,
        "confirm/index.html",
        status=status,
        user=find_user(site(request).workspace, name),
        next=local_path(onward),
        failed=failed,
        minutes=round(site(request).options.confirm_seconds / 60),
    )
