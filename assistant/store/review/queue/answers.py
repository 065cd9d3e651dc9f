"""Answers handed in: a review with its details, the slot it fills, and what is kept of those that come too late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from assistant.domain.assignment_events import AssignmentEvent, AssignmentEventKind
from assistant.domain.assignments import PastAnswer
from assistant.domain.review_work import (
    PRACTICE,
    AssignmentState,
    OutcomeKind,
    Principal,
    Submission,
    TaskKind,
    WorkOutcome,
)
from assistant.store.audit.binding import REVIEW, row_digest
from assistant.store.database import label_versions_of, now, project_of
from assistant.store.project_scope import items_within, wanted_within
from assistant.store.review.queue import events
from assistant.store.runs.machine_answers import MachineAnswer
from assistant.store.tables.content import items, reviews
from assistant.store.tables.review import (
    assignments,
    late_answers,
    practice_answers,
    review_details,
    tasks,
    withdrawals,
)

SOURCE = "queue"


class OpenAssignment(NamedTuple):
    """One wanted answer and its task, as they stand now."""

    assignment_id: int
    task_id: int
    item_key: int
    item_id: str
    language: str
    state: AssignmentState
    user_id: int | None
    token: int
    kind: TaskKind
    blind: bool
    policy_id: str
    policy_version: str
    run_id: int | None
    gold_id: int | None
    review_id: int | None
    claimed_at: str | None

    def belongs_to(self, principal: Principal, token: int) -> bool:
        """Whether this person was the last to claim it, under this token or a later one.

        A page that is loaded while a claim is on its way doesn't hear of the newer token; its answer counts.
        """
        return self.user_id == principal.user_id and 0 < token <= self.token

    def left_by(self, principal: Principal, token: int) -> bool:
        """Whether a token can be of a lease that this person had before: an earlier one, or one no one holds now."""
        mine = self.user_id in {principal.user_id, None}
        return 0 < token < self.token or (token == self.token and mine)

    def seconds_held(self, at: datetime) -> float | None:
        """How long it has been in its holder's hands; None where that isn't known, as after the clock was set back."""
        held = None if self.claimed_at is None else (at - datetime.fromisoformat(self.claimed_at)).total_seconds()
        return held if held is not None and held >= 0 else None

    def uncovered_ms(self, said: int | None, at: datetime) -> int | None:
        """How long content was looked at, no longer than it was held; what was looked at stays more than 0."""
        held = self.seconds_held(at)
        return said if not said or held is None else max(1, min(said, round(held * 1000)))


def find_place(connection: sa.Connection, assignment_id: int) -> OpenAssignment | None:
    """An assignment, locked with its task until the end of the transaction.

    So no one claims it between here and the answer, and of two last answers of a task one sees the other and closes it.
    """
    given = {"key": assignment_id, "project": project_of(connection)}
    if connection.dialect.name != "sqlite":
        connection.execute(_locking(), given)
    row = connection.execute(_placing(), given).first()
    if row is None:
        return None
    found = OpenAssignment._make(row)
    version, versions = found.policy_version, label_versions_of(connection)
    practice = TaskKind(row[8]) in PRACTICE  # a round is passed under one version
    if versions is not None and found.policy_id == versions.policy_id and not practice:
        version = versions.became(version, found.claimed_at or "")  # what its holder was shown
    return found._replace(state=AssignmentState(row[5]), kind=TaskKind(row[8]), policy_version=version)


@cache
def _locking() -> sa.Select[Any]:
    own = wanted_within(sa.bindparam("project"))
    task = sa.select(assignments.c.task_id).where(assignments.c.id == sa.bindparam("key"), own)
    return sa.select(tasks.c.id).where(tasks.c.id.in_(task)).with_for_update()


@cache
def _placing() -> sa.Select[Any]:
    return (
        sa.select(
            *(assignments.c.id, tasks.c.id, items.c.id, items.c.external_id, items.c.language),
            *(assignments.c.state, assignments.c.user_id, assignments.c.token, tasks.c.kind, tasks.c.blind),
            *(tasks.c.policy_id, tasks.c.policy_version, tasks.c.run_id, tasks.c.gold_id, assignments.c.review_id),
            assignments.c.claimed_at,
        )
        .select_from(
            assignments.join(tasks, tasks.c.id == assignments.c.task_id).join(items, items.c.id == tasks.c.item_id)
        )
        .where(assignments.c.id == sa.bindparam("key"), items_within(sa.bindparam("project")))
        .with_for_update(of=assignments)
    )


def found_before(connection: sa.Connection, principal: Principal, submission: Submission) -> WorkOutcome | None:
    """What became of this very submission when it came before, None where it is new."""
    same = {"key": submission.assignment_id, "submit_key": submission.key, "user": principal.user_id}
    known = connection.execute(_knowing(), same).first()
    if known is None:
        return None
    if known.late:
        return WorkOutcome(OutcomeKind.LATE, "late_kept")
    return WorkOutcome(OutcomeKind.ALREADY, "stored_before", known.review_id)


@cache
def _knowing() -> sa.Select[Any]:
    def alike(table: sa.Table, review_id: sa.ColumnElement[Any], late: int) -> sa.Select[Any]:
        return sa.select(review_id.label("review_id"), sa.literal_column(str(late)).label("late")).where(
            table.c.assignment_id == sa.bindparam("key"),
            table.c.submit_key == sa.bindparam("submit_key"),
            table.c.user_id == sa.bindparam("user"),
        )

    none = sa.cast(sa.null(), review_details.c.review_id.type)
    every = sa.union_all(
        alike(review_details, review_details.c.review_id, 0),
        alike(practice_answers, none, 0),
        alike(late_answers, none, 1),
    ).subquery()
    return sa.select(every.c.review_id, every.c.late).order_by(every.c.late).limit(1)


class HandedIn(NamedTuple):
    """The key a review was handed in by, and when, ISO 8601 in UTC."""

    key: str
    created_at: str


def key_of(connection: sa.Connection, review_id: int) -> HandedIn | None:
    """How a review was handed in; None for one that came another way."""
    query = (
        sa.select(review_details.c.submit_key, reviews.c.created_at)
        .join(reviews, reviews.c.id == review_details.c.review_id)
        .where(review_details.c.review_id == review_id)
    )
    row = connection.execute(query).first()
    return None if row is None else HandedIn(*row)


def elsewhere(connection: sa.Connection, principal: Principal, place: OpenAssignment) -> bool:
    """Whether a person has another answer of the same item, given or begun."""
    query = sa.select(assignments.c.id).where(
        assignments.c.item_id == place.item_key,
        assignments.c.user_id == principal.user_id,
        assignments.c.id != place.assignment_id,
        assignments.c.state.in_(("leased", "answered")),
    )
    return connection.execute(query.limit(1)).first() is not None


def add_review(
    connection: sa.Connection,
    principal: Principal,
    place: OpenAssignment,
    submission: Submission,
    machine: MachineAnswer | None,
) -> tuple[int, str]:
    """Append the review and its details, and fill the slot; returns the review's number and the digest of both rows."""
    stamp = now()
    row = {
        "project_id": project_of(connection),
        "item_id": place.item_key,
        "rater": principal.name,
        "labels": submission.labels,
        "shown_suggestion": machine is not None and not place.blind,
        "source": SOURCE,
        "meta": {},
        "created_at": stamp,
        "policy_id": place.policy_id,
        "policy_version": place.policy_version,
    }
    review_id = int(connection.execute(sa.insert(reviews).returning(reviews.c.id), [row]).scalar_one())
    detail = {
        "review_id": review_id,
        "user_id": principal.user_id,
        "task_id": place.task_id,
        "assignment_id": place.assignment_id,
        "submit_key": submission.key,
        "kind": place.kind.value,
        "seconds": submission.seconds,
        "changed": submission.changed,
        "note": submission.note,
        "clauses": submission.clauses,
        "policy_id": place.policy_id,
        "policy_version": place.policy_version,
        "accepted_suggestion": None if place.blind or machine is None else bool(submission.accepted_suggestion),
        "ui": submission.ui,
        "run_id": place.run_id,
        "suggestion": None if machine is None else machine.labels,
        "uncovered_ms": submission.uncovered_ms,
        "active_ms": submission.active_ms,
    }
    connection.execute(sa.insert(review_details), [detail])
    _fill(connection, principal, place, stamp, review_id=review_id, uncovered_ms=submission.uncovered_ms)
    return review_id, row_digest(REVIEW, row, detail)


