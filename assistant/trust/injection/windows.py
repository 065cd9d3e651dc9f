"""Where in a text the detector looks: the whole, and of a long one pieces that overlap, so that no line is buried."""

from __future__ import annotations

_WIDTH = 200  # characters of a text in an alphabet: two or three sentences
_DENSE = 90  # of one in Chinese, Japanese, Korean or Thai, where a character says more
_MOST = 400  # windows of one text; beyond, they lie further apart


def windows(text: str) -> list[str]:
    """Overlapping pieces of a text that is longer than one and a half of them, in order; none of a shorter text."""
    width = _WIDTH if text.isascii() or _sparse(text) else _DENSE
    if len(text) <= width * 3 // 2:
        return []
    step = max(width // 2, len(text) // _MOST)
    return [text[start : start + max(width, step)] for start in range(0, len(text) - width // 2, step)]


def _sparse(text: str) -> bool:
    return sum(one >= "\u0e00" for one in text[:1000]) * 4 < min(len(text), 1000)
