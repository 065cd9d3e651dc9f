"""`assistant backup` and `assistant restore`: a workspace into one file, and out of it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Output


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    file: Annotated[Path, typer.Argument(help="The file to make, e.g. labels-2026-01-31.zip.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file of that name.")] = False,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Back up the database, settings, policies, prompts and pending replies to one file, while all keeps running.

    SQLite or PostgreSQL; restores into either. Not included: the search index (rebuilt on restore), logs, and imported
    or exported files. It contains the content and password digests: keep it private.

    Example: assistant backup labels-2026-01-31.zip
    """
    from assistant.application.workspace.backup import back_up
    from assistant.wiring.actor import actor_as_user

    output = Output(as_json=as_json)
    with open_workspace(workspace, of_any=True) as opened:
        made = back_up(opened, file, actor=actor_as_user(), overwrite=overwrite)
    data = {
        "file": str(made.file),
        "bytes": made.bytes,
        "sha256": made.sha256,
        "schema": made.schema,
        "rows": dict(made.rows),
        "files": list(made.files),
        "log_rows": made.log_rows,
        "log_head": made.log_head,
    }
    output.result(
        data,
        f"{made.file}: {sum(made.rows.values()):,} rows of {len(made.rows)} tables, {len(made.files)} files,"
        f" {made.bytes / 1e6:.1f} MB",
        f"SHA-256 {made.sha256}",
    )
    output.next_step(
        f"assistant restore {shlex.quote(str(file))} FOLDER", "restores it as a workspace; test this from time to time"
    )


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `assistant backup` made.")],
    folder: Annotated[Path, typer.Argument(help="The new workspace: a folder that is not there, or is empty.")],
    as_json: JsonOption = False,
) -> None:
    """Restore a backup to a new workspace, completely or not at all; every part is verified first.

    The database is a new SQLite file, or the empty one that ASSISTANT_DATABASE_URL (else the backup's settings) names:
    a backup of SQLite can become PostgreSQL and the other way round. An older schema is upgraded.

    Example: assistant restore labels-2026-01-31.zip restored
    """
    from assistant.application.workspace.backup import restore as restored_from
    from assistant.wiring.actor import actor_as_user

    output = Output(as_json=as_json)
    made = restored_from(file, folder, actor=actor_as_user())
    log = made.log
    data = {
        "workspace": str(made.folder),
        "database": made.database,
        "made_at": made.made_at,
        "schema": made.schema,
        "rows": made.rows,
        "files": made.files,
        "log_whole": log.broken_at is None,
        "log_rows": log.rows,
        "log_head": log.head,
    }
    output.result(
        data,
        f"{made.folder}: {sum(made.rows.values()):,} rows of {len(made.rows)} tables in {made.database},"
        f" {len(made.files)} files, as of {made.made_at}",
        f"audit log verified: {log.rows:,} rows"
        if log.broken_at is None
        else f"the audit log is broken at row {log.broken_at}, as it was in the backup",
    )
    output.next_step(
        f"assistant policy index --rebuild -w {shlex.quote(str(folder))}",
        "builds the search index, which backups don't contain",
    )