def add_practice(
    connection: sa.Connection,
    principal: Principal,
    place: OpenAssignment,
    submission: Submission,
    *,
    right: bool,
    qualification_id: int | None,
) -> None:
    """Append an answer that says something about the person only, and fill the slot."""
    stamp = now()
    row = {
        "user_id": principal.user_id,
        "task_id": place.task_id,
        "assignment_id": place.assignment_id,
        "submit_key": submission.key,
        "gold_id": place.gold_id,
        "qualification_id": qualification_id,
        "labels": submission.labels,
        "right": right,
        "note": submission.note,
        "seconds": submission.seconds,
        "created_at": stamp,
    }
    connection.execute(sa.insert(practice_answers), [row])
    _fill(connection, principal, place, stamp, review_id=None, uncovered_ms=submission.uncovered_ms)


def late_kept(connection: sa.Connection, user_id: int, since: str, assignment_id: int) -> tuple[int, int]:
    """How many late answers of a person were kept: from a moment on (ISO 8601 in UTC), and of one wanted answer.

    Those of all projects count: it is a limit on how much one person can make us keep.
    """
    recent = sa.func.sum(sa.case((late_answers.c.created_at >= since, 1), else_=0))
    same = sa.func.sum(sa.case((late_answers.c.assignment_id == assignment_id, 1), else_=0))
    row = connection.execute(sa.select(recent, same).where(late_answers.c.user_id == user_id)).one()
    return int(row[0] or 0), int(row[1] or 0)


