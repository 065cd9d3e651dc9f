"""Memberships: rows are added, never changed; of a person and a first day the newest row counts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from assistant.domain.memberships import Membership, overlap
from assistant.errors import ConflictError
from assistant.store.audit import log as audit
from assistant.store.database import LOOKUP, Database, now, parts
from assistant.store.tables.people import memberships, users

_SET, _REMOVED = "set", "removed"


class MembershipStore:
    """Reads and writes where people work."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._followed: date | None = None

    def all(self) -> list[Membership]:
        """Everybody's, by person and first day."""
        with self._database.read() as connection:
            return memberships_of(connection)

    def of_person(self, person: str) -> list[Membership]:
        """A person's, by first day."""
        with self._database.read() as connection:
            return memberships_of(connection, [person])

    def move(self, wanted: Membership, *, actor: str) -> Membership | None:
        """A person works elsewhere from a day on, today where none is named; returns what ended the day before.

        Without an end it is valid until a later one begins.

        Raises:
            ConflictError: it would reach into a later one.
        """
        with self._database.write() as connection:
            return move(connection, wanted, actor=actor)

    def follow_days(self) -> int:
        """Teams as memberships have them today; returns how many changed. A server calls it now and then."""
        day = today()
        if self._followed == day:
            return 0
        with self._database.read() as connection:
            outdated = bool(_outdated(connection))
        changed = 0
        if outdated:
            with self._database.write() as connection:
                changed = follow_day(connection, actor="clock")
        self._followed = day
        return changed


def memberships_of(connection: sa.Connection, people: Collection[str] | None = None) -> list[Membership]:
    """Those that count, by person and first day; all people's where none are named."""
    newest = sa.select(sa.func.max(memberships.c.id)).group_by(memberships.c.person, memberships.c.valid_from)
    query = sa.select(memberships).where(memberships.c.event == _SET)
    rows: list[Any] = []
    if people is None:
        rows += connection.execute(query.where(memberships.c.id.in_(newest)))
    else:
        for part in parts(sorted(set(people)), LOOKUP):
            own = newest.where(memberships.c.person.in_(part))
            rows += connection.execute(query.where(memberships.c.id.in_(own)))
    return sorted((_read(row) for row in rows), key=lambda one: (one.person, one.valid_from or date.min))


def add_memberships(connection: sa.Connection, new: Sequence[Membership], *, actor: str) -> list[Membership]:
    """Add memberships, or change those of the same person and first day; returns what wasn't there as it is.

    Teams follow, as far as users are meant and today is in it. One entry in the log for each.

    Raises:
        ConflictError: two of one person would hold on the same day.
    """
    there = {(one.person, one.valid_from): one for one in memberships_of(connection, {one.person for one in new})}
    changed = [one for one in new if there.get((one.person, one.valid_from)) != one]
    after = there | {(one.person, one.valid_from): one for one in changed}
    if (pair := overlap(after.values())) is not None:
        raise ConflictError("memberships_overlap", where=pair[0].person, first=_days(pair[0]), second=_days(pair[1]))
    _write(connection, changed, _SET, actor)
    for one in changed:
        audit.append(connection, actor, "membership.set", f"user:{one.person}", _told(one))
    if changed:
        follow_day(connection, actor=actor, people={one.person for one in changed})
    return changed


def move(connection: sa.Connection, wanted: Membership, *, actor: str) -> Membership | None:
    """See `MembershipStore.move`; in the transaction under way."""
    day = wanted.valid_from or today()
    own = memberships_of(connection, [wanted.person])
    ended = next((one for one in own if one.valid_from != day and one.holds_on(day)), None)
    later = next((one.valid_from for one in own if one.valid_from is not None and one.valid_from > day), None)
    last = wanted.valid_to or (None if later is None else later - timedelta(days=1))
    new = [replace(wanted, valid_from=day, valid_to=last)]
    if ended is not None:
        new.insert(0, replace(ended, valid_to=day - timedelta(days=1)))
    add_memberships(connection, new, actor=actor)
    return ended


def leave(connection: sa.Connection, person: str, day: date, *, actor: str) -> None:
    """A person is in no team from a day on: what was valid then ends the day before, or never was."""
    for one in memberships_of(connection, [person]):
        if not one.holds_on(day):
            continue
        if one.valid_from == day:
            _write(connection, [one], _REMOVED, actor)
        else:
            _write(connection, [replace(one, valid_to=day - timedelta(days=1))], _SET, actor)
        audit.append(connection, actor, "membership.end", f"user:{person}", _told(one))


def follow_day(connection: sa.Connection, *, actor: str, people: Collection[str] | None = None) -> int:
    """`users.team` as memberships say for today; who never had any keeps theirs. Returns how many changed."""
    changed = _outdated(connection, people)
    for name, (before, team) in changed.items():
        connection.execute(sa.update(users).where(users.c.name == name).values(team=team))
        audit.append(connection, actor, "user.change", f"user:{name}", {"team": [before, team]})
    return len(changed)


def today() -> date:
    """The day in UTC."""
    return datetime.now(UTC).date()


def _outdated(connection: sa.Connection, people: Collection[str] | None = None) -> dict[str, tuple[str, str]]:
    """Users whose team is another one today: what it is, and what it should be."""
    day, found = today(), dict[str, str]()
    for one in memberships_of(connection, people):
        found.setdefault(one.person, "")
        if one.holds_on(day):
            found[one.person] = one.team
    teams = connection.execute(sa.select(users.c.name, users.c.team)).all()
    return {name: (team, found[name]) for name, team in teams if name in found and found[name] != team}


def _write(connection: sa.Connection, rows: Sequence[Membership], event: str, actor: str) -> None:
    if rows:
        stamp = now()
        connection.execute(sa.insert(memberships), [_row(one, event, actor, stamp) for one in rows])


def _row(one: Membership, event: str, actor: str, stamp: str) -> dict[str, Any]:
    return {
        "person": one.person,
        "event": event,
        "team": one.team,
        "vendor": one.vendor,
        "site": one.site,
        "contract": one.contract,
        "weekly_hours": one.weekly_hours,
        "valid_from": None if one.valid_from is None else one.valid_from.isoformat(),
        "valid_to": None if one.valid_to is None else one.valid_to.isoformat(),
        "actor": actor,
        "at": stamp,
    }


def _read(row: Any) -> Membership:
    return Membership(
        person=row.person,
        team=row.team,
        vendor=row.vendor,
        site=row.site,
        contract=row.contract,
        weekly_hours=row.weekly_hours,
        valid_from=None if row.valid_from is None else date.fromisoformat(row.valid_from),
        valid_to=None if row.valid_to is None else date.fromisoformat(row.valid_to),
    )


def _told(one: Membership) -> dict[str, object]:
    row = _row(one, _SET, "", "")
    return {name: row[name] for name in row if name not in {"person", "event", "actor", "at"} and row[name]}


def _days(one: Membership) -> str:
    """`Lisbon 2026-01-01 to 2026-02-28`; an open end is `..`."""
    first = "" if one.valid_from is None else one.valid_from.isoformat()
    last = "" if one.valid_to is None else one.valid_to.isoformat()
    return f"{one.team or one.vendor or '-'} {first}..{last}"
