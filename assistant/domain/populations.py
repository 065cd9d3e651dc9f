"""Populations: which items of its project a run is about. None stands for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import InvalidValueError

FIELDS = ("language", "source")
_META = "meta."


@dataclass(frozen=True, slots=True)
class Condition:
    """A column that must have a value: `language`, `source`, or `meta.NAME`."""

    field: str
    value: str

    @property
    def meta(self) -> str | None:
        """The name of the metadata; None for a column of the item itself."""
        return self.field.removeprefix(_META) if self.field.startswith(_META) else None


@dataclass(frozen=True, slots=True)
class ItemList:
    """Items named by a file.

    Args:
        file: its name.
        digest: of the ids, sorted.
        count: how many there are.
    """

    file: str
    digest: str
    count: int


@dataclass(frozen=True, slots=True)
class ItemPopulation:
    """Items for which all of this holds.

    Args:
        id: its row number.
        digest: of its definition, the same for the same items wanted, however they are written.
        batch: name of the batch they are in; empty for any.
        conditions: on their columns.
        listed: by name; None for any.
        batch_id: row number of the batch where it is a batch and nothing else: its items are then those of the batch;
            else None, and they are those that were kept when it was last looked at.
    """

    id: int
    digest: str
    batch: str
    conditions: tuple[Condition, ...] = ()
    listed: ItemList | None = None
    batch_id: int | None = None

    @property
    def name(self) -> str:
        """In one line: `batch w1, language=zh, 300 ids of urgent.txt`."""
        parts = [f"batch {self.batch}"] if self.batch else []
        parts += [f"{one.field}={one.value}" for one in self.conditions]
        if self.listed is not None:
            parts.append(f"{self.listed.count:,} ids of {self.listed.file}")
        return ", ".join(parts)

    def as_json(self) -> dict[str, Any]:
        """As reports and manifests show it."""
        shown: dict[str, Any] = {
            "batch": self.batch or None,
            "where": [f"{c.field}={c.value}" for c in self.conditions],
        }
        shown["ids"] = None if self.listed is None else {"file": self.listed.file, "count": self.listed.count}
        return shown


@dataclass(frozen=True, slots=True)
class PopulationChoice:
    """Which population is wanted, as a user names it; nothing given names none.

    Args:
        batch: name of a batch; None for any.
        where: conditions as they are written, see `read_conditions`.
        ids: a file of ids, one a line; None for any.
        known: digest of a population that a run is about already, instead of all others; None for none.
    """

    batch: str | None = None
    where: tuple[str, ...] = ()
    ids: Path | None = None
    known: str | None = None

    @property
    def given(self) -> bool:
        """Whether any is named."""
        return self.batch is not None or bool(self.where) or self.ids is not None or self.known is not None


WHOLE = PopulationChoice()
"""Nothing is named."""


def read_conditions(texts: Sequence[str]) -> tuple[Condition, ...]:
    """Conditions as they are written: `language=zh`, `source=forum`, `meta.topic=news`; sorted, each once.

    Several values of one field are not alternatives: an item has one value, and nothing would be left.

    Raises:
        InvalidValueError: one that is no condition, or a field with two values.
    """
    found: dict[str, str] = {}
    for text in texts:
        field, sign, value = (part.strip() for part in text.partition("="))
        if not sign or not value or (field not in FIELDS and not (field.startswith(_META) and field != _META)):
            raise InvalidValueError("condition_not_read", field="where", text=text)
        if found.setdefault(field, value) != value:
            raise InvalidValueError("condition_given_twice", field="where", name=field, values=[found[field], value])
    return tuple(Condition(field, value) for field, value in sorted(found.items()))


def meets(condition: Condition, meta: Mapping[str, object]) -> bool:
    """Whether an item's metadata meets a condition on it; numbers and words are held against their text."""
    value = meta.get(condition.meta or "")
    if isinstance(value, bool):
        return str(value).lower() == condition.value.lower()
    return value is not None and str(value) == condition.value
