"""Which items an evaluation is about, and by which of their properties it is sliced: the same for files and stores."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from assistant.domain.canonical import written_for_nothing
from assistant.domain.items import Content
from assistant.domain.reasons import Reason
from assistant.errors import InputError, InvalidValueError
from assistant.ingest.reading.mapping import named_like_media
from evals.data.eval_data import EvalData

META = "meta."
"""How a field of the items' meta begins; where no property has its name the beginning may be left out."""

NOT_SELECTED = Reason("not_selected")

LABEL, LANGUAGE, SOURCE, LENGTH, MEDIA, CLAUSE = PLAIN = ("label", "language", "source", "length", "media", "clause")
_OF_ITEMS = ("id", LANGUAGE, SOURCE, MEDIA)  # what is known of an item before anyone answers
_OTHER_NAMES = {"lang": LANGUAGE, "clauses": CLAUSE}
_CONDITION = re.compile(r"\s*([^=!<>]+?)\s*(!=|==?)\s*(.*?)\s*", re.DOTALL)
_SHOWN = 8

Properties = Mapping[str, str]
"""What is known of an item, by name."""


def properties_of(
    name: str, language: str, source: str | None, meta: Mapping[str, object], *, has_media: bool | None
) -> dict[str, str]:
    """An item by its properties: `id`, `language`, `source`, `media` (`yes` or `no`) and `meta.FIELD`; empty ones out.

    Args:
        name: its id.
        language, source, meta: of the item.
        has_media: whether there is more to judge than text; None where no one knows.
    """
    found = {"id": name, LANGUAGE: language}
    if source is not None:
        found[SOURCE] = source
    if has_media is not None:
        found[MEDIA] = "yes" if has_media else "no"
    return found | {META + key: _text(value) for key, value in meta.items() if not written_for_nothing(value)}


def shows_media(content: Content, meta: Mapping[str, object]) -> bool:
    """Whether there is more to judge than text: media of its own, or a filled column named so that was kept as meta."""
    kept = (name for name, value in meta.items() if named_like_media(name) and not written_for_nothing(value))
    return content.has_media or any(kept)


@dataclass(frozen=True, slots=True)
class ItemCondition:
    """What an item must be, or must not be.

    Args:
        name: of a property.
        value: as text; letter case doesn't count.
        equal: whether it must be that, or anything else.
    """

    name: str
    value: str
    equal: bool

    @classmethod
    def read(cls, text: str) -> Self:
        """`language = zh`, `media != yes`, `meta.topic = loans`.

        Raises:
            InputError: it is none, or about what is not known of items beforehand.
        """
        found = _CONDITION.fullmatch(text)
        if found is None or not found[3].strip("\"'"):
            raise InvalidValueError("condition_malformed", field="where", condition=text)
        name = _full_name(found[1])
        if name in PLAIN and name not in _OF_ITEMS:
            known = [*_OF_ITEMS, f"{META}FIELD"]
            raise InvalidValueError("condition_not_of_items", field="where", name=name, known=known)
        value = found[3].strip("\"'")
        if name == MEDIA:
            value = {"true": "yes", "1": "yes", "false": "no", "0": "no"}.get(value.casefold(), value)
        return cls(name, value, found[2] != "!=")

    def fits(self, item: Properties) -> bool:
        """Whether an item is so; one without the property isn't, but is anything else."""
        return (item.get(self.name, "").casefold() == self.value.casefold()) is self.equal


@dataclass(frozen=True, slots=True)
class Selection:
    """What was asked for: which items, and by what they are sliced beside what they are sliced by anyway.

    Args:
        slices: names as they are shown, by the property's full name.
        conditions: all must fit.
        without: how many items they left out; counted as items are looked at.
    """

    slices: Mapping[str, str] = field(default_factory=dict)
    conditions: tuple[ItemCondition, ...] = ()
    without: Counter[Reason] = field(default_factory=Counter)
    _seen: dict[str, Counter[str]] = field(default_factory=dict)
    _kept: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, slices: Iterable[str], where: Iterable[str]) -> Self:
        """From names (a comma parts several) and conditions.

        Raises:
            InputError: a condition is none.
        """
        names = [name.strip() for part in slices for name in part.split(",") if name.strip()]
        return cls(
            {_full_name(name): _OTHER_NAMES.get(name, name) for name in names}, tuple(map(ItemCondition.read, where))
        )

    @property
    def of_items(self) -> bool:
        """Whether anything about items themselves is asked for, so that their ids and labels aren't enough."""
        return bool(self.conditions) or bool(set(self.slices) - {LABEL, CLAUSE})

    @property
    def by_clause(self) -> bool:
        """Whether items are to be sliced by the clauses that a machine cited."""
        return CLAUSE in self.slices

    def takes(self, item: Properties) -> bool:
        """Whether an item is one of those; to be asked once of each that was labelled."""
        for name in (*self.slices, *(one.name for one in self.conditions)):
            self._seen.setdefault(name, Counter()).update([item[name]] if name in item else [])
        for key in item:
            self._seen.setdefault(key, Counter())
        fits = all(one.fits(item) for one in self.conditions)
        self.without[NOT_SELECTED] += not fits
        for name in self.slices if fits else ():
            self._kept.setdefault(name, set()).update([item[name]] if name in item else [])
        return fits

    def columns(self, item: Properties) -> dict[str, str]:
        """An item's values of what is sliced by, by the names they are shown under."""
        return {shown: item[name] for name, shown in self.slices.items() if name in item}

    def check(self, taken: int, where: str) -> None:
        """Refuse what no item has, once all were looked at.

        Args:
            taken: how many items are left.
            where: what was read.

        Raises:
            InputError: a property that no item has, or conditions that none fits; says what there is.
        """
        for name in (*self.slices, *(one.name for one in self.conditions)):
            if name not in {LABEL, LENGTH, CLAUSE} and not self._seen.get(name):
                raise self._unknown(name, where)
        if not taken and self.conditions:
            one = self.conditions[0]
            there = [f"{value} ({count:,})" for value, count in self._seen[one.name].most_common(_SHOWN)]
            raise InputError("no_item_fits", where=where, name=one.name, there=there)

    def counted(self, data: EvalData) -> EvalData:
        """The data, with how many items were left out and what makes no slices."""
        notes = [
            Reason.of("same_on_all_items", column=shown)
            for name, shown in self.slices.items()
            if name not in {LABEL, LENGTH, CLAUSE} and len(self._kept.get(name, ())) == 1
        ]
        left_out = {NOT_SELECTED: self.without[NOT_SELECTED]} if self.without[NOT_SELECTED] else {}
        return replace(data, left_out={**left_out, **data.left_out}, notes=(*data.notes, *notes))

    def _unknown(self, name: str, where: str) -> InputError:
        fields = [key.removeprefix(META) for key in self._seen if key.startswith(META) and key != name]
        if not name.startswith(META):
            return InputError("item_property_unknown", where=where, name=name, known=fields)
        known = [*fields, *PLAIN]
        return InputError("item_field_unknown", where=where, name=name.removeprefix(META), known=known)


def sliced_by(names: Sequence[str]) -> Selection:
    """All items, sliced by some properties more."""
    return Selection.read(names, ())


def _full_name(name: str) -> str:
    plain = _OTHER_NAMES.get(name.strip(), name.strip())
    return plain if plain in {*PLAIN, "id"} or plain.startswith(META) else META + plain


def _text(value: object) -> str:
    """As it stands in a file: `true`, `7` for 7.0."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
