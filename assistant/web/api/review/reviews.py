"""Taking an answer back."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request

from assistant.application.review.task_view import ReviewTask
from assistant.domain.review_work import WorkOutcome
from assistant.web.api.review.queue import worded
from assistant.web.presentation.rendering import language_of
from assistant.web.review_service import Reviewer, RowNumber, refusal, review_service

router = APIRouter(prefix="/api/v1/reviews", tags=["review"])


@dataclass(frozen=True, slots=True)
class Again:
    """The item, yours again."""

    task: ReviewTask


@router.post("/{review_id}/undo")
def undo(request: Request, who: Reviewer, review_id: RowNumber) -> Again:
    """Take back one of your last ten answers; the item is yours again.

    Raises:
        Problem: 404 when it isn't among them, 403 when the item has been settled.
    """
    given = review_service(request).undo(who, review_id, language=language_of(request).code)
    if isinstance(given, WorkOutcome):
        raise refusal(given)
    return Again(worded(request, given))
