"""Tokens for programs: whose they are, what they may do, when they were last used. Only digests are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from assistant.domain.accounts import MOST_TOKEN_DAYS, TOKEN_DAYS, ApiToken, TokenHolder, User
from assistant.errors import InvalidValueError, NotFoundError
from assistant.store.audit import log as audit
from assistant.store.database import Database, now
from assistant.store.people.users import read_user
from assistant.store.tables.people import api_tokens, users


class ApiTokenStore:
    """API tokens."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, user: User, *, name: str, digest: str, scopes: Sequence[str], actor: str, days: float = TOKEN_DAYS
    ) -> ApiToken:
        """A new token, which opens something for so many days.

        Raises:
            InvalidValueError: not 0 to `MOST_TOKEN_DAYS` days.
        """
        if not 0 < days <= MOST_TOKEN_DAYS:
            raise InvalidValueError("token_lifetime_out_of_range", field="days", days=days, most=MOST_TOKEN_DAYS)
        ends = (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="milliseconds")
        row = {"user_id": user.id, "name": name, "digest": digest, "scopes": sorted(scopes), "created_at": now()}
        row["expires_at"] = ends
        with self._database.write() as connection:
            number = int(connection.execute(api_tokens.insert().values(row).returning(api_tokens.c.id)).scalar_one())
            detail = {"user": user.name, "name": name, "scopes": sorted(scopes), "expires_at": ends}
            audit.append(connection, actor=actor, action="token.add", subject=f"token:{number}", detail=detail)
        return ApiToken(number, user.name, name, tuple(sorted(scopes)), str(row["created_at"]), None, None, ends)

    def find(self, digest: str) -> TokenHolder | None:
        """Who a token acts for, expired or not; None when it is unknown or revoked, or they are disabled."""
        query = (
            sa.select(
                users,
                api_tokens.c.id.label("token_id"),
                *(api_tokens.c[name] for name in ("scopes", "last_used_at", "expires_at")),
            )
            .join(api_tokens, api_tokens.c.user_id == users.c.id)
            .where(api_tokens.c.digest == digest, api_tokens.c.revoked_at.is_(None), users.c.disabled.is_(False))
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return TokenHolder(row.token_id, read_user(row), tuple(row.scopes), row.last_used_at, row.expires_at or "")

    def revoke(self, token_id: int, *, actor: str) -> None:
        """Close the door for a token; once is enough. Raises NotFoundError for an unknown number."""
        with self._database.write() as connection:
            row = connection.execute(sa.select(api_tokens).where(api_tokens.c.id == token_id)).one_or_none()
            if row is None:
                raise NotFoundError("token_not_found", where=str(token_id))
            if row.revoked_at is None:
                connection.execute(api_tokens.update().where(api_tokens.c.id == token_id).values(revoked_at=now()))
                audit.append(
                    connection,
                    actor=actor,
                    action="token.revoke",
                    subject=f"token:{token_id}",
                    detail={"name": row.name},
                )

    def all(self, user: str | None = None) -> list[ApiToken]:
        """All tokens, or those of one person, oldest first."""
        query = (
            sa.select(api_tokens, users.c.name.label("user"))
            .join(users, users.c.id == api_tokens.c.user_id)
            .order_by(api_tokens.c.id)
        )
        if user is not None:
            query = query.where(users.c.name == user)
        with self._database.read() as connection:
            return [
                ApiToken(
                    *(row.id, row.user, row.name, tuple(row.scopes), row.created_at),
                    *(row.last_used_at, row.revoked_at, row.expires_at or ""),
                )
                for row in connection.execute(query)
            ]
