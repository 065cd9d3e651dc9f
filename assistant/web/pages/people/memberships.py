"""Where a person works from when to when, and figures by team, vendor, site or contract."""

from __future__ import annotations

from datetime import UTC, date, datetime
from operator import attrgetter
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.application.people.memberships import (
    GroupFigures,
    GroupKind,
    group_figures,
    list_memberships,
    move_person,
    period,
    read_day,
)
from assistant.domain.memberships import Membership
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.errors import ConflictError, InvalidValueError
from assistant.web.context import site
from assistant.web.downloads import Ending, FileColumn, download
from assistant.web.presentation import terms
from assistant.web.presentation.advice import sentences
from assistant.web.presentation.people import find_shown
from assistant.web.presentation.rendering import language_of, render
from assistant.web.security.authentication import needs

router = APIRouter()

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_PEOPLE))]
Taker = Annotated[Principal, Depends(needs(Permission.EXPORT))]
Manager = Annotated[Principal, Depends(needs(Permission.MANAGE_USERS))]
Place = Annotated[str, Form(max_length=120)]

_FIGURES = ("group", "people", "answers", "seconds", "active_seconds", "active_unknown", "gold_right", "gold_answers")
COLUMNS: tuple[FileColumn[GroupFigures], ...] = tuple(FileColumn(name, attrgetter(name)) for name in _FIGURES)


@router.get("/people-groups")
def groups(
    request: Request, _: Viewer, by: GroupKind = GroupKind.TEAM, first: str = "", last: str = ""
) -> HTMLResponse:
    """Figures by group; an answer counts where its giver worked that day."""
    begin, end = period(first, last, today=_today())
    rows = group_figures(site(request).workspace, by, begin, end)
    return render(request, "people/groups.html", rows=rows, by=by, kinds=terms.GROUPS, first=begin, last=end)


@router.get("/people-groups.{ending}")
def groups_file(
    request: Request,
    ending: Ending,
    _: Viewer,
    __: Taker,
    by: GroupKind = GroupKind.TEAM,
    first: str = "",
    last: str = "",
) -> Response:
    """The same as a file."""
    rows = group_figures(site(request).workspace, by, *period(first, last, today=_today()))
    return download(request, "people-groups", ending, COLUMNS, rows)


@router.get("/people/{name}/memberships")
def memberships(request: Request, name: str, _: Viewer) -> HTMLResponse:
    """Where they work from when to when, and a form to move them."""
    return _page(request, name)


@router.post("/people/{name}/memberships")
def move(
    request: Request,
    name: str,
    who: Manager,
    *,
    team: Place = "",
    vendor: Place = "",
    place: Place = "",
    contract: Place = "",
    weekly_hours: Annotated[str, Form(max_length=20)] = "",
    valid_from: Annotated[str, Form(max_length=20)] = "",
    valid_to: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Let them work elsewhere from a day on; a mistake is said above the form, and nothing is changed."""
    try:
        wanted = Membership(
            person=name,
            team=team.strip(),
            vendor=vendor.strip(),
            site=place.strip(),
            contract=contract.strip(),
            weekly_hours=_hours(weekly_hours),
            valid_from=read_day(valid_from, "valid_from"),
            valid_to=read_day(valid_to, "valid_to"),
        )
        move_person(site(request).workspace, wanted, actor=who.name)
    except (InvalidValueError, ConflictError) as error:
        return _page(request, name, error=sentences(error, language_of(request)), status=422)
    return RedirectResponse(f"/people/{name}/memberships", 303)


def _page(request: Request, name: str, *, error: str = "", status: int = 200) -> HTMLResponse:
    workspace = site(request).workspace
    user = find_shown(request, name).user
    rows = list_memberships(workspace, name)
    return render(request, "people/memberships.html", status=status, user=user, rows=rows, error=error, today=_today())


def _hours(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return -1.0  # refused as out of range


def _today() -> date:
    return datetime.now(UTC).date()
