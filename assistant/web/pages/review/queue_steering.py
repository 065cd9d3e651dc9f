"""What a lead does with the queue from its pages: fill it, take leases back, assign items to reviewers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.application.labeling.runs import find_run
from assistant.application.review.disagreements import count_disputed_items
from assistant.application.review.fill_queue import plan_filling, preview_filling, standing_of
from assistant.application.review.steering import assign, find_wanted, return_leases
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.errors import InvalidValueError
from assistant.messages.language import marked
from assistant.messages.wording import what
from assistant.review.steering import UnfitError
from assistant.web.context import site
from assistant.web.pages.review.queue import tasks_page
from assistant.web.presentation.pagination import Text, address
from assistant.web.presentation.rendering import language_of, render
from assistant.web.presentation.review_filters import NONE, QueueChoice
from assistant.web.problems import Problem
from assistant.web.review_service import fill_from
from assistant.web.security.authentication import needs

router = APIRouter()

Steerer = Annotated[Principal, Depends(needs(Permission.STEER_QUEUE))]
Clearing = Annotated[list[Literal["team", "due"]] | None, Form()]


@router.get("/queue/enqueue")
def filled_before(_: Steerer) -> Response:
    """An address that was kept, or a page that was loaded again, leads to the queue: only its form fills it."""
    return RedirectResponse("/queue", 303)


@router.post("/queue/enqueue")
def fill(
    request: Request,
    who: Steerer,
    run: Annotated[str, Form(max_length=40)],
    *,
    team: Annotated[str, Form(max_length=120)] = "",
    due: Annotated[str, Form(max_length=40)] = "",
    clear: Clearing = None,
    again: Annotated[bool, Form()] = False,
    confirmed: Annotated[bool, Form()] = False,
) -> HTMLResponse:
    """Make the queue what a run's routes and samples want; the same again adds only what is new.

    A field left empty leaves as it is what is there. Where tasks would change or go, this is shown first and done once
    it is confirmed.
    """
    workspace, cleared = site(request).workspace, clear or []
    found = find_run(workspace, run)
    filling = plan_filling(team, _moment(due), clear_team="team" in cleared, clear_due="due" in cleared, again=again)
    if not confirmed:
        counts = preview_filling(workspace, found, filling)
        if counts["changed"] or counts["closed"]:
            given = {"team": team.strip(), "due": due, "cleared": cleared, "again": again}
            return render(request, "queue/preview.html", run=found, counts=counts, given=given)
    return render(
        request,
        "queue/filled.html",
        run=found,
        counts=fill_from(request, found.name, filling, actor=who.name),
        standing=standing_of(workspace, found),
        differing=count_disputed_items(workspace),
    )


@router.post("/queue/{assignment_id}/return")
def give_back(request: Request, assignment_id: str, who: Steerer) -> Response:
    """Take a lease back: the item is offered again.

    Raises:
        Problem: 409 where it is leased no longer.
    """
    if return_leases(site(request).workspace, [assignment_id], actor=who.name).not_leased:
        raise Problem(409, marked("This item is no longer claimed: it was answered or returned."), code="no_lease")
    return RedirectResponse("/queue/leases", 303)


@router.post("/queue/{assignment_id}/assign")
def give(
    request: Request,
    assignment_id: str,
    who: Steerer,
    chosen: Annotated[QueueChoice, Depends()],
    *,
    after: Text = "",
    person: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Assign an item to one reviewer, or to all again (`-`); the list comes back as it was filtered.

    Nothing chosen changes nothing, and neither does a reviewer who couldn't take it: the list says why.
    """
    workspace = site(request).workspace
    item, text = find_wanted(workspace, assignment_id).item_id, language_of(request).gettext
    if not person:
        said = text(marked("Choose an assignee for %(item)s.")) % {"item": item}
        return tasks_page(request, who, chosen, after, error=said, status=422)
    try:
        assign(workspace, assignment_id, None if person == NONE else person, actor=who.name)
    except UnfitError as error:
        said = what(error, language_of(request))
        return tasks_page(request, who, chosen, after, error=said, status=422)
    here = address("/queue/tasks", {**chosen.values(), "after": after, "given": assignment_id})
    return RedirectResponse(f"{here}#answer-{assignment_id}", 303)


def _moment(text: str) -> datetime | None:
    """What a field for a local date and time gives, taken as UTC."""
    if not text:
        return None
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidValueError("not_a_moment", field="due") from None
    return given if given.tzinfo else given.replace(tzinfo=UTC)
