"""Taking an answer back."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request

from assistant.application.review.task_view import ReviewTask
from assistant.domain.review_work import Outcome
from assistant.web.api.review.queue import told
from assistant.web.presentation.rendering import language_of
from assistant.web.review_service import Reviewer, RowNumber, desk, refusal

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
    given = desk(request).queue.undo(who, review_id)
    if isinstance(given, Outcome):
        raise refusal(given)
    return Again(told(request, desk(request).show(given, who, language_of(request).code)))
