"""A run's outcome item by item, and its totals: what reports and exports read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from assistant.domain.certificates import MACHINE, Origin
from assistant.domain.label_versions import LabelVersions
from assistant.domain.labels import LabelAnswer
from assistant.domain.runs import Run, RunTotals
from assistant.store.certification.certificates import CertificateStore
from assistant.store.connection.reconnect import lasting
from assistant.store.content.items import with_media
from assistant.store.content.precedents import PrecedentStore, settled_digests
from assistant.store.counted_labels import final_counts
from assistant.store.database import PAGE, Database
from assistant.store.project_scope import items_within
from assistant.store.runs.populations import within
from assistant.store.runs.prelabels import newest, ranked
from assistant.store.tables.certification import settlements
from assistant.store.tables.content import items, near_duplicates, prelabels, routes
from assistant.store.tables.life import erased_items, erasures

Result = dict[str, Any]
Value = TypeVar("Value")
_FINAL = (
    settlements.c.labels,
    settlements.c.origin,
    settlements.c.confidence,
    settlements.c.certificate_id,
    settlements.c.raters,
    settlements.c.fit_id,
    settlements.c.policy_version,
)


class ResultStore:
    """Reads outcomes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pages(self, run: Run) -> Iterator[list[Result]]:
        """Every item with its answer, route and final label in this run, in order of arrival; keys are column names.

        A person's final label counts while the policy version in use counts it, a machine's while the certificate it
        was settled under is the run's newest and stands: else its `final_...` columns are None, as where nothing was
        settled.
        """
        settled, in_force = self._settled(run), self._in_force(run)
        after = 0
        while True:
            query = self._joined(run).where(items.c.id > after).order_by(items.c.id).limit(PAGE)
            with self._database.read() as connection:
                rows = connection.execute(query).all()
            if not rows:
                return
            yield [_result(row, settled, in_force) for row in rows]
            after = rows[-1].id

    def get(self, run: Run, external_id: str) -> Result | None:
        """One item's outcome, or None."""
        with self._database.read() as connection:
            row = connection.execute(self._joined(run).where(items.c.external_id == external_id)).one_or_none()
        return None if row is None else _result(row, self._settled(run), self._in_force(run))

    def failures(self, run: Run, limit: int) -> list[Result]:
        """Failed items with their reasons, in order of arrival."""
        query = self._joined(run).where(prelabels.c.status == "failed").order_by(items.c.id).limit(limit)
        with self._database.read() as connection:
            return [_result(row, {}, self._in_force(run)) for row in connection.execute(query)]

    @lasting
    def totals(self, run: Run) -> RunTotals:
        """The run in numbers."""
        with self._database.read() as connection:
            counting = sa.select(sa.func.count()).select_from(items).where(self._own(), *within(run.population))
            everything = connection.execute(counting).scalar_one()
            everything -= connection.execute(_count_unanswerable(self._database.project_id, run)).scalar_one()
            counted = _counted(connection, run)
            sums = connection.execute(_sums(run)).one()
            newest_routes = ranked(routes, run.id, routes.c.route, routes.c.reason)
            query = sa.select(newest_routes.c.route, newest_routes.c.reason, sa.func.count()).group_by(
                "route", "reason"
            )
            routed = {
                (route, reason): count
                for route, reason, count in connection.execute(query.where(newest_routes.c.rank == 1))
            }
            settled = connection.execute(_count_settled(self._database, run)).scalar_one()
            media = connection.execute(_count_media(run).where(self._own())).scalar_one()
        statuses = _summed(counted, lambda one: one.status)
        failures = _summed(counted, lambda one: one.reason, status="failed")
        labels = _summed(counted, lambda one: tuple(one.labels), status="labelled")
        answered = sum(statuses.values())
        return RunTotals(
            statuses={**statuses, "settled": settled, "pending": max(0, everything - answered - settled)},
            failures=failures,
            routes=dict(sorted(routed.items(), key=lambda entry: (-entry[1], entry[0]))),
            labels={"|".join(name) or "none": count for name, count in labels.items()},
            prompt_tokens=sums.prompt_tokens or 0,
            completion_tokens=sums.completion_tokens or 0,
            cached_tokens=sums.cached_tokens or 0,
            cost_usd=sums.cost_usd,
            shared=sums.shared or 0,
            with_media=media,
        )

    def _own(self) -> sa.ColumnElement[bool]:
        return items.c.project_id == self._database.project_id

    def _joined(self, run: Run) -> sa.Select[Any]:
        return _joined(run, self._database.label_versions).where(self._own())

    def _in_force(self, run: Run) -> int | None:
        certificate = CertificateStore(self._database).in_force(run.id)
        return None if certificate is None else certificate.id

    def _settled(self, run: Run) -> Mapping[str, LabelAnswer]:
        if run.policy is None:
            return {}
        known = PrecedentStore(self._database).all(run.policy.rpartition("@")[0])
        return {precedent.content_digest: precedent.labels for precedent in known}


