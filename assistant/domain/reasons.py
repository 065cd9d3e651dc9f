"""Why a figure is undefined, why an item does not count, what a reader must know: codes with values, without words.

What finds a reason returns it in this form; the face that shows it words it in the reader's language
(`assistant.reports.reasons`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, TypeAlias, Union

from assistant.errors import AssistantError

Value: TypeAlias = Union[str, int, float, AssistantError, "Reason", tuple[str, ...], tuple["Reason", ...]]
"""What a wording is filled with: a name, a number, names, or what is worded itself (an error, a reason, some)."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A statement as data.

    Attributes:
        code: stable, such as `no_items`; never changes its meaning.
        values: names with what the wording is filled with, in alphabetical order.
    """

    code: str
    values: tuple[tuple[str, Value], ...] = ()

    @classmethod
    def of(cls, code: str, **values: Value) -> Self:
        """A reason with values; two with the same code and values are equal."""
        return cls(code, tuple(sorted(values.items())))


AS_WRITTEN = "as_written"
"""Code of a sentence that was written elsewhere, such as a note of an earlier version's file: its value is `text`."""


def as_written(text: str) -> Reason:
    """A sentence that comes as it is, in whatever language it was written."""
    return Reason(AS_WRITTEN, (("text", text),))
