"""What becomes of an item one holds: answered, held for longer, skipped, escalated, handed over, given back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from assistant.domain.labels import LabelAnswer, OffLabelSetError, read_labels
from assistant.domain.policies import Policy
from assistant.domain.review_work import Outcome, SkipReason, Submission
from assistant.messages.language import marked
from assistant.review.steering import Unfit
from assistant.store.people.users import UserStore
from assistant.web.context import site, visit
from assistant.web.problems import Problem
from assistant.web.review_service import OpaqueId, Reviewer, desk, number_of, seat_of, took
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


_NOBODYS_NUMBER = 0  # of a row that is never there
_NOBODY = marked("No reviewer has that username.")
_UNFIT: dict[str, tuple[str, str]] = {
    "nobody": ("nobody", _NOBODY),
    Unfit.CLOSED: ("nobody", _NOBODY),
    Unfit.ROLE: ("nobody", _NOBODY),
    Unfit.QUEUE: ("queue", marked("%(name)s isn't in the team or queue of this item.")),
    Unfit.LANGUAGE: ("language", marked("%(name)s doesn't review this language.")),
    Unfit.SKILL: ("skill", marked("%(name)s lacks the skill this item requires.")),
    # what somebody doesn't want to see is nobody else's business
    Unfit.OPT_OUT: ("opt_out", marked("%(name)s can't take this item.")),
    Unfit.QUALIFICATION: ("qualification", marked("%(name)s hasn't passed the qualification test for this work.")),
    "met_before": ("met_before", marked("%(name)s has already worked on this item.")),
}
"""Why a colleague can't be given an item: the code and the sentence."""


class Held(BaseModel):
    """The lease, as claimed."""

    token: Token


class Answering(Held):
    """An answer."""

    labels: Annotated[list[Name], Field(max_length=500)]
    note: Note = ""
    clauses: Annotated[list[Name], Field(max_length=100, description="Ids of the clauses it rests on.")] = []
    seconds: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False, description="Time spent on the item.")] = 0.0
    changed: Annotated[bool, Field(description="Whether the answer was changed before it was given.")] = False
    accepted_suggestion: Annotated[bool | None, Field(description="Whether it is the machine's, taken over.")] = None
    key: Key
    uncovered_ms: Uncovered = None
    instead_of: Annotated[
        list[Key],
        Field(max_length=20, description="Keys of your earlier answers here, taken back before you knew they arrived."),
    ] = []


class Skipping(Held):
    """Why an item is passed on."""

    reason: SkipReason
    note: Note = ""
    uncovered_ms: Uncovered = None


class Escalating(Held):
    """What the expert should know."""

    note: Annotated[str, Field(min_length=1, max_length=LARGEST_NOTE)]
    uncovered_ms: Uncovered = None


class HandingOver(Held):
    """To whom; to everybody where no name is given."""

    to: Name = ""
    note: Note = ""
    uncovered_ms: Uncovered = None


@dataclass(frozen=True, slots=True)
class Told:
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
def answer(request: Request, who: Reviewer, assignment_id: OpaqueId, given: Answering) -> Told:
    """Answer; the same `key` again changes nothing.

    Raises:
        Problem: 409 when it comes too late (it is kept), 422 for labels or clauses the policy doesn't have.
    """
    number = number_of(request, who, assignment_id)
    seat = desk(request).seat(number)
    if seat is None:
        raise Problem(404, marked("This item or answer no longer exists."), code="gone")
    policy = desk(request).assembly.policy(seat.policy_id, seat.policy_version)
    labels = _labels(given.labels, policy)
    submission = Submission(
        assignment_id=number,
        token=given.token,
        labels=labels,
        key=given.key,
        note=given.note,
        clauses=_clauses(given.clauses, labels, policy),
        seconds=given.seconds,
        changed=given.changed,
        accepted_suggestion=given.accepted_suggestion,
        ui="web" if visit(request).session and CSRF_HEADER in request.headers else "api",
        uncovered_ms=given.uncovered_ms,
        instead_of=tuple(given.instead_of),
    )
    return _told(took(request, desk(request).queue.submit(who, submission)))


