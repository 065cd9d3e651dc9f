"""The examples the detector learns from: attacks on a labelling model, and posts that talk about the same things."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Self

import orjson

_SHIPPED = Path(__file__).with_name("examples.jsonl")
_ATTACK = "attack"


@dataclass(frozen=True, slots=True)
class InjectionExample:
    """One text, written by hand.

    Args:
        id: unique in its file.
        family: the kind of attack, or the matter a harmless post is about; held out as a whole.
        language: BCP 47 tag.
        text: as it would be posted.
        attack: whether it tries to steer the machine that labels it; else it only talks about such things.
    """

    id: str
    family: str
    language: str
    text: str
    attack: bool

    @classmethod
    def read(cls, lines: Iterable[bytes]) -> tuple[Self, ...]:
        """Examples as JSON lines with the keys id, family, language, kind (`attack` or `benign`) and text."""
        rows = (orjson.loads(line) for line in lines if line.strip())
        return tuple(
            cls(row["id"], row["family"], row["language"], row["text"], row["kind"] == _ATTACK) for row in rows
        )


def shipped_examples() -> tuple[InjectionExample, ...]:
    """The examples inside the package."""
    return InjectionExample.read(_SHIPPED.read_bytes().splitlines())


def shipped_digest() -> str:
    """BLAKE2b-128 of their file, 32 hex digits."""
    return blake2b(_SHIPPED.read_bytes(), digest_size=16).hexdigest()
