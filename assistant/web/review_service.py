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
        marked("Somebody else has this item by now. What you wrote is kept beside it, but doesn't count as an answer."),
    ),
    OutcomeKind.GONE: (404, marked("There is no such item or answer any more.")),
    OutcomeKind.REFUSED: (403, marked("This isn't possible for you here.")),
}
_MORE = {
    "lease_over": marked("This item isn't yours any more: your time for it ran out."),
    "closed_kept": marked("This item needs no more answers. What you wrote is kept beside it."),
    "late_enough": marked("Enough late answers to this item are kept already: this one isn't."),
    "late_too_often": marked("Too many late answers at once. Wait some minutes, then send this one again."),
    "not_yours": marked("This item was given to somebody else."),
    "not_among_last": marked("Only your own last ten answers can be taken back."),
    "adjudicated": marked("This item has been settled meanwhile: its answers stay."),
    "qualification_no_skip": marked("Items of a qualification round can't be skipped."),
    "practice_own": marked("Training is yours alone: it can't be handed to a colleague."),
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
