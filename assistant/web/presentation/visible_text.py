"""Content as pages show it: text only, with what can't be seen written out."""

from __future__ import annotations

from assistant.reports.visible import clipped, visible

_EXCERPT = 160


def excerpt(text: str, length: int = _EXCERPT) -> str:
    """The beginning of a text in one line."""
    return clipped(visible(" ".join(text[: 8 * length].split())), length)


def whole(text: str) -> str:
    """All of a text, lines kept."""
    return visible(text)
