"""Everything the database knows of one item, read along its row number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

from assistant.domain.audit_log import ITEM_ROW, AuditEntry
from assistant.store.database import label_versions_of, project_of
from assistant.store.life.records import (
    AssignmentRecord,
    BatchRecord,
    DisagreementRecord,
    ErasureRecord,
    GoldRecord,
    HumanLabelRecord,
    ItemRecord,
    PassRecord,
    PrecedentRecord,
    PrelabelRecord,
    ReleaseRecord,
    RouteRecord,
    SampleRecord,
    ScoreRecord,
    SettlementRecord,
    TaskRecord,
)
from assistant.store.life.releases import releases_with
from assistant.store.project_scope import items_within
from assistant.store.review.labels.reviews import listed, superseded
from assistant.store.tables.batches import batch_items, batches
from assistant.store.tables.certification import Answer, fits, sample_items, samples, scores, settlements
from assistant.store.tables.content import (
    items,
    near_duplicates,
    precedents,
    prelabels,
    projects,
    reviews,
    routes,
    runs,
)
from assistant.store.tables.life import erased_items, erasures
from assistant.store.tables.people import audit_log, users
from assistant.store.tables.review import (
    adjudications,
    assignment_events,
    assignments,
    disagreements,
    gold_items,
    passes,
    review_details,
    tasks,
    withdrawals,
)

_NAMED = 20  # other items that are named
_ENTRIES = 200  # of the log of changes, the newest
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class ItemRecords:
    """All of it; lists are oldest first, but releases and entries of the log, which are newest first.

    Args:
        erasure: the tombstone; None where the content is there.
    """

    item: ItemRecord
    batches: Sequence[BatchRecord]
    erasure: ErasureRecord | None
    prelabels: Sequence[PrelabelRecord]
    scores: Sequence[ScoreRecord]
    routes: Sequence[RouteRecord]
    labels: Sequence[HumanLabelRecord]
    tasks: Sequence[TaskRecord]
    assignments: Sequence[AssignmentRecord]
    passes: Sequence[PassRecord]
    samples: Sequence[SampleRecord]
    disagreements: Sequence[DisagreementRecord]
    settlements: Sequence[SettlementRecord]
    gold: Sequence[GoldRecord]
    precedents: Sequence[PrecedentRecord]
    releases: Sequence[ReleaseRecord]
    changes: Sequence[AuditEntry]


def item_records(connection: sa.Connection, key: int) -> ItemRecords:
    """Everything about an item of this connection's project, by its row number."""
    said = _labels(connection, key)
    wanted = _tasks(connection, key)
    return ItemRecords(
        item=_item(connection, key),
        batches=_batches(connection, key),
        erasure=_erasure(connection, key),
        prelabels=_prelabels(connection, key),
        scores=_scores(connection, key),
        routes=_routes(connection, key),
        labels=said,
        tasks=wanted,
        assignments=_assignments(connection, key),
        passes=_passes(connection, key),
        samples=_samples(connection, key),
        disagreements=_disagreements(connection, key),
        settlements=_settlements(connection, key),
        gold=_gold(connection, key),
        precedents=_precedents(connection, key),
        releases=releases_with(connection, [key]),
        changes=_changes(connection, key, said, wanted),
    )


def external_id(connection: sa.Connection, key: int) -> str | None:
    """The id of an item of this connection's project by its row number; None where there is none."""
    query = sa.select(items.c.external_id).where(items.c.id == key, items_within(project_of(connection)))
    found: str | None = connection.execute(query).scalar()
    return found


def holds(connection: sa.Connection, key: int, user_id: int, moment: str) -> bool:
    """Whether a person holds the item under a lease at a moment."""
    query = sa.select(assignments.c.id).where(
        assignments.c.item_id == key,
        assignments.c.user_id == user_id,
        assignments.c.state == "leased",
        assignments.c.lease_until > moment,
    )
    return connection.execute(query.limit(1)).first() is not None


