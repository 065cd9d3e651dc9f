"""Final labels: appended, never overwritten; an item's newest settlement counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from assistant.domain.certificates import Origin, Settlement
from assistant.domain.consensus import Consensus
from assistant.store.audit import log as audit
from assistant.store.audit.binding import SETTLEMENT, digest_of, selected
from assistant.store.database import PAGE, Database, now
from assistant.store.staging import changed, newest_rows, staged, take_over
from assistant.store.tables.certification import settlements
from assistant.store.tables.content import items

_CARRIED = (
    settlements.c.labels,
    settlements.c.origin,
    settlements.c.certificate_id,
    settlements.c.confidence,
    settlements.c.raters,
    settlements.c.fit_id,
    settlements.c.policy_version,
)


class SettlementStore:
    """Reads and writes settlements."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, run_id: int, certificate_id: int | None, actor: str, settled: Iterable[Settlement]) -> Counter[str]:
        """Append final labels, all of them or none; counts `written` and `unchanged`.

        A settlement that equals the newest one of its item, in the same run, adds no row.

        Args:
            run_id: the run that is settled.
            certificate_id: the certificate it is settled under, None where people settled everything.
            actor: who settles.
            settled: at most one for each item; read once, page by page, so a generator is fine.

        Raises:
            InputError: an item that is not in this workspace.
            ValueError: a settlement that names another certificate, or an item settled twice.
        """
        stamp = now()
        stamped = (
            sa.literal(run_id).label("run_id"),
            sa.literal(actor, settlements.c.actor.type).label("actor"),
            sa.literal(stamp).label("created_at"),
        )
        counts = Counter(written=0, unchanged=0)
        with self._database.write(alone=True) as connection:
            for page in staged(connection, _CARRIED, (_values(one, certificate_id) for one in settled)):
                given = connection.execute(sa.select(sa.func.count()).select_from(page)).scalar_one()
                news = changed(page, settlements, _CARRIED, run_id=run_id, per_run=False)
                written = take_over(connection, settlements, news.add_columns(*stamped))
                counts.update(written=written, unchanged=given - written)
            if counts["written"]:
                _log(connection, run_id, certificate_id, actor, stamp)
        return counts

    def newest(self, run_id: int) -> Iterator[Settlement]:
        """The newest settlement of each item that this run settled, in order of arrival of the items."""
        query = (
            _named(settlements.c.item_id)
            .where(settlements.c.run_id == run_id)
            .order_by(settlements.c.item_id, settlements.c.revision)
        )
        with self._database.read() as connection:
            rows = connection.execution_options(yield_per=PAGE).execute(query)
            for row in newest_rows(rows):
                yield _settlement(row)


def _values(one: Settlement, certificate_id: int | None) -> tuple[object, ...]:
    if one.certificate_id not in {None, certificate_id}:
        raise ValueError(f"item {one.item_id} is settled under certificate {one.certificate_id}, not {certificate_id}")
    confidence = None if one.confidence is None else float(one.confidence)
    labels = Consensus(one.labels, one.unknown)
    return (
        one.item_id,
        labels,
        one.origin.value,
        one.certificate_id,
        confidence,
        one.raters,
        one.fit_id,
        one.policy_version,
    )


def _log(connection: sa.Connection, run_id: int, certificate_id: int | None, actor: str, stamp: str) -> None:
    query = (
        sa.select(*selected(SETTLEMENT))
        .where(settlements.c.run_id == run_id, settlements.c.created_at == stamp)
        .order_by(settlements.c.item_id, settlements.c.revision)
    )
    written = digest_of(connection.execute(query, execution_options={"yield_per": PAGE}))
    detail = {"certificate": certificate_id, "at": stamp, "rows": written.rows, "digest": str(written)}
    audit.append(connection, actor, "run.settle", f"run:r{run_id}", detail)


def _named(*first: sa.Column[Any]) -> sa.Select[Any]:
    return sa.select(*first, items.c.external_id, *_CARRIED).join(items, items.c.id == settlements.c.item_id)


def _settlement(row: sa.Row[Any]) -> Settlement:
    labels, unknown = row.labels
    return Settlement(
        item_id=row.external_id,
        labels=labels,
        origin=Origin(row.origin),
        certificate_id=row.certificate_id,
        confidence=row.confidence,
        raters=row.raters,
        fit_id=row.fit_id,
        unknown=unknown,
        policy_version=row.policy_version,
    )
