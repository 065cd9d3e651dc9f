"""Where a table's column names stand, when titles or comments stand above them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

LOOKED_AT = 30
"""Rows at the beginning of a table among which the header is looked for."""

_COMMENTS = ("#", "//", "%")


@dataclass(frozen=True, slots=True)
class HeaderPlace:
    """Where the header stands.

    Args:
        index: of the row among those looked at.
        sure: whether it is certain; else the first row can't be the header, and this one may be.
    """

    index: int
    sure: bool = True


def find_header(rows: Sequence[Sequence[str]], usual: Collection[str]) -> HeaderPlace:
    """Which of the first rows holds the column names.

    It is the first row, unless that can't be: a row below has more filled cells, all of them different, and names that
    columns usually have, and all rows above it are emptier (titles, merged cells) or comments; or it has two such names
    and no row above it has one.

    Args:
        rows: the first rows that aren't blank, at least one; cells as text.
        usual: names of columns in lower case.
    """
    facts = [_Row(row, usual) for row in rows]
    first = facts[0]
    if first.known and not first.has_gaps and not first.comment:
        return HeaderPlace(0)
    for at, row in enumerate(facts[1:], 1):
        named = row.known > 1 and not any(above.known for above in facts[:at])
        if not named and not all(above.comment or above.filled < row.filled for above in facts[:at]):
            continue
        if row.known >= max(first.known, 1) and not row.repeats and row.filled > 1 and not row.comment:
            return HeaderPlace(at) if row.known > 1 or not first.known else HeaderPlace(0)
    if first.known or len(facts) < 2:
        return HeaderPlace(0)
    widths = {row.width for row in facts[1:] if row.filled > 1}
    if first.filled == 1 and len(widths) == 1:
        below = next(at for at, row in enumerate(facts) if at and row.filled > 1)
        narrow = [row for row in facts[below:] if row.filled < 2]
        if not narrow and len(facts) - below > 1 and first.width < widths.pop():
            return HeaderPlace(below, sure=False)
    return HeaderPlace(0)


class _Row:
    """What counts of a row: filled cells, known names, repeated names, and whether it is a comment."""

    def __init__(self, cells: Sequence[str], usual: Collection[str]) -> None:
        names = [cell.strip() for cell in cells]
        filled = [name for name in names if name]
        self.filled = len(filled)
        self.width = next((place for place in range(len(names), 0, -1) if names[place - 1]), 0)
        self.has_gaps = "" in names[: self.width]
        self.repeats = len(set(filled)) < len(filled)
        self.known = sum(name.casefold() in usual for name in filled)
        self.comment = bool(filled) and names[0].startswith(_COMMENTS) and names[0].lstrip("#/% ").casefold() != "id"


def above_note(title: str, unit: str, number: int) -> str:
    """The sentence on what stands above the header.

    Args:
        title: the first row above, as it is shown.
        unit: `line` or `row`.
        number: of the header.
    """
    return f"the column names stand in {unit} {number}; what stands above them is not read ({title!r} ...)"
