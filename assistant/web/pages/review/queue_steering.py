"""What a lead does with the queue from its pages: fill it, take leases back, give items to people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.application.review.fill_queue import Filling, preview_filling, standing_of
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.messages.language import marked
from assistant.review.steering import Unfit, UnfitError, assign, take_lease_back
from assistant.store.review.disagreements.disagreement_list import waiting_items
from assistant.web.context import site
from assistant.web.pages.review.queue import (
    NONE,
    Chosen,
    answered_meanwhile,
    fill_from,
    labeller,
    qualified_only,
    seat_of,
    tasks_page,
)
from assistant.web.presentation.pagination import Text, address
from assistant.web.presentation.rendering import language_of, render
from assistant.web.problems import Problem
from assistant.web.security.authentication import needs

router = APIRouter()

Steerer = Annotated[Principal, Depends(needs(Permission.STEER_QUEUE))]
Clearing = Annotated[list[Literal["team", "due"]] | None, Form()]

_UNFIT = {
    Unfit.CLOSED: marked("Can't assign %(item)s to %(person)s: account disabled."),
    Unfit.QUEUE: marked("Can't assign %(item)s to %(person)s: not in its team or queue (%(value)s)."),
    Unfit.QUALIFICATION: marked(
        "Can't assign %(item)s to %(person)s: hasn't passed the qualification test for this work."
    ),
    Unfit.LANGUAGE: marked("Can't assign %(item)s to %(person)s: doesn't review %(value)s."),
    Unfit.ROLE: marked("Can't assign %(item)s to %(person)s: not a reviewer."),
    Unfit.OPT_OUT: marked("Can't assign %(item)s to %(person)s: opted out of %(value)s."),
    Unfit.SKILL: marked("Can't assign %(item)s to %(person)s: missing skill %(value)s."),
    Unfit.PASSED: marked("Can't assign %(item)s to %(person)s: skipped or reassigned it before."),
    Unfit.ANSWERED: marked("Can't assign %(item)s to %(person)s: already has or answered it."),
}


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
    workspace = site(request).workspace
    found = workspace.runs.find(run)
    filling = read_filling(team, _moment(due), clear or (), again=again)
    if not confirmed:
        counts = preview_filling(workspace, found, filling)
        if counts["changed"] or counts["closed"]:
            given = {"team": team.strip(), "due": due, "cleared": clear or [], "again": again}
            return render(request, "queue/preview.html", run=found, counts=counts, given=given)
    counts = fill_from(request, found, filling, actor=who.name)
    return render(
        request,
        "queue/filled.html",
        run=found,
        counts=counts,
        standing=standing_of(workspace, found),
        differing=waiting_items(workspace.database),
    )


def read_filling(team: str, due: datetime | None, clear: Sequence[Literal["team", "due"]], *, again: bool) -> Filling:
    """How the queue is filled, as a form or a program says it. Raises Problem 422 for what is given and cleared."""
    team = team.strip()
    if (team and "team" in clear) or (due is not None and "due" in clear):
        detail = marked("Either set or remove a team or due time: not both at once.")
        raise Problem(422, detail, code="given_and_cleared")
    return Filling("" if "team" in clear else team or None, due, clear_due="due" in clear, again=again)


@router.post("/queue/{assignment_id}/return")
def give_back(request: Request, assignment_id: str, who: Steerer) -> Response:
    """Take a lease back: the item is offered again.

    Raises:
        Problem: 409 where nobody is at it any more.
    """
    seat = seat_of(request, assignment_id)
    with site(request).database.write() as connection:
        returned = take_lease_back(connection, seat, who.name)
    if not returned:
        raise Problem(409, marked("This item is no longer claimed: it was answered or returned."), code="no_lease")
    return RedirectResponse("/queue/leases", 303)


@router.post("/queue/{assignment_id}/assign")
def give(
    request: Request,
    assignment_id: str,
    who: Steerer,
    chosen: Annotated[Chosen, Depends()],
    *,
    after: Text = "",
    person: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Give an item to one person, or to everybody again (`-`); the list comes back as it was filtered.

    Nothing chosen changes nothing, and neither does a person who couldn't take it: the list says why.

    Raises:
        Problem: 422 for a name of no person who labels.
    """
    seat = seat_of(request, assignment_id)
    if not person:
        told = language_of(request).gettext(marked("Choose an assignee for %(item)s.")) % {"item": seat.item_id}
        return tasks_page(request, who, chosen, after, error=told, status=422)
    to = None if person == NONE else labeller(request, person)
    try:
        with site(request).database.write() as connection:
            done = assign(connection, seat, to, who.name, qualified_only=qualified_only(request))
    except UnfitError as error:
        values = {"item": seat.item_id, "person": error.name, "value": error.value}
        told = language_of(request).gettext(_UNFIT[error.why]) % values
        return tasks_page(request, who, chosen, after, error=told, status=422)
    if not done:
        raise answered_meanwhile()
    here = address("/queue/tasks", {**chosen.values(), "after": after, "given": assignment_id})
    return RedirectResponse(f"{here}#answer-{assignment_id}", 303)


def _moment(text: str) -> datetime | None:
    """What a field for a local date and time gives, taken as UTC."""
    if not text:
        return None
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise Problem(422, marked("Invalid date and time. Choose one from the calendar."), code="due") from None
    return given if given.tzinfo else given.replace(tzinfo=UTC)