def _item(connection: sa.Connection, key: int) -> ItemRecord:
    mine = connection.execute(sa.select(items).where(items.c.id == key)).one()
    project = project_of(connection)
    same = sa.and_(items.c.content_digest == mine.content_digest, items.c.id != key)
    here = sa.select(items.c.external_id).where(same, items_within(project)).order_by(items.c.id).limit(_NAMED)
    other = near_duplicates.alias("other")
    near = (
        sa.select(items.c.external_id)
        .select_from(
            near_duplicates.join(other, other.c.group_id == near_duplicates.c.group_id).join(
                items, items.c.id == other.c.item_id
            )
        )
        .where(near_duplicates.c.item_id == key, other.c.item_id != key, items_within(project))
        .order_by(items.c.id)
        .limit(_NAMED)
    )
    return ItemRecord(
        key,
        mine.created_at,
        mine.erased_at,
        tuple(connection.execute(here).scalars()),
        tuple(connection.execute(near).scalars()),
    )


def _erasure(connection: sa.Connection, key: int) -> ErasureRecord | None:
    names = ("id", "kind", "reason", "actor", "created_at")
    query = (
        sa.select(*(erasures.c[name] for name in names), erased_items.c.counts)
        .join(erased_items, erased_items.c.erasure_id == erasures.c.id)
        .where(erased_items.c.item_id == key)
    )
    row = connection.execute(query).first()
    return None if row is None else ErasureRecord._make(row)