def _joined(run: Run, versions: LabelVersions | None) -> sa.Select[Any]:
    answer = sa.and_(prelabels.c.run_id == run.id, prelabels.c.item_id == items.c.id, newest(prelabels, items.c.id))
    route = sa.and_(routes.c.run_id == run.id, routes.c.item_id == items.c.id, newest(routes, items.c.id))
    final = sa.and_(
        settlements.c.run_id == run.id, settlements.c.item_id == items.c.id, newest(settlements, items.c.id)
    )
    return (
        sa.select(
            items.c.id,
            items.c.external_id,
            items.c.text,
            items.c.query,
            items.c.language,
            items.c.source,
            items.c.meta,
            items.c.content_digest,
            near_duplicates.c.group_id,
            prelabels.c.status,
            prelabels.c.labels,
            prelabels.c.signals,
            prelabels.c.clauses,
            prelabels.c.rationale,
            prelabels.c.reason,
            prelabels.c.detail,
            prelabels.c.model,
            prelabels.c.prompt_tokens,
            prelabels.c.completion_tokens,
            prelabels.c.cached_tokens,
            prelabels.c.cost_usd,
            prelabels.c.latency_ms,
            prelabels.c.attempts,
            prelabels.c.shared_from,
            routes.c.route,
            routes.c.reason.label("route_reason"),
            routes.c.doubts,
            routes.c.inclusion_probability,
            *(column.label(f"final_{column.name}") for column in _FINAL),
            sa.case((final_counts(versions), 1), else_=0).label("counts"),
        )
        .select_from(
            items.outerjoin(prelabels, answer)
            .outerjoin(routes, route)
            .outerjoin(settlements, final)
            .outerjoin(near_duplicates, near_duplicates.c.item_id == items.c.id)
        )
        .where(*within(run.population))
    )


def _result(row: sa.Row[Any], settled: Mapping[str, LabelAnswer], in_force: int | None) -> Result:
    result = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as mapping
    stands = row.final_origin in MACHINE and row.final_certificate_id == in_force
    given = row.final_origin == Origin.PERSON and bool(result.pop("counts"))
    if not given and not stands:
        result.update({f"final_{column.name}": None for column in _FINAL})
    result["final_unknown"] = None
    if result["final_labels"] is not None:
        result["final_labels"], result["final_unknown"] = result["final_labels"]
    if result["status"] is None:
        result["labels"] = settled.get(row.content_digest)
        result["status"] = "pending" if result["labels"] is None else "settled"
    return result


def _counted(connection: sa.Connection, run: Run) -> list[Any]:
    """How many newest answers there are of each status, reason and labels, in one pass over the run."""
    newest_answers = ranked(prelabels, run.id, prelabels.c.status, prelabels.c.reason, prelabels.c.labels)
    columns = [newest_answers.c[name] for name in ("status", "reason", "labels")]
    query = sa.select(*columns, sa.func.count().label("items")).where(newest_answers.c.rank == 1).group_by(*columns)
    return list(connection.execute(query))


def _summed(counted: Sequence[Any], key: Callable[[Any], Value], *, status: str | None = None) -> dict[Value, int]:
    """Items by what `key` takes of them, the most frequent first; of one status, where one is given."""
    found: Counter[Value] = Counter()
    for one in counted:
        if status in {None, one.status}:
            found[key(one)] += one.items
    return dict(sorted(found.items(), key=lambda entry: (-entry[1], str(entry[0]))))


def _sums(run: Run) -> sa.Select[Any]:
    """Tokens and cost of all revisions: an answer that was superseded was paid for too."""
    own = prelabels.c.shared_from.is_(None)
    return sa.select(
        *(
            sa.func.sum(sa.case((own, column))).label(column.name)
            for column in (
                prelabels.c.prompt_tokens,
                prelabels.c.completion_tokens,
                prelabels.c.cached_tokens,
                prelabels.c.cost_usd,
            )
        ),
        sa.func.count(sa.distinct(sa.case((prelabels.c.shared_from.is_not(None), prelabels.c.item_id)))).label(
            "shared"
        ),
    ).where(prelabels.c.run_id == run.id)


def _count_media(run: Run) -> sa.Select[int]:
    answered = sa.exists().where(prelabels.c.run_id == run.id, prelabels.c.item_id == items.c.id)
    return sa.select(sa.func.count()).select_from(items).where(with_media(), answered)


def _count_unanswerable(project: int, run: Run) -> sa.Select[int]:
    """Items whose content was erased before the run answered them."""
    answered = sa.exists().where(prelabels.c.run_id == run.id, prelabels.c.item_id == erased_items.c.item_id)
    own = erasures.c.project_id == project
    erased = erased_items.join(erasures, erasures.c.id == erased_items.c.erasure_id).join(
        items, items.c.id == erased_items.c.item_id
    )
    return (
        sa.select(sa.func.count())
        .select_from(erased)
        .where(own, items.c.erased_at.is_not(None), ~answered, *within(run.population))
    )


def _count_settled(database: Database, run: Run) -> sa.Select[int]:
    policy_id = run.policy.rpartition("@")[0] if run.policy else ""
    answered = sa.exists().where(prelabels.c.run_id == run.id, prelabels.c.item_id == items.c.id)
    settled = items.c.content_digest.in_(settled_digests(database, policy_id))
    own = items_within(database.project_id)
    return sa.select(sa.func.count()).where(own, settled, ~answered, *within(run.population))
