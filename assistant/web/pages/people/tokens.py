"""Tokens for programs: who has which, until when, when they were used; made and revoked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.application.people.accounts import list_users
from assistant.application.people.sign_in import account_name
from assistant.application.people.tokens import IssuedToken, NewToken, issue_token, list_tokens, revoke_token
from assistant.domain.accounts import MOST_TOKEN_DAYS, TOKEN_DAYS
from assistant.domain.permissions import Permission, Scope
from assistant.domain.review_work import Principal
from assistant.errors import InputError
from assistant.messages.language import marked
from assistant.web.context import site
from assistant.web.presentation.advice import sentences
from assistant.web.presentation.rendering import language_of, render
from assistant.web.security.authentication import needs

router = APIRouter()

Manager = Annotated[Principal, Depends(needs(Permission.MANAGE_ACCESS))]

SCOPE_TITLES = {
    Scope.READ: marked("read: view runs, quality, queue and policy"),
    Scope.LABEL: marked("label: claim and answer items"),
    Scope.MANAGE: marked("manage: control queue and runs, adjudicate, people's figures, gold"),
    Scope.ADMIN: marked("admin: permissions of people, audit log"),
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
    days: Annotated[int, Form(ge=1, le=MOST_TOKEN_DAYS)] = TOKEN_DAYS,
    scope: Annotated[list[Scope] | None, Form(max_length=5)] = None,
) -> HTMLResponse:
    """Make one, and show its secret, this once."""
    wanted = NewToken(user=account_name(user), name=name.strip(), scopes=frozenset(scope or ()), days=days)
    try:
        issued = issue_token(site(request).workspace, wanted, actor=who.name)
    except InputError as error:
        return _page(request, error=sentences(error, language_of(request)), status=422)
    return _page(request, issued=issued)


@router.post("/tokens/{token_id}/revoke")
def revoke(request: Request, who: Manager, token_id: int) -> Response:
    """Revoke one."""
    revoke_token(site(request).workspace, token_id, actor=who.name)
    return RedirectResponse("/tokens", 303)


def _page(request: Request, *, issued: IssuedToken | None = None, error: str = "", status: int = 200) -> HTMLResponse:
    workspace = site(request).workspace
    return render(
        request,
        "tokens/index.html",
        status=status,
        tokens=list(reversed(list_tokens(workspace))),
        people=[one for one in list_users(workspace) if not one.disabled],
        scopes=SCOPE_TITLES,
        days=TOKEN_DAYS,
        most_days=MOST_TOKEN_DAYS,
        made=issued.token if issued else None,
        secret=issued.secret if issued else "",
        error=error,
    )
