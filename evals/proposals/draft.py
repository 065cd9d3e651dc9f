"""What a draft is, and why a reply is none."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from assistant.errors import ModelError


class DraftKind(StrEnum):
    """What a draft changes."""

    PROMPT = "prompt"
    POLICY = "policy"


class DraftFaultError(Exception):
    """A reply that is no usable draft; the message is a sentence for people and for asking again.

    It quotes nothing of the items: the sentence is sent to the model.
    """


class NoChangeError(Exception):
    """The model proposes to leave everything as it is; the message holds its reasons."""


class NoDraftError(ModelError):
    """A model was asked and gave no draft: it proposes no change, or nothing it said could be used."""


class Draft(Protocol):
    """A new text of a prompt or a policy, checked."""

    @property
    def kind(self) -> DraftKind:
        """What it changes."""
        ...

    @property
    def reasons(self) -> tuple[str, ...]:
        """The model's, in its own words."""
        ...

    @property
    def present(self) -> str:
        """The text in use now."""
        ...

    def source(self, version: str) -> str:
        """The new text as a whole file of that version."""
        ...


def unseen_characters(new: str, present: str) -> list[str]:
    """Characters of the new text that no reader of a diff would see, and the present one doesn't hold, as `U+200B`."""
    return [
        f"U+{ord(one):04X}"
        for one in sorted(set(new) - set(present))
        if not one.isprintable() and one not in "\n\t\u3000\u00a0"
    ]
