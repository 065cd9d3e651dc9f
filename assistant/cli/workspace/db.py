"""`assistant db`: which schema the database has, and its upgrade."""

from __future__ import annotations

import typer

from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Output

app = typer.Typer(help="The database: its schema and its upgrade.", no_args_is_help=True)


@app.command("status")
def status(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Which schema the database has, which this program needs, and when the last backup was made. Changes nothing.

    Example: assistant db status
    """
    from assistant.application.workspace.schema import schema_state

    output = Output(as_json=as_json)
    with open_workspace(workspace, of_any=True) as opened:
        found = schema_state(opened)
    backup = found.last_backup
    data = {
        "database": found.kind,
        "schema": found.schema,
        "needed": found.needed,
        "current": found.current,
        "last_backup": backup,
    }
    said = "no tables yet" if found.schema is None else f"schema {found.schema}"
    output.result(
        data,
        f"{found.kind}: {said}; this program needs {found.needed}",
        f"last backup: {backup[:16].replace('T', ' ')} UTC" if backup else "no backup yet",
    )
    if found.newer:
        output.note("a newer program has upgraded it: upgrade labeling-assistant here, too")
    elif not found.current and found.schema is not None:
        output.next_step("assistant backup FILE", "keeps it as it is; end older programs that use it")
        output.next_step("assistant db upgrade", "brings it up to date")


@app.command("upgrade")
def upgrade(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Bring the database's schema up to date; of SQLite's file a copy is kept beside it. Programs of before must end.

    Any command upgrades a SQLite file by itself; a database on PostgreSQL, which others may be using, only this one
    does. `[storage] auto_upgrade = true` or `false` says otherwise for both.

    Example: assistant db upgrade
    """
    from assistant.application.workspace.schema import upgrade_schema

    output = Output(as_json=as_json)
    with open_workspace(workspace, of_any=True) as opened:
        before, after = upgrade_schema(opened)
    data = {"before": before, "schema": after}
    output.result(data, f"schema {after}" + ("" if before == after else f", before: {before or 'no tables'}"))
