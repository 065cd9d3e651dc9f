"""Sessions in the browser, and the one-time links that open them. Only digests of their secrets are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from assistant.domain.accounts import LoginSession, OpenSession, User
from assistant.store.audit import log as audit
from assistant.store.database import Database, now
from assistant.store.people.users import end_sessions, read_user
from assistant.store.tables.people import login_links, sessions, users

_KEPT = timedelta(days=30)  # how long the row of a session stays after its end
_CLOCKS_DIFFER = 60.0  # seconds, of two servers on one database
_ID = 16  # digits of its digest that name a session in lists and in the log
_LONGEST_DEVICE = 300


class SessionStore:
    """Sessions and login links."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(
        self,
        user: User,
        *,
        digest: str,
        csrf: str,
        seconds: float,
        how: str,
        instead_of: str = "",
        device: str = "",
        address: str = "",
    ) -> None:
        """Begin a session, and end the one the browser came with.

        Args:
            user: who signed in.
            digest: of the new secret.
            csrf: a new random text.
            seconds: until it ends in any case.
            how: `password`, `link` or `confirm`, for the log.
            instead_of: digest of the session that ends with this, empty for none.
            device, address: what the browser names itself and where it is.
        """
        moment = now()
        row = {"id_digest": digest, "user_id": user.id, "csrf": csrf, "created_at": moment, "last_seen_at": moment}
        row |= {"confirmed_at": moment, "device": device[:_LONGEST_DEVICE], "address": address[:64]}
        with self._database.write() as connection:
            connection.execute(sessions.delete().where(sessions.c.expires_at < _before(_KEPT.total_seconds())))
            if instead_of:
                connection.execute(_ended(instead_of))
            connection.execute(sessions.insert().values(row | {"expires_at": _before(-seconds), "revoked": False}))
            audit.append(
                connection,
                actor=user.name,
                action="session.open",
                subject=f"user:{user.name}",
                detail={"how": how, "session": digest[:_ID], "address": address},
            )

    def find(self, digest: str, *, idle_seconds: float) -> LoginSession | None:
        """A session that is alive: not ended, not expired, not idle for too long, and of a person not disabled.

        One that began later than now was opened before the clock was set back: it would live longer by that, and is
        not alive.
        """
        query = (
            sa.select(users, *(sessions.c[name] for name in ("csrf", "last_seen_at", "expires_at", "confirmed_at")))
            .join(sessions, sessions.c.user_id == users.c.id)
            .where(sessions.c.id_digest == digest, sessions.c.revoked.is_(False), users.c.disabled.is_(False))
            .where(sessions.c.expires_at > now(), sessions.c.last_seen_at > _before(idle_seconds))
            .where(sessions.c.created_at < _before(-_CLOCKS_DIFFER))
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        confirmed = row.confirmed_at or ""
        return LoginSession(digest, read_user(row), row.csrf, row.last_seen_at, row.expires_at, confirmed)

    def of_user(self, user_id: int, *, idle_seconds: float) -> list[OpenSession]:
        """A person's sessions that are alive, the one used last first."""
        query = (
            sa.select(sessions)
            .where(sessions.c.user_id == user_id, sessions.c.revoked.is_(False))
            .where(sessions.c.expires_at > now(), sessions.c.last_seen_at > _before(idle_seconds))
            .order_by(sessions.c.last_seen_at.desc(), sessions.c.id_digest)
        )
        with self._database.read() as connection:
            return [
                OpenSession(
                    row.id_digest[:_ID], row.device, row.address, row.created_at, row.last_seen_at, row.expires_at
                )
                for row in connection.execute(query)
            ]

    def end_one(self, user: User, session_id: str, *, actor: str) -> bool:
        """End one of a person's sessions by its `id`; whether there was one alive."""
        chosen = sessions.c.user_id == user.id, sessions.c.revoked.is_(False)
        with self._database.write() as connection:
            named = sessions.c.id_digest.startswith(session_id, autoescape=True)
            ended = connection.execute(sessions.update().where(*chosen, named).values(revoked=True)).rowcount
            if ended:
                detail = {"session": session_id}
                audit.append(connection, actor=actor, action="session.end", subject=f"user:{user.name}", detail=detail)
        return bool(ended)

    def end_all(self, user: User, *, actor: str) -> int:
        """Sign a person out everywhere; how many sessions were alive."""
        with self._database.write() as connection:
            ended = end_sessions(connection, user.id)
            detail = {"sessions_ended": ended}
            audit.append(connection, actor=actor, action="session.end_all", subject=f"user:{user.name}", detail=detail)
        return ended

    def end(self, session: LoginSession) -> None:
        """Sign out."""
        name = session.user.name
        with self._database.write() as connection:
            connection.execute(_ended(session.digest))
            audit.append(
                connection,
                actor=name,
                action="session.end",
                subject=f"user:{name}",
                detail={"session": session.digest[:_ID]},
            )

    def issue_link(self, user: User, *, digest: str, seconds: float, actor: str) -> None:
        """A link that signs a person in, once and soon."""
        row = {"digest": digest, "user_id": user.id, "created_at": now(), "expires_at": _before(-seconds)}
        with self._database.write() as connection:
            connection.execute(login_links.insert().values(row))
            audit.append(
                connection, actor=actor, action="link.issue", subject=f"user:{user.name}", detail={"seconds": seconds}
            )

    def use_link(self, digest: str) -> User | None:
        """Whom a link signs in; None when it was used, has expired, never was, or they are disabled.

        One statement decides, so that of two who come with it at once only one gets in.
        """
        moment = now()
        fresh = (
            login_links.c.digest == digest,
            login_links.c.used_at.is_(None),
            login_links.c.expires_at > moment,
            login_links.c.created_at < _before(-_CLOCKS_DIFFER),
            login_links.c.user_id.in_(sa.select(users.c.id).where(users.c.disabled.is_(False))),
        )
        with self._database.read() as connection:  # a made-up link waits for no lock
            if connection.execute(sa.select(login_links.c.digest).where(*fresh)).first() is None:
                return None
        using = login_links.update().where(*fresh).values(used_at=moment).returning(login_links.c.user_id)
        with self._database.write() as connection:
            user_id = connection.execute(using).scalar_one_or_none()
            if user_id is None:
                return None
            return read_user(connection.execute(sa.select(users).where(users.c.id == user_id)).one())


def _ended(digest: str) -> sa.Update:
    return sessions.update().where(sessions.c.id_digest == digest).values(revoked=True)


def _before(seconds: float) -> str:
    """The moment so many seconds ago, or ahead for a negative number."""
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat(timespec="milliseconds")
