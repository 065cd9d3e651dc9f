"""The words of the content that the machine quotes in its reasons."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

_QUOTED = re.compile(
    r"“([^”]{2,400})”|\"([^\"]{2,400})\"|「([^」]{2,400})」|‘([^’]{2,400})’|'([^']{2,400})'|«([^»]{2,400})»"
)
_LONGEST_RATIONALE = 20_000
_MOST_QUOTES = 100


def quoted_words(rationale: str | None, text: str) -> str | None:
    """The longest quote in the reasons that stands in the text, as the text has it; None where there is none.

    Case and spacing of the quote don't matter: models change them when they copy. Both are folded once, and each quote
    is looked for as plain text, which costs no more than reading the text.
    """
    quotes = sorted(set(_quotes(rationale or "")), key=len, reverse=True)[:_MOST_QUOTES]
    if not quotes:
        return None
    folded = _Folded.of(text)
    found = [folded.find(words) for words in quotes]
    return max((one for one in found if one), key=len, default=None)


@dataclass(frozen=True, slots=True)
class _Folded:
    """A text with its blanks run together and in lower case, and where each of its characters stood.

    Args:
        text: as it was.
        folded: one character for each that is kept.
        places: offset in `text` of each of these.
    """

    text: str
    folded: str
    places: Sequence[int]

    @classmethod
    def of(cls, text: str) -> Self:
        """Character by character: none becomes several, so that offsets stay known."""
        kept: list[str] = []
        places: list[int] = []
        blank = False
        for at, character in enumerate(text):
            if character.isspace():
                blank = True
                continue
            if blank and kept:
                kept.append(" ")
                places.append(at - 1)
            blank = False
            kept.append(_lower(character))
            places.append(at)
        return cls(text, "".join(kept), places)

    def find(self, words: str) -> str | None:
        """The words as the text has them."""
        wanted = " ".join("".join(map(_lower, words)).split())
        at = self.folded.find(wanted) if wanted else -1
        if at < 0:
            return None
        return self.text[self.places[at] : self.places[at + len(wanted) - 1] + 1]


def _quotes(rationale: str) -> Iterator[str]:
    for match in _QUOTED.finditer(rationale[:_LONGEST_RATIONALE]):
        yield next(words for words in match.groups() if words).strip(" .,;!?…。，！？")


def _lower(character: str) -> str:
    lowered = character.lower()
    return lowered if len(lowered) == 1 else character
