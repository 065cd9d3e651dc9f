"""What becomes of an item one holds: answered, held for longer, skipped, escalated, handed over, given back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Self

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, model_validator

from assistant.application.review.service import HeldAssignment
from assistant.domain.review_work import SkipReason, Submission, WorkOutcome
from assistant.web.context import visit
from assistant.web.review_service import OpaqueId, Reviewer, review_service, took
from assistant.web.security.authentication import CSRF_HEADER
from assistant.web.server.options import LARGEST_NOTE

router = APIRouter(prefix="/api/v1/assignments", tags=["review"])

Token = Annotated[int, Field(ge=0, le=2**62, description="As claimed; one that is older comes too late.")]
Note = Annotated[str, Field(max_length=LARGEST_NOTE)]
Name = Annotated[str, Field(max_length=200)]
Key = Annotated[
    str, Field(min_length=8, max_length=120, pattern=r"^[A-Za-z0-9_.:-]+$", description="New for each answer.")
]
Uncovered = Annotated[
    int | None,
    Field(
        ge=0, le=86_400_000, description="How long covered content was looked at; 0: never; null: nothing covered it."
    ),
]


class ClaimedLease(BaseModel):
    """The lease, as claimed."""

    token: Token


class Answering(ClaimedLease):
    """An answer."""

    labels: Annotated[list[Name], Field(max_length=500)]
    note: Note = ""
    clauses: Annotated[list[Name], Field(max_length=100, description="Ids of the clauses it rests on.")] = []
    seconds: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False, description="Time spent on the item.")] = 0.0
    changed: Annotated[bool, Field(description="Whether the answer was changed before it was given.")] = False
    accepted_suggestion: Annotated[bool | None, Field(description="Whether the model's was accepted.")] = None
    key: Key
    uncovered_ms: Uncovered = None
    active_ms: Annotated[
        int | None,
        Field(ge=0, le=86_400_000, description="Of `seconds`: page in front, not idle for a minute; null: unknown."),
    ] = None
    instead_of: Annotated[
        list[Key],
        Field(max_length=20, description="Keys of your earlier answers here, undone before you knew they arrived."),
    ] = []

    @model_validator(mode="after")
    def _active_within(self) -> Self:
        """Active time is a part of the time spent."""
        if self.active_ms is not None and self.active_ms > round(self.seconds * 1000):
            raise ValueError("active_ms is more than seconds")
        return self


class Skipping(ClaimedLease):
    """Why an item is passed on."""

    reason: SkipReason
    note: Note = ""
    uncovered_ms: Uncovered = None


class Escalating(ClaimedLease):
    """What the expert should know."""

    note: Annotated[str, Field(min_length=1, max_length=LARGEST_NOTE)]
    uncovered_ms: Uncovered = None


class HandingOver(ClaimedLease):
    """To whom; to everybody where no name is given."""

    to: Name = ""
    note: Note = ""
    uncovered_ms: Uncovered = None


@dataclass(frozen=True, slots=True)
class AnswerResult:
    """What became of it; for training also whether it was right, the known answer, and why."""

    outcome: str
    message: str
    review_id: int | None = None
    right: bool | None = None
    known: list[str] | None = None
    explanation: str | None = None


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody by the name they sign in with, and as they write it."""

    name: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Colleagues:
    """By the name they are shown by."""

    colleagues: list[Colleague]


@dataclass(frozen=True, slots=True)
class Beat:
    """Whether the item is still yours."""

    held: bool


@router.post("/{assignment_id}/answer")
def answer(request: Request, who: Reviewer, assignment_id: OpaqueId, given: Answering) -> AnswerResult:
    """Answer; the same `key` again changes nothing.

    409 when it comes too late (it is kept), 422 for labels or clauses the policy doesn't have.
    """
    submission = Submission(
        assignment_id=0,  # found by its id
        token=given.token,
        labels=tuple(given.labels),
        key=given.key,
        note=given.note,
        clauses=tuple(given.clauses),
        seconds=given.seconds,
        changed=given.changed,
        accepted_suggestion=given.accepted_suggestion,
        ui="web" if visit(request).session and CSRF_HEADER in request.headers else "api",
        uncovered_ms=given.uncovered_ms,
        active_ms=given.active_ms,
        instead_of=tuple(given.instead_of),
    )
    return _shown(took(request, review_service(request).answer(who, assignment_id, submission)))


@router.post("/{assignment_id}/heartbeat")
def heartbeat(request: Request, who: Reviewer, assignment_id: OpaqueId, lease: ClaimedLease) -> Beat:
    """Hold an item for longer."""
    return Beat(review_service(request).hold(who, HeldAssignment(assignment_id, lease.token)))


@router.post("/{assignment_id}/release")
def release(request: Request, who: Reviewer, assignment_id: OpaqueId, lease: ClaimedLease) -> Beat:
    """Give an item back unseen; it may come to you again."""
    review_service(request).release(who, HeldAssignment(assignment_id, lease.token))
    return Beat(held=False)


@router.post("/{assignment_id}/skip")
def skip(request: Request, who: Reviewer, assignment_id: OpaqueId, passed: Skipping) -> AnswerResult:
    """Pass an item on, without penalty; it never comes to you again."""
    held = HeldAssignment(assignment_id, passed.token, passed.uncovered_ms)
    return _shown(took(request, review_service(request).skip(who, held, passed.reason, passed.note)))


@router.post("/{assignment_id}/escalate")
def escalate(request: Request, who: Reviewer, assignment_id: OpaqueId, passed: Escalating) -> AnswerResult:
    """Leave an item to an expert."""
    held = HeldAssignment(assignment_id, passed.token, passed.uncovered_ms)
    return _shown(took(request, review_service(request).escalate(who, held, passed.note)))


@router.post("/{assignment_id}/hand-over")
def hand_over(request: Request, who: Reviewer, assignment_id: OpaqueId, passed: HandingOver) -> AnswerResult:
    """Give an item to a colleague, or back to everybody, with a note for whoever takes it.

    A colleague who doesn't exist or couldn't take it is refused with 422; the item stays where it is.
    """
    held = HeldAssignment(assignment_id, passed.token, passed.uncovered_ms)
    return _shown(took(request, review_service(request).hand_over(who, held, passed.to, passed.note)))


@router.get("/{assignment_id}/colleagues")
def colleagues(request: Request, who: Reviewer, assignment_id: OpaqueId) -> Colleagues:
    """Whom you could hand an item over to: those who may label it and have nothing to do with it yet."""
    found = review_service(request).colleagues(who, assignment_id)
    return Colleagues([Colleague(one.name, one.display_name) for one in found])


def _shown(outcome: WorkOutcome) -> AnswerResult:
    known = None if outcome.known is None else list(outcome.known)
    return AnswerResult(
        outcome.kind.value, outcome.message, outcome.review_id, outcome.right, known, outcome.explanation
    )
