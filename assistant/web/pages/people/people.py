"""People: how well, how fast and how much they label; who they are and what they may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.application.people.accounts import (
    NewUser,
    UserChanges,
    add_user,
    change_user,
    deactivate_user,
    find_user,
    list_users,
    reactivate_user,
)
from assistant.application.people.figures import DAYS, labels_content, standing_of
from assistant.application.people.project_people import by_shown_name, list_people
from assistant.application.review.practice import MOST_TRAINED, known_by_language
from assistant.domain.accounts import User
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal, Role
from assistant.errors import InputError
from assistant.messages.language import marked
from assistant.web.context import site
from assistant.web.downloads import Ending, FileColumn, download
from assistant.web.presentation import terms
from assistant.web.presentation.advice import sentences
from assistant.web.presentation.figures import figures_of_all
from assistant.web.presentation.navigation import sees_names
from assistant.web.presentation.people import find_shown
from assistant.web.presentation.rendering import language_of, render
from assistant.web.presentation.terms import ROLES
from assistant.web.security.authentication import needs
from assistant.web.sent_fields import SentFields, listed

if TYPE_CHECKING:
    from assistant.review.skill import Figures

router = APIRouter()

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_FIGURES))]
Taker = Annotated[Principal, Depends(needs(Permission.EXPORT))]
Manager = Annotated[Principal, Depends(needs(Permission.MANAGE_ACCESS))]
Days = Literal["7", "30", "90", "all"]
Line = Annotated[str, Form(max_length=400)]

SIGNS = {
    "too_fast": marked("accepts faster than reading time"),
    "more_than_peers": marked("accepts more often than others"),
}


@dataclass(frozen=True, slots=True)
class PeopleTableRow:
    """Somebody with their figures, None where they gave no answer; `user` is None for a rater of imported labels."""

    name: str
    user: User | None
    told: Figures | None


def _of(name: str, part: str) -> Any:
    def value(row: PeopleTableRow) -> object:
        figure = None if row.told is None else getattr(row.told, name)
        return None if figure is None else getattr(figure, part)

    return value


COLUMNS: tuple[FileColumn[PeopleTableRow], ...] = (
    FileColumn("name", lambda row: row.name),
    FileColumn("display_name", lambda row: row.user.display_name if row.user else row.name),
    FileColumn("role", lambda row: row.user.role.value if row.user else ""),
    FileColumn("team", lambda row: row.user.team if row.user else ""),
    FileColumn("languages", lambda row: row.user.languages if row.user else ()),
    FileColumn("disabled", lambda row: row.user.disabled if row.user else None),
    FileColumn("answers", lambda row: row.told.answers if row.told else 0),
    *(
        FileColumn(f"{name}_{part}", _of(name, part))
        for name in ("gold", "peers", "adjudication", "skill")
        for part in ("value", "low", "high", "n")
    ),
    FileColumn("seconds", lambda row: row.told.seconds if row.told else None),
    FileColumn("active_seconds", lambda row: row.told.active_seconds if row.told else None),
    FileColumn("active_unknown", lambda row: row.told.active_unknown if row.told else None),
    FileColumn("imported", lambda row: row.told.imported if row.told else 0),
    FileColumn("signs", lambda row: row.told.stamp.signs if row.told else ()),
)


@router.get("/people")
def people(request: Request, _: Viewer, days: Days = "30") -> HTMLResponse:
    """Everybody, side by side."""
    rows, at = _rows(request, days)
    return render(
        request,
        "people/index.html",
        rows=rows,
        at=at,
        days=days,
        choices=DAYS,
        roles=ROLES,
        signs=SIGNS,
        rules=site(request).workspace.settings.review,
    )


@router.get("/people.{ending}")
def people_file(request: Request, _: Viewer, __: Taker, ending: Ending, days: Days = "30") -> Response:
    """The same as a file."""
    return download(request, "people", ending, COLUMNS, _rows(request, days)[0])


@router.get("/people/new")
def new_person(request: Request, _: Manager) -> HTMLResponse:
    """The form to add somebody."""
    return _form(request, None)


@router.post("/people/new")
def add_person(
    request: Request,
    who: Manager,
    *,
    name: Line,
    role: Annotated[Role, Form()],
    password: Annotated[str, Form(max_length=2000)] = "",
    display_name: Line = "",
    languages: Line = "",
    skills: Line = "",
    opt_outs: Line = "",
    queues: Line = "",
    team: Annotated[str, Form(max_length=120)] = "",
) -> Response:
    """Add somebody; without a password they come by a link or a token."""
    values = {"languages": languages, "skills": skills, "opt_outs": opt_outs, "queues": queues}
    given = {"name": name, "role": role, "display_name": display_name, "team": team} | values
    new = NewUser(
        name=name,
        role=role,
        display_name=display_name.strip(),
        password=password or None,
        team=team.strip(),
        **{key: listed(value) for key, value in values.items()},
    )
    try:
        user = add_user(site(request).workspace, new, actor=who.name)
    except InputError as error:
        return _form(request, None, given=given, error=sentences(error, language_of(request)), status=422)
    return RedirectResponse(f"/people/{user.name}", 303)


@router.get("/people/{name}")
def person(request: Request, name: str, _: Viewer, days: Days = "30") -> HTMLResponse:
    """One person: by name, or for those who don't see names by pseudonym."""
    workspace, named = site(request).workspace, sees_names(request)
    found = find_shown(request, name)
    known = figures_of_all(request, days, about=found.name)
    return render(
        request,
        "people/person.html",
        user=found.user,
        named=named,
        told=known.value.get(found.name),
        at=known.at,
        days=days,
        choices=DAYS,
        roles=ROLES,
        signs=SIGNS,
        standing=standing_of(workspace, find_user(workspace, found.name)),
        states=terms.QUALIFICATIONS,
        known=known_by_language(workspace) if labels_content(found.user) else {},
        round_items=workspace.settings.review.qualification_items,
        most_trained=MOST_TRAINED,
    )


