"""Mistakes in a policy document: collected while it is read, and printed with place, caret, hint and other places."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from assistant.policy.documents.places import Place, source_lines

Severity = Literal["error", "warning"]

_SHOWN = 100  # characters of a long source line that are printed
_BEFORE = 40  # of these, how many stand before the underlined part
_TOLD = 240  # characters of a message, hint or note: they may quote what the author wrote
_BIDI_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@dataclass(frozen=True, slots=True)
class OtherPlace:
    """Another place a mistake has to do with, e.g. where an id was used first; 1-based, like the mistake's own."""

    line: int
    column: int
    note: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong in a document.

    Args:
        line: 1-based.
        column: 1-based, counted in code points.
        length: code points that are underlined; 0 is shown as one caret.
        message: what is wrong, one line.
        hint: what to do; empty when the message says it all.
        others: every other place it has to do with.
        severity: an `error` keeps the policy from being used, a `warning` doesn't.
    """

    line: int
    column: int
    length: int
    message: str
    hint: str = ""
    others: tuple[OtherPlace, ...] = ()
    severity: Severity = "error"


class MistakeList:
    """Collects mistakes while a document is read, so that all of them are reported together."""

    def __init__(self) -> None:
        self._found: list[Mistake] = []

    def __len__(self) -> int:
        return len(self._found)

    def error(self, place: Place, message: str, hint: str = "", others: Iterable[tuple[Place, str]] = ()) -> None:
        """Adds an error at `place`; `others` are places with their notes."""
        self._add(place, message, hint, others, "error")

    def warning(self, place: Place, message: str, hint: str = "", others: Iterable[tuple[Place, str]] = ()) -> None:
        """Adds a warning at `place`; `others` are places with their notes."""
        self._add(place, message, hint, others, "warning")

    def in_order(self) -> list[Mistake]:
        """All mistakes in document order; at one place in the order they were found."""
        return sorted(self._found, key=lambda mistake: (mistake.line, mistake.column))

    def _add(
        self, place: Place, message: str, hint: str, others: Iterable[tuple[Place, str]], severity: Severity
    ) -> None:
        notes = tuple(OtherPlace(other.line, other.column, note) for other, note in others)
        self._found.append(Mistake(place.line, place.column, place.length, message, hint, notes, severity=severity))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was probably meant to be, ignoring case; None when none is near."""
    by_lower = {name.casefold(): name for name in known}
    matches = get_close_matches(word.casefold(), list(by_lower), n=1, cutoff=0.6)
    return by_lower[matches[0]] if matches else None


def suggestion(word: str, known: Sequence[str]) -> str:
    """The hint for a word that isn't known: the nearest known word, or all of them when none is near."""
    near = nearest(word, known)
    if near is not None:
        return f"did you mean `{near}`?"
    return f"known here: {', '.join(known)}" if known else ""


def render_mistakes(mistakes: Sequence[Mistake], source: str, name: str) -> str:
    """The report for people: each mistake with its line and carets, and a last line that counts them.

    Args:
        mistakes: in the order they are to be shown.
        source: the document they were found in.
        name: what the document is called in front of the line numbers, e.g. its path.
    """
    lines = source_lines(source)
    blocks = [_render_mistake(mistake, lines, name) for mistake in mistakes]
    return "\n\n".join([*blocks, _count_line(mistakes, name)])


def _render_mistake(mistake: Mistake, lines: Sequence[str], name: str) -> str:
    line = lines[mistake.line - 1] if 0 < mistake.line <= len(lines) else ""
    text, carets = _excerpt(line, mistake.column - 1, mistake.length)
    place = f"{name}:{mistake.line}:{mistake.column}"
    shown = [f"{place}: {mistake.severity}: {_told(mistake.message)}", f"  {text}".rstrip(), f"  {carets}"]
    if mistake.hint:
        shown.append(f"  hint: {_told(mistake.hint)}")
    shown += [f"  {name}:{o.line}:{o.column}: note: {_told(o.note)}" for o in mistake.others]
    return "\n".join(shown)


def _told(text: str) -> str:
    return _printable(text if len(text) <= _TOLD else f"{text[:_TOLD]}…")


def _excerpt(line: str, start: int, length: int) -> tuple[str, str]:
    """The line as printed, and the carets that stand under its characters `start` to `start + length`."""
    begin = max(0, min(start - _BEFORE, len(line) - _SHOWN))
    end = min(len(line), begin + _SHOWN)
    head, tail = "…" if begin else "", "…" if end < len(line) else ""
    before = len(head) + sum(map(_cells, line[begin:start]))
    under = sum(map(_cells, line[start : min(start + length, end)]))
    return f"{head}{_printable(line[begin:end])}{tail}", " " * before + "^" * max(under, 1)


def _printable(text: str) -> str:
    """The text without anything a terminal would act on: tabs as four blanks, control characters as U+FFFD."""
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character == "\t":
        return "    "
    unprintable = unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}
    return "\ufffd" if unprintable or unicodedata.bidirectional(character) in _BIDI_CONTROLS else character


def _cells(character: str) -> int:
    """How many terminal cells a character takes: 2 for East Asian wide and full-width, 0 for combining ones."""
    if character == "\t":
        return 4
    if _shown(character) != character:
        return 1
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _count_line(mistakes: Sequence[Mistake], name: str) -> str:
    counts = []
    for word in ("error", "warning"):
        number = sum(mistake.severity == word for mistake in mistakes)
        if number:
            counts.append(f"{number} {word}{'' if number == 1 else 's'}")
    return f"{name}: {', '.join(counts) or 'no mistakes'}"
