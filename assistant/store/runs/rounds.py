"""Rounds of routing: a run's items and routes read as columns, and new routes of all of them written at once."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from assistant.errors import StorageError
from assistant.routing.allocation import Integers
from assistant.routing.route import Decision
from assistant.store.audit import log as audit
from assistant.store.columns import aggregated
from assistant.store.content.items import with_media
from assistant.store.database import Database, now, project_of
from assistant.store.runs.prelabels import newest
from assistant.store.runs.routes import as_decision, as_values
from assistant.store.tables.content import ESCAPED, ExactText, items, prelabels, routes, run_events

NONE = -1
ROUTED = "routed"
"""Event of a run that was routed, beside those of its jobs."""
_DECIDED = (routes.c.route, routes.c.reason, routes.c.doubts, routes.c.inclusion_probability, routes.c.seed)


class RouteColumns(NamedTuple):
    """The routes of n items: `decisions` holds each different one once, the arrays have shape (n,).

    Attributes:
        decisions: the different decisions.
        codes: which of them is the item's newest; -1 where it was never routed.
        revisions: that route's number; -1 where there is none.
        rows: routes the run has in all, the earlier ones too: as rows are only added, an equal count is an equal table.
    """

    decisions: tuple[Decision, ...]
    codes: Integers
    revisions: Integers
    rows: int


@dataclass(frozen=True, slots=True, eq=False)
class RunColumns:
    """The n items with an answer in a run, in order of arrival.

    Attributes:
        keys: row numbers, rising, shape (n,).
        ids: external ids.
        failed: whether the newest answer can't be used, shape (n,).
        flagged: whether it holds one of the labels asked about, shape (n,).
        media: whether the item has media, shape (n,).
        routes: theirs.
    """

    keys: Integers
    ids: list[str]
    failed: npt.NDArray[np.bool_]
    flagged: npt.NDArray[np.bool_]
    media: npt.NDArray[np.bool_]
    routes: RouteColumns

    def __len__(self) -> int:
        return len(self.keys)


class RoutingRound(NamedTuple):
    """One round of routing as it is remembered: its number within the run, and what it rested on (JSON values)."""

    number: int
    basis: Mapping[str, object]


class RoundStore:
    """Reads runs as columns and writes rounds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, run_id: int, labels: Sequence[str] = ()) -> RunColumns:
        """The items of a run with their newest routes; a million in two seconds.

        Args:
            run_id: the run.
            labels: answers that hold one of these are flagged.
        """
        with self._database.read() as connection:
            keys, ids = _named(connection, run_id)
            remarkable, failing = _remarkable(connection, run_id, labels)
            failed, flagged = (np.isin(keys, remarkable[which]) for which in (failing, ~failing))
            [seen_in_part] = _integers(connection, sa.select(items.c.id).where(_own(connection), with_media()))
            media = np.isin(keys, seen_in_part, assume_unique=True)
            return RunColumns(keys, ids, failed, flagged, media, _routes(connection, run_id, keys))

    def names(self, run_id: int) -> tuple[Integers, list[str]]:
        """Row numbers, rising, and external ids of the items with an answer in a run."""
        with self._database.read() as connection:
            return _named(connection, run_id)

    def latest(self, run_id: int) -> RoutingRound | None:
        """The newest round of a run, or None."""
        query = (
            sa.select(run_events.c.detail)
            .where(run_events.c.run_id == run_id, run_events.c.event == ROUTED)
            .order_by(run_events.c.id.desc())
            .limit(1)
        )
        with self._database.read() as connection:
            detail = connection.execute(query).scalar_one_or_none()
        return None if detail is None else RoutingRound(detail["round"], detail["basis"])

    def write(
        self, run_id: int, read: RunColumns, routed: RoutingRound, decisions: Sequence[Decision], codes: Integers
    ) -> int:
        """Write the next revision of each item's route, and which round it was; all of it or nothing.

        A new round writes all of them: when an item was last decided about tells under what. The newest round told
        again writes only what differs, and nothing at all where nothing does.

        Args:
            run_id: the run.
            read: its columns, as the decisions were made on them.
            routed: the round.
            decisions: the different decisions.
            codes: which of them is each item's, shape (n,).

        Returns:
            How many routes were written.

        Raises:
            StorageError: another process has routed items of this run in the meantime; nothing was written.
        """
        changed = np.arange(len(read))
        if self.latest(run_id) == routed:
            changed = np.flatnonzero(_recoded(decisions, read.routes.decisions)[codes] != read.routes.codes)
            if not len(changed):
                return 0
        stamp = now()
        with self._database.write(alone=True, looked_up=False) as connection:
            if _count(connection, run_id) != read.routes.rows:
                raise StorageError("run_routed_meanwhile")
            for code, revision, at in _groups(codes, read.routes.revisions + 1, changed):
                values = (run_id, revision, *as_values(decisions[code]), stamp)
                _insert(connection, values, read.keys[at])
            detail = {"round": routed.number, "basis": dict(routed.basis), "written": len(changed)}
            event = {"run_id": run_id, "event": ROUTED, "detail": detail, "created_at": stamp}
            connection.execute(sa.insert(run_events), [event])
            told = {"round": routed.number, "written": len(changed)}
            audit.append(connection, self._database.operator, "run.route", f"run:r{run_id}", told)
        return len(changed)


