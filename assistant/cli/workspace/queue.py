"""`assistant queue`: what waits for reviewers, and changes of many tasks at once, each with a preview and an undo."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Output, table
from assistant.errors import ConflictError, InputError, InvalidValueError

if TYPE_CHECKING:
    from assistant.domain.task_changes import ChangePreview, LeftTask, TaskChange, TaskEdit, TaskFilter

app = typer.Typer(help="The reviewers' queue: see it, change many tasks at once, undo that.", no_args_is_help=True)

_SPAN = re.compile(r"(\d{1,5})([hd])")
_FILTERS = (
    *("queue", "language", "harm", "skill", "kind", "person", "run", "batch", "state"),
    *("item", "due-before", "created-before"),
)
_NONE = "-"
_SHOWN = 10  # tasks left out that are listed on a terminal

_DONE = {
    "due": "due time set",
    "priority": "priority set",
    "reassign": "reassigned",
    "pause": "paused",
    "resume": "resumed",
    "cancel": "cancelled",
    "return": "returned to the queue",
    "invalidate": "answers withdrawn",
    "undo": "restored",
}
_LEFT = {
    "already": "already so",
    "leased": "claimed by a reviewer",
    "answered": "answered",
    "cancelled": "cancelled before",
    "not_paused": "not paused",
    "not_leased": "not claimed",
    "not_answered": "no answer to withdraw",
    "practice": "qualification, training or gold",
    "adjudicated": "adjudicated",
    "changed_since": "changed, claimed or answered since",
    "no_item": "no such item in this project",
    "no_task": "no matching task for the item",
    "assignee_disabled": "assignee's account is disabled",
    "assignee_does_not_label": "assignee is not a reviewer",
    "assignee_lacks_queue": "assignee is not in the team or queue",
    "assignee_lacks_language": "assignee doesn't review the language",
    "assignee_opted_out": "assignee opted out of the label",
    "assignee_lacks_skill": "assignee lacks the skill",
    "assignee_not_qualified": "assignee hasn't passed the qualification test",
    "assignee_passed_it_on": "assignee skipped or reassigned it before",
    "assignee_met_it": "assignee already has or answered the item",
}

WhereOption = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="FILTER=VALUE",
        help=f"Which tasks, repeatable: {', '.join(_FILTERS)}; - for none, e.g. queue=-.",
    ),
]
ItemsOption = Annotated[
    Path | None, typer.Option("--items", exists=True, dir_okay=False, help="File with item IDs, one a line.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Print what would change; change nothing.")]
ConfirmOption = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask first.")]


@app.command("show")
def show(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """What is in the queue, in numbers.

    Example: assistant queue show
    """
    from assistant.application.review.steering import queue_overview

    with open_workspace(workspace) as opened:
        found = queue_overview(opened)
    counts = {"open": found.open, "leased": found.leased, "overdue": found.overdue, "soon": found.soon}
    groups = [one._asdict() for one in found.groups]
    columns = ("team or queue", "language", "label", "skill", "unassigned", "next due")
    rows = [
        (
            one.queue or "anyone",
            one.language,
            one.harm or _NONE,
            one.skill or _NONE,
            one.open,
            (one.first_due or "")[:16],
        )
        for one in found.groups
    ]
    line = f"{found.open:,} unassigned, {found.leased:,} in progress, {found.overdue:,} overdue"
    Output(as_json=as_json).result(counts | {"groups": groups}, line, "", table(columns, rows))


@app.command("staff")
def staff(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Who could claim what is unassigned; work that no one can claim stays in the queue.

    Example: assistant queue staff
    """
    from assistant.application.review.tasks.coverage import queue_coverage

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        found = queue_coverage(opened)
    data = [one.work._asdict() | {"able": list(one.able)} for one in found]
    rows = [
        (*(one.work.queue or "anyone", one.work.language, one.work.harm or _NONE, one.work.skill or _NONE),
         one.work.open, ", ".join(one.able) or "no one")
        for one in found
    ]  # fmt: skip
    columns = ("team or queue", "language", "label", "skill", "unassigned", "can claim it")
    output.result(data, table(columns, rows))
    if stuck := sum(one.work.open for one in found if not one.able):
        output.note(f"{stuck:,} unassigned that no one can claim")
        output.next_step("assistant users roles NAME --languages CODES", "lets a person take them; or --team, --skills")


