"""Events anyone can cause as often as they like: the first of a kind is logged, the rest counted, so that no one fills
the log of changes.

Within a period (an hour or a day) each key gets one entry of its own, up to `most` keys; all later events are counted,
and one entry says the sums when the period is over.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from assistant.domain.audit_log import Event, Period
from assistant.store.audit import log as audit
from assistant.store.database import Database
from assistant.store.tables.people import tallies

OTHERS = "others"
"""The key under which events beyond the most keys of a period are counted."""

_NAMED = 50  # keys that a sum names


def moment_of(period: Period) -> str:
    """The period that is now, as `tallies` names it: `2026-11-30` or `2026-11-30T08`."""
    return datetime.now(UTC).isoformat()[:period]


def tally(connection: sa.Connection, event: Event, times: int = 1) -> None:
    """Log an event, or count it so many times; like `audit.append`, call it last in a transaction."""
    period = moment_of(event.period)
    same = tallies.c.period == period, tallies.c.action == event.action
    counted = tallies.update().values(count=tallies.c.count + times)
    if connection.execute(counted.where(*same, tallies.c.key == event.key)).rowcount:
        return
    if connection.dialect.name != "sqlite":  # of two processes with a new key one has to see the other's
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(7463)"))
    keys = connection.execute(sa.select(sa.func.count()).select_from(tallies).where(*same)).scalar_one()
    own = keys < event.most
    key = event.key if own else OTHERS
    if not own and connection.execute(counted.where(*same, tallies.c.key == key)).rowcount:
        return
    row: dict[str, Any] = {"period": period, "action": event.action, "key": key, "count": times, "logged": own}
    connection.execute(tallies.insert().values(row))
    if own:
        audit.append(connection, event.actor, event.action, event.subject, event.detail)


def close_periods(database: Database) -> None:
    """Log the sums of the periods that are over, and forget them; nothing is written where there are none."""
    over = sa.or_(
        *(
            sa.and_(sa.func.length(tallies.c.period) == int(period), tallies.c.period < moment_of(period))
            for period in Period
        )
    )
    with database.read() as connection:
        if connection.execute(sa.select(tallies.c.period).where(over).limit(1)).first() is None:
            return
    with database.write(alone=True) as connection:
        columns = tallies.c.period, tallies.c.action, tallies.c.key, tallies.c.logged, tallies.c.count.label("times")
        query = sa.select(*columns).where(over).order_by(tallies.c.period, tallies.c.action, tallies.c.count.desc())
        sums: dict[tuple[str, str], dict[str, int]] = {}
        for row in connection.execute(query):
            if row.times > 1 or not row.logged:
                sums.setdefault((row.period, row.action), {})[row.key] = row.times
        connection.execute(tallies.delete().where(over))
        for (period, action), counts in sums.items():
            named = dict(list(counts.items())[:_NAMED])
            detail = {"events": sum(counts.values()), "by": named, "not_named": len(counts) - len(named)}
            audit.append(connection, "clock", f"{action}.sum", f"period:{period}", detail)
