"""Finding columns by name: those the user names must exist, the others are guessed from usual names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches

from assistant.domain.canonical import written_for_nothing
from assistant.errors import NotFoundError

_META = "meta"
_SHORTENED = re.compile(r"\d[.,]\d+[eE]\+\d+")


def check_named(named: Mapping[str, str | Sequence[str] | None], columns: Collection[str]) -> None:
    """Makes sure that every column the user named is there.

    Args:
        named: what a column is for, as application functions name it (`text`), to the column the user named for it;
            several are a list; None where the user named none.
        columns: those the input has.

    Raises:
        NotFoundError: lists every wrong name with the nearest right one, and all columns there are.
    """
    each = [
        (part, name) for part, names in named.items() for name in ([names] if isinstance(names, str) else names or ())
    ]
    wrong = [_not_found(part, name, columns) for part, name in each if name not in columns]
    if wrong:
        raise wrong[0] if len(wrong) == 1 else NotFoundError("columns_not_found", wrong=tuple(wrong), **listed(columns))


def listed(columns: Collection[str]) -> dict[str, str]:
    """The values of every error about columns: which there are, and a place for what was left out before."""
    return {"columns": ", ".join(columns) or "(none)", "notes": ""}


def _not_found(part: str, name: str, columns: Collection[str]) -> NotFoundError:
    near = get_close_matches(name.lower(), [column.lower() for column in columns], n=1, cutoff=0.5)
    original = next((column for column in columns if near and column.lower() == near[0]), None)
    there = listed(columns)
    if original is None:
        return NotFoundError("column_not_found", field=part, name=name, **there)
    return NotFoundError("column_not_found_near", field=part, name=name, near=original, **there)


def guess(usual_names: Sequence[str], columns: Collection[str], taken: Collection[str | None] = ()) -> str | None:
    """The first column, in the order of `usual_names`, that has one of them whatever its case; None when none has."""
    by_lower = {column.lower(): column for column in reversed(list(columns)) if column not in taken}
    return next((by_lower[name] for name in usual_names if name in by_lower), None)


def empty_columns(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> frozenset[str]:
    """The columns in which none of these rows holds anything."""
    found = set(columns)
    for row in rows:
        found -= {name for name in found if not written_for_nothing(row.get(name))}
    return frozenset(found)


def identifier_text(value: object) -> str | None:
    """An id as text: stripped, numbers as their digits (`123.0` is `123`); None for what can't be one.

    A number over 2**53 that came as a fraction, or one that a spreadsheet shows as `1.23E+18`, has lost digits on its
    way and is no id any more.
    """
    if isinstance(value, str):
        text = value.strip()
        return None if _SHORTENED.fullmatch(text) else text
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and abs(value) < 2**53:
        return str(int(value)) if value == int(value) else str(value)
    return None


def remaining(values: Mapping[str, object], used: Collection[str | None]) -> dict[str, object]:
    """The columns that aren't used, as they are; the keys of an object in a column `meta` become keys of their own.

    Where a key of that object is a column too, it is kept as `meta.KEY`.
    """
    meta = {column: value for column, value in values.items() if column not in used}
    nested = meta.get(_META)
    if isinstance(nested, dict):
        del meta[_META]
        for key, value in nested.items():
            meta[f"{_META}.{key}" if key in meta else key] = value
    return meta
