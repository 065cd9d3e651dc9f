"""Texts between tags that they can't hold themselves, as the labelling prompts show content."""

from __future__ import annotations

from assistant.domain.items import Content

_DIGITS = 16  # of the text's own digest: no text can hold the tag that closes it


def fenced(tag: str, text: str, *, most: int | None = None) -> str:
    """The text between tags with an id of its own.

    Args:
        tag: says what it is, e.g. `content`.
        text: what others wrote.
        most: characters after which its middle is left out; None shows it whole.
    """
    fence = Content(text).digest[:_DIGITS]
    return f'<{tag} id="{fence}">\n{_shortened(text, most)}\n</{tag} id="{fence}">'


def _shortened(text: str, most: int | None) -> str:
    if most is None or len(text) <= most:
        return text
    head = most * 2 // 3
    tail = most - head
    return f"{text[:head]}\n[... {len(text) - most:,} characters left out ...]\n{text[-tail:]}"
