"""What a run wants people to look at: newest routes, samples, and the tasks there are already."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

import sqlalchemy as sa

from assistant.domain.certificates import Purpose
from assistant.domain.labels import LabelAnswer
from assistant.domain.review_work import NewTask, TaskKind
from assistant.domain.task_changes import ChangeKind
from assistant.routing.route import Route
from assistant.store.database import Database, label_versions_of, person_of
from assistant.store.review.labels.reviews import counting, leaves_unknown
from assistant.store.runs.machine_answers import newest_fit
from assistant.store.runs.prelabels import newest
from assistant.store.tables.certification import Answer, sample_items, samples, scores
from assistant.store.tables.content import items, prelabels, reviews, routes
from assistant.store.tables.review import assignments, review_details, tasks
from assistant.store.tables.task_changes import changed_tasks, task_changes, unchanged_tasks


class RoutedKey(NamedTuple):
    """An item of a run that may need people.

    Args:
        item_key, item_id, language: of the item.
        route: where it goes now; None for one that is in a sample and was never routed.
        labels: the machine's answer, empty where it has none.
        confidence: calibrated, None where nothing was calibrated.
    """

    item_key: int
    item_id: str
    language: str
    route: Route | None
    labels: LabelAnswer
    confidence: float | None


class SampleMembership(NamedTuple):
    """The newest sample an item is in."""

    sample_id: int
    purpose: Purpose


class Existing(NamedTuple):
    """An item's newest task.

    Args:
        id: its row number.
        task: as it was wanted.
        closed: whether nothing of it is wanted any more.
        begun: how many of its answers are given or leased.
        escalated: whether a person asked for it in place of an earlier one.
        created_at: ISO 8601 in UTC.
        cancelled, prioritized: whether a lead has cancelled it, or given it another priority, and that stands.
    """

    id: int
    task: NewTask
    closed: bool
    begun: int
    escalated: bool
    created_at: str
    cancelled: bool = False
    prioritized: bool = False


class LabelsElsewhere(NamedTuple):
    """How many people have answered an item outside the queue, and when the newest did, ISO 8601 in UTC."""

    people: int
    newest: str


def run_items(connection: sa.Connection, run_id: int, after: int, limit: int) -> list[RoutedKey]:
    """The next items of a run with an answer, after row number `after`, in order of arrival."""
    route = (
        sa.select(routes.c.route)
        .where(routes.c.run_id == run_id, routes.c.item_id == prelabels.c.item_id)
        .order_by(routes.c.revision.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        sa.select(
            items.c.id,
            items.c.external_id,
            items.c.language,
            route,
            prelabels.c.status,
            sa.type_coerce(prelabels.c.labels, Answer),
            scores.c.labels,
            scores.c.confidence,
        )
        .select_from(
            prelabels.join(items, items.c.id == prelabels.c.item_id).outerjoin(
                scores, sa.and_(scores.c.fit_id == newest_fit(run_id), scores.c.item_id == prelabels.c.item_id)
            )
        )
        .where(
            prelabels.c.run_id == run_id, prelabels.c.item_id > after, newest(prelabels), items.c.erased_at.is_(None)
        )
        .order_by(prelabels.c.item_id)
        .limit(limit)
    )
    return [_routed(row) for row in connection.execute(query)]


def sampled(connection: sa.Connection, run_id: int) -> dict[int, SampleMembership]:
    """The newest sample each item of a run is in, by row number."""
    query = (
        sa.select(sample_items.c.item_id, samples.c.id, samples.c.purpose)
        .join(samples, samples.c.id == sample_items.c.sample_id)
        .where(samples.c.run_id == run_id)
        .order_by(samples.c.id)
    )
    return {key: SampleMembership(number, Purpose(purpose)) for key, number, purpose in connection.execute(query)}


def existing(connection: sa.Connection, run_id: int, first: int, last: int) -> dict[int, Existing]:
    """The newest task of each item of a run between two row numbers, one person's alone left out."""
    busy = sa.case((assignments.c.state.in_(("leased", "answered")), 1), else_=0)
    begun = sa.select(sa.func.sum(busy)).where(assignments.c.task_id == tasks.c.id).scalar_subquery()
    query = (
        sa.select(
            *(tasks, begun.label("begun")),
            _stands(ChangeKind.CANCEL).label("cancelled"),
            _stands(ChangeKind.PRIORITY).label("prioritized"),
        )
        .where(tasks.c.run_id == run_id, tasks.c.item_id.between(first, last), tasks.c.for_user.is_(None))
        .where(tasks.c.gold_id.is_(None))
        .order_by(tasks.c.id)
    )
    found: dict[int, Existing] = {}
    for row in connection.execute(query):
        found[row.item_id] = _existing(row, escalated=row.item_id in found)
    return found


