"""Where in a text the detector looks: the whole, its sentences, and overlapping pieces of a long one."""

from __future__ import annotations

import re

_WIDTH = 200  # characters of a text in an alphabet: two or three sentences
_DENSE = 90  # of one in Chinese, Japanese, Korean or Thai, where a character says more
_SHORT = 20  # characters of the shortest sentence that is looked at alone
_END = re.compile(r"(?<=[.!?。！？\n])")
_MOST = 400  # windows of one text; beyond, they lie further apart


def windows(text: str) -> list[str]:
    """Overlapping pieces of a text that is longer than one and a half of them, in order; its sentences if shorter.

    An order in one sentence, in another language than the rest perhaps, is seldom seen in a vector of the whole.
    """
    width = _WIDTH if text.isascii() or _sparse(text) else _DENSE
    if len(text) <= width * 3 // 2:
        return _sentences(text)
    step = max(width // 2, len(text) // _MOST)
    return [text[start : start + max(width, step)] for start in range(0, len(text) - width // 2, step)]


def _sentences(text: str) -> list[str]:
    """Where there are several; what is too short to say anything is left out."""
    least = _SHORT if text.isascii() or _sparse(text) else _SHORT * _DENSE // _WIDTH
    if len(text) < 3 * least:
        return []
    found = [one for piece in _END.split(text) if len(one := piece.strip()) >= least]
    return found if len(found) > 1 else []


def _sparse(text: str) -> bool:
    return sum(one >= "\u0e00" for one in text[:1000]) * 4 < min(len(text), 1000)