@router.post("/{assignment_id}/heartbeat")
def heartbeat(request: Request, who: Reviewer, assignment_id: OpaqueId, lease: Held) -> Beat:
    """Hold an item for longer."""
    number = desk(request).number(who, assignment_id)
    return Beat(number is not None and desk(request).queue.heartbeat(who, number, lease.token))


@router.post("/{assignment_id}/release")
def release(request: Request, who: Reviewer, assignment_id: OpaqueId, lease: Held) -> Beat:
    """Give an item back unseen; it may come to you again."""
    number = desk(request).number(who, assignment_id)
    if number is not None:
        desk(request).queue.release(who, number, lease.token)
    return Beat(held=False)


@router.post("/{assignment_id}/skip")
def skip(request: Request, who: Reviewer, assignment_id: OpaqueId, passed: Skipping) -> Told:
    """Pass an item on, without penalty; it never comes to you again."""
    number, queue = number_of(request, who, assignment_id), desk(request).queue
    outcome = queue.skip(who, number, passed.token, passed.reason, passed.note, uncovered_ms=passed.uncovered_ms)
    return _told(took(request, outcome))


@router.post("/{assignment_id}/escalate")
def escalate(request: Request, who: Reviewer, assignment_id: OpaqueId, passed: Escalating) -> Told:
    """Leave an item to an expert."""
    number, queue = number_of(request, who, assignment_id), desk(request).queue
    outcome = queue.escalate(who, number, passed.token, passed.note, uncovered_ms=passed.uncovered_ms)
    return _told(took(request, outcome))


@router.post("/{assignment_id}/hand-over")
def hand_over(request: Request, who: Reviewer, assignment_id: OpaqueId, passed: HandingOver) -> Told:
    """Give an item to a colleague, or back to everybody, with a note for whoever takes it.

    Raises:
        Problem: 422 for a colleague who doesn't exist or couldn't take it; the item stays where it is.
    """
    number = number_of(request, who, assignment_id)
    colleague = UserStore(site(request).database).find(passed.to) if passed.to else None
    to = _NOBODYS_NUMBER if colleague is None else colleague.id
    outcome = desk(request).queue.hand_over(
        who, number, passed.token, passed.note, to if passed.to else None, uncovered_ms=passed.uncovered_ms
    )
    if outcome.message in _UNFIT:
        code, told = _UNFIT[outcome.message]
        raise Problem(422, told, code=code, values={"name": colleague.display_name if colleague else passed.to})
    return _told(took(request, outcome))


@router.get("/{assignment_id}/colleagues")
def colleagues(request: Request, who: Reviewer, assignment_id: OpaqueId) -> Colleagues:
    """Whom you could hand an item over to: those who may label it and have nothing to do with it yet."""
    seat = seat_of(request, who, assignment_id)
    found = desk(request).queue.colleagues(who, seat.assignment_id)
    return Colleagues([Colleague(one.name, one.display_name) for one in found])


def _labels(given: list[str], policy: Policy) -> LabelAnswer:
    try:
        return read_labels(given, policy.label_set)
    except OffLabelSetError as error:
        raise Problem(
            422,
            marked("These labels can't be saved: %(why)s. Reload the page: the policy may have changed."),
            code="labels",
            values={"why": str(error)},
        ) from None


def _clauses(given: list[str], labels: LabelAnswer, policy: Policy) -> tuple[str, ...]:
    known = {clause.id for clause in policy.clauses}
    if unknown := sorted(set(given) - known):
        detail = marked("The policy has no clause %(clauses)s.")
        raise Problem(422, detail, code="clauses", values={"clauses": ", ".join(unknown)[:200]})
    wanting = [label.name for label in policy.label_set.labels if label.needs_clause and label.name in labels]
    if wanting and not given:
        detail = marked("Choose the policy clause: %(labels)s needs one.")
        raise Problem(422, detail, code="clause_missing", values={"labels": ", ".join(wanting)})
    return tuple(dict.fromkeys(given))


def _told(outcome: Outcome) -> Told:
    known = None if outcome.known is None else list(outcome.known)
    return Told(outcome.kind.value, outcome.message, outcome.review_id, outcome.right, known, outcome.explanation)
