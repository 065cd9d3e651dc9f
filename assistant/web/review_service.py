"""The review service behind the review page and its API: one an app, made when a reviewer first asks for it."""

from __future__ import annotations

from collections import Counter
from threading import Lock
from typing import Annotated

from fastapi import Depends, Path, Request

from assistant.application.labeling.runs import find_run
from assistant.application.review.fill_queue import Filling, fill_queue
from assistant.application.review.service import ReviewService
from assistant.application.review.steering import QueueOverview, queue_overview
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Outcome, OutcomeKind, Principal
from assistant.messages.language import marked
from assistant.web.cache import Known, remembered
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


def review_service(request: Request) -> ReviewService:
    """The app's review service."""
    state = request.app.state
    with _MAKING:
        if not hasattr(state, "review_service"):
            state.review_service = ReviewService(site(request).workspace)
        held: ReviewService = state.review_service
        return held


def overview_of(request: Request) -> Known[QueueOverview]:
    """What waits, in numbers, as of a moment ago."""
    return remembered(request).get("queue", lambda: queue_overview(site(request).workspace), seconds=2)


def fill_from(request: Request, run: str, filling: Filling, *, actor: str) -> Counter[str]:
    """Make the queue what a run's routes and samples want; counts as of `enqueue`. Figures are counted again after."""
    workspace = site(request).workspace
    counts = fill_queue(workspace, find_run(workspace, run), filling, actor=actor)
    remembered(request).forget()
    return counts


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
    said, headers = _MORE.get(outcome.message, detail), dict[str, str]()
    if outcome.message == "late_too_often":
        status, headers = 429, {"Retry-After": "60"}
    return Problem(status, said, code=outcome.message, headers=headers, extra={"outcome": outcome.kind.value})
