"""Accounts as data: users, where they are signed in, and the tokens that act for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from assistant.domain.review_work import Principal, QualificationState, Role

TOKEN_DAYS, MOST_TOKEN_DAYS = 90, 366
"""How long a token is valid where nothing is said, and at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person who may sign in.

    Args:
        id: row number.
        name: lower case; the rater of their answers.
        display_name: as they write it.
        role: decides what they may do.
        has_password: whether they can sign in with one.
        languages, skills, opt_outs, queues, team: what they may take; see `Principal`.
        preferences: language, theme, key profile and the like.
        disabled: can't sign in any more.
        created_at: ISO 8601.
    """

    id: int
    name: str
    display_name: str
    role: Role
    has_password: bool
    languages: tuple[str, ...]
    skills: tuple[str, ...]
    opt_outs: tuple[str, ...]
    queues: tuple[str, ...]
    team: str
    preferences: Mapping[str, Any]
    disabled: bool
    created_at: str

    def principal(self, scopes: Sequence[str] = ()) -> Principal:
        """Them at the door; with the scopes of the token they came with."""
        return Principal(
            user_id=self.id,
            name=self.name,
            role=self.role,
            languages=frozenset(self.languages),
            skills=frozenset(self.skills),
            opt_outs=frozenset(self.opt_outs),
            queues=frozenset(self.queues) | ({self.team} if self.team else frozenset()),
            scopes=frozenset(scopes),
        )


@dataclass(frozen=True, slots=True)
class LoginSession:
    """A session under way.

    Args:
        digest: of the cookie's secret.
        user: whose it is, as the database has them now.
        csrf: what their forms and scripts send back.
        last_seen_at, expires_at: ISO 8601.
        confirmed_at: when they last showed that it is them, by password or link; empty where it isn't known.
    """

    digest: str
    user: User
    csrf: str
    last_seen_at: str
    expires_at: str
    confirmed_at: str


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as a list shows it.

    Args:
        id: the first 16 digits of its digest: names it, and opens nothing.
        device: as the browser names itself; empty where it isn't known.
        address: where it began; empty where it isn't known.
        created_at, last_seen_at, expires_at: ISO 8601; the last use is noted every few minutes.
    """

    id: str
    device: str
    address: str
    created_at: str
    last_seen_at: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token, without its secret.

    Args:
        id: row number.
        user: the name of the user it acts for.
        name: what it is for.
        scopes: what it may do, beside what its owner may.
        created_at, last_used_at, revoked_at: ISO 8601, None for never.
        expires_at: when it opens nothing any more.
    """

    id: int
    user: str
    name: str
    scopes: tuple[str, ...]
    created_at: str
    last_used_at: str | None
    revoked_at: str | None
    expires_at: str

    @property
    def state(self) -> str:
        """`revoked`, `expired` or `open`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at <= _now() else "open"


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """Who comes with a token; one that has expired opens nothing."""

    token_id: int
    user: User
    scopes: tuple[str, ...]
    last_used_at: str | None
    expires_at: str

    @property
    def expired(self) -> bool:
        """Whether it opens nothing any more."""
        return self.expires_at <= _now()


class Qualification(NamedTuple):
    """One round of one person; `asked` items it has, `right` of those answered so far."""

    id: int
    user_id: int
    policy_id: str
    policy_version: str
    language: str
    state: QualificationState
    asked: int
    right: int
    created_at: str
    decided_at: str | None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
