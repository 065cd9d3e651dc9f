"""What happened to a wanted answer, for leads: every event with who and when, and where the time went."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from assistant.application.review.task_history import assignment_history
from assistant.domain.permissions import Permission, may
from assistant.domain.review_work import Principal
from assistant.web.context import site
from assistant.web.presentation import terms
from assistant.web.presentation.rendering import render
from assistant.web.security.authentication import needs

router = APIRouter()

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_QUEUE))]


@router.get("/queue/{assignment_id}/history")
def task_history(request: Request, assignment_id: str, who: Viewer) -> HTMLResponse:
    """The events of a wanted answer, oldest first."""
    return render(
        request,
        "queue/history.html",
        history=assignment_history(site(request).workspace, assignment_id),
        named=may(who, Permission.SEE_PEOPLE),
        kinds=terms.KINDS,
        happened=terms.ASSIGNMENT_EVENTS,
        reasons=terms.EVENT_REASONS,
    )