def _named(connection: sa.Connection, run_id: int) -> tuple[Integers, list[str]]:
    """Row numbers, rising, and external ids of the items with an answer in a run."""
    [answered] = _integers(connection, sa.select(prelabels.c.item_id).where(prelabels.c.run_id == run_id))
    keys, names = aggregated(connection, sa.select(items.c.id, items.c.external_id).where(_own(connection)))
    known = np.array(keys, dtype=np.int64)
    order = np.argsort(known, kind="stable")
    order = order[np.isin(known[order], answered)]
    decode = ExactText().process_result_value
    ids = [names[at] for at in order.tolist()]
    for at, name in enumerate(ids):
        if name[:1] == ESCAPED:
            ids[at] = str(decode(name, connection.dialect))
    return known[order], ids


def _own(connection: sa.Connection) -> sa.ColumnElement[bool]:
    return items.c.project_id == project_of(connection)


def _remarkable(
    connection: sa.Connection, run_id: int, labels: Sequence[str]
) -> tuple[Integers, npt.NDArray[np.bool_]]:
    """Row numbers of items whose newest answer failed or holds one of some labels, and whether it failed."""
    spelled = sa.type_coerce(prelabels.c.labels, sa.Text)
    held = (spelled.contains(orjson.dumps(name).decode(), autoescape=True) for name in labels)
    failed = prelabels.c.status == "failed"
    query = sa.select(prelabels.c.item_id, sa.cast(failed, sa.Integer)).where(
        prelabels.c.run_id == run_id, sa.or_(failed, *held), newest(prelabels)
    )
    keys, failing = _integers(connection, query)
    return keys, failing == 1


def _routes(connection: sa.Connection, run_id: int, keys: Integers) -> RouteColumns:
    """The newest route of each item: of all routes the one with the highest number."""
    found, revisions = (np.full(len(keys), NONE, dtype=np.int64) for _ in range(2))
    query = sa.select(routes.c.item_id, routes.c.revision, _spelled(connection)).where(routes.c.run_id == run_id)
    item_keys, numbers, spelled = aggregated(connection, query)
    if not spelled:
        return RouteColumns((), found, revisions, 0)
    code = {text: at for at, text in enumerate(dict.fromkeys(spelled))}
    codes = np.fromiter(map(code.__getitem__, spelled), dtype=np.int64, count=len(spelled))
    order = np.argsort(np.array(numbers), kind="stable")  # of several values for one place the last one stays
    order = order[np.isin(np.array(item_keys)[order], keys)]
    at = np.searchsorted(keys, np.array(item_keys)[order])
    found[at], revisions[at] = codes[order], np.array(numbers)[order]
    first = dict(zip(reversed(spelled), zip(reversed(item_keys), reversed(numbers), strict=True), strict=True))
    decisions = tuple(_decision(connection, run_id, *first[text]) for text in code)
    return RouteColumns(decisions, found, revisions, len(spelled))


def _spelled(connection: sa.Connection) -> sa.ColumnElement[str]:
    """A decision as one text, equal for equal ones; 17 digits tell any two floats apart."""
    route, reason, doubts, probability, seed = _DECIDED
    sqlite = connection.dialect.name == "sqlite"
    exact = sa.func.printf("%!.17g", probability) if sqlite else sa.cast(probability, sa.Text)
    parts = [route, reason, sa.type_coerce(doubts, sa.Text), exact, sa.cast(seed, sa.Text)]
    return functools.reduce(lambda text, part: text.concat("|").concat(part), parts)


def _decision(connection: sa.Connection, run_id: int, item_key: int, revision: int) -> Decision:
    query: sa.Select[Any] = sa.select(*_DECIDED).where(
        routes.c.run_id == run_id, routes.c.item_id == item_key, routes.c.revision == revision
    )
    return as_decision(connection.execute(query).one())


def _integers(connection: sa.Connection, query: sa.Select[Any]) -> list[Integers]:
    return [np.array(column, dtype=np.int64) for column in aggregated(connection, query)]


def _count(connection: sa.Connection, run_id: int) -> int:
    query = sa.select(sa.func.count()).select_from(routes).where(routes.c.run_id == run_id)
    return int(connection.execute(query).scalar_one())


def _recoded(decisions: Sequence[Decision], known: Sequence[Decision]) -> Integers:
    """Places of decisions among those known; below -1 for the others, so that they equal none."""
    place = {decision: at for at, decision in enumerate(known)}
    return np.array([place.get(decision, NONE - 1) for decision in decisions], dtype=np.int64)


def _groups(codes: Integers, revisions: Integers, among: Integers) -> Iterator[tuple[int, int, Integers]]:
    """(code, revision, positions that have both), for some positions, in order of arrival within each."""
    if not len(among):
        return
    width = int(revisions.max()) + 1
    both = codes[among] * width + revisions[among]
    for value in np.unique(both).tolist():
        yield value // width, value % width, among[both == value]


def _insert(connection: sa.Connection, values: tuple[object, ...], keys: Integers) -> None:
    """One route for many items: their row numbers go in as one value."""
    if connection.dialect.name == "sqlite":
        each = sa.func.json_each(orjson.dumps(keys.tolist()).decode()).table_valued("value")
    else:
        array = sa.bindparam(None, keys.tolist(), type_=postgresql.ARRAY(sa.BigInteger))
        each = sa.func.unnest(array).table_valued("value").render_derived()
    names = ("run_id", "revision", *(column.name for column in _DECIDED), "created_at")
    constant = [sa.literal(value, routes.c[name].type) for name, value in zip(names, values, strict=True)]
    query = sa.select(each.c.value, *constant)
    connection.execute(sa.insert(routes).from_select(["item_id", *names], query))
