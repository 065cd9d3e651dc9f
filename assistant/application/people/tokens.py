"""API tokens: issued, listed, revoked, and recognized when a program comes with one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.application.people.credentials import digest, new_token
from assistant.application.people.sessions import seconds_since
from assistant.domain.accounts import TOKEN_DAYS, ApiToken, TokenHolder
from assistant.domain.permissions import Scope, unknown_scopes
from assistant.errors import ConflictError, InvalidValueError, NotFoundError
from assistant.wiring.workspace import Workspace

_SEEN_SECONDS = 300  # how often a last use is noted


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token to issue.

    Args:
        user: name of the user it acts for; it may never do more than they.
        name: what it is for.
        scopes: what it may do, at least one of `Scope`.
        days: until it expires, 1 to `MOST_TOKEN_DAYS`.
    """

    user: str
    name: str
    scopes: frozenset[str]
    days: float = TOKEN_DAYS


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token and its secret, which is shown this once."""

    token: ApiToken
    secret: str


def issue_token(workspace: Workspace, new: NewToken, *, actor: str) -> IssuedToken:
    """Issue a token, logged as `token.add`. The same again issues another one.

    Raises:
        NotFoundError, ConflictError: there is no such user, or it is deactivated.
        InvalidValueError: no scope, or an unknown one; not 1 to `MOST_TOKEN_DAYS` days.
    """
    if not new.scopes:
        raise InvalidValueError("token_without_scope", field="scope")
    if unknown := unknown_scopes(new.scopes):
        raise InvalidValueError("scopes_unknown", field="scope", scopes=unknown, known=list(Scope))
    owner = workspace.users.get(new.user)
    if owner.disabled:
        raise ConflictError("user_disabled", where=owner.name)
    secret = new_token()
    made = workspace.api_tokens.add(
        owner, name=new.name, digest=digest(secret), scopes=sorted(new.scopes), actor=actor, days=new.days
    )
    return IssuedToken(made, secret)


def list_tokens(workspace: Workspace, user: str | None = None) -> Sequence[ApiToken]:
    """All tokens, or those of one user, oldest first; expired and revoked ones too."""
    return workspace.api_tokens.all(user)


def revoke_token(workspace: Workspace, token_id: int, *, actor: str, of: str | None = None) -> None:
    """Revoke a token, at once, logged as `token.revoke`; the same again changes nothing.

    Args:
        workspace: the opened workspace.
        token_id: its number.
        actor: who revokes it.
        of: only where it is this user's; None for anybody's.

    Raises:
        NotFoundError: there is no such token.
    """
    if of is not None and token_id not in {one.id for one in workspace.api_tokens.all(of)}:
        raise NotFoundError("token_not_found", where=str(token_id))
    workspace.api_tokens.revoke(token_id, actor=actor)


def use_token(workspace: Workspace, secret: str) -> TokenHolder | None:
    """Who a token acts for, its use noted every few minutes; None where it is unknown or revoked, or without scopes.

    A token that has expired is returned as such (`expired`), and its use not noted.
    """
    holder = workspace.api_tokens.find(digest(secret)) if secret else None
    if holder is None or not holder.scopes:
        return None
    if not holder.expired and (holder.last_used_at is None or seconds_since(holder.last_used_at) > _SEEN_SECONDS):
        workspace.last_uses.token(holder.token_id)
    return holder
