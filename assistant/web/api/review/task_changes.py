"""Changes of many tasks: what one would do, doing it, what was done, and undoing it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import Depends, Request
from pydantic import AwareDatetime, Field

from assistant.application.review.tasks import changes
from assistant.domain.opaque_ids import IdKind
from assistant.domain.permissions import Permission, may
from assistant.domain.review_work import AssignmentState, Principal, TaskKind
from assistant.domain.task_changes import (
    ChangeKind,
    ChangePreview,
    LeftTask,
    Position,
    TaskChange,
    TaskEdit,
    TaskFilter,
)
from assistant.errors import NotFoundError
from assistant.web.api_schema import (
    ONE_LINE,
    Body,
    Cursor,
    Flag,
    ItemId,
    Limit,
    Line,
    Page,
    RowNumber,
    Shown,
    group,
    paged,
    problems,
)
from assistant.web.context import remembered, site
from assistant.web.security.authentication import needs

router = group("tasks/changes")

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_QUEUE))]
Steerer = Annotated[Principal, Depends(needs(Permission.STEER_QUEUE))]
Kind = Literal["due", "priority", "reassign", "pause", "resume", "cancel", "return", "invalidate"]
Name = Annotated[str, Field(max_length=200, pattern=ONE_LINE)]

MOST_NAMED = 20_000


class Where(Body):
    """Which tasks: those that match all that is given. "" as team, label or skill: tasks without one."""

    queue: Name | None = None
    language: Name | None = None
    harm: Name | None = None
    skill: Name | None = None
    kind: TaskKind | None = None
    person: Annotated[
        Name | None, Field(description="Assigned to, held or answered by them; only their answers are changed.")
    ] = None
    run: Annotated[Name | None, Field(examples=["r3"])] = None
    batch: Annotated[Name | None, Field(description="The batch that the item belongs to.")] = None
    state: AssignmentState | None = None
    due_before: AwareDatetime | None = None
    created_before: AwareDatetime | None = None
    item_ids: Annotated[list[ItemId] | None, Field(max_length=MOST_NAMED)] = None
    task_ids: Annotated[list[Line] | None, Field(max_length=MOST_NAMED, description="`task_id` of a list.")] = None


class ChangingTasks(Body):
    """One change of all tasks that match; what it doesn't name stays as it is."""

    change: Kind
    where: Where = Field(default_factory=Where)
    all: Annotated[Flag, Field(description="An empty `where` is meant: every task of the project.")] = False
    due: Annotated[AwareDatetime | None, Field(description="For `due`; null removes it.")] = None
    priority: Annotated[
        Position | Annotated[float, Field(allow_inf_nan=False, ge=-1e9, le=1e9)] | None,
        Field(description="For `priority`: `first`, `last`, or a number, higher first."),
    ] = None
    to: Annotated[Line | None, Field(description="For `reassign`: one person; else `team`.")] = None
    team: Annotated[Name | None, Field(description='For `reassign`: a team or queue; "" for everyone.')] = None
    reason: Annotated[str, Field(max_length=1000, description="Why; `invalidate` needs it.")] = ""
    dry_run: Annotated[Flag, Field(description="Report what would change, and change nothing.")] = False
    token: Annotated[
        str | None, Field(max_length=64, description="Of the preview that was looked at; refused once it is outdated.")
    ] = None


class Undoing(Body):
    """How a change is undone."""

    dry_run: Annotated[Flag, Field(description="Report what would be restored, and change nothing.")] = False
    token: Annotated[str | None, Field(max_length=64, description="Of the preview that was looked at.")] = None


class LeftShown(Shown):
    """A task, or an item without one, that stays as it is."""

    item_id: str
    reason: str


class ChangeShown(Shown):
    """A change that was made, or would be (`id` null, with the `token` to make it).

    `changed` tasks are changed; `pending` ones were not come to yet; the others are counted by reason in `left_out`,
    and the first of them listed in `left`.
    """

    id: int | None
    change: ChangeKind
    where: dict[str, str | int | float]
    values: dict[str, str | int | float | None]
    reason: str
    actor: str | None
    created_at: str | None
    changed: int
    pending: int
    left_out: dict[str, int]
    left: list[LeftShown]
    due_past: bool
    token: str | None
    undoes: int | None
    undone_by: str | None
    undone_at: str | None


class Changes(Page[ChangeShown]):
    """Changes of tasks, the newest first."""


