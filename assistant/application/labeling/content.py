"""Content into the workspace, and its vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assistant.application.labeling.batches import check_name, default_name, due_moment, refuse_batch
from assistant.errors import AssistantError
from assistant.ingest.duplicates.groups import group_items
from assistant.ingest.load import ColumnChoice, Loader, LoadReport
from assistant.ingest.reading.problems import AS_IT_IS, ReadingOptions
from assistant.store.content.batches import BatchToJoin
from assistant.wiring.workspace import Workspace

Watch = Callable[[Path], AbstractContextManager[Callable[[int], None]]]
"""Opened around each file; what it gives is called with the rows read so far."""


@dataclass(frozen=True, slots=True)
class ImportedContent:
    """What became of files of content.

    Args:
        files: a report for each file that was read to its end, in order.
        groups: near-duplicate groups there are now; None where a file ended the import.
        error: what ended it before the last file; the files before are in. None for nothing.
    """

    files: Sequence[LoadReport]
    groups: int | None
    error: AssistantError | None = None


@dataclass(frozen=True, slots=True)
class Embedded:
    """Vectors: of which embedder, how many were computed now, and how many were there before."""

    embedder: str
    embedded: int
    already: int


def import_content(
    workspace: Workspace,
    files: Sequence[Path],
    columns: ColumnChoice,
    *,
    batch: str | None = None,
    due: datetime | None = None,
    reading: ReadingOptions = AS_IT_IS,
    take_words: bool = False,
    watch: Watch,
) -> ImportedContent:
    """Read files of content in order and group what nearly repeats; the same file again changes nothing.

    The items become part of a batch. Where it is named, items that were there before join it, too; where it is not,
    each file's new items are a batch of its name and this day.

    Args:
        workspace: the opened workspace.
        files: `-` reads standard input.
        columns: the columns that are named; others are guessed.
        batch: name of the batch; None for one of each file.
        due: when the batch is due, with its time zone; None leaves it.
        reading: how the files are read, where they don't show it.
        take_words: take texts such as `nan` and `None`, which programs write for missing values.
        watch: opened around each file.

    Raises:
        InvalidValueError: the batch can't be called that, or is due in the past. Nothing was read.
        ConflictError: the batch was delivered, accepted or cancelled. Nothing was read.
    """
    due_at = None if due is None else due_moment(due)
    if batch is not None:
        refuse_batch(workspace, check_name(batch))
    loader = Loader(workspace.items, workspace.batches, workspace.settings.content.languages)
    threshold = workspace.settings.content.near_duplicate_threshold
    reports: list[LoadReport] = []
    for path in files:
        try:
            with watch(path) as update:
                reports.append(
                    loader.load(
                        path,
                        columns,
                        _joining(workspace, path, batch, due_at),
                        reading=reading,
                        take_words=take_words,
                        report=lambda so_far: update(so_far.rows),
                    )
                )
        except AssistantError as error:
            return ImportedContent(reports, None, error)
    return ImportedContent(reports, group_items(workspace.items, threshold))


def _joining(workspace: Workspace, path: Path, batch: str | None, due_at: str | None) -> BatchToJoin:
    """The batch of a file: the one that is named, else one of its name and this day, which only new items join."""
    if batch is not None:
        return BatchToJoin(batch.strip(), due_at)
    return BatchToJoin(default_name(workspace, path), due_at, unchanged_join=False)


def count_missing_vectors(workspace: Workspace) -> int:
    """Contents that have no vector of the workspace's embedder yet."""
    return workspace.embeddings.count_missing(workspace.embedder_name)


def embed_content(workspace: Workspace, watch: Callable[[int], None]) -> Embedded:
    """Compute the vectors that are missing; `watch` is called with how many are done."""
    name = workspace.embedder_name
    done = workspace.item_embedder.embed_missing(watch)
    return Embedded(name, done, workspace.embeddings.count(name) - done)
