"""Untrusted text, made visible: what would steer a display is shown instead of obeyed."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from assistant.reports.blocks import Marked, Segment

_HARMLESS = "\n\t\u00a0\u3000\u200d"  # line ends, wide spaces, and what joins emoji
_WORDS = re.compile(r"[\w'-]+|\s+|[^\w\s]")


def visible(text: str) -> str:
    """The text with control, bidirectional and other unseen characters written out, such as `\\u202e`."""
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() or one in _HARMLESS else _written(one) for one in text.replace("\r\n", "\n")
    )


def _written(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def clipped(text: str, length: int) -> str:
    """At most this many characters, the last one an ellipsis where some are missing."""
    return text if len(text) <= length else text[: length - 1] + "…"


def differing(before: str, after: str) -> tuple[Marked, Marked]:
    """Two texts with the words marked that the other doesn't have at that place."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    left = [Segment("".join(old[a:b]), kind != "equal") for kind, a, b, _, _ in steps if a < b]
    right = [Segment("".join(new[a:b]), kind != "equal") for kind, _, _, a, b in steps if a < b]
    return tuple(left), tuple(right)


def plain(text: str) -> Marked:
    """A text without marks."""
    return (Segment(text),)
