"""The reviewer's loop: take items, hold them, and see what is behind them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field

from assistant.application.review.practice import OpenRound
from assistant.application.review.service import ReviewService
from assistant.application.review.task_view import ReviewTask
from assistant.domain.assignments import PastAnswer
from assistant.domain.review_work import Principal
from assistant.review.wellbeing import Pause
from assistant.web.api_schema import Body
from assistant.web.presentation.rendering import language_of
from assistant.web.presentation.review_texts import told_confidence
from assistant.web.review_service import LONGEST_ID, Reviewer, review_service

router = APIRouter(prefix="/api/v1/queue", tags=["review"])

MOST_AT_ONCE = 20


class Claiming(Body):
    """How many items to take."""

    n: Annotated[int, Field(ge=1, le=MOST_AT_ONCE, description="New items at most.")] = 1
    resume: Annotated[bool, Field(description="Give what you hold already as well, first.")] = False
    have: Annotated[
        list[Annotated[str, Field(max_length=LONGEST_ID)]],
        Field(default_factory=list, max_length=100, description="Assignments you have in hand, left out of `resume`."),
    ]


@dataclass(frozen=True, slots=True)
class ClaimedTasks:
    """What was taken; a break that is due; harms that this shift's budget is spent on.

    Where nothing was taken, `rounds` are those to pass before your answers count; see `POST /api/v1/practice/mine`.
    """

    tasks: list[ReviewTask]
    pause: Pause | None
    spent: list[str]
    rounds: list[OpenRound]


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """One of your last answers: what `undo` takes."""

    review_id: int
    assignment_id: str | None
    item_id: str
    labels: list[str]
    created_at: str


@dataclass(frozen=True, slots=True)
class LastAnswers:
    """Your last answers, newest first."""

    answers: list[LastAnswer]


@router.post("/claim")
def claim(request: Request, who: Reviewer, wanted: Claiming) -> ClaimedTasks:
    """Take the most urgent items you may answer, each for `lease_seconds`."""
    language, service = language_of(request), review_service(request)
    found = service.claim(who, wanted.n, language=language.code, resume=wanted.resume, have=wanted.have)
    tasks = [worded(request, task) for task in found.tasks]
    return ClaimedTasks(tasks, found.pause, list(found.spent), list(found.rounds))


@router.get("/last")
def last(request: Request, who: Reviewer) -> LastAnswers:
    """Your last ten answers."""
    service = review_service(request)
    return LastAnswers([_last(given, who, service) for given in service.last_answers(who)])


def worded(request: Request, task: ReviewTask) -> ReviewTask:
    """A task with its words in the reader's language."""
    if task.suggestion is None:
        return task
    words = told_confidence(task.suggestion.words, language_of(request))
    return replace(task, suggestion=replace(task.suggestion, words=words))


def _last(given: PastAnswer, who: Principal, service: ReviewService) -> LastAnswer:
    assignment = None if given.assignment_id is None else service.assignment_name(who, given.assignment_id)
    return LastAnswer(given.review_id, assignment, given.item_id, list(given.labels), given.created_at)
