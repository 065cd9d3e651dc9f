"""The desk behind the review page: one an app, made when somebody first sits down at it."""

from __future__ import annotations

from threading import Lock
from typing import Annotated

from fastapi import Depends, Path, Request

from assistant.application.review.desk import ReviewDesk
from assistant.domain.accounts import User
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Outcome, OutcomeKind, Principal
from assistant.messages.language import marked
from assistant.store.review.queue.slots import Seat
from assistant.web.context import site
from assistant.web.problems import Problem
from assistant.web.security.authentication import needs

_MAKING = Lock()

Reviewer = Annotated[Principal, Depends(needs(Permission.REVIEW))]
RowNumber = Annotated[int, Path(ge=1, le=2**62)]
LONGEST_ID = 80  # characters; longer ones are none
OpaqueId = Annotated[str, Path(max_length=LONGEST_ID, description="As claimed; it opens nothing for anybody else.")]

_REFUSALS = {
    OutcomeKind.LATE: (
        409,
        marked("This item has been claimed by another reviewer. Your answer is kept with it, but doesn't count."),
    ),
    OutcomeKind.GONE: (404, marked("This item or answer no longer exists.")),
    OutcomeKind.REFUSED: (403, marked("You can't do this here.")),
}
_MORE = {
    "lease_over": marked("Your claim on this item has expired."),
    "closed_kept": marked("This item needs no more answers. Your answer is kept with it."),
    "late_enough": marked("This item already has enough late answers: this one is not kept."),
    "late_too_often": marked("Too many late answers at once. Wait a few minutes, then send this one again."),
    "not_yours": marked("This item was assigned to another reviewer."),
    "not_among_last": marked("Only your own last ten answers can be undone."),
    "adjudicated": marked("This item has been adjudicated in the meantime: its answers stay."),
    "qualification_no_skip": marked("Items of a qualification test can't be skipped."),
    "practice_own": marked("Training items can't be reassigned."),
}


def desk_name(user: User) -> str:
    """What names one person in one workspace: answers that wait in their browser go to no other."""
    return f"{user.id}.{user.created_at}"


def desk(request: Request) -> ReviewDesk:
    """The app's desk."""
    state = request.app.state
    with _MAKING:
        if not hasattr(state, "review_desk"):
            state.review_desk = ReviewDesk(site(request).workspace)
        held: ReviewDesk = state.review_desk
        return held


def number_of(request: Request, who: Principal, assignment_id: str) -> int:
    """The row number of an assignment that this person was handed.

    Raises:
        Problem: 404 for all others, whether there are such or not.
    """
    number = desk(request).number(who, assignment_id)
    if number is None:
        raise Problem(404, _REFUSALS[OutcomeKind.GONE][1], code="gone")
    return number


def seat_of(request: Request, who: Principal, assignment_id: str) -> Seat:
    """A wanted answer that is this person's to give or was.

    Raises:
        Problem: 404 for all others, whether there are such or not.
    """
    seat = desk(request).seat(number_of(request, who, assignment_id))
    if seat is None or seat.user_id != who.user_id:
        raise Problem(404, _REFUSALS[OutcomeKind.GONE][1], code="gone")
    return seat


def took(request: Request, outcome: Outcome) -> Outcome:
    """The outcome, counted.

    Raises:
        Problem: 409 late, 404 gone, 403 refused; its code is the outcome's own word.
    """
    site(request).metrics.answer(outcome.kind.value)
    if outcome.kind in _REFUSALS:
        raise refusal(outcome)
    return outcome


def refusal(outcome: Outcome) -> Problem:
    """An outcome that isn't what was wanted, as a problem."""
    status, detail = _REFUSALS[outcome.kind]
    told, headers = _MORE.get(outcome.message, detail), dict[str, str]()
    if outcome.message == "late_too_often":
        status, headers = 429, {"Retry-After": "60"}
    return Problem(status, told, code=outcome.message, headers=headers, extra={"outcome": outcome.kind.value})