def reviews_by_sight(database: Database, run_id: int) -> tuple[set[str], set[str]]:
    """External ids of a run's items with an ordinary review: those that show the machine's answer, and blind ones."""
    query = (
        sa.select(items.c.external_id, tasks.c.blind)
        .join(items, items.c.id == tasks.c.item_id)
        .where(tasks.c.run_id == run_id, tasks.c.kind == TaskKind.REVIEW.value, tasks.c.gold_id.is_(None))
    )
    shown: set[str] = set()
    blind: set[str] = set()
    with database.read() as connection:
        for name, hidden in connection.execute(query):
            (blind if hidden else shown).add(name)
    return shown, blind


def answered(connection: sa.Connection, first: int, last: int, *, blind: bool) -> dict[int, LabelsElsewhere]:
    """Who has answered each item between two row numbers outside the queue; blind answers alone, or all.

    An answer that leaves categories unknown does not count: the item still wants a complete one.
    """
    versions = label_versions_of(connection)
    query = (
        sa.select(
            reviews.c.item_id, sa.func.count(sa.distinct(person_of(reviews.c.rater))), sa.func.max(reviews.c.created_at)
        )
        .outerjoin(review_details, review_details.c.review_id == reviews.c.id)
        .where(reviews.c.item_id.between(first, last), counting(versions), review_details.c.review_id.is_(None))
        .where(~leaves_unknown())
        .group_by(reviews.c.item_id)
    )
    if blind:  # one of unknown origin counts, as it does for certificates
        query = query.where(reviews.c.shown_suggestion.is_not(sa.true()))
    return {key: LabelsElsewhere(int(count), newest) for key, count, newest in connection.execute(query)}


def unqueued(database: Database, run_id: int, ways: Collection[str]) -> int:
    """How many items of a run go one of these ways now and have neither a task of the run nor a label of a person."""
    query = (
        sa.select(sa.func.count())
        .select_from(routes)
        .where(routes.c.run_id == run_id, routes.c.route.in_(ways), newest(routes))
        .where(~sa.exists().where(tasks.c.item_id == routes.c.item_id, tasks.c.run_id == run_id))
        .where(~sa.exists().where(reviews.c.item_id == routes.c.item_id, counting(database.label_versions)))
    )
    with database.read() as connection:
        return int(connection.execute(query).scalar_one())


def _routed(row: sa.Row[Any]) -> RoutedKey:
    key, name, language, route, status, said, scored, confidence = tuple(row)
    labels = scored if scored is not None else (said if status == "labelled" else ())
    return RoutedKey(key, name, language, None if route is None else Route(route), labels, confidence)


def _existing(row: sa.Row[Any], *, escalated: bool) -> Existing:
    task = NewTask(
        item_key=row.item_id,
        kind=TaskKind(row.kind),
        blind=row.blind,
        policy_id=row.policy_id,
        policy_version=row.policy_version,
        language=row.language,
        run_id=row.run_id,
        queue=row.queue,
        skill=row.skill,
        harm=row.harm,
        severity=row.severity,
        priority=row.priority,
        due_at=row.due_at,
        overlap=row.overlap,
        sample_id=row.sample_id,
    )
    begun, by_lead = int(row.begun or 0), (bool(row.cancelled), bool(row.prioritized))
    return Existing(row.id, task, row.closed_at is not None, begun, escalated, row.created_at, *by_lead)


def _stands(kind: ChangeKind) -> sa.Exists:
    """That a lead has changed the task at hand (a row of `tasks`) this way, and that wasn't undone for it."""
    change, undo = task_changes.alias("standing"), task_changes.alias("undo_of_standing")
    left = sa.exists().where(unchanged_tasks.c.change_id == undo.c.id, unchanged_tasks.c.task_id == tasks.c.id)
    undone = sa.exists().where(undo.c.undoes == change.c.id, ~left.correlate(undo, tasks))
    return (
        sa.exists()
        .where(changed_tasks.c.task_id == tasks.c.id, change.c.id == changed_tasks.c.change_id)
        .where(change.c.kind == kind.value, ~undone.correlate(change, tasks))
        .correlate(tasks)
    )
