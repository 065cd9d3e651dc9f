"""The queue, for leads: what waits, who is at what, filling it from a run, and moving work."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Query, Request
from pydantic import AwareDatetime, Field

from assistant.application.labeling.runs import find_run
from assistant.application.review import steering
from assistant.application.review.fill_queue import plan_filling, preview_filling
from assistant.application.review.tasks.coverage import queue_coverage
from assistant.domain.assignments import WantedAnswer
from assistant.domain.opaque_ids import IdKind
from assistant.domain.permissions import Permission, may
from assistant.domain.review_work import Principal, TaskKind
from assistant.web.api_schema import (
    ONE_LINE,
    Body,
    Cursor,
    Limit,
    Line,
    Page,
    Shown,
    group,
    paged,
    problems,
)
from assistant.web.context import site
from assistant.web.presentation.review_filters import QueueChoice, read_urgency, urgency_name
from assistant.web.review_service import OpaqueId, fill_from, overview_of
from assistant.web.security.authentication import needs

router = group("tasks")

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_QUEUE))]
Namer = Annotated[Principal, Depends(needs(Permission.SEE_PEOPLE))]
Steerer = Annotated[Principal, Depends(needs(Permission.STEER_QUEUE))]
Place = Annotated[str | None, Query(pattern=r"^-?[0-9][0-9.e+-]{0,30}:[0-9]{1,18}$", description="`next`.")]


class WantedShown(Shown):
    """One wanted answer that nobody has taken yet, or that somebody is at; `id` is its assignment's."""

    id: str
    task_id: str
    item_id: str
    kind: TaskKind
    queue: str
    language: str
    harm: str
    skill: str
    priority: float
    due_at: str | None
    created_at: str
    for_name: Annotated[str | None, Field(description="Whom alone it is for.")]
    holder: Annotated[str | None, Field(description="Who has claimed it; null for none, or where names aren't yours.")]
    lease_until: str | None


class WantedPage(Page[WantedShown]):
    """Wanted answers."""


class WaitingShown(Shown):
    """What waits of one kind of work."""

    queue: str
    language: str
    harm: str
    skill: str
    open: int
    oldest: str
    first_due: str | None


class OverviewShown(Shown):
    """What waits, in numbers: wanted answers, and open tasks past their time or due within a day."""

    open: int
    leased: int
    overdue: int
    soon: int
    groups: list[WaitingShown]


class GroupCoverage(WaitingShown):
    """What waits of one kind of work, and the members of the project who could claim it, by username."""

    able: list[str]


class CoverageShown(Shown):
    """Who could claim what waits."""

    groups: list[GroupCoverage]


class Enqueuing(Body):
    """What is put into the queue."""

    run: Annotated[Line, Field(examples=["r3"], description="The run whose newest routes and samples decide.")]
    team: Annotated[
        str, Field(max_length=120, pattern=ONE_LINE, description="Left out or empty: tasks stay where they are.")
    ] = ""
    due: Annotated[
        AwareDatetime | None, Field(description="With its time zone. Left out or null: due times stay as they are.")
    ] = None
    clear: Annotated[tuple[Literal["team", "due"], ...], Field(max_length=2, description="What tasks lose.")] = ()
    again: Annotated[bool, Field(description="Also items with imported human labels.")] = False
    dry_run: Annotated[bool, Field(description="Report what would become of them, and change nothing.")] = False


class Enqueued(Shown):
    """Items by what became of them: of the changed ones those whose due time or team is another one, or none.

    `disagreements` (with the model) and `conflicts` (between people) were found in labels that were imported.
    """

    run: str
    added: int
    changed: int
    closed: int
    unchanged: int
    answered: int
    due_removed: int
    due_moved: int
    team_changed: int
    disagreements: int
    conflicts: int


class Returning(Body):
    """Leases to take back, by assignment."""

    assignment_ids: Annotated[list[Line], Field(min_length=1, max_length=200)]


class Returned(Shown):
    """Which are offered again; the others were answered or given back before."""

    returned: list[str]
    not_leased: list[str]


