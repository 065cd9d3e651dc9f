"""Tokens for programs: made, listed without their secrets, and revoked."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Request, Response
from pydantic import Field

from assistant.application.people import tokens
from assistant.domain.accounts import MOST_TOKEN_DAYS, TOKEN_DAYS
from assistant.domain.permissions import Permission, Scope
from assistant.domain.review_work import Principal
from assistant.web.api_schema import Body, Cursor, Limit, Line, Page, RowNumber, Shown, below, group, paged, problems
from assistant.web.context import site
from assistant.web.security.authentication import needs
from assistant.web.server.public_routes import of_all_projects

router = group("tokens")

Manager = Annotated[Principal, Depends(needs(Permission.MANAGE_USERS))]
AccessManager = Annotated[Principal, Depends(needs(Permission.MANAGE_ACCESS))]


class TokenShown(Shown):
    """A token, without its secret."""

    id: int
    user: str
    name: str
    scopes: list[Scope]
    created_at: str
    last_used_at: str | None
    revoked_at: str | None
    expires_at: str
    state: Literal["open", "expired", "revoked"]


class Tokens(Page[TokenShown]):
    """Tokens, newest first."""


class MakingToken(Body):
    """A token for a program."""

    user: Annotated[Line, Field(examples=["ana"], description="Whom it acts for; it may never do more than they.")]
    name: Annotated[Line, Field(examples=["dashboard"], description="What it is for.")]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=5)]
    days: Annotated[int, Field(strict=True, ge=1, le=MOST_TOKEN_DAYS, description="Until it expires.")] = TOKEN_DAYS


class TokenWithSecret(Shown):
    """A token with its secret, which is shown this once."""

    id: int
    user: str
    scopes: list[Scope]
    expires_at: str
    token: Annotated[str, Field(description="Send it as `Authorization: Bearer TOKEN`.")]


@router.get("", responses=problems())
@of_all_projects
def list_tokens(request: Request, _: Manager, cursor: Cursor = None, limit: Limit = 50) -> Tokens:
    """All tokens, newest first, revoked ones too."""
    known = tokens.list_tokens(site(request).workspace)
    rows, following = paged(
        lambda before, most: below(known, lambda one: one.id, before, most), cursor, limit, lambda one: one.id
    )
    return Tokens(rows=[TokenShown.of(one) for one in rows], next=following)


@router.post("", status_code=201, responses=problems(404, 409))
@of_all_projects
def add_token(request: Request, response: Response, who: AccessManager, given: MakingToken) -> TokenWithSecret:
    """Make a token. The same again makes another one: revoke the one whose secret was lost."""
    wanted = tokens.NewToken(user=given.user, name=given.name, scopes=frozenset(given.scopes), days=given.days)
    issued = tokens.issue_token(site(request).workspace, wanted, actor=who.name)
    response.headers["Cache-Control"] = "no-store"
    made = issued.token
    scopes = [Scope(scope) for scope in made.scopes]
    return TokenWithSecret(id=made.id, user=made.user, scopes=scopes, expires_at=made.expires_at, token=issued.secret)


@router.delete("/{token_id}", status_code=204, response_class=Response, responses=problems(404))
@of_all_projects
def revoke_token(request: Request, who: Manager, token_id: RowNumber) -> Response:
    """Close the door for a token, at once; once is enough, and the same again changes nothing."""
    tokens.revoke_token(site(request).workspace, token_id, actor=who.name)
    return Response(status_code=204)
