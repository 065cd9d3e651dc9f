"""Tokens for programs: who has which, until when, when they were used; made and revoked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.domain.review_work import Principal
from assistant.errors import InputError
from assistant.messages.language import marked
from assistant.store.people.api_tokens import DAYS, MOST_DAYS, ApiToken, ApiTokenStore
from assistant.store.people.users import UserStore
from assistant.web.context import site
from assistant.web.permissions import Permission, Scope
from assistant.web.presentation.rendering import render
from assistant.web.problems import Problem
from assistant.web.security.authentication import needs
from assistant.web.security.credentials import digest, new_token

router = APIRouter()

Manager = Annotated[Principal, Depends(needs(Permission.MANAGE_ACCESS))]

SCOPE_TITLES = {
    Scope.READ: marked("read: look at runs, quality, queue and policy"),
    Scope.LABEL: marked("label: claim and answer items"),
    Scope.MANAGE: marked("manage: steer queue and runs, adjudicate, people's figures, gold"),
    Scope.ADMIN: marked("admin: what people may take, the log of changes"),
    Scope.ACCOUNTS: marked("accounts: add people, roles, passwords, sessions, tokens"),
}


@router.get("/tokens")
def tokens(request: Request, _: Manager) -> HTMLResponse:
    """All of them, newest first, and the form for another."""
    return _page(request)


@router.post("/tokens")
def add_token(
    request: Request,
    who: Manager,
    *,
    user: Annotated[str, Form(max_length=64)],
    name: Annotated[str, Form(min_length=1, max_length=200)],
    days: Annotated[int, Form(ge=1, le=MOST_DAYS)] = DAYS,
    scope: Annotated[list[Scope] | None, Form(max_length=5)] = None,
) -> HTMLResponse:
    """Make one, and show its secret, this once."""
    owner = UserStore(site(request).database).find(user.strip().lower())
    if owner is None or owner.disabled:
        return _page(request, error=marked("There is nobody of that name who may sign in."), status=422)
    if not scope:
        return _page(request, error=marked("A token without a scope opens nothing: choose one."), status=422)
    secret = new_token()
    made = ApiTokenStore(site(request).database).add(
        owner, name=name.strip(), digest=digest(secret), scopes=sorted(set(scope)), actor=who.name, days=days
    )
    return _page(request, made=made, secret=secret)


@router.post("/tokens/{token_id}/revoke")
def revoke_token(request: Request, who: Manager, token_id: int) -> Response:
    """Close the door for one. Raises Problem 404."""
    try:
        ApiTokenStore(site(request).database).revoke(token_id, actor=who.name)
    except InputError:
        raise Problem(404, marked("There is no token of that number."), code="no_token") from None
    return RedirectResponse("/tokens", 303)


def _page(
    request: Request, *, made: ApiToken | None = None, secret: str = "", error: str = "", status: int = 200
) -> HTMLResponse:
    database = site(request).database
    return render(
        request,
        "tokens/index.html",
        status=status,
        tokens=list(reversed(ApiTokenStore(database).all())),
        people=[one for one in UserStore(database).all() if not one.disabled],
        scopes=SCOPE_TITLES,
        days=DAYS,
        most_days=MOST_DAYS,
        made=made,
        secret=secret,
        error=error,
    )