@app.command("list")
def list_tasks(
    where: WhereOption = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Rows at most.")] = 50,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Tasks one by one, most urgent first; filters: queue, language, harm, skill, state (open, leased, paused).

    Example: assistant queue list --where state=paused
    """
    from assistant.application.review.steering import list_waiting
    from assistant.domain.assignments import PartitionFilter
    from assistant.domain.review_work import AssignmentState

    wanted = _read_filter(where, None, allowed=("queue", "language", "harm", "skill", "state"))
    kind = PartitionFilter(wanted.queue, wanted.language, wanted.harm, wanted.skill)
    with open_workspace(workspace) as opened:
        rows = list_waiting(opened, kind, None, limit, state=wanted.state or AssignmentState.OPEN)
    names = ("item_id", "kind", "queue", "language", "harm", "skill", "priority", "due_at", "for_name", "holder")
    data = [{name: getattr(one, name) for name in names} for one in rows]
    columns = ("item", "for", "team or queue", "language", "label", "due", "who")
    shown = [
        (*(one.item_id, one.kind.value, one.queue or "anyone", one.language, one.harm or _NONE),
         (one.due_at or _NONE)[:16], one.holder or one.for_name or "")
        for one in rows
    ]  # fmt: skip
    Output(as_json=as_json).result(data, table(columns, shown))


@app.command("change")
def change(
    where: WhereOption = None,
    items: ItemsOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Every task of the project: no filter is meant.")] = False,
    due: Annotated[
        str | None, typer.Option(metavar="WHEN", help="Due in 24h or 3d from now, or 2026-12-01T09:00+08:00.")
    ] = None,
    clear_due: Annotated[bool, typer.Option("--clear-due", help="Remove the due time.")] = False,
    priority: Annotated[
        str | None, typer.Option(metavar="PLACE", help="first, last (both keep their own order), or a number.")
    ] = None,
    person: Annotated[str | None, typer.Option("--to", metavar="USERNAME", help="Assign to one reviewer.")] = None,
    team: Annotated[str | None, typer.Option(help="Move to a team or queue.")] = None,
    clear_team: Annotated[bool, typer.Option("--clear-team", help="Open to anyone: no team, no one person.")] = False,
    pause: Annotated[bool, typer.Option("--pause", help="Don't offer them until resumed.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Offer paused ones again.")] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="Not wanted any more.")] = False,
    give_back: Annotated[bool, typer.Option("--return", help="Take claims back: offered again.")] = False,
    invalidate: Annotated[
        str | None, typer.Option(metavar="REASON", help="Withdraw the answers given; they are wanted again.")
    ] = None,
    dry_run: DryRunOption = False,
    yes: ConfirmOption = False,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Change many tasks at once: one change, counted first, undone by `assistant queue undo`.

    What isn't asked for stays as it is. Tasks that a reviewer has claimed keep their team and state.

    Example: assistant queue change --where language=zh --where queue=v1 --due 24h --dry-run
    Example: assistant queue change --items urgent.txt --priority first
    """
    edits = {
        "due": due is not None or clear_due,
        "priority": priority is not None,
        "reassign": person is not None or team is not None or clear_team,
        "pause": pause,
        "resume": resume,
        "cancel": cancel,
        "return": give_back,
        "invalidate": invalidate is not None,
    }
    given = [name for name, wanted in edits.items() if wanted]
    if len(given) != 1:
        raise InvalidValueError("one_change", field="change")
    if due is not None and clear_due:
        raise InvalidValueError("due_given_and_cleared", field="clear_due")
    if team is not None and clear_team:
        raise InvalidValueError("team_given_and_cleared", field="clear_team")
    edit = _edit(
        given[0],
        due=_moment(due),
        priority=_place(priority),
        person=person,
        queue="" if clear_team else team,
        reason=invalidate or "",
    )
    wanted = _read_filter(where, items)
    _change(Output(as_json=as_json), workspace, wanted, edit, everything=everything, dry_run=dry_run, yes=yes)


@app.command("undo")
def undo(
    number: Annotated[int, typer.Argument(metavar="CHANGE", min=1, help="As listed by `assistant queue changes`.")],
    dry_run: DryRunOption = False,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Undo a change: tasks are what they were before, except those that were touched since.

    Example: assistant queue undo 7
    """
    from assistant.application.review.tasks.changes import list_left, preview_undo, undo_change
    from assistant.wiring.actor import actor

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        if dry_run:
            preview = preview_undo(opened, number)
            _show(
                output, {"change": None} | _previewed(preview), f"{preview.changed:,} tasks would be restored", preview
            )
            return
        done = undo_change(opened, number, actor=actor())
        left = list_left(opened, done.id)
    _show_change(output, done, left)


@app.command("changes")
def changes(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Rows at most.")] = 20,
    finish: Annotated[bool, typer.Option("--finish", help="Complete changes that were interrupted.")] = False,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Changes of tasks, the newest first, with what undoes them.

    Example: assistant queue changes
    """
    from assistant.application.review.tasks.changes import finish_changes, list_changes

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        if finish:
            finish_changes(opened)
        found = list_changes(opened, None, limit)
    rows = [
        (one.id, one.created_at[:16], one.actor, one.kind.value, _asked(one), f"{one.changed:,}", f"{one.pending:,}",
         f"undone by {one.undone_by}" if one.undone_by else "")
        for one in found
    ]  # fmt: skip
    columns = ("change", "at", "by", "what", "of", "tasks", "pending", "")
    output.result([as_data(one) for one in found], table(columns, rows))
    if any(one.pending for one in found):
        output.next_step("assistant queue changes --finish", "completes a change that was interrupted")
    elif any(one.undoable for one in found):
        first = next(one.id for one in found if one.undoable)
        output.next_step(f"assistant queue undo {first}", "undoes the newest of them")


def _change(
    output: Output, folder: Path, where: TaskFilter, edit: TaskEdit, *, everything: bool, dry_run: bool, yes: bool
) -> None:
    from assistant.application.review.tasks.changes import change_tasks, list_left, preview_change
    from assistant.wiring.actor import actor

    with open_workspace(folder) as opened:
        preview = preview_change(opened, where, edit, everything=everything)
        if dry_run or not yes:
            line = f"{preview.changed:,} tasks would change ({edit.kind.value})"
            if dry_run:
                _show(output, {"change": None} | _previewed(preview), line, preview)
                return
            if preview.changed:
                _show_counts(output, line, preview)
                _ask(output, preview)
        while True:
            try:
                token = None if yes else preview.token
                done = change_tasks(opened, where, edit, actor=actor(), token=token, everything=everything)
                break
            except ConflictError as error:
                if error.code != "preview_outdated":
                    raise
                preview = preview_change(opened, where, edit, everything=everything)
                output.note("the queue has changed in the meantime")
                _show_counts(output, f"now {preview.changed:,} tasks would change", preview)
                _ask(output, preview)
        left = list_left(opened, done.id)
    _show_change(output, done, left or preview.left)


def _ask(output: Output, preview: ChangePreview) -> None:
    """Ask once. Raises InputError where there is no terminal to ask on."""
    if not output.errors.is_terminal:
        raise InputError("change_not_confirmed", count=preview.changed)
    typer.confirm("Continue?", abort=True, err=True)


def _show(output: Output, data: dict[str, Any], line: str, preview: ChangePreview) -> None:
    rows = [(_LEFT[why.value], f"{count:,}") for why, count in preview.left_out.items()]
    output.result(data, line, *([table(("left out", "tasks"), rows)] if rows else ()), *_names(preview.left))
    if preview.due_past:
        output.note("this due time is in the past: all of them are overdue at once")


def _show_counts(output: Output, line: str, preview: ChangePreview) -> None:
    output.note(line)
    for why, count in preview.left_out.items():
        output.note(f"  left out, {_LEFT[why.value]}: {count:,}")
    if preview.due_past:
        output.note("this due time is in the past: all of them are overdue at once")


def _show_change(output: Output, done: TaskChange, left: Sequence[LeftTask]) -> None:
    line = f"change {done.id}: {done.changed:,} tasks {_DONE[done.kind.value]}"
    rows = [(_LEFT[why.value], f"{count:,}") for why, count in done.left_out.items()]
    data = as_data(done) | {"left": [one._asdict() for one in left]}
    output.result(data, line, *([table(("left out", "tasks"), rows)] if rows else ()), *_names(left))
    if done.undoable:
        output.next_step(f"assistant queue undo {done.id}", "undoes it")


def _names(left: Sequence[LeftTask]) -> list[str]:
    shown = [f"  {one.item_id}: {_LEFT[one.reason.value]}" for one in left[:_SHOWN]]
    return shown + (["  ..."] if len(left) > _SHOWN else [])


def as_data(change: TaskChange) -> dict[str, Any]:
    """A change as JSON has it, the same everywhere."""
    return {
        "change": change.id,
        "kind": change.kind.value,
        "where": change.asked,
        "values": change.set_to,
        "reason": change.reason,
        "actor": change.actor,
        "created_at": change.created_at,
        "tasks": change.tasks,
        "changed": change.changed,
        "pending": change.pending,
        "left_out": {why.value: count for why, count in change.left_out.items()},
        "undoes": change.undoes,
        "undone_by": change.undone_by,
        "undone_at": change.undone_at,
    }


def _previewed(preview: ChangePreview) -> dict[str, Any]:
    return {
        "dry_run": True,
        "changed": preview.changed,
        "answers": preview.answers,
        "left_out": {why.value: count for why, count in preview.left_out.items()},
        "left": [one._asdict() for one in preview.left],
        "due_past": preview.due_past,
        "token": preview.token,
    }


def _asked(change: TaskChange) -> str:
    said = [f"{name}={value or _NONE}" for name, value in change.asked.items()]
    said += [f"-> {value if value not in {'', None} else _NONE}" for value in change.set_to.values()]
    return " ".join(said) or "all"


def _read_filter(texts: Sequence[str] | None, items: Path | None, allowed: Sequence[str] = _FILTERS) -> TaskFilter:
    from assistant.domain.review_work import AssignmentState, TaskKind
    from assistant.domain.task_changes import TaskFilter

    given: dict[str, Any] = {}
    named: list[str] = []
    for text in texts or ():
        name, found, value = text.partition("=")
        if not found or name not in allowed:
            raise InvalidValueError("filter_unknown", field="where", text=text, known=", ".join(allowed))
        if name == "item":
            named.append(value)
        elif name in {"kind", "state"}:
            given[name] = _one_of(TaskKind if name == "kind" else AssignmentState, name, value)
        elif name in {"due-before", "created-before"}:
            given[name.replace("-", "_")] = _moment(value)
        else:
            given[name] = "" if value == _NONE else value
    if items is not None:
        named += [line.strip() for line in items.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    return TaskFilter(**given, item_ids=tuple(named) if named or items is not None else None)


def _one_of(kind: Any, name: str, value: str) -> Any:
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(one.value for one in kind)
        raise InvalidValueError("filter_value", field="where", text=value, name=name, known=known) from None


def _edit(kind: str, **values: Any) -> TaskEdit:
    from assistant.domain.task_changes import ChangeKind, TaskEdit

    return TaskEdit(kind=ChangeKind(kind), **values)


def _place(text: str | None) -> Any:
    from assistant.domain.task_changes import Position

    if text is None or text in set(Position):
        return None if text is None else Position(text)
    try:
        return float(text)
    except ValueError:
        raise InvalidValueError("priority_unreadable", field="priority", text=text) from None


def _moment(text: str | None) -> str | None:
    """`24h` or `3d` from now, or a moment of ISO 8601; without a time zone it is this machine's."""
    from assistant.application.review.tasks.changes import as_utc

    if text is None:
        return None
    if span := _SPAN.fullmatch(text):
        return as_utc(datetime.now(UTC) + timedelta(hours=int(span[1]) * (24 if span[2] == "d" else 1)))
    try:
        return as_utc(datetime.fromisoformat(text).astimezone())
    except ValueError:
        raise InvalidValueError("due_not_a_time", field="due", text=text) from None
