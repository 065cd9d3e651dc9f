"""Which key picks which label."""

from __future__ import annotations

_DIGITS = "123456789"
_LETTERS = "dfgijklmqruvwy"  # those that no profile of keys uses for something else


def label_keys(count: int) -> list[str | None]:
    """A key for each of so many labels: digits, then letters; None where they ran out."""
    known: list[str | None] = [*_DIGITS, *_LETTERS]
    return (known + [None] * count)[:count]
