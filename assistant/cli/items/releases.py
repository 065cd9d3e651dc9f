"""`assistant releases`: the files of labels that were exported."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import Output, table

app = typer.Typer(help="Releases: the files of labels that were exported.", no_args_is_help=True)


@app.command("list")
def list_all(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="Newest first.")] = 20,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """The newest releases.

    Example: assistant releases list
    """
    from assistant.application.items.releases import list_releases

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        found = list_releases(opened, limit=limit)
    rows = [
        (one.id, one.file, f"{one.rows:,}", one.run, one.certificate_id or "-", one.created_at[:19], one.actor)
        for one in found
    ]
    shown = table(("release", "file", "rows", "run", "certificate", "at", "by"), rows)
    output.result([one._asdict() for one in found], shown if rows else "no releases yet")
    if not rows:
        output.next_step("assistant export labels.jsonl", "writes one")


@app.command("show")
def show(
    release: Annotated[int, typer.Argument(help="Its number.")],
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """One release with its digests: compare them with a file that you were given.

    Example: assistant releases show 3
    """
    from assistant.application.items.releases import find_release

    with open_workspace(workspace) as opened:
        found = find_release(opened, release)
    Output(as_json=as_json).result(
        found._asdict(),
        f"release {found.id}: {found.rows:,} rows of run {found.run} in {found.file}, {found.created_at[:19]},"
        f" by {found.actor}",
        f"certificate: {found.certificate_id or 'none'}",
        f"sha256 of the file: {found.sha256}",
        f"sha256 of the manifest: {found.manifest_sha256}",
    )
