"""The file people label in: the content and an empty column, and nothing that hints at the machine's answer."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from assistant.application.workspace.audit_anchors import log_file
from assistant.domain.items import Item
from assistant.domain.policies import LabelKind
from assistant.errors import ConflictError, InvalidValueError
from assistant.file_modes import hand_on
from assistant.routing.sampling import draws
from assistant.wiring.workspace import Workspace

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would compute; content is data


def check_sheet(path: Path) -> None:
    """Raises InputError for a file that can't be one to label in."""
    if path.suffix.lower() != ".csv":
        raise InvalidValueError("sheet_not_csv", field="out", name=path.name)
    if not path.parent.is_dir():
        raise InvalidValueError("sheet_folder_not_found", where=str(path.parent))


def write_sheet(workspace: Workspace, path: Path, item_ids: Sequence[str], *, seed: int) -> None:
    """Write items for people to label, in a random order: it says nothing about them.

    The same items and seed give the same bytes. A file that is there is replaced, unless labels in it would be lost.

    Raises:
        InputError: the file can't be written, or holds labels that were not imported.
    """
    column = label_column(workspace)
    _keep_labels(workspace, path, column)
    numbers = draws(seed, item_ids, "order of labelling")  # decides the numbers: reworded, it would reorder sheets
    order = sorted(range(len(item_ids)), key=lambda at: (numbers[at], item_ids[at]))
    items = [stored.item for at in order if (stored := workspace.items.get(item_ids[at])) is not None]
    _write(path, _as_csv(items, column))
    log_file(workspace, "file.sheet", path.name, {"rows": len(items)})


def label_column(workspace: Workspace) -> str:
    """Name of the column to fill: several labels go into `labels`, parted by `|`, and `[]` says that none applies."""
    return "labels" if workspace.policy.label_set.kind is LabelKind.MULTI else "label"


def _as_csv(items: Iterable[Item], column: str) -> str:
    kept = list(items)
    query = ["query"] if any(item.content.query is not None for item in kept) else []
    media = ["media"] if any(item.content.media for item in kept) else []
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["id", "language", *query, *media, "text", column])
    for item in kept:
        cells = [item.content.query or ""] * len(query) + [" ".join(item.content.media)] * len(media)
        writer.writerow([item.id, item.language, *map(_inert, [*cells, item.content.text]), ""])
    return file.getvalue()


def _inert(text: str) -> str:
    """A text that a spreadsheet shows and does not compute."""
    return "'" + text if text.startswith(_FORMULA) else text


def _write(path: Path, content: str) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(content, encoding="utf-8-sig", newline="")  # with the mark, Excel reads it as UTF-8
        hand_on(part)
        part.replace(path)
    except OSError as error:
        raise InvalidValueError("sheet_not_writable", where=str(path), reason=error.strerror or "") from None
    finally:
        part.unlink(missing_ok=True)


def _keep_labels(workspace: Workspace, path: Path, column: str) -> None:
    """Refuse to replace a file with labels that were not imported yet, or one that is not of this kind."""
    if not path.exists():
        return
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            ours = {"id", column} <= set(reader.fieldnames or ())
            filled = {row["id"] for row in reader if row.get(column)} if ours else set()
    except (OSError, UnicodeDecodeError, csv.Error):
        ours, filled = False, set()
    if not ours:
        raise ConflictError("another_file_there", where=str(path))
    given = workspace.reviews.by_item() if filled else ()
    taken = {name for _, name, _, answers in given if any(not one.unknown for one in answers.values())}
    if lost := len(filled - taken):
        raise ConflictError("sheet_with_labels", where=str(path), labels=lost, path=str(path))
