"""The log of changes: append-only, and chained by hashes, so that a changed, removed or inserted row is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson
import sqlalchemy as sa

from assistant.domain.audit_log import AuditEntry
from assistant.store.audit.bound_check import Bound, LoggedRows
from assistant.store.database import PAGE, Database, now
from assistant.store.tables.people import audit_log

FIRST = "0" * 64  # what the first row follows
_CHAIN = 7462  # one writer of the chain at a time on one PostgreSQL server


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check of the chain, and of the rows it binds, found.

    Args:
        rows: rows that hold, from the first on.
        head: hash of the last of them; noted elsewhere, it also shows whether rows were cut off at the end.
        broken_at: number of the first row that doesn't hold; None where all do.
        reason: `changed` (its own content) or `removed` (what it followed is not there), empty where all hold.
        lost: of the anchors given, row numbers whose row is not there any more or has another hash: the log was cut
            off there or written over.
        bound: what the log says of labels and certificates, compared with them; nothing where the chain is broken.
    """

    rows: int
    head: str
    broken_at: int | None = None
    reason: str = ""
    lost: tuple[int, ...] = ()
    bound: Bound = field(default_factory=Bound)

    @property
    def whole(self) -> bool:
        """Whether the chain, the anchors and the bound rows all hold."""
        return self.broken_at is None and not self.lost and not self.bound.count


@dataclass(frozen=True, slots=True)
class LogHead:
    """The newest row of the log: its number (0 for an empty log), its hash, and when it was logged."""

    row: int
    hash: str
    at: str


def append(
    connection: sa.Connection, actor: str, action: str, subject: str, detail: Mapping[str, object] | None = None
) -> None:
    """Log a change in the transaction that makes it; both are there or neither.

    Call it last: on PostgreSQL all writers wait for each other from here to the commit.

    Args:
        connection: the open transaction.
        actor: who does it.
        action: a stable word, `noun.verb`: `review.submit`, `user.add`.
        subject: what it is done to, `noun:id`.
        detail: JSON values only; never a secret.
    """
    if connection.dialect.name != "sqlite":  # SQLite has one writer anyway
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN})
    newest = sa.select(audit_log.c.hash).order_by(audit_log.c.id.desc()).limit(1)
    previous = connection.execute(newest).scalar() or FIRST
    row: dict[str, Any] = {
        "at": now(),
        "actor": actor,
        "action": action,
        "subject": subject,
        "detail": dict(detail or {}),
    }
    chained = {"previous_hash": previous, "hash": _hash(previous, row)}
    connection.execute(sa.insert(audit_log), [row | chained])


def verify(database: Database, anchors: Mapping[int, str] | None = None) -> Verified:
    """Walk the whole chain, and compare with it what it binds, all as of one moment.

    Args:
        database: where the log is.
        anchors: hashes noted elsewhere, by the number of their row.
    """
    rows, head, last = 0, FIRST, 0
    said, sought = LoggedRows(), dict(anchors or {})
    sought = {number: digest for number, digest in sought.items() if (number, digest) != (0, FIRST)}
    with database.read() as connection:
        while page := _page(connection, last):
            for row in page:
                if reason := _fault(head, row):
                    return Verified(rows, head, row.id, reason)
                rows, head, last = rows + 1, row.hash, row.id
                if sought.get(row.id) == row.hash:
                    del sought[row.id]
                said.take(row.action, row.subject, row.detail)
        return Verified(rows, head, lost=tuple(sorted(sought)), bound=said.check(connection))


def newest_head(database: Database) -> LogHead:
    """The end of the chain as it is now."""
    query = sa.select(audit_log.c.id, audit_log.c.hash, audit_log.c.at).order_by(audit_log.c.id.desc()).limit(1)
    with database.read() as connection:
        found = connection.execute(query).first()
    return LogHead(0, FIRST, "") if found is None else LogHead(*found)


def holds(database: Database, digest: str) -> bool:
    """Whether a row of this hash is there, or it is that of an empty log: what was noted elsewhere was not cut off."""
    with database.read() as connection:
        found = connection.execute(sa.select(audit_log.c.id).where(audit_log.c.hash == digest).limit(1)).first()
    return found is not None or digest == FIRST


def entries(
    database: Database,
    *,
    before: int | None = None,
    limit: int = 50,
    actor: str | None = None,
    action: str | None = None,
    subject: str | None = None,
) -> list[AuditEntry]:
    """Newest changes first, below row `before`; filtered where a filter is given."""
    wanted = {audit_log.c.actor: actor, audit_log.c.action: action, audit_log.c.subject: subject}
    query = (
        sa.select(*(audit_log.c[name] for name in ("id", "at", "actor", "action", "subject", "detail")))
        .where(*(column == value for column, value in wanted.items() if value is not None))
        .order_by(audit_log.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(audit_log.c.id < before)
    with database.read() as connection:
        return [AuditEntry(*row) for row in connection.execute(query)]


def _page(connection: sa.Connection, last: int) -> Sequence[sa.Row[Any]]:
    query = sa.select(audit_log).where(audit_log.c.id > last).order_by(audit_log.c.id).limit(PAGE)
    return connection.execute(query).all()


def _fault(head: str, row: sa.Row[Any]) -> str:
    if row.previous_hash != head:
        return "removed"
    told = {name: getattr(row, name) for name in ("at", "actor", "action", "subject", "detail")}
    return "" if row.hash == _hash(head, told) else "changed"


def _hash(previous: str, row: Mapping[str, Any]) -> str:
    return sha256(previous.encode() + orjson.dumps(dict(row), option=orjson.OPT_SORT_KEYS)).hexdigest()
