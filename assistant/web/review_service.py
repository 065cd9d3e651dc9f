"""The review service behind the review page and its API: one a project, made when a reviewer first asks for it."""

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
from assistant.domain.review_work import OutcomeKind, Principal, WorkOutcome
from assistant.messages.language import marked
from assistant.web.cache import CachedFigure
from assistant.web.context import remembered, site
from assistant.web.problems import Problem
from assistant.web.security.authentication import needs

_MAKING = Lock()

Reviewer = Annotated[Principal, Depends(needs(Permission.REVIEW))]
RowNumber = Annotated[int, Path(ge=1, le=2**62)]
LONGEST_ID = 80  # characters; longer ones are none
OpaqueId = Annotated[str, Path(max_length=LONGEST_ID, description="As claimed; it is valid for you only.")]

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


def review_service(request: Request) -> ReviewService:
    """The review service of the request's project."""
    state = request.app.state
    with _MAKING:
        if not hasattr(state, "review_services"):
            state.review_services = {}
        services: dict[int, ReviewService] = state.review_services
        workspace = site(request).workspace
        if workspace.project.id not in services:
            services[workspace.project.id] = ReviewService(workspace)
        return services[workspace.project.id]


def overview_of(request: Request) -> CachedFigure[QueueOverview]:
    """What waits, in numbers, as of a moment ago."""
    return remembered(request).get("queue", lambda: queue_overview(site(request).workspace), seconds=2)


def fill_from(request: Request, run: str, filling: Filling, *, actor: str) -> Counter[str]:
    """Make the queue what a run's routes and samples want; counts as of `enqueue`. Figures are counted again after."""
    workspace = site(request).workspace
    counts = fill_queue(workspace, find_run(workspace, run), filling, actor=actor)
    remembered(request).forget()
    return counts


def took(request: Request, outcome: WorkOutcome) -> WorkOutcome:
    """The outcome, counted.

    Raises:
        Problem: 409 late, 404 gone, 403 refused; its code is the outcome's own word.
    """
    site(request).metrics.answer(outcome.kind.value)
    if outcome.kind in _REFUSALS:
        raise refusal(outcome)
    return outcome


def refusal(outcome: WorkOutcome) -> Problem:
    """An outcome that isn't what was wanted, as a problem."""
    status, detail = _REFUSALS[outcome.kind]
    said, headers = _MORE.get(outcome.message, detail), dict[str, str]()
    if outcome.message == "late_too_often":
        status, headers = 429, {"Retry-After": "60"}
    return Problem(status, said, code=outcome.message, headers=headers, extra={"outcome": outcome.kind.value})
