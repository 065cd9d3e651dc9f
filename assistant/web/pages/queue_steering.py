"""What a lead does with the queue from its pages: fill it, take leases back, give items to people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.domain.review_work import Principal
from assistant.review.steering import assign, take_lease_back
from assistant.web.doors import needs
from assistant.web.language import marked
from assistant.web.pages.queue import fill_from, labeller, seat_of
from assistant.web.permissions import Permission
from assistant.web.problems import Problem
from assistant.web.site import site
from assistant.web.views import render

router = APIRouter()

Steerer = Annotated[Principal, Depends(needs(Permission.STEER_QUEUE))]


@router.post("/queue/enqueue")
def fill(
    request: Request,
    who: Steerer,
    run: Annotated[str, Form(max_length=40)],
    team: Annotated[str, Form(max_length=120)] = "",
    due: Annotated[str, Form(max_length=40)] = "",
) -> HTMLResponse:
    """Make the queue what a run's routes and samples want; the same again adds only what is new."""
    found = site(request).workspace.runs.find(run)
    counts = fill_from(request, found, actor=who.name, team=team.strip(), due=_moment(due))
    return render(request, "queue/filled.html", run=found, counts=counts)


@router.post("/queue/{assignment_id}/return")
def give_back(request: Request, assignment_id: int, who: Steerer) -> Response:
    """Take a lease back: the item is offered again.

    Raises:
        Problem: 409 where nobody is at it any more.
    """
    seat = seat_of(request, assignment_id)
    with site(request).database.write() as connection:
        returned = take_lease_back(connection, seat, who.name)
    if not returned:
        raise Problem(409, marked("Nobody is at this any more: it was answered or given back."), code="no_lease")
    return RedirectResponse("/queue/leases", 303)


@router.post("/queue/{assignment_id}/assign")
def give(
    request: Request, assignment_id: int, who: Steerer, person: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """Give an item to one person, or to everybody again.

    Raises:
        Problem: 422 for nobody of that name, 400 for somebody who couldn't take it.
    """
    to = labeller(request, person) if person else None
    seat = seat_of(request, assignment_id)
    with site(request).database.write() as connection:
        assign(connection, seat, to, who.name)
    return RedirectResponse("/queue/tasks", 303)


def _moment(text: str) -> datetime | None:
    """What a field for a local date and time gives, taken as UTC."""
    if not text:
        return None
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise Problem(422, marked("This is no date and time. Take one from the calendar."), code="due") from None
    return given if given.tzinfo else given.replace(tzinfo=UTC)
