"""`assistant queue history`: what happened to wanted answers, and where their time went."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Output, table
from assistant.errors import InvalidValueError

if TYPE_CHECKING:
    from assistant.application.review.task_history import AssignmentHistory, TotalTimes


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command("history")(history)


def history(
    item: Annotated[str | None, typer.Option(metavar="ID", help="An item: all tasks it was in.")] = None,
    task: Annotated[str | None, typer.Option(metavar="ID", help="A task, by its id in a list of tasks.")] = None,
    assignment: Annotated[str | None, typer.Option(metavar="ID", help="One wanted answer, by its id.")] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Print what happened to wanted answers: offered, claimed, released, answered; and where the time went.

    Example: assistant queue history --item p17
    """
    from assistant.application.review.task_history import (
        assignment_history,
        item_history,
        task_history,
        total_times,
    )

    output = Output(as_json=as_json)
    if [item, task, assignment].count(None) != 2:
        raise InvalidValueError("item_or_task", field="item")
    with open_workspace(workspace) as opened:
        if item is not None:
            found = list(item_history(opened, item))
        elif task is not None:
            found = list(task_history(opened, task))
        else:
            found = [assignment_history(opened, assignment or "")]
    total = total_times(found)
    rows = [
        (one.item_id, one.kind.value, event.event, event.at[:19], event.person or "", event.reason)
        for one in found
        for event in one.events
    ]
    lines = (table(("item", "kind", "event", "at (UTC)", "person", "reason"), rows), "") if rows else ()
    output.result(_data(found, total), *lines, *_times(total))
    if not found:
        output.note("the item has never been in the queue")


def _data(found: list[AssignmentHistory], total: TotalTimes) -> dict[str, object]:
    return {"assignments": [asdict(one) for one in found], "total": asdict(total)}


def _times(total: TotalTimes) -> list[str]:
    """One line for each kind of time; what isn't known is counted."""
    if not total.assignments:
        return []
    named = (("waiting", total.waiting), ("handling", total.handling), ("abandoned", total.abandoned))
    lines = []
    for name, seconds in named:
        unknown = getattr(total, f"{name}_unknown")
        known = f"{seconds:,.0f} s" if unknown < total.assignments else "unknown"
        more = f"; unknown for {unknown:,} of {total.assignments:,}" if 0 < unknown < total.assignments else ""
        lines.append(f"{name} {known}{more}")
    return lines
