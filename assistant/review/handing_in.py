"""An answer on its way into the store: what is stored, what comes too late, what was there already, and undo."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from assistant.domain.review_work import (
    PRACTICE,
    AssignmentState,
    Claimed,
    OutcomeKind,
    Principal,
    Submission,
    WorkOutcome,
)
from assistant.review.qualify import Pass, practise
from assistant.store.audit import log as audit
from assistant.store.database import Connection
from assistant.store.review.disagreements import found as disagreements
from assistant.store.review.disagreements.adjudications import is_adjudicated
from assistant.store.review.queue import answers
from assistant.store.review.queue.answers import OpenAssignment
from assistant.store.review.queue.claims import Lease, claimed, lock_person, take
from assistant.store.review.queue.events import record_claims
from assistant.store.review.queue.tasks import close_complete, reopen
from assistant.store.runs.machine_answers import machine_answer

UNDONE = 10
"""How many of their last answers a person can take back."""

LATE_OF_ONE, LATE_OF_ALL, LATE_WITHIN = 5, 100, timedelta(minutes=10)
"""Late answers that are kept of one person: of one wanted answer, and of all within a time; more are refused."""


def hand_in(
    connection: Connection, principal: Principal, submission: Submission, passing: Pass, at: datetime
) -> WorkOutcome:
    """Store an answer with everything that hangs on it, or say why not; what a former holder wrote is kept.

    An answer is taken from whoever the item was leased to last, even after the lease ended, as long as nobody else has
    claimed it since and they haven't begun or answered the same item elsewhere. Times that the client measured are no
    longer than the item was in its holder's hands, by the clock of this program, which is `at` now.
    """
    lock_person(connection, principal.user_id)
    place = answers.find_place(connection, submission.assignment_id)
    if place is None:
        return WorkOutcome(OutcomeKind.GONE, "no_such_assignment")
    if (before := answers.found_before(connection, principal, submission)) is not None:
        return before
    if not place.belongs_to(principal, submission.token) and not place.left_by(principal, submission.token):
        return WorkOutcome(OutcomeKind.REFUSED, "not_yours")
    first = _taken_back_unknown(connection, principal, place, submission)
    if first is not None:
        _withdraw(connection, principal, place, first)
    elif why := _too_late(connection, principal, place, submission):
        return _late(connection, principal, place, submission, why)
    submission = _measured(place, submission, at)
    if place.kind in PRACTICE:
        outcome = practise(connection, principal, place, submission, passing)
        close_complete(connection, place.task_id)
        return outcome
    return _store(connection, principal, place, submission)


def take_back(connection: Connection, principal: Principal, review_id: int, lease: Lease) -> Claimed | WorkOutcome:
    """Withdraw one of a person's last answers and lease the item to them again."""
    lock_person(connection, principal.user_id)
    mine = answers.last_given(connection, principal.user_id, UNDONE)
    given = next((one for one in mine if one.review_id == review_id), None)
    if given is None or given.assignment_id is None:
        return WorkOutcome(OutcomeKind.GONE, "not_among_last")
    place = answers.find_place(connection, given.assignment_id)
    if place is None or place.review_id != review_id:
        return WorkOutcome(OutcomeKind.GONE, "not_among_last")
    # Settled since: gold was settled long before it was answered, and its answer is taken back as any other.
    if is_adjudicated(connection, place.item_key, given.created_at):
        return WorkOutcome(OutcomeKind.REFUSED, "adjudicated")
    _withdraw(connection, principal, place, review_id)
    take(connection, principal, place.assignment_id, lease)
    reopen(connection, place.task_id)
    again = claimed(connection, [place.assignment_id])
    record_claims(connection, principal.user_id, again, lease.at)
    return again[0]


def _store(connection: Connection, principal: Principal, place: OpenAssignment, submission: Submission) -> WorkOutcome:
    machine = machine_answer(connection, place.run_id, place.item_key)
    review_id, digest = answers.add_review(connection, principal, place, submission, machine)
    disagreements.record(
        connection, place, review_id=review_id, principal=principal, submission=submission, machine=machine
    )
    close_complete(connection, place.task_id)
    detail = {"item": place.item_id, "labels": submission.labels, "assignment": place.assignment_id, "row": digest}
    audit.append(connection, principal.name, "review.submit", f"review:{review_id}", detail)
    return WorkOutcome(OutcomeKind.STORED, "stored", review_id)


def _withdraw(connection: Connection, principal: Principal, place: OpenAssignment, review_id: int) -> None:
    answers.withdraw(connection, place, review_id, principal)
    disagreements.forget(connection, review_id)
    audit.append(connection, principal.name, "review.undo", f"review:{review_id}", {"item": place.item_id})


def _taken_back_unknown(
    connection: Connection, principal: Principal, place: OpenAssignment, submission: Submission
) -> int | None:
    """The answer that fills the seat, where its giver had taken it back before they knew that it had arrived."""
    if place.state is not AssignmentState.ANSWERED or not place.belongs_to(principal, submission.token):
        return None
    if place.review_id is None:
        return None
    given = answers.key_of(connection, place.review_id)
    if given is None or is_adjudicated(connection, place.item_key, given.created_at):
        return None
    return place.review_id if given.key in submission.instead_of else None


def _too_late(connection: Connection, principal: Principal, place: OpenAssignment, submission: Submission) -> str:
    """Why an answer can't count any more; empty where it can."""
    if not place.belongs_to(principal, submission.token):
        return "late_kept"
    if place.state is AssignmentState.ANSWERED:
        return "answered_before"
    if place.state is AssignmentState.CLOSED:
        return "closed_kept"
    waits = place.state in {AssignmentState.OPEN, AssignmentState.PAUSED}
    begun_elsewhere = waits and answers.elsewhere(connection, principal, place)
    return "late_kept" if begun_elsewhere else ""


def _measured(place: OpenAssignment, submission: Submission, at: datetime) -> Submission:
    """An answer whose times are no longer than its item was held."""
    held = place.seconds_held(at)
    seconds = submission.seconds if held is None else min(submission.seconds, held)
    active = None if submission.active_ms is None else min(submission.active_ms, round(seconds * 1000))
    uncovered = place.uncovered_ms(submission.uncovered_ms, at)
    return replace(submission, seconds=seconds, uncovered_ms=uncovered, active_ms=active)


def _late(
    connection: Connection, principal: Principal, place: OpenAssignment, submission: Submission, why: str
) -> WorkOutcome:
    """Keep what was written, and say so; the review told is the person's own. So much of it only: see `LATE_OF_ALL`."""
    since = (datetime.now(UTC) - LATE_WITHIN).isoformat(timespec="milliseconds")
    recent, same = answers.late_kept(connection, principal.user_id, since, submission.assignment_id)
    if recent >= LATE_OF_ALL or same >= LATE_OF_ONE:
        return WorkOutcome(OutcomeKind.REFUSED, "late_too_often" if recent >= LATE_OF_ALL else "late_enough")
    answers.keep_late(connection, principal, place, submission, why)
    subject, detail = f"assignment:{submission.assignment_id}", {"token": submission.token, "why": why}
    audit.append(connection, principal.name, "review.late", subject, detail)
    if why == "answered_before":
        return WorkOutcome(OutcomeKind.ALREADY, why, place.review_id)
    return WorkOutcome(OutcomeKind.LATE, why)
