"""`assistant ingest` and `assistant embed`: content in, and its vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace, read_due, reads_tables
from assistant.cli.output import EXIT_SOME_FAILED, Output, media_words, show_refusals, table
from assistant.cli.progress import Counting
from assistant.cli.reading_words import refusal_words
from assistant.ingest.reading.problems import ReadingOptions

if TYPE_CHECKING:
    from assistant.ingest.load import LoadReport


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command("ingest")(ingest)
    app.command("embed")(embed)


@reads_tables()
def ingest(
    files: Annotated[list[Path], typer.Argument(help="JSON, CSV, TSV, Parquet or Excel, .gz too; - reads a pipe.")],
    text: Annotated[str | None, typer.Option(help="Column with the text.")] = None,
    item_id: Annotated[str | None, typer.Option("--id", help="Column with your own id.")] = None,
    query: Annotated[str | None, typer.Option(help="Column with the search query, for relevance.")] = None,
    document: Annotated[str | None, typer.Option(help="Column with the document, for relevance.")] = None,
    language: Annotated[str | None, typer.Option(help="Column with the language; else it is identified.")] = None,
    source: Annotated[str | None, typer.Option(help="Column that says where an item came from.")] = None,
    media: Annotated[list[str] | None, typer.Option(help="Column with paths or URLs of images or frames.")] = None,
    batch: Annotated[
        str | None, typer.Option(show_default="each file's name and day", help="The batch the items are part of.")
    ] = None,
    due: Annotated[
        str | None, typer.Option(metavar="WHEN", help="When the batch is due: 48h, 3d, or 2026-12-01T09:00+08:00.")
    ] = None,
    take_words: Annotated[
        bool,
        typer.Option(
            "--take-words", help="Accept texts such as nan and None, which programs write for missing values."
        ),
    ] = False,
    *,
    reading: ReadingOptions,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Import content. Importing the same file again changes nothing.

    With --batch, items that were there before become part of the batch too; another file adds to it until it is
    delivered.

    Example: assistant ingest posts.csv --text body --id post_id
    """
    from assistant.application.labeling.content import import_content
    from assistant.ingest.load import ColumnChoice

    output = Output(as_json=as_json)
    choice = ColumnChoice(text, item_id, query, document, language, source, tuple(media or ()))

    @contextmanager
    def counting(path: Path) -> Iterator[Callable[[int], None]]:
        with Counting(output, f"reading {path.name}") as counted:
            yield counted.update

    with open_workspace(workspace) as opened:
        made = import_content(
            opened,
            files,
            choice,
            batch=batch,
            due=read_due(due),
            reading=reading,
            take_words=take_words,
            watch=counting,
        )
    reports = made.files
    if made.error is not None:
        _note(output, reports)
        for done in reports:
            output.note(f"{done.source} is in: {done.counts['added']:,} added")
        raise made.error
    _show(output, reports, made.groups or 0)
    if any(report.counts["refused"] for report in reports):
        raise typer.Exit(EXIT_SOME_FAILED)


def _note(output: Output, reports: Sequence[LoadReport]) -> None:
    for report in reports:
        output.note(f"{report.source}: {report.mapping}")
        for note in report.notes:
            output.note(f"{report.source}: {note}")
        if report.batch is not None:
            output.note(f"{report.source}: {_batch_words(report)}")
        if media := report.counts["with_media"]:
            output.note(f"{report.source}: {media_words(media)}")
        for column in report.left_out:
            output.note(
                f"{report.source}: column {column} is kept as meta: hidden from models and reviewers;"
                f" --media {column}  makes it part of the item"
            )
        show_refusals(output, report, "; all are in `refusals`")
        for column, count in report.error_cells.items():
            output.note(f"  column {column!r} holds a spreadsheet's error in {count:,} rows; it is kept as it is")


def _batch_words(report: LoadReport) -> str:
    joined, before = report.counts["joined"], report.batch_before
    if not before:
        return f"{joined:,} items are the new batch {report.batch}"
    if not joined:
        return f"nothing is new in batch {report.batch}, which has {before:,} items"
    return f"{joined:,} items joined batch {report.batch}, which had {before:,}"


def _show(output: Output, reports: Sequence[LoadReport], groups: int) -> None:
    _note(output, reports)
    names = ("added", "unchanged", "refused", "same_content", "with_media")
    data = {
        "files": [
            {
                "file": report.source,
                "mapping": report.mapping,
                **{name: report.counts[name] for name in names},
                "reasons": dict(report.reasons),
                "notes": report.notes,
                "error_cells": dict(report.error_cells),
                "batch": report.batch,
                "joined_batch": report.counts["joined"],
                "batch_items_before": report.batch_before,
                "refusals": [
                    {"line": one.line, "reason": one.reason, "message": refusal_words(one)} for one in report.refusals
                ],
            }
            for report in reports
        ],
        "near_duplicate_groups": groups,
    }
    rows = [(report.source, *(f"{report.counts[name]:,}" for name in names[:-1])) for report in reports]
    output.result(
        data,
        table(("file", "added", "unchanged", "refused", "same text as another"), rows),
        f"{groups:,} groups of near-duplicates" if groups else "no near-duplicates",
    )
    output.next_step("assistant prelabel --dry-run", "estimates the cost")


def embed(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Embed all content that has no vector yet; prelabel does this automatically.

    Example: assistant embed
    """
    from assistant.application.labeling.content import count_missing_vectors, embed_content

    output = Output(as_json=as_json)
    with (
        open_workspace(workspace) as opened,
        Counting(output, "embedding", total=count_missing_vectors(opened)) as counting,
    ):
        made = embed_content(opened, counting.update)
    output.result(asdict(made), f"{made.embedded:,} contents embedded with {made.embedder}; nothing is missing now")