def _run_name(column: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    return "r" + sa.cast(column, sa.Text)


def _versioned(name: sa.ColumnElement[Any], version: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    return sa.func.coalesce(sa.cast(name, sa.Text) + "@" + sa.cast(version, sa.Text), "")


def _of_project(connection: sa.Connection) -> sa.ColumnElement[bool]:
    return runs.c.project_id == project_of(connection)


def _prelabels(connection: sa.Connection, key: int) -> list[PrelabelRecord]:
    asked = items.alias("asked")
    plain = ("rationale", "reason", "detail", "model")
    counted = ("prompt_tokens", "completion_tokens", "cost_usd", "latency_ms", "attempts")
    query = (
        sa.select(
            _run_name(runs.c.id),
            *(prelabels.c[name] for name in ("revision", "status", "labels", "signals", "clauses", *plain)),
            _versioned(runs.c.prompt_name, runs.c.prompt_version),
            _versioned(runs.c.policy_id, runs.c.policy_version),
            *(prelabels.c[name] for name in counted),
            asked.c.external_id,
            prelabels.c.created_at,
        )
        .select_from(
            runs.join(prelabels, sa.and_(prelabels.c.run_id == runs.c.id, prelabels.c.item_id == key)).outerjoin(
                asked, asked.c.id == prelabels.c.shared_from
            )
        )
        .where(_of_project(connection))
        .order_by(runs.c.id, prelabels.c.revision)
    )
    return [
        PrelabelRecord._make((*row[:3], tuple(row[3] or ()), row[4] or {}, tuple(row[5] or ()), *row[6:]))
        for row in connection.execute(query)
    ]


def _scores(connection: sa.Connection, key: int) -> list[ScoreRecord]:
    query = (
        sa.select(
            *(_run_name(fits.c.run_id), fits.c.id, scores.c.labels, scores.c.confidence, scores.c.origin),
            fits.c.created_at,
        )
        .select_from(
            runs.join(fits, fits.c.run_id == runs.c.id).join(
                scores, sa.and_(scores.c.fit_id == fits.c.id, scores.c.item_id == key)
            )
        )
        .where(_of_project(connection))
        .order_by(fits.c.id)
    )
    return _made(connection, query, ScoreRecord._make)


def _routes(connection: sa.Connection, key: int) -> list[RouteRecord]:
    names = ("revision", "route", "reason", "doubts", "inclusion_probability", "created_at")
    query = (
        sa.select(_run_name(runs.c.id), *(routes.c[name] for name in names))
        .select_from(runs.join(routes, sa.and_(routes.c.run_id == runs.c.id, routes.c.item_id == key)))
        .where(_of_project(connection))
        .order_by(runs.c.id, routes.c.revision)
    )
    return [RouteRecord._make((*row[:4], tuple(row[4] or ()), *row[5:])) for row in connection.execute(query)]


def _labels(connection: sa.Connection, key: int) -> list[HumanLabelRecord]:
    given = review_details.c
    query = (
        sa.select(
            *(reviews.c.id, reviews.c.rater, sa.type_coerce(reviews.c.labels, Answer), reviews.c.meta),
            *(reviews.c.shown_suggestion, given.suggestion, given.accepted_suggestion, given.seconds, given.active_ms),
            *(given.uncovered_ms, sa.func.coalesce(given.kind, ""), sa.func.coalesce(given.note, ""), given.clauses),
            _versioned(reviews.c.policy_id, reviews.c.policy_version),
            *(reviews.c.source, withdrawals.c.created_at, withdrawals.c.actor),
            *(superseded(label_versions_of(connection)).label("superseded"), reviews.c.created_at),
        )
        .select_from(
            reviews.outerjoin(review_details, given.review_id == reviews.c.id).outerjoin(
                withdrawals, withdrawals.c.review_id == reviews.c.id
            )
        )
        .where(reviews.c.item_id == key)
        .order_by(reviews.c.id)
    )
    return [
        HumanLabelRecord._make((*row[:3], listed(row[3]), *row[4:12], tuple(row[12] or ()), *row[13:]))
        for row in connection.execute(query)
    ]


def _tasks(connection: sa.Connection, key: int) -> list[TaskRecord]:
    states: dict[int, list[str]] = {}
    query: sa.Select[Any] = (
        sa.select(assignments.c.task_id, assignments.c.state)
        .where(assignments.c.item_id == key)
        .order_by(assignments.c.id)
    )
    for task, state in connection.execute(query):
        states.setdefault(task, []).append(state)
    wanted = tasks.c
    query = (
        sa.select(
            *(wanted.id, wanted.kind, wanted.blind, _versioned(wanted.policy_id, wanted.policy_version), wanted.queue),
            *(_run_name(wanted.run_id), wanted.due_at, wanted.closed_at, wanted.created_at),
        )
        .where(wanted.item_id == key)
        .order_by(wanted.id)
    )
    return [TaskRecord._make((*row[:6], tuple(states.get(row[0], ())), *row[6:])) for row in connection.execute(query)]


def _assignments(connection: sa.Connection, key: int) -> list[AssignmentRecord]:
    told = assignment_events.c
    query = (
        sa.select(told.task_id, told.event, users.c.name, told.reason, told.at)
        .select_from(
            tasks.join(assignment_events, told.task_id == tasks.c.id).outerjoin(users, users.c.id == told.user_id)
        )
        .where(tasks.c.item_id == key)
        .order_by(told.id)
    )
    return _made(connection, query, AssignmentRecord._make)


def _batches(connection: sa.Connection, key: int) -> list[BatchRecord]:
    query = (
        sa.select(batches.c.name, batches.c.received_at, batches.c.due_at)
        .join(batch_items, batch_items.c.batch_id == batches.c.id)
        .where(batch_items.c.item_id == key)
        .order_by(batches.c.id)
    )
    return _made(connection, query, BatchRecord._make)


def _passes(connection: sa.Connection, key: int) -> list[PassRecord]:
    query = (
        sa.select(users.c.name, passes.c.kind, passes.c.reason, passes.c.note, passes.c.created_at)
        .select_from(tasks.join(passes, passes.c.task_id == tasks.c.id).join(users, users.c.id == passes.c.user_id))
        .where(tasks.c.item_id == key)
        .order_by(passes.c.id)
    )
    return _made(connection, query, PassRecord._make)


def _samples(connection: sa.Connection, key: int) -> list[SampleRecord]:
    query = (
        sa.select(
            *(samples.c.id, _run_name(runs.c.id), samples.c.purpose, samples.c.size, samples.c.population),
            *(sample_items.c.inclusion_probability, samples.c.created_at),
        )
        .select_from(
            runs.join(samples, samples.c.run_id == runs.c.id).join(
                sample_items, sa.and_(sample_items.c.sample_id == samples.c.id, sample_items.c.item_id == key)
            )
        )
        .where(_of_project(connection))
        .order_by(samples.c.id)
    )
    return _made(connection, query, SampleRecord._make)


def _disagreements(connection: sa.Connection, key: int) -> list[DisagreementRecord]:
    query = sa.select(*(disagreements.c[name] for name in DisagreementRecord._fields))
    query = query.where(disagreements.c.item_id == key).order_by(disagreements.c.id)
    return _made(connection, query, DisagreementRecord._make)


def _settlements(connection: sa.Connection, key: int) -> list[SettlementRecord]:
    told = ("origin", "certificate_id", "confidence", "raters", "actor", "created_at")
    query = (
        sa.select(
            settlements.c.revision,
            _run_name(settlements.c.run_id),
            settlements.c.labels,
            *(settlements.c[name] for name in told),
        )
        .where(settlements.c.item_id == key)
        .order_by(settlements.c.revision)
    )
    return [SettlementRecord._make((*row[:2], *row[2], *row[3:])) for row in connection.execute(query)]


def _gold(connection: sa.Connection, key: int) -> list[GoldRecord]:
    names = ("id", "policy_id", *GoldRecord._fields[2:])
    query = sa.select(*(gold_items.c[name] for name in names)).where(gold_items.c.item_id == key)
    return _made(connection, query.order_by(gold_items.c.id), GoldRecord._make)


def _precedents(connection: sa.Connection, key: int) -> list[PrecedentRecord]:
    told = precedents.c
    query = sa.select(told.policy_id, sa.type_coerce(told.labels, Answer), told.event, told.actor, told.created_at)
    return _made(connection, query.where(told.item_id == key).order_by(told.id), PrecedentRecord._make)


def _changes(
    connection: sa.Connection, key: int, said: Sequence[HumanLabelRecord], wanted: Sequence[TaskRecord]
) -> list[AuditEntry]:
    """Entries about the item, its labels, tasks and adjudications; of one whose id another project has, no others.

    The log has no project: an entry about an id that several projects have counts where it names the row.
    """
    [name] = connection.execute(sa.select(items.c.external_id).where(items.c.id == key)).scalars()
    everywhere = items.c.project_id.in_(sa.select(projects.c.id))  # along the index of ids within a project
    count = sa.select(sa.func.count()).where(everywhere, items.c.external_id == name)
    alone = connection.execute(count).scalar_one() == 1
    decided = connection.execute(sa.select(adjudications.c.id).where(adjudications.c.item_id == key)).scalars()
    slots = connection.execute(sa.select(assignments.c.id).where(assignments.c.item_id == key)).scalars()
    subjects = [f"item:{name}"]
    subjects += [f"review:{one.id}" for one in said] + [f"adjudication:{number}" for number in decided]
    subjects += [f"task:{one.id}" for one in wanted] + [f"assignment:{number}" for number in slots]
    columns = (audit_log.c[field] for field in ("id", "at", "actor", "action", "subject", "detail"))
    query = sa.select(*columns).where(audit_log.c.subject.in_(subjects)).order_by(audit_log.c.id.desc()).limit(_ENTRIES)
    found = [AuditEntry(*row) for row in connection.execute(query)]
    return [
        one for one in found if one.subject != subjects[0] or one.detail.get(ITEM_ROW, key if alone else None) == key
    ]


def _made(connection: sa.Connection, query: sa.Select[Any], make: Callable[[Any], Row]) -> list[Row]:
    return [make(row) for row in connection.execute(query)]
