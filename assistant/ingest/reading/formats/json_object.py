"""One JSON object that holds all records of a file: as a list under a key, by columns or by row, as pandas does."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from assistant.ingest.reading.problems import Note
from assistant.ingest.reading.rows import InputRow, Refusal, excerpt_of

_IDS = frozenset({"id", "item_id", "item", "uid"})
_FEWEST_ROWS = 2  # of which an object of objects is a table; one may be part of a record
_NO_LISTS_OF_RECORDS = frozenset({"messages", "conversations", "entities", "spans"})


def unfolded_object(row: InputRow | Refusal, note: Note, usual: Collection[str] = ()) -> Iterator[InputRow | Refusal]:
    """The records that the only object of a file holds; itself where it is one."""
    records = None if isinstance(row, Refusal) else _records(row.values, usual)
    if records is None:
        yield row
        return
    how, rows = records
    note(f"the file is one JSON object; its records are read {how}")
    for number, values in enumerate(rows, 1):
        if isinstance(values, Mapping):
            yield InputRow(values, number)
        else:
            yield Refusal(number, "not_an_object", "the record is no object", excerpt_of(values))


def _records(values: Mapping[str, object], usual: Collection[str]) -> tuple[str, Sequence[object]] | None:
    """How one object holds records, in words, and these; None where it is a record itself."""
    parts = list(values.values())
    if (table := _split_table(values)) is not None:
        return "by its columns and data", table
    lists = [name for name, part in values.items() if _is_list_of_objects(part)]
    own = any(name.casefold() in usual and not isinstance(part, list | dict) for name, part in values.items())
    if len(lists) == 1 and not own and lists[0] not in _NO_LISTS_OF_RECORDS:
        found = values[lists[0]]
        return f"from its list {lists[0]!r}", found if isinstance(found, list) else []
    if parts and all(isinstance(part, Mapping) and part for part in parts):
        table_of_objects = _of_objects(values, usual)
        if table_of_objects is not None:
            return table_of_objects
    if not lists and not own:
        below = [found for part in parts if isinstance(part, Mapping) and (found := _records(part, usual)) is not None]
        if len(below) == 1:
            return below[0]
    columns = {name: part for name, part in values.items() if isinstance(part, list)}
    same = len({len(part) for part in columns.values()}) == 1 and len(columns) == len(values)
    if same and not lists and any(name.casefold() in usual for name in columns):
        rows = zip(*columns.values(), strict=True)
        return "by columns", [dict(zip(columns, row, strict=True)) for row in rows]
    return None


def _of_objects(values: Mapping[str, object], usual: Collection[str]) -> tuple[str, Sequence[object]] | None:
    """`{column: {row: cell}}` or `{row: {column: cell}}`: rows are numbered, or columns have usual names."""
    parts = {name: part for name, part in values.items() if isinstance(part, Mapping)}
    inner = list(dict.fromkeys(name for part in parts.values() for name in part))
    if _are_columns(list(parts), usual) and not _are_columns(inner, usual):
        return "by columns", [{name: part.get(row) for name, part in parts.items()} for row in inner]
    if not _are_columns(inner, usual):
        return None
    if all(name.isdecimal() for name in parts):
        return "by row", list(parts.values())
    if len(parts) < _FEWEST_ROWS or any(set(part) != set(inner) for part in parts.values()):
        return None
    if _IDS.isdisjoint(name.casefold() for name in inner):
        return "by row, with their names as ids", [{"id": name, **part} for name, part in parts.items()]
    return "by row", list(parts.values())


def _are_columns(names: Sequence[str], usual: Collection[str]) -> bool:
    return any(name.casefold() in usual for name in names)


def _split_table(values: Mapping[str, object]) -> list[object] | None:
    columns, data = values.get("columns"), values.get("data")
    if not (isinstance(columns, list) and isinstance(data, list) and set(values) <= {"columns", "index", "data"}):
        return None
    names = [str(name) for name in columns]
    return [
        dict(zip(names, row, strict=True)) if isinstance(row, list) and len(row) == len(names) else row for row in data
    ]


def _is_list_of_objects(part: object) -> bool:
    return isinstance(part, list) and bool(part) and all(isinstance(one, Mapping) for one in part)
