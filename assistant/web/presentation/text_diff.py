"""Two texts compared line by line, as a page shows them."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff
from typing import NamedTuple


class DiffLine(NamedTuple):
    """One line: `added`, `removed`, `same`, or the `place` where lines were left out."""

    kind: str
    text: str


def compare_lines(old: str, new: str, context: int = 3) -> list[DiffLine]:
    """The lines that differ with some around them; none where the texts are the same."""
    return list(_told(unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=context)))


def _told(lines: Iterator[str]) -> Iterator[DiffLine]:
    for number, line in enumerate(lines):
        if number < 2:  # names of files
            continue
        kind = {"+": "added", "-": "removed", "@": "place"}.get(line[:1], "same")
        yield DiffLine(kind, line if kind == "place" else line[1:])
