"""The body of a policy document, cut at its headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.policy.documents.mistakes import MistakeList
from assistant.policy.documents.places import Place, Word, word_at

_HEADING = re.compile(r" {0,3}(?P<marks>#{1,3})(?=[ \t]|$)")
_GLUED_HEADING = re.compile(r"#{2,3}[^#\s]")
_FENCE = re.compile(r" {0,3}(?P<marks>`{3,}|~{3,})(?P<rest>.*)")


@dataclass(frozen=True, slots=True)
class PolicySection:
    """A heading of level 1 to 3 and the text under it, up to the next such heading.

    Args:
        level: 1 to 3; 0 for the text above the first heading.
        heading: without its marks; empty at level 0.
        first: the 1-based number of the first line under the heading.
        lines: the lines under it; deeper headings and fenced code are part of them.
    """

    level: int
    heading: Word
    first: int
    lines: tuple[str, ...]

    def numbered(self) -> Iterator[tuple[int, str]]:
        """The lines that aren't blank, each with its 1-based number."""
        return ((self.first + offset, line) for offset, line in enumerate(self.lines) if line.strip())


def read_sections(lines: Sequence[str], above: int, mistakes: MistakeList) -> list[PolicySection]:
    """Cuts the lines of a document from `above` (0-based) on; headings inside fenced code are text."""
    starts: list[tuple[int, int, Word]] = [(above, 0, Word("", Place(above + 1, 1, 0)))]
    for number, line in _lines_outside_fences(lines, above, mistakes):
        match = _HEADING.match(line)
        if match:
            starts.append((number + 1, len(match["marks"]), _heading_text(line, number + 1, match)))
        elif _GLUED_HEADING.match(line):
            place = Place(number + 1, 1, len(line.rstrip()))
            mistakes.warning(place, "this line is read as text, not as a heading", "put a blank after the `#` signs")
    ends = [start[2].place.line - 1 for start in starts[1:]] + [len(lines)]
    return [
        PolicySection(level, heading, first + 1, tuple(lines[first:end]))
        for (first, level, heading), end in zip(starts, ends, strict=True)
    ]


def _heading_text(line: str, number: int, match: re.Match[str]) -> Word:
    """The text of a heading without closing `#` signs; an empty one stands where its marks do."""
    text = line.rstrip()
    without_marks = text.rstrip("#")
    if without_marks != text and without_marks[-1:] in {" ", "\t"}:
        text = without_marks
    word = word_at(text, number, match.end(), len(text))
    return word if word.text else Word("", word_at(line, number, *match.span("marks")).place)


def _lines_outside_fences(lines: Sequence[str], above: int, mistakes: MistakeList) -> Iterator[tuple[int, str]]:
    """The lines that can be headings, with their 0-based numbers; reports a fence that is never closed."""
    fence, opened = "", 0
    for number in range(above, len(lines)):
        match = _FENCE.fullmatch(lines[number])
        if fence:
            closes = match and match["marks"].startswith(fence) and not match["rest"].strip()
            fence = "" if closes else fence
        elif match and not (match["marks"][0] == "`" and "`" in match["rest"]):
            fence, opened = match["marks"], number
        else:
            yield number, lines[number]
    if fence:
        place = Place(opened + 1, 1, len(lines[opened].rstrip()))
        hint = "end it with a line of the same marks; until then every heading below is read as text"
        mistakes.error(place, "this code block isn't closed", hint)
