"""Rows bound to the log of changes that have to lose a text: what their digests were, and what they are without it.

The log keeps both, in the entry of the erasure, so that its check still finds any other change. A row that had been
altered before is found as well: its digest before the erasure is not the one that was logged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from assistant.store.audit.binding import ADJUDICATION, REVIEW, Columns, digest_of, read_digest, selected
from assistant.store.audit.bound_check import BOUND, GROUP_OF_IMPORT
from assistant.store.database import PAGE
from assistant.store.tables.content import reviews
from assistant.store.tables.people import audit_log
from assistant.store.tables.review import adjudications, review_details


class Rebound(NamedTuple):
    """A row, or rows bound together, with the digests before and after; as JSON a list."""

    name: str
    was: str
    now: str


class _Group(NamedTuple):
    """Rows of one table that one entry of the log binds together: those whose numbers lie in these stretches."""

    name: str
    ranges: tuple[tuple[int, int], ...]

    def holds(self, number: int) -> bool:
        return any(low <= number <= high for low, high in self.ranges)


class Rebinding:
    """Compares digests of rows before and after a change, in the transaction that makes it.

    Args:
        connection: of the transaction.
        review_ids, adjudication_ids: rows that will be changed.
    """

    def __init__(self, connection: sa.Connection, review_ids: Sequence[int], adjudication_ids: Sequence[int]) -> None:
        self._connection = connection
        self._ids = {reviews.name: tuple(review_ids), adjudications.name: tuple(adjudication_ids)}
        self._imports, self._before = _groups(connection)
        self._was = self._digests()

    def changes(self) -> list[Rebound]:
        """What has another digest now."""
        now = self._digests()
        return [Rebound(name, was, now[name]) for name, was in self._was.items() if now[name] != was]

    def _digests(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for table, columns in ((reviews, REVIEW), (adjudications, ADJUDICATION)):
            groups: dict[str, _Group] = {}
            for number in self._ids[table.name]:
                group = self._group(table.name, number)
                if group is None:
                    row = self._connection.execute(_rows(table, columns).where(table.c.id == number)).one()
                    found[f"{table.name.removesuffix('s')}:{number}"] = read_digest(row[1:])
                else:
                    groups[group.name] = group
            for name, group in groups.items():
                found[name] = str(digest_of(self._members(table, columns, group)))
        return found

    def _group(self, table: str, number: int) -> _Group | None:
        imported = self._imports if table == reviews.name else ()
        found = next((one for one in imported if one.holds(number)), None)
        before = self._before.get(table)
        return found or (before if before is not None and before.holds(number) else None)

    def _members(self, table: sa.Table, columns: Columns, group: _Group) -> Iterator[Sequence[Any]]:
        """The rows of a group in order; those that an import binds are not among those from before."""
        apart = self._imports if group is self._before.get(table.name) and table is reviews else ()
        for low, high in group.ranges:
            query = _rows(table, columns).where(table.c.id.between(low, high)).order_by(table.c.id)
            for row in self._connection.execute(query, execution_options={"yield_per": PAGE}):
                if not any(one.holds(row[0]) for one in apart):
                    yield row[1:]


def _rows(table: sa.Table, columns: Columns) -> sa.Select[Any]:
    query = sa.select(table.c.id, *selected(columns))
    if table is not reviews:
        return query
    return query.select_from(reviews.outerjoin(review_details, review_details.c.review_id == reviews.c.id))


def _groups(connection: sa.Connection) -> tuple[list[_Group], dict[str, _Group]]:
    """Rows that entries of the log bind together: imports, and what was there before rows were bound, by table."""
    imports: list[_Group] = []
    before: dict[str, _Group] = {}
    query = (
        sa.select(audit_log.c.action, audit_log.c.detail)
        .where(audit_log.c.action.in_(("labels.import", BOUND)))
        .order_by(audit_log.c.id)
    )
    for action, detail in connection.execute(query):
        if action == BOUND:
            for table, told in detail.items():
                before.setdefault(table, _Group(table, ((1, int(told["upto"])),)))
        elif "ids" in detail:
            ranges = tuple((int(low), int(high)) for low, high in detail["ids"])
            imports.append(_Group(f"{GROUP_OF_IMPORT}{ranges[0][0]}", ranges))
    return imports, before
