"""Whether rows still say what the log of changes says they do: none changed, none missing, none put in beside it."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from assistant.store.audit.binding import (
    ADJUDICATION,
    CERTIFICATE,
    CERTIFICATE_EVENT,
    REVIEW,
    SETTLEMENT,
    Digest,
    read_digest,
    selected,
)
from assistant.store.database import PAGE
from assistant.store.tables.certification import certificate_events, certificates, settlements
from assistant.store.tables.content import reviews
from assistant.store.tables.review import adjudications, review_details, withdrawals

BOUND = "audit.bind"
"""The action of the entry that seals what was there before rows were bound one by one."""

ERASED = "item.erase"
"""The action of an entry about texts that were removed from bound rows on request: digests before and after."""

GROUP_OF_IMPORT = "reviews from "
"""How such an entry names the rows of an import: with the number of the first."""

_SHOWN = 20  # faults that are named


@dataclass(frozen=True, slots=True)
class Fault:
    """A row, or rows bound together, that isn't what the log says.

    Args:
        rows: which, e.g. `review:7` or `reviews 1 to 500`.
        what: `changed`, `missing` or `extra`; of rows bound together how many there are instead of how many.
    """

    rows: str
    what: str


@dataclass(slots=True)
class Bound:
    """What a check of the bound rows found.

    Args:
        rows: bound rows that were compared.
        faults: the first of them.
        count: how many there are.
    """

    rows: int = 0
    faults: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, rows: str, what: str) -> None:
        """One more fault."""
        self.count += 1
        if len(self.faults) < _SHOWN:
            self.faults.append(Fault(rows, what))


class _Singles:
    """Rows of a table that are bound one by one: their numbers and digests, 24 bytes for each."""

    def __init__(self) -> None:
        self._ids = array("q")
        self._digests = bytearray()
        self._rebound: dict[int, list[tuple[str, str]]] = {}

    def add(self, number: int, digest: str) -> None:
        self._ids.append(number)
        self._digests += bytes.fromhex(digest)

    def rebind(self, number: int, was: str, now: str) -> None:
        """A text was removed from a row on request; it counts where the row was as logged until then."""
        self._rebound.setdefault(number, []).append((was, now))

    def _now(self, number: int, digest: str) -> str:
        for was, now in self._rebound.get(number, ()):
            digest = now if digest == was else digest
        return digest

    def sorted(self) -> Iterator[tuple[int, str]]:
        """By number; of two entries for one number the first counts, as it was made when the row was."""
        seen = None
        for at in sorted(range(len(self._ids)), key=self._ids.__getitem__):
            if self._ids[at] != seen:
                seen = self._ids[at]
                yield seen, self._now(seen, self._digests[16 * at : 16 * at + 16].hex())


@dataclass(slots=True)
class _Group:
    """Rows that one entry binds together."""

    name: str
    rows: int
    digest: str
    found: Digest = field(default_factory=Digest)

    def told(self, bound: Bound) -> None:
        bound.rows += self.found.rows
        if self.found.rows != self.rows:
            bound.add(self.name, f"{self.found.rows:,} rows instead of {self.rows:,}")
        elif str(self.found) != self.digest:
            bound.add(self.name, "changed")


class LoggedRows:
    """What the log says of bound rows, gathered entry by entry while the chain is walked."""

    def __init__(self) -> None:
        self._reviews, self._adjudications = _Singles(), _Singles()
        self._certificates, self._events = _Singles(), _Singles()
        self._undone: set[int] = set()
        self._imports: list[tuple[int, int, _Group]] = []
        self._settled: dict[tuple[int, str], _Group] = {}
        self._before: dict[str, _Group] = {}
        self._upto: dict[str, int] = {}

    def take(self, action: str, subject: str, detail: Mapping[str, Any]) -> None:
        """One entry of the log."""
        number = subject.rpartition(":")[2]
        if action == "review.submit" and "row" in detail:
            self._reviews.add(int(number), detail["row"])
        elif action in {"review.undo", "reviews.withdraw", "reviews.restore"}:
            self._withdrawn(action, number, detail)
        elif action == "labels.import" and "ids" in detail:
            self._import(subject, detail)
        elif action == "item.adjudicate" and "row" in detail:
            self._adjudications.add(int(number), detail["row"])
        elif action == "run.settle" and "digest" in detail:
            run = int(number.removeprefix("r"))
            name = f"settlements of {detail['at']} of r{run}"
            self._settled[run, detail["at"]] = _Group(name, detail["rows"], detail["digest"])
        elif action.startswith("certificate.") and "row" in detail:
            singles = self._events if "event" in detail else self._certificates
            singles.add(int(detail.get("event", number)), detail["row"])
        else:
            self._take_many(action, detail)

    def _take_many(self, action: str, detail: Mapping[str, Any]) -> None:
        if action == BOUND:
            self._bound(detail)
        elif action == ERASED:
            for name, was, now in detail.get("rebound", ()):
                self._rebind(name, was, now)

    def _rebind(self, name: str, was: str, now: str) -> None:
        noun, _, number = name.partition(":")
        if noun == "review":
            self._reviews.rebind(int(number), was, now)
        elif noun == "adjudication":
            self._adjudications.rebind(int(number), was, now)
        else:
            first = name.removeprefix(GROUP_OF_IMPORT)
            imported = (group for low, _, group in self._imports if str(low) == first)
            group = self._before.get(name) or next(imported, None)
            if group is not None and group.digest == was:
                group.digest = now

    def _withdrawn(self, action: str, number: str, detail: Mapping[str, Any]) -> None:
        if action == "review.undo":
            self._undone.add(int(number))
        elif action == "reviews.withdraw":
            self._undone.update(detail["reviews"])
        else:
            self._undone.difference_update(detail["reviews"])

    def _import(self, subject: str, detail: Mapping[str, Any]) -> None:
        first, last = detail["ids"][0][0], detail["ids"][-1][1]
        group = _Group(f"reviews {first} to {last} of {subject}", detail["rows"], detail["digest"])
        self._imports.extend((low, high, group) for low, high in detail["ids"])

    def _bound(self, detail: Mapping[str, Any]) -> None:
        for name, told in detail.items():
            if name not in self._before:
                self._upto[name] = told["upto"]
                self._before[name] = _Group(f"{name} from before the log bound them", told["rows"], told["digest"])

    def check(self, connection: sa.Connection) -> Bound:
        """Compare with the rows as they lie there now."""
        bound = Bound()
        self._check_reviews(connection, bound)
        for table, columns, singles in (
            (adjudications, ADJUDICATION, self._adjudications),
            (certificates, CERTIFICATE, self._certificates),
            (certificate_events, CERTIFICATE_EVENT, self._events),
        ):
            query = sa.select(table.c.id, *selected(columns)).order_by(table.c.id)
            self._check_singles(_pages(connection, query), table.name, singles, bound)
        self._check_withdrawals(connection, bound)
        self._check_settlements(connection, bound)
        return bound

    def _check_reviews(self, connection: sa.Connection, bound: Bound) -> None:
        joined = reviews.outerjoin(review_details, review_details.c.review_id == reviews.c.id)
        query = sa.select(reviews.c.id, *selected(REVIEW)).select_from(joined).order_by(reviews.c.id)
        self._imports.sort(key=lambda one: one[0])
        starts = [low for low, _, _ in self._imports]

        def ungrouped() -> Iterator[Sequence[Any]]:
            for row in _pages(connection, query):
                at = bisect_right(starts, row[0]) - 1
                if at >= 0 and row[0] <= self._imports[at][1]:
                    self._imports[at][2].found.take(row[1:])
                else:
                    yield row

        self._check_singles(ungrouped(), reviews.name, self._reviews, bound)
        for group in {id(group): group for _, _, group in self._imports}.values():
            group.told(bound)

    def _check_singles(self, rows: Iterator[Sequence[Any]], name: str, singles: _Singles, bound: Bound) -> None:
        """Merge the rows, by number, with what the log says of them."""
        before, upto = self._before.get(name), self._upto.get(name, 0)
        told, noun = singles.sorted(), name.removesuffix("s")
        wanted = next(told, None)
        for row in rows:
            number = row[0]
            while wanted is not None and wanted[0] < number:
                bound.add(f"{noun}:{wanted[0]}", "missing")
                wanted = next(told, None)
            if before is not None and number <= upto:
                before.found.take(row[1:])
            elif wanted is None or wanted[0] != number:
                bound.add(f"{noun}:{number}", "extra")
            else:
                bound.rows += 1
                if read_digest(row[1:]) != wanted[1]:
                    bound.add(f"{noun}:{number}", "changed")
            if wanted is not None and wanted[0] == number:
                wanted = next(told, None)
        while wanted is not None:
            bound.add(f"{noun}:{wanted[0]}", "missing")
            wanted = next(told, None)
        if before is not None:
            before.told(bound)

    def _check_withdrawals(self, connection: sa.Connection, bound: Bound) -> None:
        there = set(connection.execute(sa.select(withdrawals.c.review_id)).scalars())
        bound.rows += len(there)
        for what, found in (("missing", self._undone - there), ("extra", there - self._undone)):
            for number in sorted(found):
                bound.add(f"withdrawal of review:{number}", what)

    def _check_settlements(self, connection: sa.Connection, bound: Bound) -> None:
        query = sa.select(settlements.c.run_id, settlements.c.created_at, *selected(SETTLEMENT))
        before = self._before.get(settlements.name, _Group(settlements.name, 0, str(Digest())))
        for row in _pages(connection, query.order_by(settlements.c.item_id, settlements.c.revision)):
            self._settled.get((row[0], row[1]), before).found.take(row[2:])
        for group in (before, *self._settled.values()):
            group.told(bound)


def _pages(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[Sequence[Any]]:
    return iter(connection.execute(query, execution_options={"yield_per": PAGE}))
