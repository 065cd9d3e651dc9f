"""Changing many tasks from the queue's list: a preview, then the change and its undo; and what was changed so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.application.review.steering import find_wanted
from assistant.application.review.tasks.changes import (
    as_utc,
    change_tasks,
    finish_changes,
    list_changes,
    list_left,
    preview_change,
    undo_change,
)
from assistant.domain.permissions import Permission, may
from assistant.domain.review_work import AssignmentState, Principal
from assistant.domain.task_changes import ChangeKind, ChangePreview, Position, TaskEdit, TaskFilter
from assistant.errors import AssistantError, ConflictError, InputError, InvalidValueError
from assistant.web.context import remembered, site
from assistant.web.presentation import terms
from assistant.web.presentation.advice import sentences
from assistant.web.presentation.pagination import Before, address, listing
from assistant.web.presentation.rendering import language_of, render
from assistant.web.presentation.review_filters import QueueChoice
from assistant.web.security.authentication import needs

router = APIRouter()

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_QUEUE))]
Steerer = Annotated[Principal, Depends(needs(Permission.STEER_QUEUE))]
Line = Annotated[str, Form(max_length=200)]
Kind = Literal[
    "due", "no_due", "priority", "person", "team", "anyone", "pause", "resume", "return", "cancel", "invalidate"
]
_EDITS: Mapping[Kind, ChangeKind] = {
    "due": ChangeKind.DUE,
    "no_due": ChangeKind.DUE,
    "priority": ChangeKind.PRIORITY,
    "person": ChangeKind.REASSIGN,
    "team": ChangeKind.REASSIGN,
    "anyone": ChangeKind.REASSIGN,
    "pause": ChangeKind.PAUSE,
    "resume": ChangeKind.RESUME,
    "return": ChangeKind.RETURN,
    "cancel": ChangeKind.CANCEL,
    "invalidate": ChangeKind.INVALIDATE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeForm:
    """What the bar under the list sends: what to do, its value, and which tasks: those ticked, or all that match."""

    change: Annotated[Kind, Form()]
    scope: Annotated[Literal["ticked", "matching"], Form()] = "ticked"
    ticked: Annotated[list[str] | None, Form(max_length=200)] = None
    due: Annotated[str, Form(max_length=40)] = ""
    place: Annotated[Literal["first", "last"], Form()] = "first"
    person: Line = ""
    team: Line = ""
    reason: Annotated[str, Form(max_length=1000)] = ""

    def edit(self) -> TaskEdit:
        """As the application takes it. Raises InvalidValueError for a value that is missing."""
        kind = _EDITS[self.change]
        if self.change == "due" and not self.due:
            raise InvalidValueError("due_missing", field="due")
        if self.change == "team" and not self.team.strip():
            raise InvalidValueError("team_missing", field="team")
        if self.change == "person" and not self.person:
            raise InvalidValueError("person_missing", field="person")
        queue = {"team": self.team.strip(), "anyone": ""}.get(self.change)
        return TaskEdit(
            kind=kind,
            due=_moment(self.due) if self.change == "due" else None,
            priority=Position(self.place),
            person=self.person if self.change == "person" else None,
            queue=queue,
            reason=self.reason.strip(),
        )

    def values(self) -> dict[str, object]:
        """By name, for the form that confirms it."""
        names = ("change", "scope", "due", "place", "person", "team", "reason")
        return {name: getattr(self, name) for name in names}


Asked = Annotated[ChangeForm, Depends()]


@router.post("/queue/changes/preview")
def preview(request: Request, _: Steerer, chosen: Annotated[QueueChoice, Depends()], asked: Asked) -> HTMLResponse:
    """What a change would do, with nothing changed: a dialog over the list, or a page of its own."""
    workspace = site(request).workspace
    try:
        found = preview_change(workspace, _where(request, chosen, asked), asked.edit())
    except InputError as error:
        return _refused(request, chosen, error)
    return _preview(request, chosen, asked, found)


@router.post("/queue/changes")
def apply(
    request: Request,
    who: Steerer,
    chosen: Annotated[QueueChoice, Depends()],
    asked: Asked,
    token: Annotated[str, Form(max_length=64)],
) -> Response:
    """Make a change that was looked at; where the queue has changed since, the new counts are shown instead."""
    workspace, where = site(request).workspace, _where(request, chosen, asked)
    try:
        done = change_tasks(workspace, where, asked.edit(), actor=who.name, token=token)
    except ConflictError as error:
        if error.code != "preview_outdated":
            return _refused(request, chosen, error)
        found = preview_change(workspace, where, asked.edit())
        return _preview(request, chosen, asked, found, outdated=True)
    remembered(request).forget()
    return RedirectResponse(address("/queue/tasks", {**chosen.values(), "changed": done.id}), 303)


@router.post("/queue/changes/finish")
def finish(request: Request, _: Steerer) -> Response:
    """Complete changes that were interrupted."""
    finish_changes(site(request).workspace)
    remembered(request).forget()
    return RedirectResponse("/queue/changes", 303)


@router.post("/queue/changes/{number}/undo")
def undo(request: Request, number: int, who: Steerer) -> Response:
    """Restore what a change has changed; the history says what couldn't be restored."""
    done = undo_change(site(request).workspace, number, actor=who.name)
    remembered(request).forget()
    return RedirectResponse(f"/queue/changes?undone={done.id}", 303)


