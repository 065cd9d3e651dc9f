"""`assistant enqueue`: what people are asked to look at goes into their queue."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from assistant.cli.options import HERE, JsonOption, RunOption, WorkspaceOption
from assistant.cli.output import Output, table
from assistant.errors import InputError

_SPAN = re.compile(r"(\d{1,5})([hd])")
_TOLD = {
    "added": "new in the queue",
    "changed": "changed: nobody had begun them",
    "closed": "closed: not wanted any more",
    "unchanged": "as they were",
    "answered": "answered often enough elsewhere",
}


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("enqueue")(enqueue)


def enqueue(
    run: RunOption = None,
    team: Annotated[str, typer.Option(show_default="everybody's", help="Whose queue.")] = "",
    due: Annotated[
        str | None, typer.Option(metavar="WHEN", show_default="none", help="48h, 3d, or 2026-12-01T09:00+08:00.")
    ] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Put what the routes and samples of a run want people to look at into the reviewers' queue.

    The same command again adds only what is new; what somebody has begun or answered stays. A server may run meanwhile.

    Example: assistant enqueue --team nights --due 48h
    """
    from assistant.wiring.actor import actor
    from assistant.wiring.review.filling import fill_queue
    from assistant.wiring.workspace import Workspace

    output, until = Output(as_json=as_json), _moment(due)
    with Workspace.open(workspace) as opened:
        found = opened.runs.find(run)
        counts = fill_queue(opened, found, actor=actor(), team=team.strip(), due=until)
    data = {"run": found.name, "team": team.strip(), "due": until.isoformat() if until else None, **counts}
    rows = [(told, f"{counts[name]:,}") for name, told in _TOLD.items()]
    whose = f"the queue of {team.strip()}" if team.strip() else "everybody's queue"
    output.result(data, f"run {found.name} in {whose}", "", table(("items", "count"), rows))
    if counts["disagreements"]:
        output.note(f"{counts['disagreements']:,} disagreements found in labels that were imported")
    if sum(counts.values()) == counts["answered"]:
        output.note("nobody is wanted to look: the run has no such routes or samples")
        output.next_step("assistant route", "decides who looks at what")
    else:
        output.next_step("assistant serve", "opens the pages people label in")


def _moment(text: str | None) -> datetime | None:
    """`48h`, `3d` from now, or a moment of ISO 8601; without a time zone it is this machine's."""
    if text is None:
        return None
    if span := _SPAN.fullmatch(text):
        return datetime.now(UTC) + timedelta(hours=int(span[1]) * (24 if span[2] == "d" else 1))
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        raise InputError(f"{text} is no time", where="--due", hint="write 48h, 3d or 2026-12-01T09:00+08:00") from None
