"""The start page: what somebody can do here."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from assistant.application.review.steering import count_wanted
from assistant.domain.permissions import Permission, may
from assistant.web.context import site
from assistant.web.presentation.rendering import render
from assistant.web.security.authentication import Current

router = APIRouter()


@router.get("/")
def home(request: Request, who: Current) -> HTMLResponse:
    """The pages of their role, and for those who see the queue what is waiting."""
    work = count_wanted(site(request).workspace) if may(who, Permission.SEE_QUEUE) else None
    return render(request, "home/index.html", work=work)
