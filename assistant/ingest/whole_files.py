"""Items, labels and machine answers from files that are taken as a whole or not at all.

An ingest counts bad lines and goes on. Where a statement about all of a set is to be computed, the first bad line stops
the reading instead, with its place and what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from assistant.domain.items import Item
from assistant.errors import InputError
from assistant.ingest.answer_columns import map_label_columns, map_machine_columns
from assistant.ingest.labels import LabelRow, MachineRow, mentioned, to_labels, to_machine
from assistant.ingest.mapping import map_columns, to_item
from assistant.ingest.readers import read_rows
from assistant.ingest.rows import Refusal, Row

_ITEM_SHAPE = "{id, text, lang?, source?, meta?}"
_LABEL_SHAPE = "{item_id, rater_id, label or labels}"
_MACHINE_SHAPE = "{item_id, model, label or labels, score?}"

Read = TypeVar("Read")
Columns = TypeVar("Columns")
Answer = TypeVar("Answer", LabelRow, MachineRow)


def read_items(path: Path) -> dict[str, Item]:
    """The items of a file by id, in its order.

    Args:
        path: one item a line, in any format `read_rows` reads.

    Raises:
        InputError: the file is missing, empty or not of this shape, a line can't be read, or an id occurs twice.
    """
    rows = _whole(path, read_rows(path))
    mapping = _mapped(path, rows, map_columns, _ITEM_SHAPE)
    if mapping.id is None:
        raise InputError("no column holds the items' ids", where=f"{path}:1", hint=f"each line is {_ITEM_SHAPE}")
    items = _whole(path, (to_item(row, mapping) for row in rows))
    lines: dict[str, int] = {}
    for row, item in zip(rows, items, strict=True):
        if lines.setdefault(item.id, row.line) != row.line:
            what = f"item {item.id!r} was in line {lines[item.id]} already"
            raise InputError(what, where=f"{path}:{row.line}", hint="give each item an id of its own")
    return {item.id: item for item in items}


def read_human_labels(
    path: Path, items: Container[str] | None, label_set: Sequence[str] = ()
) -> dict[str, list[LabelRow]]:
    """What people said, by item.

    Labels that an object of votes leaves out, but another or the label set mentions, are `unknown`.

    Args:
        path: one answer of one person a line.
        items: ids of those the answers may be about; None allows any.
        label_set: all labels there are, where that was stated.

    Raises:
        InputError: as `read_items`; and an answer is for no known item, or a person answers one twice.
    """
    rows = _whole(path, read_rows(path))
    columns = _mapped(path, rows, map_label_columns, _LABEL_SHAPE)
    columns = replace(columns, known_labels=tuple(dict.fromkeys((*label_set, *mentioned(rows, columns)))))
    given = _whole(path, (answer for row in rows for answer in to_labels(row, columns)))
    answers: dict[str, list[LabelRow]] = {}
    for row in _once(path, given, items, lambda row: row.rater):
        answers.setdefault(row.item_id, []).append(row)
    return answers


def read_machine_answers(
    path: Path, items: Container[str] | None, label_set: Sequence[str] = ()
) -> dict[str, dict[str, MachineRow]]:
    """What machines said, by model, in the order of the file, and item. Arguments and errors as `read_human_labels`."""
    rows = _whole(path, read_rows(path))
    columns = _mapped(path, rows, map_machine_columns, _MACHINE_SHAPE)
    columns = replace(columns, known_labels=tuple(dict.fromkeys((*label_set, *mentioned(rows, columns)))))
    given = _whole(path, (to_machine(row, columns) for row in rows))
    by_model: dict[str, dict[str, MachineRow]] = {}
    for row in _once(path, given, items, lambda row: row.model):
        by_model.setdefault(row.model, {})[row.item_id] = row
    return by_model


def _whole(path: Path, rows: Iterable[Read | Refusal]) -> list[Read]:
    """All rows, if there are any and none is refused."""
    kept: list[Read] = []
    refused: list[Refusal] = []
    for row in rows:
        if isinstance(row, Refusal):
            refused.append(row)
        else:
            kept.append(row)
    if refused:
        more = f"; {len(refused) - 1:,} more can't be used either" if len(refused) > 1 else ""
        raise InputError(refused[0].message, where=f"{path}:{refused[0].line}", hint=f"correct this line{more}")
    if not kept:
        raise InputError("the file holds no rows", where=str(path), hint="look whether it is the right one")
    return kept


def _mapped(path: Path, rows: Sequence[Row], choose: Callable[[Sequence[str]], Columns], shape: str) -> Columns:
    names = tuple(dict.fromkeys(name for row in rows for name in row.values))
    try:
        return choose(names)
    except InputError as error:
        hint = f"each line is {shape}; the columns are: {', '.join(names)}"
        raise InputError(error.what, where=f"{path}:{rows[0].line}", hint=hint) from error


def _once(
    path: Path, given: Sequence[Answer], items: Container[str] | None, by: Callable[[Answer], str]
) -> Sequence[Answer]:
    """The answers as they are, if each is for a known item and nobody answers one twice."""
    seen: dict[tuple[str, str], Answer] = {}
    for row in given:
        where = f"{path}:{row.line}"
        if items is not None and row.item_id not in items:
            hint = "give the file of the items that these answers belong to, or take the line out"
            raise InputError(f"there is no item {row.item_id!r}", where=where, hint=hint)
        earlier = seen.setdefault((row.item_id, by(row)), row)
        if earlier is not row:
            said = f"{', '.join(earlier.labels)!r} in line {earlier.line}, {', '.join(row.labels)!r} here"
            what = f"{by(row)!r} answers item {row.item_id!r} twice: {said}"
            raise InputError(what, where=where, hint="keep the answer that counts")
    return given
