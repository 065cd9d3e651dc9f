"""A text without the disguises of its characters: invisible ones, look-alikes, and letters of other shapes.

Ordinary text of every script comes out as it went in, but for its compatibility forms (NFKC).
"""

from __future__ import annotations

import re
import unicodedata
from itertools import islice

from assistant.routing.instructions.lookalikes import LOOKALIKES

_TAGS = "\U000e0000-\U000e007f"
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_JOINERS = "\u200b-\u200d\u2060-\u2064\ufeff\u180e\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
_BIDI = "\u200e\u200f\u061c\u202a-\u202e\u2066-\u206f"
_INVISIBLE = re.compile(f"[\u00ad{_JOINERS}{_BIDI}{_SELECTORS}{_TAGS}]+")
# A letter on both sides: invisible characters that part a word, as no keyboard and no editor leaves them.
_LETTER = r"[^\W\d_\u0600-\u08ff\u0900-\u0fff\u1000-\u109f\u1780-\u18af]"  # not of scripts whose spelling needs joiners
_PARTED = re.compile(rf"{_LETTER}[\u200b-\u200d\u2060-\u2064\ufeff\u180e\u034f]+(?={_LETTER})")
_INSIDE = re.compile(rf"{_LETTER}[\u00ad{_JOINERS}{_SELECTORS}{_TAGS}]+(?={_LETTER})")
_ASCII_LETTER = re.compile("[A-Za-z]")
_MANY_PARTED = 4
_RUN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]{8,}")  # bits written in invisible characters
_FLAG = re.compile("\U0001f3f4[\U000e0061-\U000e007a\U000e0030-\U000e0039]{1,6}\U000e007f")  # England, Scotland ...
_TAG_TEXT = re.compile("[\U000e0001\U000e0020-\U000e007f]{3,}")
_SELECTOR_TEXT = re.compile(f"[{_SELECTORS}]{{4,}}")
_LINE_ENDS = re.compile("\r\n?|[\u0085\u2028\u2029\v\f\x1c-\x1e]")
_FANCY = re.compile("[\U0001f130-\U0001f189\U0001f1e6-\U0001f1ff]")
_REGIONAL = re.compile("[\U0001f1e6-\U0001f1ff](?:\\s?[\U0001f1e6-\U0001f1ff]){4,}")
_LATIN = re.compile(
    "[A-Za-z\u0180-\u02af\u1d00-\u1d7f\ua720-\ua7ff\u13a0-\u13f5\u1401-\u167f\ua4d0-\ua4fd\u20a0-\u20bf]"
)
_LOOKALIKE = re.compile("[" + "".join(map(re.escape, LOOKALIKES)) + "]")
_TO_LATIN = str.maketrans(dict(LOOKALIKES))
_STACKED = re.compile(r"([A-Za-z])[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")


def hidden_text(text: str) -> tuple[str, ...]:
    """What invisible characters spell, decoded: Unicode tags (but for flags of emoji), runs of variation selectors."""
    if text.isascii():
        return ()
    found = [_of_tags(run[0]) for run in _TAG_TEXT.finditer(_FLAG.sub("", text))]
    found += [_of_selectors(run[0]) for run in _SELECTOR_TEXT.finditer(text)]
    return tuple(one for one in found if one.strip())


def hides_text(text: str) -> bool:
    """Whether invisible characters carry something: a text of their own, bits, or words that they part.

    Joiners of emoji and of scripts whose spelling needs them (Persian, Arabic, the Indic ones), marks of right-to-left
    text and soft hyphens are no such thing.
    """
    if text.isascii() or not _INVISIBLE.search(text):
        return False
    if hidden_text(text) or _RUN.search(text):
        return True
    return sum(1 for _ in islice(_PARTED.finditer(text), _MANY_PARTED)) == _MANY_PARTED


def disguises(text: str, folded: str) -> tuple[str, ...]:
    """What `visible` took off a text's letters: `invisible` characters inside words, letters of other `shapes`."""
    if text.isascii():
        return ()
    found = ("invisible",) if _INSIDE.search(text) else ()
    return (*found, "shapes") if len(_ASCII_LETTER.findall(folded)) > len(_ASCII_LETTER.findall(text)) else found


def visible(text: str) -> str:
    """The text without invisible characters, its line ends one kind and its compatibility forms folded (NFKC)."""
    if "\r" in text or not text.isascii():
        text = _LINE_ENDS.sub("\n", text)
    if text.isascii():
        return text
    text = _INVISIBLE.sub("", text)
    if _FANCY.search(text):
        text = _REGIONAL.sub(lambda run: run[0].translate(_BOXED), text).translate(_BOXED_ONLY)
    return unicodedata.normalize("NFKC", text)


def latin(text: str) -> str:
    """The text with what looks like a Latin letter as that letter, marks above and below letters left out.

    A text without Latin letters, or letters of fancy alphabets, stays as it is: it is written in its own script.
    """
    if text.isascii() or not _LATIN.search(text):
        return text
    if _LOOKALIKE.search(text):
        text = text.translate(_TO_LATIN)
    if _STACKED.search(text):  # composed letters are looked up without their marks anyway; these have too many
        text = unicodedata.normalize("NFC", _STACKED.sub(r"\1", unicodedata.normalize("NFD", text)))
    return text


def _of_tags(run: str) -> str:
    return "".join(chr(ord(one) - 0xE0000) for one in run if 0xE0020 <= ord(one) < 0xE007F)


def _of_selectors(run: str) -> str:
    """Each selector as a byte: the 16 first ones and the 240 that were added."""
    codes = bytes(ord(one) - 0xFE00 if ord(one) < 0xE0100 else ord(one) - 0xE0100 + 16 for one in run)
    said = codes.decode("utf-8", errors="ignore")
    return said if sum(map(str.isprintable, said)) * 2 > len(codes) else ""


def _boxes() -> dict[int, str]:
    starts = (0x1F130, 0x1F150, 0x1F170)
    return {start + at: chr(ord("a") + at) for start in starts for at in range(26)}


_BOXED_ONLY = _boxes()
_BOXED = _BOXED_ONLY | {0x1F1E6 + at: chr(ord("a") + at) for at in range(26)}