@router.post("", responses=problems(400, 404, 409))
def change_tasks(request: Request, who: Steerer, given: ChangingTasks) -> ChangeShown:
    """Change all tasks that match, or report what would change."""
    workspace, where, edit = site(request).workspace, _filter(request, given.where), _edit(given)
    if given.dry_run:
        preview = changes.preview_change(workspace, where, edit, everything=given.all)
        return _previewed(edit.kind, preview)
    done = changes.change_tasks(workspace, where, edit, actor=who.name, token=given.token, everything=given.all)
    remembered(request).forget()
    return _shown(done, who, changes.list_left(workspace, done.id))


@router.get("", responses=problems())
def list_task_changes(request: Request, who: Viewer, cursor: Cursor = None, limit: Limit = 50) -> Changes:
    """Changes of tasks, the newest first."""
    workspace = site(request).workspace
    rows, following = paged(
        lambda before, most: changes.list_changes(workspace, before, most), cursor, limit, lambda one: one.id
    )
    return Changes(rows=[_shown(one, who) for one in rows], next=following)


@router.get("/{number}", responses=problems(404))
def read_task_change(request: Request, who: Viewer, number: RowNumber) -> ChangeShown:
    """One change, with the first tasks that it left as they were."""
    workspace = site(request).workspace
    return _shown(changes.find_change(workspace, number), who, changes.list_left(workspace, number))


@router.post("/{number}/undo", responses=problems(404, 409))
def undo_task_change(request: Request, who: Steerer, number: RowNumber, given: Undoing) -> ChangeShown:
    """Restore what a change has changed; tasks that were touched since stay as they are, and are listed."""
    workspace = site(request).workspace
    if given.dry_run:
        return _previewed(ChangeKind.UNDO, changes.preview_undo(workspace, number), undoes=number)
    done = changes.undo_change(workspace, number, actor=who.name, token=given.token)
    remembered(request).forget()
    return _shown(done, who, changes.list_left(workspace, done.id))


def _filter(request: Request, given: Where) -> TaskFilter:
    values = given.model_dump(exclude={"due_before", "created_before", "item_ids", "task_ids"})
    moments = {name: getattr(given, name) for name in ("due_before", "created_before")}
    values |= {name: None if moment is None else changes.as_utc(moment) for name, moment in moments.items()}
    items = None if given.item_ids is None else tuple(given.item_ids)
    tasks = None if given.task_ids is None else tuple(task_number(request, one) for one in given.task_ids)
    return TaskFilter(**values, item_ids=items, task_ids=tasks)


def task_number(request: Request, task_id: str) -> int:
    """The row number of a task's id. Raises NotFoundError."""
    row = site(request).workspace.ids.read(IdKind.TASK, task_id)
    if row is None:
        raise NotFoundError("assignment_gone")
    return row.number


def _edit(given: ChangingTasks) -> TaskEdit:
    return TaskEdit(
        kind=ChangeKind(given.change),
        due=None if given.due is None else changes.as_utc(given.due),
        priority=given.priority,
        person=given.to,
        queue=given.team,
        reason=given.reason,
    )


def _previewed(kind: ChangeKind, preview: ChangePreview, undoes: int | None = None) -> ChangeShown:
    return ChangeShown(
        id=None,
        change=kind,
        where={},
        values={},
        reason="",
        actor=None,
        created_at=None,
        changed=preview.changed,
        pending=0,
        left_out={why.value: count for why, count in preview.left_out.items()},
        left=[LeftShown(item_id=one.item_id, reason=one.reason.value) for one in preview.left],
        due_past=preview.due_past,
        token=preview.token,
        undoes=undoes,
        undone_by=None,
        undone_at=None,
    )


def _shown(change: TaskChange, who: Principal, left: Sequence[LeftTask] = ()) -> ChangeShown:
    """As it is shown to them: names are for those who may see people."""
    named = may(who, Permission.SEE_PEOPLE)
    return ChangeShown(
        id=change.id,
        change=change.kind,
        where={name: value for name, value in change.asked.items() if named or name != "person"},
        values={name: value for name, value in change.set_to.items() if named or name != "person"},
        reason=change.reason,
        actor=change.actor if named else None,
        created_at=change.created_at,
        changed=change.changed,
        pending=change.pending,
        left_out={why.value: count for why, count in change.left_out.items()},
        left=[LeftShown(item_id=one.item_id, reason=one.reason.value) for one in left],
        due_past=False,
        token=None,
        undoes=change.undoes,
        undone_by=change.undone_by if named else None,
        undone_at=change.undone_at,
    )
