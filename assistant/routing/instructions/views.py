"""The ways to read a text: as it stands, and with each disguise taken off. Rules look at every one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from assistant.routing.instructions.characters import disguises, hidden_text, latin, visible
from assistant.routing.instructions.encodings import decoded
from assistant.routing.instructions.lookalikes import MARKED_TURNED, TURNED

_DEPTH = 3  # codes inside codes
_VIEWS = 24
_ROOM = 8_192  # characters all views together may have beyond four times the text


@dataclass(frozen=True, slots=True)
class View:
    """One reading of a text.

    Args:
        text: what it says, in lower case.
        how: names of the disguises that were taken off, outermost first; none for the text as it stands.
        joined: whether nothing parts its words any more.
    """

    text: str
    how: tuple[str, ...] = ()
    joined: bool = False


def views(text: str) -> Iterator[View]:
    """All readings, the plainest first; for ordinary text that is one. Their number and their length are bounded."""
    waiting: list[tuple[str, tuple[str, ...], bool]] = [(text, (), False)]
    seen: set[str] = set()
    room = 4 * len(text) + _ROOM
    while waiting and len(seen) < _VIEWS and room > 0:
        reading, how, joined = waiting.pop(0)
        folded = visible(reading)
        lowered = folded.lower()
        if lowered in seen:
            continue
        seen.add(lowered)
        room -= len(lowered)
        yield View(lowered, (*how, *disguises(reading, folded)), joined)
        waiting += [(other, (*how, name), name == "joined") for name, other in _undisguised(reading, folded)]
        if len(how) < _DEPTH and not joined:
            waiting += [(said, (*how, name), False) for name, said in decoded(folded)]


def _undisguised(reading: str, folded: str) -> Iterator[tuple[str, str]]:
    """(what was taken off, the text without it), for each disguise there may be."""
    if not reading.isascii():
        for said in hidden_text(reading):
            yield "invisible", said
        lettered = latin(folded)
        if lettered != folded:
            yield "lookalikes", lettered
        if len(MARKED_TURNED.intersection(folded)) >= 3:
            yield "turned", "".join(TURNED.get(one, one) for one in reversed(folded.lower()))
        if _RIGHT_TO_LEFT.search(reading):
            yield "reversed", folded[::-1]
        folded = lettered
    if _PARTED.search(folded):
        yield "markup", _MARKUP.sub("", folded)
    yield from _respelled(folded)


def _respelled(text: str) -> Iterator[tuple[str, str]]:
    words = _WORD.findall(text)
    alone = sum(len(word) == 1 for word in words)
    if alone >= _LEAST_LETTERS and _SPACED.search(text):
        yield "spaced", _SPACED.sub(_close_up, text)
        yield "joined", _SEPARATORS.sub("", text)
    if (_DIGIT.search(text) and sum(map(_mixed, words)) >= 2) or _SIGN_IN_WORD.search(text):
        for one in "il" if _ONE.search(text) else "i":
            yield "leet", _unleet(text, _LEET[one])
    shifts = [shift for word in words if len(word) > 4 for shift in ciphers(word)]
    for shift in dict.fromkeys(shifts):
        if shift == 0:
            yield "reversed", text[::-1]
            yield "reversed", _WORD.sub(lambda word: word[0][::-1], text)
        elif shifts.count(shift) >= 2 or len(words) < 8:
            yield "cipher", text.lower().translate(_SHIFTS[shift])


def _unleet(text: str, table: dict[int, int]) -> str:
    return _LEET_WORD.sub(lambda word: word[0].translate(table), text)


def _mixed(word: str) -> bool:
    return not word.isalpha() and not word.isdigit() and sum(map(str.isalpha, word)) >= 1 and len(word) >= 3


def _close_up(run: re.Match[str]) -> str:
    """Letters that stand alone, assembled; a wider gap among them parts words."""
    gaps = _GAP.findall(run[0])
    narrow = min(map(len, gaps))
    return _GAP.sub(lambda gap: " " if len(gap[0]) > narrow else "", run[0])


@lru_cache(maxsize=50_000)
def ciphers(word: str) -> tuple[int, ...]:
    """What turns a word into a telling one: shifts of the alphabet from 1 to 25, -1 for its mirror, 0 for backwards."""
    if not word.isascii() or not word.isalpha():
        return ()
    lowered = word.lower()
    found = [shift for shift, table in _SHIFTS.items() if lowered.translate(table) in _TELLING]
    return (*found, 0) if lowered[::-1] in _TELLING else tuple(found)


_TELLING_WORDS = """
ignore disregard forget override instruction instructions guideline guidelines policy policies previous
prompt system content classify classifier moderator labeler labeller labelled labeled harmless benign
apply applies rules label labels please should nothing correct answer right without because
respond output confidence verdict precedent review accept assistant message everything
"""
_TELLING = frozenset(_TELLING_WORDS.split())
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SHIFTS = {shift: str.maketrans(_LETTERS, _LETTERS[shift:] + _LETTERS[:shift]) for shift in range(1, 26)}
_SHIFTS[-1] = str.maketrans(_LETTERS, _LETTERS[::-1])

_WORD = re.compile(r"\w+")
_LEAST_LETTERS = 5
_BETWEEN = r"[\s.\-_*|/,·•~+:;'\"`^=&]"
_SPACED = re.compile(rf"(?<!\w)(?:[^\W_]{_BETWEEN}{{1,4}}){{3,}}[^\W_](?!\w)")
_GAP = re.compile(rf"{_BETWEEN}+")
_SEPARATORS = re.compile(r"[\W_]+")
_RIGHT_TO_LEFT = re.compile("[\u202e\u2067\u202b]")
_PARTED = re.compile(r"\w(?:(?:<[^<>\s][^<>]{0,200}>){1,4}|[*_~`\\]{1,3})\w|\\\w\\\w")  # markup inside a word
_MARKUP = re.compile(r"<!--|-->|</?[A-Za-z][^<>]{0,200}>|(?<=\w)[*_~`\\]{1,3}(?=\w)|\\(?=\w)")
_SIGN_IN_WORD = re.compile(r"[A-Za-z][@$!|€][A-Za-z]|\$[a-z]{2}")
_LEET_WORD = re.compile(r"[\w@$!|€+]{2,}")
_DIGIT = re.compile(r"[0-9]")
_ONE = re.compile(r"[1!|]")
_LEET = {one: str.maketrans("01345678@$!|€+9", f"o{one}easgtbas{one}{one}etg") for one in "il"}