@router.get("/people/{name}/change")
def change_form(request: Request, name: str, _: Manager) -> HTMLResponse:
    """The form to change somebody."""
    return _form(request, find_user(site(request).workspace, name))


@router.post("/people/{name}/change")
def change_person(
    request: Request,
    name: str,
    who: Manager,
    *,
    sent: SentFields,
    role: Annotated[Role, Form()],
    display_name: Line = "",
    languages: Line = "",
    skills: Line = "",
    opt_outs: Line = "",
    queues: Line = "",
    team: Annotated[str, Form(max_length=120)] = "",
) -> Response:
    """Change what they may do and take; it counts from their next request on.

    The page's form comes filled in, so that a field made empty is emptied; one that wasn't sent stays as it is.
    """
    lists = {"languages": languages, "skills": skills, "opt_outs": opt_outs, "queues": queues}
    values: dict[str, Any] = {"team": team.strip()} | {key: listed(value) for key, value in lists.items()}
    changes = UserChanges(
        role=role,
        display_name=display_name.strip() or None,
        **{key: value for key, value in values.items() if key in sent},
    )
    workspace = site(request).workspace
    user = find_user(workspace, name)
    try:
        change_user(workspace, name, changes, actor=who.name)
    except InputError as error:
        return _form(request, user, error=sentences(error, language_of(request)), status=422)
    return RedirectResponse(f"/people/{user.name}", 303)


@router.post("/people/{name}/disable")
def disable(request: Request, name: str, who: Manager, back: Annotated[bool, Form()] = False) -> Response:
    """Deactivate a user at once, or let them sign in again (`back`)."""
    set_active = reactivate_user if back else deactivate_user
    user = set_active(site(request).workspace, name, actor=who.name)
    return RedirectResponse(f"/people/{user.name}", 303)


def _rows(request: Request, days: str) -> tuple[list[PeopleTableRow], Any]:
    known = figures_of_all(request, days)
    workspace, named = site(request).workspace, sees_names(request)
    people = list_people(workspace, named=named)
    rows = [PeopleTableRow(one.user.name, one.user, known.value.get(one.name)) for one in people]
    users = {user.name for user in list_users(workspace)}
    others = {name: told for name, told in known.value.items() if name not in users}
    imported = by_shown_name(workspace, others, named=named)
    return [*rows, *(PeopleTableRow(name, None, told) for name, told in imported.items())], known.at


def _form(
    request: Request, user: User | None, *, given: dict[str, Any] | None = None, error: str = "", status: int = 200
) -> HTMLResponse:
    lists = ("languages", "skills", "opt_outs", "queues")
    if given is None and user is not None:
        given = {"name": user.name, "role": user.role, "display_name": user.display_name, "team": user.team}
        given |= {name: ", ".join(getattr(user, name)) for name in lists}
    empty = {"name": "", "role": Role.REVIEWER, "display_name": "", "team": ""} | dict.fromkeys(lists, "")
    return render(
        request,
        "people/form.html",
        status=status,
        user=user,
        given=given or empty,
        error=error,
        roles=ROLES,
        labels=site(request).workspace.policy.label_set.names,
    )
