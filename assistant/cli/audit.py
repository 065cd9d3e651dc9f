"""`assistant audit`: every change, who made it, and whether the log of them is whole."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from assistant.cli.options import HERE, JsonOption, WorkspaceOption
from assistant.cli.output import EXIT_ERROR, Output, table

app = typer.Typer(
    help="The log of changes: who did what, when; each row sealed with the one before.", no_args_is_help=True
)


@app.command("verify")
def verify(
    head: Annotated[
        str | None, typer.Option(help="The last hash noted elsewhere; shows whether rows were cut off at the end.")
    ] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Walk the whole chain; status 1 where a row was changed, removed or put in.

    Example: assistant audit verify
    """
    from assistant.store import audit
    from assistant.wiring.workspace import Workspace

    output = Output(as_json=as_json)
    with Workspace.open(workspace) as opened:
        found = audit.verify(opened.database)
        known = head is None or audit.holds(opened.database, head)
    whole = found.broken_at is None and known
    data = {
        "whole": whole,
        "rows": found.rows,
        "head": found.head,
        "broken_at": found.broken_at,
        "reason": found.reason,
    }
    if found.broken_at is not None:
        told = f"broken at row {found.broken_at} ({found.reason}); the {found.rows:,} rows before it hold"
    elif not known:
        told = f"all {found.rows:,} rows hold, but none of them has the hash {head}: rows were cut off at the end"
    else:
        told = f"all {found.rows:,} rows hold; the last one's hash is {found.head}"
    output.result(data, told)
    if not whole:
        output.note("compare with a copy of the database; a log that was written over can't be mended")
        raise typer.Exit(EXIT_ERROR)


@app.command("list")
def list_entries(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="Newest first.")] = 20,
    actor: Annotated[str | None, typer.Option(help="Only what this person did.")] = None,
    action: Annotated[str | None, typer.Option(help="Only this, e.g. user.add.")] = None,
    subject: Annotated[str | None, typer.Option(help="Only what was done to this, e.g. user:ana.")] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """The newest changes.

    Example: assistant audit list --actor ana
    """
    from assistant.store import audit
    from assistant.wiring.workspace import Workspace

    with Workspace.open(workspace) as opened:
        found = audit.entries(opened.database, limit=limit, actor=actor, action=action, subject=subject)
    rows = [
        (one.id, one.at[:19], one.actor, one.action, one.subject, json.dumps(one.detail, ensure_ascii=False))
        for one in found
    ]
    data = [
        {
            "id": one.id,
            "at": one.at,
            "actor": one.actor,
            "action": one.action,
            "subject": one.subject,
            "detail": one.detail,
        }
        for one in found
    ]
    Output(as_json=as_json).result(data, table(("id", "at", "who", "did", "to", "how"), rows))
