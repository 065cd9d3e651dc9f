"""What happened to wanted answers, for leads: every event, and where the time went."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from assistant.application.review.task_history import (
    AssignmentHistory,
    assignment_history,
    item_history,
    task_history,
    total_times,
)
from assistant.domain.assignment_events import AssignmentEventKind
from assistant.domain.permissions import Permission, may
from assistant.domain.review_work import AssignmentState, Principal, TaskKind
from assistant.errors import InvalidValueError
from assistant.web.api_schema import Shown, problems
from assistant.web.context import site
from assistant.web.review_service import OpaqueId
from assistant.web.security.authentication import needs

router = APIRouter(prefix="/api/v1/assignments", tags=["tasks"])

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_QUEUE))]
Seconds = Annotated[float | None, Field(description="Null where a part of it was before events were kept.")]


class AssignmentEventShown(Shown):
    """One event; `unknown` is the state that was there before events were kept."""

    event: AssignmentEventKind
    at: str
    person: Annotated[str | None, Field(description="Who had it; null for none, or where names aren't yours.")]
    reason: str
    token: int
    lease_until: str | None
    uncovered_ms: int | None


class WorkTimesShown(Shown):
    """Where the time went, in seconds: waiting to be claimed, in leases that ended in an answer, in the others."""

    waiting: Seconds
    handling: Seconds
    abandoned: Seconds


class AssignmentHistoryShown(Shown):
    """A wanted answer from the moment it was put into the queue, oldest event first."""

    id: str
    task_id: str
    item_id: str
    kind: TaskKind
    state: Annotated[AssignmentState | None, Field(description="What the events come to.")]
    events: list[AssignmentEventShown]
    times: WorkTimesShown


class TotalTimesShown(Shown):
    """Sums in seconds; assignments of which a time is unknown are counted and are in no sum."""

    assignments: int
    waiting: float
    handling: float
    abandoned: float
    waiting_unknown: int
    handling_unknown: int
    abandoned_unknown: int


class AssignmentHistories(Shown):
    """The wanted answers of a task or an item."""

    rows: list[AssignmentHistoryShown]
    total: TotalTimesShown


@router.get("/events", responses=problems(400, 404))
def list_assignment_events(
    request: Request,
    who: Viewer,
    *,
    item: Annotated[str | None, Query(min_length=1, max_length=1000, description="The item's own id.")] = None,
    task: Annotated[str | None, Query(min_length=1, max_length=80, description="As lists of tasks name it.")] = None,
) -> AssignmentHistories:
    """What happened to all wanted answers of an item, or of a task: name one of the two."""
    workspace = site(request).workspace
    if (item is None) == (task is None):
        raise InvalidValueError("item_or_task", field="item")
    found = item_history(workspace, item) if item is not None else task_history(workspace, task or "")
    total = TotalTimesShown.of(total_times(found))
    return AssignmentHistories(rows=[_shown(one, who) for one in found], total=total)


@router.get("/{assignment_id}/events", responses=problems(404))
def read_assignment_events(request: Request, who: Viewer, assignment_id: OpaqueId) -> AssignmentHistoryShown:
    """What happened to one wanted answer, by the id that lists of tasks show."""
    return _shown(assignment_history(site(request).workspace, assignment_id), who)


def _shown(found: AssignmentHistory, who: Principal) -> AssignmentHistoryShown:
    shown = AssignmentHistoryShown.of(found)
    if not may(who, Permission.SEE_PEOPLE):
        shown.events = [one.model_copy(update={"person": None}) for one in shown.events]
    return shown