@router.get("/queue/changes")
def history(request: Request, who: Viewer, before: Before = None, undone: Before = None) -> HTMLResponse:
    """What was changed so far, the newest first; `undone` is the undo that was just made."""
    workspace = site(request).workspace
    fetch = partial(list_changes, workspace)
    found = listing(request, "/queue/changes", {}, fetch, place=before, key=lambda one: one.id)
    last = next((one for one in found.rows if one.id == undone), None)
    return render(
        request,
        "queue/changes.html",
        listing=found,
        undone=last,
        left=list_left(workspace, last.id) if last else (),
        kinds=terms.TASK_CHANGES,
        reasons=terms.LEFT_OUT,
        filters=terms.TASK_FILTERS,
        named=may(who, Permission.SEE_PEOPLE),
    )


def _where(request: Request, chosen: QueueChoice, asked: ChangeForm) -> TaskFilter:
    if asked.scope == "ticked":
        if not asked.ticked:
            raise InvalidValueError("nothing_ticked", field="ticked")
        workspace = site(request).workspace
        return TaskFilter(task_ids=tuple({find_wanted(workspace, one).task_id for one in asked.ticked}))
    wanted = chosen.wanted()
    state = AssignmentState(chosen.state or AssignmentState.OPEN)
    return TaskFilter(**wanted._asdict(), state=state)


def _preview(
    request: Request, chosen: QueueChoice, asked: ChangeForm, found: ChangePreview, *, outdated: bool = False
) -> HTMLResponse:
    part = request.headers.get("hx-request") == "true"
    return render(
        request,
        "queue/change_preview_part.html" if part else "queue/change_preview.html",
        status=409 if outdated else 200,
        preview=found,
        error="",
        outdated=outdated,
        asked=asked,
        title=terms.CHANGES_ASKED[asked.change],
        reasons=terms.LEFT_OUT,
        here=address("", chosen.values()),
        back=address("/queue/tasks", chosen.values()),
    )


def _refused(request: Request, chosen: QueueChoice, error: AssistantError) -> HTMLResponse:
    part = request.headers.get("hx-request") == "true"
    return render(
        request,
        "queue/change_preview_part.html" if part else "queue/change_preview.html",
        status=200 if part else 422,
        error=sentences(error, language_of(request)),
        back=address("/queue/tasks", chosen.values()),
    )


def _moment(text: str) -> str:
    """What a field for a local date and time gives, taken as UTC."""
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidValueError("not_a_moment", field="due") from None
    return as_utc(given if given.tzinfo else given.replace(tzinfo=UTC))
