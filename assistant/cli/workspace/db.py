"""`assistant db`: which schema the database has, and its upgrade."""

from __future__ import annotations

import typer

from assistant.cli.options import HERE, JsonOption, WorkspaceOption
from assistant.cli.output import Output

_LOGGED = "0003"  # the first schema with a log of changes

app = typer.Typer(help="The database: its schema and its upgrade.", no_args_is_help=True)


@app.command("status")
def status(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Which schema the database has, which this program needs, and when the last backup was made. Changes nothing.

    Example: assistant db status
    """
    from assistant.application.workspace.backup import last_backup
    from assistant.store.database import HEAD
    from assistant.wiring.workspace import Workspace

    output = Output(as_json=as_json)
    with Workspace.open(workspace) as opened:
        database = opened.database_as_it_is
        found = database.version()
        backup = last_backup(database) if found is not None and found >= _LOGGED else None
        kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    current = found == HEAD
    data = {"database": kind, "schema": found, "needed": HEAD, "current": current, "last_backup": backup}
    said = "no tables yet" if found is None else f"schema {found}"
    output.result(
        data,
        f"{kind}: {said}; this program needs {HEAD}",
        f"last backup: {backup[:16].replace('T', ' ')} UTC" if backup else "no backup yet",
    )
    if not current and found is not None and found > HEAD:
        output.note("a newer program has upgraded it: upgrade labeling-assistant here, too")
    elif not current and found is not None:
        output.next_step("assistant backup FILE", "keeps it as it is; end older programs that use it")
        output.next_step("assistant db upgrade", "brings it up to date")


@app.command("upgrade")
def upgrade(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Bring the database's schema up to date; of SQLite's file a copy is kept beside it. Programs of before must end.

    Any command upgrades a SQLite file by itself; a database on PostgreSQL, which others may be using, only this one
    does. `[storage] auto_upgrade = true` or `false` says otherwise for both.

    Example: assistant db upgrade
    """
    from assistant.wiring.workspace import Workspace

    output = Output(as_json=as_json)
    with Workspace.open(workspace) as opened:
        database = opened.database_as_it_is
        before = database.version()
        database.migrate()
        after = database.version()
    data = {"before": before, "schema": after}
    output.result(data, f"schema {after}" + ("" if before == after else f", before: {before or 'no tables'}"))
