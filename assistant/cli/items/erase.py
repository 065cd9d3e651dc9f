"""`assistant erase`: remove a person's content on request."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import EXIT_ERROR, Output
from assistant.errors import InvalidValueError

if TYPE_CHECKING:
    from assistant.application.items.erase import Erased, ErasurePreview, ErasureTarget

_NAMED = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("erase")(erase_content)


def erase_content(
    item: Annotated[str | None, typer.Option("--item", help="One item, by its ID.")] = None,
    author: Annotated[str | None, typer.Option("--author", help="All items of an author.")] = None,
    author_field: Annotated[
        str, typer.Option("--author-field", help="The column of the content that names the author.")
    ] = "author",
    query: Annotated[str | None, typer.Option("--query", help="All items that contain this text.")] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; shown in place of the content. No names.")] = "",
    resume: Annotated[int | None, typer.Option("--resume", help="Finish an erasure that was interrupted.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be erased.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask before erasing.")] = False,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Erase content for good: from the database, stored replies, the search index and frozen evaluation data.

    Labels, counts and the audit log stay, with the date and the reason in place of the content. Exports and backups
    that still carry it are listed; they are yours to remove.

    Example: assistant erase --item 1042 --reason "request of 2026-11-30"
    Example: assistant erase --author user77 --author-field user --dry-run
    """
    from assistant.application.items.erase import erase, preview_erasure, resume_erasure

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        actor = opened.database.operator
        if resume is not None:
            _told(output, resume_erasure(opened, resume, actor=actor), {})
            return
        target = _target(item, author, author_field, query)
        preview = preview_erasure(opened, target)
        if dry_run:
            output.result(_data(preview), *_shown(preview))
            return
        if not yes:
            _ask(output, preview)
        done = erase(opened, target, reason, actor=actor, expected=len(preview.items))
    _told(output, done, _data(preview), preview)


def _target(item: str | None, author: str | None, field: str, query: str | None) -> ErasureTarget:
    from assistant.application.items.erase import ErasureKind, ErasureTarget

    named = {ErasureKind.ITEM: item, ErasureKind.AUTHOR: author, ErasureKind.QUERY: query}
    given = [(kind, value) for kind, value in named.items() if value is not None]
    if len(given) != 1:
        raise InvalidValueError("erasure_target")
    return ErasureTarget(*given[0], field)


def _ask(output: Output, preview: ErasurePreview) -> None:
    for line in _shown(preview):
        output.note(line)
    if not sys.stdin.isatty():
        raise InvalidValueError("erasure_not_confirmed", items=len(preview.items))
    typer.confirm(f"Erase the content of {len(preview.items):,} items for good?", abort=True, err=True)


def _data(preview: ErasurePreview) -> dict[str, Any]:
    from assistant.application.items.erase import file_of

    return {
        "items": list(preview.items),
        "counts": preview.counts,
        "held": [one._asdict() for one in preview.holders],
        "same_content": preview.same_content,
        "near_duplicates": list(preview.near_duplicates),
        "releases": [one._asdict() for one in preview.releases],
        "files": [{"file": file_of(one), "action": one.action, "at": one.at} for one in preview.files],
        "old_copies": [str(path) for path in preview.copies],
    }


def _shown(preview: ErasurePreview) -> list[str]:
    counts, named = preview.counts, ", ".join(preview.items[:_NAMED])
    more = f" and {len(preview.items) - _NAMED:,} more" if len(preview.items) > _NAMED else ""
    shown = [
        f"{len(preview.items):,} items: {named}{more}",
        f"{counts['characters']:,} characters, {counts['media']:,} media, {counts['prelabels']:,} model answers,"
        f" {counts['replies']:,} stored replies; {counts['labels']:,} human labels keep their answers",
    ]
    shown += [f"held: {one.item} by {one.user} until {one.until[:19]}" for one in preview.holders]
    if preview.same_content:
        shown.append(f"the same text stands in {preview.same_content:,} other items, which stay as they are")
    if preview.near_duplicates:
        shown.append(f"near-duplicates, which stay: {', '.join(preview.near_duplicates)}")
    return [*shown, *_carriers(preview)]


def _carriers(preview: ErasurePreview) -> list[str]:
    from assistant.application.items.erase import file_of

    carriers = [f"release {one.id}: {one.file}, {one.created_at[:10]}" for one in preview.releases]
    for one in preview.files:
        kind = {"backup.make": "backup", "file.sheet": "labeling sheet"}.get(one.action, "export")
        carriers.append(f"{kind}: {file_of(one)}, {one.at[:10]}")
    lines = ["still carry it afterwards, as far as known; remove them yourself:", *(f"  {one}" for one in carriers)]
    copies = [f"removed with it: {path}" for path in preview.copies]
    return [*(lines if carriers else []), *copies]


def _told(output: Output, done: Erased, data: dict[str, Any], preview: ErasurePreview | None = None) -> None:
    remaining = None if done.remaining is None else [str(path) for path in done.remaining]
    data |= {
        "erasure": done.number,
        "erased": done.items,
        "snapshots": [str(path) for path in done.snapshots],
        "removed_copies": [str(path) for path in done.copies],
        "remaining": remaining,
        "log_emptied": done.log_emptied,
    }
    output.result(
        data,
        f"erasure {done.number}: content of {done.items:,} items erased",
        *(_carriers(preview) if preview is not None else []),
    )
    if remaining:
        output.note(f"the text is still found in {len(remaining):,} files of this workspace; remove or edit them:")
        for path in remaining:
            output.note(f"  {path}")
    elif remaining is None:
        output.note("the workspace's files were not searched: the text is too short, or not known any more")
    if not done.log_emptied:
        output.note("another process keeps the database's write-ahead log in use: earlier pages may still be in it")
        output.next_step(f"assistant erase --resume {done.number}", "empties it, once that process has ended")
        raise typer.Exit(EXIT_ERROR)
