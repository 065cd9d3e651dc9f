"""Which key picks which label."""

from __future__ import annotations

import re
from collections.abc import Sequence

_DIGITS = "123456789"
_LETTERS = "dfgijklmqruvwy"  # those that no profile of keys uses for something else
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")


def label_keys(names: Sequence[str]) -> list[str | None]:
    """A key for each label, in order; None where keys ran out.

    A number of one digit has that digit, so that key and grade are never off by one, and any other number a letter.
    Names have the digits from 1 that are left, then letters.
    """
    own = [_digit(name) for name in names]
    fixed = [key if key not in own[:place] else None for place, key in enumerate(own)]  # of `3` and `3.0` the first
    digits = [key for key in _DIGITS if key not in fixed]
    letters = list(_LETTERS)
    keys: list[str | None] = []
    for name, key in zip(names, fixed, strict=True):
        left = letters if _NUMBER.fullmatch(name.strip()) or not digits else digits
        keys.append(key or (left.pop(0) if left else None))
    return keys


def _digit(name: str) -> str | None:
    """`3` for a name that is that number."""
    text = name.strip()
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text.replace(",", "."))
    return str(int(number)) if number in range(10) else None