class Assigning(Body):
    """Whom an item is given to; null for everybody again."""

    to: Annotated[Line | None, Field(examples=["ana"])]


@router.get("", responses=problems())
def list_waiting(
    request: Request,
    who: Viewer,
    chosen: Annotated[QueueChoice, Depends()],
    *,
    cursor: Place = None,
    limit: Limit = 50,
) -> WantedPage:
    """What waits, most urgent first; `-` as a filter is for work without a team, label or skill."""
    place = read_urgency(cursor or "")
    rows = steering.list_waiting(site(request).workspace, chosen.wanted(), place, limit + 1, state=chosen.in_state)
    following = urgency_name(rows[limit - 1]) if len(rows) > limit else None
    return WantedPage(rows=[_shown(request, one, who) for one in rows[:limit]], next=following)


@router.get("/overview", responses=problems())
def read_overview(request: Request, _: Viewer) -> OverviewShown:
    """What waits, in numbers: by team, language, worst label and skill."""
    return OverviewShown.of(overview_of(request).value)


@router.get("/coverage", responses=problems())
def read_coverage(request: Request, _: Namer) -> CoverageShown:
    """Who could claim what waits, by kind of work; a kind without anyone stays where it is."""
    found = queue_coverage(site(request).workspace)
    return CoverageShown(groups=[GroupCoverage(**one.work._asdict(), able=list(one.able)) for one in found])


@router.get("/leases", responses=problems())
def list_leases(request: Request, who: Viewer, cursor: Cursor = None, limit: Limit = 50) -> WantedPage:
    """What somebody is at right now, the latest first."""
    workspace = site(request).workspace
    rows, following = paged(
        lambda before, most: steering.list_leases(workspace, before, most), cursor, limit, lambda one: one.id
    )
    return WantedPage(rows=[_shown(request, one, who) for one in rows], next=following)


@router.post("/leases/return", responses=problems(404))
def return_leases(request: Request, who: Steerer, given: Returning) -> Returned:
    """Take leases back: the items are offered again. The same again changes nothing."""
    done = steering.return_leases(site(request).workspace, given.assignment_ids, actor=who.name)
    return Returned(returned=list(done.returned), not_leased=list(done.not_leased))


@router.post("/enqueue", responses=problems(404))
def enqueue_tasks(request: Request, who: Steerer, given: Enqueuing) -> Enqueued:
    """Make the queue what a run's routes and samples want. The same again adds only what is new."""
    run, cleared = find_run(site(request).workspace, given.run), given.clear
    filling = plan_filling(
        given.team, given.due, clear_team="team" in cleared, clear_due="due" in cleared, again=given.again
    )
    if given.dry_run:
        counts = preview_filling(site(request).workspace, run, filling)
    else:
        counts = fill_from(request, run.name, filling, actor=who.name)
    return Enqueued(run=run.name, **{name: counts[name] for name in Enqueued.model_fields if name != "run"})


@router.get("/{assignment_id}", responses=problems(404))
def read_wanted(request: Request, who: Viewer, assignment_id: OpaqueId) -> WantedShown:
    """One wanted answer, whatever its state."""
    return _shown(request, steering.find_wanted(site(request).workspace, assignment_id), who)


@router.post("/{assignment_id}/assign", responses=problems(400, 404, 409))
def assign_task(request: Request, who: Steerer, assignment_id: OpaqueId, given: Assigning) -> WantedShown:
    """Give an item to one person alone, or to everybody again; who is at it now loses it."""
    steering.assign(site(request).workspace, assignment_id, given.to, actor=who.name)
    return read_wanted(request, who, assignment_id)


def _shown(request: Request, one: WantedAnswer, who: Principal) -> WantedShown:
    shown = one if may(who, Permission.SEE_PEOPLE) else one._replace(holder=None, for_name=None)
    ids = site(request).workspace.ids
    named = {"id": ids.of(IdKind.ASSIGNMENT, one.id), "task_id": ids.of(IdKind.TASK, one.task_id)}
    return WantedShown.of(shown._asdict() | named)
