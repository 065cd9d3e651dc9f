"""`assistant enqueue`: what people are asked to look at goes into their queue."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.left_out_words import note_left_out
from assistant.cli.options import (
    HERE,
    JsonOption,
    RunOption,
    WorkspaceOption,
    open_workspace,
    read_moment,
    takes_population,
)
from assistant.cli.output import Output, table
from assistant.domain.populations import PopulationChoice
from assistant.errors import InputError

if TYPE_CHECKING:
    from assistant.application.review.fill_queue import Filling, QueueNeed
    from assistant.application.workspace.enqueue_stale import StaleQueued

_TOLD = {
    "added": "added",
    "changed": "updated, not started",
    "closed": "cancelled: no longer needed",
    "unchanged": "unchanged",
    "answered": "already labeled (imported)",
}
_OVERWRITTEN = {
    "due_removed": "due times removed",
    "due_moved": "due times changed",
    "team_changed": "tasks moved to another team or queue",
}


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("enqueue")(enqueue)


@takes_population
def enqueue(
    run: RunOption = None,
    team: Annotated[
        str, typer.Option(show_default="tasks keep their queue, new ones are open to anyone", help="Whose queue.")
    ] = "",
    due: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN",
            show_default="due times stay as they are",
            help="48h or 3d after a task is made, or 2026-12-01T09:00+08:00; existing tasks included.",
        ),
    ] = None,
    clear_team: Annotated[
        bool, typer.Option("--clear-team", help="Remove the team: tasks are open to anyone.")
    ] = False,
    clear_due: Annotated[bool, typer.Option("--clear-due", help="Remove the due times of tasks.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Also items with imported human labels.")] = False,
    stale: Annotated[
        bool, typer.Option("--stale", help="Instead: items whose human labels no longer count, blind.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would change; change nothing.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Don't ask before due times or teams of tasks are overwritten.")
    ] = False,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
    *,
    population: PopulationChoice,
) -> None:
    """Create tasks in the reviewers' queue from the routes and samples of a run.

    Safe to repeat: existing and started tasks are kept, and options that are not given change nothing. A server may be
    running.

    Example: assistant enqueue --team nights --due 48h
    """
    from assistant.application.labeling.populations import find_run_about
    from assistant.application.review.fill_queue import (
        fill_queue,
        overwritten,
        plan_filling,
        preview_filling,
        standing_of,
    )
    from assistant.application.workspace.enqueue_stale import enqueue_stale
    from assistant.wiring.actor import actor

    output, until, named = Output(as_json=as_json), read_moment(due), team.strip()
    filling = plan_filling(named, until, clear_team=clear_team, clear_due=clear_due, again=again)
    with open_workspace(workspace) as opened:
        if stale:
            done = enqueue_stale(opened, team=named, due=until, dry_run=dry_run, actor=actor())
            note_left_out(output, opened)
            _show_stale(output, done, dry_run=dry_run)
            return
        found = find_run_about(opened, run, population)
        if dry_run or (_may_overwrite(filling) and not yes):
            counts = preview_filling(opened, found, filling)
            if not dry_run and overwritten(counts):
                _ask(output, counts)
        if not dry_run:
            counts = fill_queue(opened, found, filling, actor=actor())
        standing = standing_of(opened, found)
        note_left_out(output, opened)
    moment = datetime.now(UTC) + until if isinstance(until, timedelta) else until
    data = {
        "run": found.name,
        "team": named,
        "due": moment.isoformat() if moment else None,
        "dry_run": dry_run,
        **counts,
    }
    rows = [(told, f"{counts[name]:,}") for name, told in _TOLD.items()]
    rows += [(told, f"{counts[name]:,}") for name, told in _OVERWRITTEN.items() if counts[name]]
    whose = f" in the queue of {named}" if named else ""
    output.result(data, f"run {found.name}{whose}{', if it were done' * dry_run}", "", table(("items", "count"), rows))
    _advise(output, found.name, counts, standing, dry_run=dry_run)


def _show_stale(output: Output, done: StaleQueued, *, dry_run: bool) -> None:
    data = {"stale": done.items, "added": done.added, "waiting": done.waiting, "dry_run": dry_run}
    verb = "would be asked" if dry_run else "are asked"
    output.result(
        data,
        f"{done.added:,} items {verb} again, blind; {done.waiting:,} wait in the queue already,"
        f" of {done.items:,} whose human labels no longer count",
    )
    if done.added:
        output.next_step("assistant serve", "opens the review pages")


def _may_overwrite(filling: Filling) -> bool:
    """Whether tasks that are there could lose what they have: a plain filling changes nothing but what routes say."""
    return filling.team is not None or filling.due is not None or filling.clear_due


def _ask(output: Output, counts: Counter[str]) -> None:
    """Ask once before due times or teams of tasks are overwritten.

    Raises:
        InputError: there is no terminal to ask on.
        typer.Abort: the answer was no.
    """
    lost = ", ".join(f"{counts[name]:,} {told}" for name, told in _OVERWRITTEN.items() if counts[name])
    if not output.errors.is_terminal:
        raise InputError("tasks_would_be_overwritten", lost=lost)
    typer.confirm(f"This would overwrite existing tasks: {lost}. Continue?", abort=True, err=True)


def _advise(output: Output, run: str, counts: Counter[str], standing: QueueNeed, *, dry_run: bool) -> None:
    if differing := counts["disagreements"] + counts["conflicts"]:
        output.note(f"{differing:,} disagreements found in imported labels, listed on the Disagreements page")
    if dry_run:
        output.next_step("assistant enqueue", "does it, with the same options")
        return
    in_queue = counts["added"] + counts["changed"] + counts["unchanged"]
    if counts["answered"] and not in_queue:
        output.note(f"{counts['answered']:,} items that {run} sends to review already have imported human labels")
        output.next_step("assistant enqueue --again", "has them labeled again")
    if not in_queue and not counts["answered"] and standing == "not_routed":
        output.note(f"run {run} is not routed yet: it is undecided which items need review")
        output.next_step("assistant sample", "draws the items that people label first; then assistant route")
    elif not in_queue and not counts["answered"] and standing == "nothing":
        output.note(f"run {run} needs no review: every labeled item is auto-accepted")
        output.next_step("assistant settle", "writes the final labels")
    else:
        output.next_step("assistant serve", "opens the review pages")
