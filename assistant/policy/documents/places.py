"""Where things stand in a policy document, so that mistakes can point at them."""

from __future__ import annotations

import re
from dataclasses import dataclass

LABEL_SEPARATORS = ",，、"  # an input method for Chinese types the last two where English has a comma


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of one line.

    Args:
        line: 1-based.
        column: 1-based, counted in code points.
        length: code points; 0 points between two characters.
    """

    line: int
    column: int
    length: int


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of text the author wrote, and where it stands."""

    text: str
    place: Place


def source_lines(source: str) -> list[str]:
    """The lines of a document without their ends; line n of every place is element n - 1.

    Only LF and CRLF end a line, as in editors; a byte order mark is no part of the first line.
    """
    return source.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")


def word_at(line: str, number: int, start: int, end: int) -> Word:
    """The characters `start` (0-based) to `end` (exclusive) of line `number` (1-based), without outer blanks."""
    text = line[start:end]
    stripped = text.strip()
    lead = len(text) - len(text.lstrip()) if stripped else 0
    return Word(stripped, Place(number, start + lead + 1, len(stripped)))


def split_names(line: str, number: int, start: int) -> list[Word]:
    """The names listed with commas from `start` (0-based) to the end of the line; an empty one stays, as `""`."""
    ends = [match.start() for match in re.finditer(f"[{LABEL_SEPARATORS}]", line[start:])]
    words = []
    begin = start
    for end in [*(start + offset for offset in ends), len(line)]:
        words.append(word_at(line, number, begin, end))
        begin = end + 1
    return words
