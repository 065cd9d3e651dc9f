"""Items from a file about which a statement is computed, and what such files share.

A few rows that can't be used are left out; the statement comes with their number, places and causes. Where they are
half of the file or more, it is the wrong file, or wrongly read, and the first of them stops the reading. A row in
which nothing was answered is none of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from assistant.domain.items import Item
from assistant.errors import InputError
from assistant.ingest.labels.labels import NO_ANSWER
from assistant.ingest.reading.columns import empty_columns
from assistant.ingest.reading.mapping import ColumnMapping, map_columns, to_item
from assistant.ingest.reading.problems import AS_IT_IS, Note, ReadingOptions
from assistant.ingest.reading.readers import read_rows
from assistant.ingest.reading.rows import InputRow, Refusal, row_size
from assistant.ingest.reading.tool_rows import tasks_as_items, unfolded

_ITEM_SHAPE = "{id, text, lang?, source?, meta?}"
_HELD = 256 * 1024 * 1024
_SHOWN = 3  # rows that are left out, with place and cause

Read = TypeVar("Read")
Columns = TypeVar("Columns")


def read_items(path: Path, reading: ReadingOptions = AS_IT_IS, *, notes: list[str] | None = None) -> dict[str, Item]:
    """The items of a file by id, in its order.

    Args:
        path: one item a line, in any format `read_rows` reads.
        reading: what the user says of the file.
        notes: gets sentences on what was read in another way than it stands in the file, and on what was left out.

    Raises:
        InputError: the file is missing, empty or not of this shape, or half of its rows can't be used; an id that
            occurs again makes such a row.
    """
    notes = [] if notes is None else notes
    note = named_note(path, notes)
    rows = whole(path, tasks_as_items(read_rows(path, reading, note=note), note), notes)
    mapping = mapped(path, rows, _columns, _ITEM_SHAPE)
    if mapping.id is None:
        raise InputError("id_column_not_found", where=f"{path}:1", shape=_ITEM_SHAPE)
    return {item.id: item for item in whole(path, _once(rows, mapping), notes)}


def _once(rows: Iterable[InputRow], mapping: ColumnMapping) -> Iterator[Item | Refusal]:
    """Each item where its id occurs first."""
    lines: dict[str, int] = {}
    for row in rows:
        item = to_item(row, mapping, take_words=True)
        if isinstance(item, Item) and lines.setdefault(item.id, row.line) != row.line:
            what = f"item {item.id!r} was in line {lines[item.id]} already; give each item an id of its own"
            item = Refusal(row.line, "duplicate_id", what)
        yield item


def _columns(names: Sequence[str], rows: Collection[Mapping[str, object]]) -> ColumnMapping:
    return map_columns(names, empty=empty_columns(names, rows))


def whole_rows(path: Path, reading: ReadingOptions, notes: list[str]) -> list[InputRow]:
    """Every row of a file of answers, one an answer; `notes` gets sentences on what was read in another way.

    Raises:
        InputError: half of the rows can't be read, or there is none at all.
    """
    return whole(path, unfolded(read_rows(path, reading, note=named_note(path, notes))), notes)


def named_note(path: Path, notes: list[str]) -> Note:
    """Puts sentences on a file, with its name, into `notes`."""
    return lambda sentence: notes.append(f"{path.name}: {sentence}.")


def whole(
    path: Path, rows: Iterable[Read | Refusal], notes: list[str], unanswered: Counter[str] | None = None
) -> list[Read]:
    """The rows that can be used, if they are more than the others.

    Args:
        path: the file, for messages.
        rows: its rows.
        notes: gets a sentence on those left out.
        unanswered: counts rows without an answer by reason; None where there are none of that kind.

    Raises:
        InputError: the first refused row, where half of them or more are refused; or there is no row.
    """
    kept: list[Read] = []
    refused: list[Refusal] = []
    held = 0
    for row in rows:
        if not isinstance(row, Refusal):
            kept.append(row)
            held += row_size(row) if isinstance(row, InputRow) else 0
            if held > _HELD:
                raise InputError("input_too_large", where=f"{path}, after {len(kept):,} rows", mebibytes=_HELD // 2**20)
        elif unanswered is not None and row.reason in NO_ANSWER:
            unanswered[row.reason] += 1
        else:
            refused.append(row)
    notes += left_out(path, refused, len(kept))
    if not kept:
        raise InputError("no_answers_in_file" if unanswered else "no_rows_in_file", where=str(path))
    return kept


def left_out(
    path: Path, refused: Sequence[Refusal], kept: int, what: str = "can't be used and are left out"
) -> list[str]:
    """A sentence on the rows of a file that can't be used, none where all can.

    Args:
        path: the file.
        refused: these rows.
        kept: how many can be used.
        what: is said of them.

    Raises:
        InputError: no more can be used than not.
    """
    if not refused:
        return []
    if len(refused) >= kept:
        raise _unusable(path, refused)
    shown = [f"line {row.line:,}: {row.message}" for row in refused[:_SHOWN]]
    rest = [f"and {len(refused) - _SHOWN:,} more"] if len(refused) > _SHOWN else []
    total = f"{len(refused):,} of {len(refused) + kept:,} rows in {path.name}"
    return [f"{total} {what} ({'; '.join([*shown, *rest])})."]


def _unusable(path: Path, refused: Sequence[Refusal]) -> InputError:
    first, where = refused[0], f"{path}:{refused[0].line}"
    if len(refused) == 1:
        return InputError("row_unusable", where=where, said=first.message, remedy=first.remedy)
    return InputError("rows_unusable", where=where, said=first.message, remedy=first.remedy, more=len(refused) - 1)


def mapped(
    path: Path,
    rows: Sequence[InputRow],
    choose: Callable[[Sequence[str], Collection[Mapping[str, object]]], Columns],
    shape: str,
) -> Columns:
    """The columns that `choose` finds by their names and rows. Raises InputError that says what shape is read."""
    names = tuple(dict.fromkeys(name for row in rows for name in row.values))
    try:
        return choose(names, [row.values for row in rows])
    except InputError as error:
        where = f"{path}:{rows[0].line}"
        raise InputError("columns_unfit", where=where, said=error, shape=shape, columns=", ".join(names)) from error
