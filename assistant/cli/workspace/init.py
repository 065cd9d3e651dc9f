"""`assistant init` and `assistant doctor`: a workspace to work in, and whether all it needs is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import HERE, JsonOption, WorkspaceOption, named_project
from assistant.cli.output import EXIT_ERROR, Output, table

if TYPE_CHECKING:
    from assistant.application.workspace.doctor import CheckResult
    from assistant.cli.error_words import ErrorWords


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("init")(init)
    app.command("doctor")(doctor)


def init(
    folder: Annotated[Path, typer.Argument(help="Folder of the new workspace.")],
    as_json: JsonOption = False,
) -> None:
    """Create a workspace with settings, a policy and prompts to start from.

    Example: assistant init my-project
    """
    from assistant.application.workspace.create import make_workspace

    made = make_workspace(folder)
    output = Output(as_json=as_json)
    output.result({"workspace": str(folder), "files": made}, f"workspace {folder}: {', '.join(made)}")
    output.next_step(f"cd {folder} && assistant doctor", "checks the installation")


def doctor(
    model: Annotated[str | None, typer.Option(help="Check this model instead of the setting's.")] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Check settings, policy, prompts, database, index, embedder, model, keys and disk, with a fix for each problem.

    Example: assistant doctor --model openai:gpt-4o-mini
    """
    from assistant.application.workspace.doctor import examine
    from assistant.cli.error_words import error_words

    output = Output(as_json=as_json)
    findings = examine(workspace, model, project=named_project())
    words = {one.check: error_words(one.error) for one in findings if one.error}
    told = [(one, *_told(one, words.get(one.check))) for one in findings]
    data = [{"check": one.check, "ok": one.ok, "found": found, "hint": hint} for one, found, hint in told]
    rows = [("ok" if one.ok else "FAILED", one.check, found, hint) for one, found, hint in told]
    output.result(data, table(("", "check", "found", "what to do"), rows))
    if not all(one.ok for one in findings):
        raise typer.Exit(EXIT_ERROR)
    if any(one.check == "database" and one.found.endswith(" 0 items") for one in findings):
        output.next_step("assistant ingest FILE", "imports content")
    else:
        output.next_step("assistant status", "shows the progress")


def _told(one: CheckResult, error: ErrorWords | None) -> tuple[str, str]:
    """What was found, and what to do about it."""
    from assistant.application.workspace.doctor import NO_BACKUP

    if error is None:
        return one.found, "assistant backup FILE  makes one" if one.found == NO_BACKUP else ""
    return f"{error.where}: {error.what}" if error.where else error.what, error.hint
