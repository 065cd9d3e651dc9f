"""The queue, for leads: what waits and for whom, what is due, and who holds what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from assistant.application.review.fill_queue import standing_of
from assistant.application.review.steering import (
    assignable,
    assignment_name,
    find_wanted,
    list_labelers,
    list_leases,
    list_waiting,
)
from assistant.application.review.tasks.changes import find_change
from assistant.application.review.tasks.coverage import queue_coverage
from assistant.domain.assignments import Urgency, Waiting, WantedAnswer
from assistant.domain.permissions import Permission, may
from assistant.domain.review_work import AssignmentState, Principal
from assistant.domain.task_changes import TaskChange
from assistant.web.context import remembered, site
from assistant.web.downloads import Ending, FileColumn, download
from assistant.web.presentation import terms
from assistant.web.presentation.pagination import Before, Text, address, everything, listing
from assistant.web.presentation.rendering import render
from assistant.web.presentation.review_filters import NONE, QueueChoice, read_urgency, urgency_name
from assistant.web.review_service import overview_of
from assistant.web.security.authentication import needs

router = APIRouter()

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_QUEUE))]
Taker = Annotated[Principal, Depends(needs(Permission.EXPORT))]
Filters = Annotated[QueueChoice, Depends()]

GROUPS: tuple[FileColumn[Waiting], ...] = (
    FileColumn("team", lambda one: one.queue),
    FileColumn("language", lambda one: one.language),
    FileColumn("label", lambda one: one.harm),
    FileColumn("skill", lambda one: one.skill),
    FileColumn("open", lambda one: one.open),
    FileColumn("oldest", lambda one: one.oldest),
    FileColumn("first_due", lambda one: one.first_due),
)
ROWS: tuple[FileColumn[WantedAnswer], ...] = (
    FileColumn("item_id", lambda one: one.item_id),
    FileColumn("kind", lambda one: one.kind.value),
    FileColumn("team", lambda one: one.queue),
    FileColumn("language", lambda one: one.language),
    FileColumn("label", lambda one: one.harm),
    FileColumn("skill", lambda one: one.skill),
    FileColumn("priority", lambda one: one.priority),
    FileColumn("due_at", lambda one: one.due_at),
    FileColumn("created_at", lambda one: one.created_at),
)


@router.get("/queue")
def queue(request: Request, _: Viewer) -> HTMLResponse:
    """What waits, in numbers."""
    known, workspace = overview_of(request), site(request).workspace
    runs, newest = [run.name for run in reversed(workspace.runs.all())], workspace.runs.newest()
    standing = None
    if newest is not None and not known.value.groups:
        standing = remembered(request).get(("standing", newest.id), lambda: standing_of(workspace, newest)).value
    return render(
        request,
        "queue/index.html",
        overview=known.value,
        at=known.at,
        runs=runs,
        newest=newest.name if newest else "",
        standing=standing,
        none=NONE,
        able=_able(request),
    )


def _able(request: Request) -> Mapping[tuple[str, ...], int]:
    """How many members could claim each kind of work that waits."""
    workspace = site(request).workspace
    known = remembered(request).get("coverage", lambda: queue_coverage(workspace), seconds=10)
    return {one.work[:4]: len(one.able) for one in known.value}


@router.get("/queue.{ending}")
def queue_file(request: Request, ending: Ending, _: Viewer, __: Taker) -> Response:
    """The same as a file."""
    return download(request, "queue", ending, GROUPS, overview_of(request).value.groups)


@router.get("/queue/tasks")
def tasks(
    request: Request, who: Viewer, chosen: Filters, *, after: Text = "", given: Text = "", changed: Before = None
) -> HTMLResponse:
    """What waits, item by item, most urgent first; `given` was just assigned, `changed` is a change just made."""
    workspace = site(request).workspace
    found = find_wanted(workspace, given) if given else None
    made = find_change(workspace, changed) if changed else None
    return tasks_page(request, who, chosen, after, given=found, changed=made)


def tasks_page(
    request: Request,
    who: Principal,
    chosen: QueueChoice,
    after: str,
    *,
    given: WantedAnswer | None = None,
    changed: TaskChange | None = None,
    error: str = "",
    status: int = 200,
) -> HTMLResponse:
    """The list with its filters and place, and a line on what was just assigned, or why it wasn't."""
    workspace = site(request).workspace
    found = listing(
        request,
        "/queue/tasks",
        chosen.values(),
        partial(list_waiting, workspace, chosen.wanted(), state=chosen.in_state),
        place=read_urgency(after),
        key=urgency_name,
        parameter="after",
    )
    part = request.headers.get("hx-request") == "true"
    people = list_labelers(workspace) if may(who, Permission.STEER_QUEUE) else []
    return render(
        request,
        "queue/task_rows.html" if part else "queue/tasks.html",
        status=status,
        listing=found,
        here=address("", {**chosen.values(), "after": after}),
        chosen=chosen,
        none=NONE,
        kinds=terms.KINDS,
        now=datetime.now(UTC).isoformat(),
        people={user.name: user for user in people},
        fit=assignable(workspace, found.rows, people) if chosen.in_state is AssignmentState.OPEN else {},
        state=chosen.in_state.value,
        states=terms.TASK_STATES,
        changed=changed,
        change_kinds=terms.TASK_CHANGES,
        changes_asked=terms.CHANGES_ASKED,
        shown_id=partial(assignment_name, workspace),
        given=given,
        error=error,
        overview=None if part else overview_of(request).value,
    )


@router.get("/queue/tasks.{ending}")
def tasks_file(request: Request, ending: Ending, chosen: Filters, _: Viewer, __: Taker) -> Response:
    """The same as a file."""
    workspace = site(request).workspace
    fetch = partial(list_waiting, workspace, chosen.wanted(), state=chosen.in_state)
    rows = everything(fetch, lambda one: Urgency(one.priority, one.id))
    named: FileColumn[WantedAnswer] = FileColumn("assignment_id", lambda one: assignment_name(workspace, one.id))
    return download(request, "tasks", ending, (named, *ROWS), rows)


@router.get("/queue/leases")
def leases(request: Request, who: Viewer, before: Before = None) -> HTMLResponse:
    """What reviewers hold right now."""
    workspace = site(request).workspace
    fetch = partial(list_leases, workspace)
    found = listing(request, "/queue/leases", {}, fetch, place=before, key=lambda one: one.id)
    return render(
        request,
        "queue/leases.html",
        listing=found,
        kinds=terms.KINDS,
        named=may(who, Permission.SEE_PEOPLE),
        people=list_labelers(workspace) if may(who, Permission.STEER_QUEUE) else [],
        shown_id=partial(assignment_name, workspace),
    )
