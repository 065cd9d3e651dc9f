"""The review page: a shell that its scripts fill; items never come with the page, so that nothing is taken unseen."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.application.review.preferences import review_profile
from assistant.application.workspace.policy_changes import unread_changes
from assistant.domain.review_work import Principal
from assistant.web.context import site
from assistant.web.presentation.rendering import language_of, render
from assistant.web.presentation.review_texts import ACTIONS, SKIP_REASONS, spoken_texts
from assistant.web.review_service import Reviewer

router = APIRouter()

AHEAD = 3  # items taken before they are needed


@router.get("/review", response_class=HTMLResponse)
def review(request: Request, who: Reviewer) -> Response:
    """The page; first what changed in the policy, where they have not read it."""
    if unread := unread_changes(site(request).workspace, who):
        return RedirectResponse(f"/policy/changes/{unread[0].name}", 303)
    return render(
        request,
        "review/index.html",
        actions=ACTIONS,
        skip_reasons=SKIP_REASONS,
        data=_data(request, who),
    )


def _data(request: Request, who: Principal) -> dict[str, object]:
    """What the scripts begin with."""
    profile = review_profile(site(request).workspace, who.name)
    return {
        "desk": profile.outbox,
        "by_password": profile.by_password,
        "ahead": AHEAD,
        "language": language_of(request).tag,
        "texts": spoken_texts(language_of(request)),
        "preferences": {"keys": profile.keys, **profile.chosen},
    }
