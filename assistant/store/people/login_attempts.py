"""Tries to sign in, counted by key in the database: each key has an allowance that fills up again (a token bucket)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

import sqlalchemy as sa

from assistant.store.database import Database
from assistant.store.tables.people import login_attempts

_KEPT = 60_000  # keys remembered at once; the ones not seen for longest are forgotten first
_EVERY = 64  # tries between two looks at how many there are


@dataclass(frozen=True, slots=True)
class LoginAllowance:
    """So many tries at once, then one each so many seconds."""

    burst: int
    seconds_each: float


class AttemptStore:
    """Counts tries, over all processes on one database.

    Args:
        database: where they are counted.
        clock: seconds since 1970.
        kept: keys remembered at once.
    """

    def __init__(self, database: Database, clock: Callable[[], float], kept: int = _KEPT) -> None:
        self._database = database
        self._clock = clock
        self._kept = kept
        self._tries = 0

    def try_once(self, keys: Mapping[str, LoginAllowance]) -> dict[str, float]:
        """Count a try under each key, if each allows it; seconds to wait by key, 0 for none.

        A try that has to wait counts nowhere.
        """
        moment = self._clock()
        with self._database.write() as connection:
            levels = _levels(connection, keys, moment)
            waits = {
                key: max(0.0, (levels[key] + 1 - allowed.burst) * allowed.seconds_each) for key, allowed in keys.items()
            }
            if not any(waits.values()):
                _put(connection, {key: level + 1 for key, level in levels.items()}, moment)
                self._forget(connection, keys, moment)
        return waits

    def give_back(self, keys: Mapping[str, LoginAllowance], tries: Mapping[str, float]) -> None:
        """Don't count the latest tries: so many of each key."""
        moment = self._clock()
        with self._database.write() as connection:
            levels = _levels(connection, keys, moment)
            _put(connection, {key: max(0.0, level - tries[key]) for key, level in levels.items()}, moment)

    def _forget(self, connection: sa.Connection, keys: Mapping[str, LoginAllowance], moment: float) -> None:
        """Keys that have filled up again, and the oldest beyond the most."""
        longest = max(allowed.burst * allowed.seconds_each for allowed in keys.values())
        connection.execute(login_attempts.delete().where(login_attempts.c.as_of < moment - longest))
        self._tries += 1
        if self._tries % _EVERY != 1:
            return
        there = connection.execute(sa.select(sa.func.count()).select_from(login_attempts)).scalar_one()
        if there > self._kept:
            oldest = sa.select(login_attempts.c.key).order_by(login_attempts.c.as_of).limit(there - self._kept)
            connection.execute(login_attempts.delete().where(login_attempts.c.key.in_(oldest)))


def _levels(connection: sa.Connection, keys: Mapping[str, LoginAllowance], moment: float) -> dict[str, float]:
    """Tries spent and not yet filled up, by key; their rows stay locked until the end of the transaction.

    On PostgreSQL those of new keys are locked by a number of their own, in one order for all.
    """
    if connection.dialect.name != "sqlite":
        for key in sorted(keys):
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _number(key)})
    query = sa.select(login_attempts).where(login_attempts.c.key.in_(keys))
    spent = {row.key: (row.spent, row.as_of) for row in connection.execute(query)}
    return {key: _level(*spent.get(key, (0.0, moment)), moment, allowed) for key, allowed in keys.items()}


def _number(key: str) -> int:
    return int.from_bytes(sha256(key.encode()).digest()[:7])


def _level(spent: float, as_of: float, moment: float, allowed: LoginAllowance) -> float:
    if as_of - moment > allowed.burst * allowed.seconds_each:  # the clock was set back
        return 0.0
    return max(0.0, spent - max(0.0, moment - as_of) / allowed.seconds_each)


def _put(connection: sa.Connection, levels: Mapping[str, float], moment: float) -> None:
    connection.execute(login_attempts.delete().where(login_attempts.c.key.in_(levels)))
    rows = [{"key": key, "spent": level, "as_of": moment} for key, level in levels.items() if level > 0]
    if rows:
        connection.execute(login_attempts.insert(), rows)