def keep_late(
    connection: sa.Connection, principal: Principal, place: OpenAssignment, submission: Submission, why: str
) -> None:
    """Keep an answer that came too late, for a reason (a stable word)."""
    stamp = now()
    row = {
        "assignment_id": submission.assignment_id,
        "user_id": principal.user_id,
        "token": submission.token,
        "submit_key": submission.key,
        "labels": submission.labels,
        "note": submission.note,
        "clauses": submission.clauses,
        "created_at": stamp,
    }
    connection.execute(sa.insert(late_answers), [row])
    late = _event(place, AssignmentEventKind.LATE, stamp, principal.user_id)
    events.add(connection, [replace(late, token=submission.token, reason=why)])


def last_given(connection: sa.Connection, user_id: int, limit: int) -> Sequence[PastAnswer]:
    """A person's newest answers that were not taken back, newest first."""
    taken_back = sa.exists().where(withdrawals.c.review_id == review_details.c.review_id)
    query: sa.Select[Any] = (
        sa.select(
            reviews.c.id,
            review_details.c.assignment_id,
            items.c.external_id,
            reviews.c.labels,
            reviews.c.created_at,
        )
        .select_from(
            review_details.join(reviews, reviews.c.id == review_details.c.review_id).join(
                items, items.c.id == reviews.c.item_id
            )
        )
        .where(review_details.c.user_id == user_id, ~taken_back, items_within(project_of(connection)))
        .order_by(review_details.c.review_id.desc())
        .limit(limit)
    )
    return [PastAnswer._make((*row[:3], tuple(row[3]), row[4])) for row in connection.execute(query)]


def withdraw(connection: sa.Connection, place: OpenAssignment, review_id: int, principal: Principal) -> None:
    """Take back a review that fills a slot: from now on it counts nowhere. The slot is filled or leased again next."""
    stamp = now()
    row = {"review_id": review_id, "actor": principal.name, "created_at": stamp}
    connection.execute(sa.insert(withdrawals), [row])
    taken_back = _event(place, AssignmentEventKind.WITHDRAWN, stamp, principal.user_id)
    events.add(connection, [replace(taken_back, review_id=review_id)])


def _fill(
    connection: sa.Connection,
    principal: Principal,
    place: OpenAssignment,
    stamp: str,
    *,
    review_id: int | None,
    uncovered_ms: int | None,
) -> None:
    values = {"state": "answered", "answered_at": stamp, "review_id": review_id, "lease_until": None}
    values["uncovered_ms"] = uncovered_ms
    connection.execute(_filling(), values | {"key": place.assignment_id})
    kind = AssignmentEventKind
    answered = _event(place, kind.ANSWERED, stamp, principal.user_id)
    happened = [replace(answered, review_id=review_id, uncovered_ms=uncovered_ms)]
    if uncovered_ms:
        happened.insert(0, replace(answered, event=kind.UNCOVERED, uncovered_ms=uncovered_ms))
    events.add(connection, happened)


@cache
def _filling() -> sa.Update:
    filled: dict[str, sa.BindParameter[Any]] = {
        name: sa.bindparam(name) for name in ("state", "answered_at", "review_id", "lease_until", "uncovered_ms")
    }
    return sa.update(assignments).where(assignments.c.id == sa.bindparam("key")).values(filled)


def _event(place: OpenAssignment, kind: AssignmentEventKind, at: str, user_id: int) -> AssignmentEvent:
    return AssignmentEvent(
        assignment_id=place.assignment_id,
        task_id=place.task_id,
        event=kind,
        at=at,
        user_id=user_id,
        token=place.token,
    )
