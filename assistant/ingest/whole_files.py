"""Items from a file that is taken as a whole or not at all, and what such files share.

An ingest counts bad lines and goes on. Where a statement about all of a set is to be computed, the first bad line stops
the reading instead, with its place and what to do. A row in which nothing was answered is not a bad line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from assistant.domain.items import Item
from assistant.errors import InputError
from assistant.ingest.columns import empty_columns
from assistant.ingest.labels import NO_ANSWER
from assistant.ingest.mapping import ColumnMapping, map_columns, to_item
from assistant.ingest.readers import read_rows
from assistant.ingest.reading import AS_IT_IS, Note, Reading
from assistant.ingest.rows import Refusal, Row
from assistant.ingest.tool_rows import tasks_as_items, unfolded

_ITEM_SHAPE = "{id, text, lang?, source?, meta?}"

Read = TypeVar("Read")
Columns = TypeVar("Columns")


def read_items(path: Path, reading: Reading = AS_IT_IS, *, notes: list[str] | None = None) -> dict[str, Item]:
    """The items of a file by id, in its order.

    Args:
        path: one item a line, in any format `read_rows` reads.
        reading: what the user says of the file.
        notes: gets sentences on what was read in another way than it stands in the file.

    Raises:
        InputError: the file is missing, empty or not of this shape, a line can't be read, or an id occurs twice.
    """
    note = named_note(path, notes)
    rows = whole(path, tasks_as_items(read_rows(path, reading, note=note), note))
    mapping = mapped(path, rows, _columns, _ITEM_SHAPE)
    if mapping.id is None:
        raise InputError("no column holds the items' ids", where=f"{path}:1", hint=f"each line is {_ITEM_SHAPE}")
    items = whole(path, (to_item(row, mapping, take_words=True) for row in rows))
    lines: dict[str, int] = {}
    for row, item in zip(rows, items, strict=True):
        if lines.setdefault(item.id, row.line) != row.line:
            what = f"item {item.id!r} was in line {lines[item.id]} already"
            raise InputError(what, where=f"{path}:{row.line}", hint="give each item an id of its own")
    return {item.id: item for item in items}


def _columns(names: Sequence[str], rows: Collection[Mapping[str, object]]) -> ColumnMapping:
    return map_columns(names, empty=empty_columns(names, rows))


def whole_rows(path: Path, reading: Reading, notes: list[str]) -> list[Row]:
    """Every row of a file of answers, one an answer; `notes` gets sentences on what was read in another way.

    Raises:
        InputError: a row can't be read, or there is none at all.
    """
    return whole(path, unfolded(read_rows(path, reading, note=named_note(path, notes))))


def named_note(path: Path, notes: list[str] | None) -> Note:
    """Puts sentences on a file, with its name, into `notes`."""
    return lambda sentence: None if notes is None else notes.append(f"{path.name}: {sentence}.")


def whole(path: Path, rows: Iterable[Read | Refusal], unanswered: Counter[str] | None = None) -> list[Read]:
    """All rows, if there are any and none is refused.

    Args:
        path: the file, for messages.
        rows: its rows.
        unanswered: counts rows without an answer by reason; None where there are none of that kind.

    Raises:
        InputError: the first refused row; or there is no row.
    """
    kept: list[Read] = []
    refused: list[Refusal] = []
    for row in rows:
        if not isinstance(row, Refusal):
            kept.append(row)
        elif unanswered is not None and row.reason in NO_ANSWER:
            unanswered[row.reason] += 1
        else:
            refused.append(row)
    if refused:
        more = f"; {len(refused) - 1:,} more can't be used either" if len(refused) > 1 else ""
        raise InputError(refused[0].message, where=f"{path}:{refused[0].line}", hint=f"correct this line{more}")
    if not kept:
        nothing = "the file holds no answer" if unanswered else "the file holds no rows"
        raise InputError(nothing, where=str(path), hint="look whether it is the right one")
    return kept


def mapped(
    path: Path,
    rows: Sequence[Row],
    choose: Callable[[Sequence[str], Collection[Mapping[str, object]]], Columns],
    shape: str,
) -> Columns:
    """The columns that `choose` finds by their names and rows. Raises InputError that says what shape is read."""
    names = tuple(dict.fromkeys(name for row in rows for name in row.values))
    try:
        return choose(names, [row.values for row in rows])
    except InputError as error:
        hint = f"each line is {shape}; the columns are: {', '.join(names)}"
        raise InputError(error.what, where=f"{path}:{rows[0].line}", hint=hint) from error
