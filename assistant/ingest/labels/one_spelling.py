"""One spelling of labels, people and items over all answers of files, and what to report of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from assistant.domain.canonical import common_spelling, id_key, label_key, rater_key
from assistant.errors import InputError, NotFoundError
from assistant.ingest.labels.labels import UNKNOWN, LabelRow, MachineRow
from assistant.ingest.labels.whole_files import left_out
from assistant.ingest.reading.repeated import Newest
from assistant.ingest.reading.rows import Refusal

_SHOWN = 5  # spellings in a note

Answer = TypeVar("Answer", LabelRow, MachineRow)


class ItemNames:
    """The ids items are known by.

    Args:
        known: those there are; None where the files are all that is known: then the first spelling is the item's.
        closed: whether there can be no others.
    """

    def __init__(self, known: Collection[str] | None, *, closed: bool | None = None) -> None:
        self._known = dict.fromkeys(known or ())
        self._closed = known is not None if closed is None else closed
        self._alike: dict[str, list[str]] = {}
        for name in self._known:
            self._alike.setdefault(id_key(name), []).append(name)

    def of(self, name: str) -> str | None:
        """The id of the item a name means; None where there is none.

        Raises:
            LookupError: it could be several, which are its arguments.
        """
        if name in self._known:
            return name
        alike = self._alike.get(id_key(name), [])
        if len(alike) > 1:
            raise LookupError(*alike)
        if alike or self._closed:
            return alike[0] if alike else None
        self._known[name] = None
        self._alike[id_key(name)] = [name]
        return name

    @property
    def guessed(self) -> bool:
        """Whether two spellings are taken for one item without a list of items that says so."""
        return not self._closed


def named(
    path: Path, given: Sequence[Answer], names: ItemNames, by: Callable[[Answer], str], notes: list[str]
) -> list[Answer]:
    """The answers with the ids items are known by; those for no known item are left out, with a sentence in `notes`.

    Raises:
        InputError: half of the answers or more are for no known item, or one is for one of two that its id may mean:
            without a list of the items, that is also so where one person or model answers both.
    """
    answered: dict[tuple[str, str], Answer] = {}
    found: list[Answer] = []
    unknown: list[Refusal] = []
    for row in given:
        where = f"{path}:{row.line}"
        try:
            name = names.of(row.item_id)
        except LookupError as error:
            raise _ambiguous(row.item_id, error.args, where) from None
        if name is None:
            unknown.append(Refusal(row.line, "unknown_item", f"there is no item {row.item_id!r}"))
            continue
        earlier = answered.setdefault((name, by(row)), row)
        if names.guessed and earlier.item_id != row.item_id:
            raise _ambiguous(row.item_id, (earlier.item_id, row.item_id), where)
        found.append(row if name == row.item_id else replace(row, item_id=name))
    if unknown and len(unknown) >= len(found):
        raise NotFoundError("items_of_answers_unknown", where=f"{path}:{unknown[0].line}", said=unknown[0].message)
    notes += left_out(path, unknown, len(found))
    used = {id_key(row.item_id): row.item_id for row in found}
    written = (row.item_id for row in given if id_key(row.item_id) in used)
    notes += spelling_notes(f"items in {path.name}", written, used, id_key)
    return found


def _ambiguous(name: str, could_be: Sequence[str], where: str) -> InputError:
    return InputError("item_ambiguous", where=where, item=name, could_be=" or ".join(map(repr, could_be)))


def one_person(given: Sequence[LabelRow], notes: list[str]) -> list[LabelRow]:
    """The answers with one name for each person: the most frequent, the first of equals."""
    counts: dict[str, Counter[str]] = {}
    for row in given:
        counts.setdefault(rater_key(row.rater), Counter())[row.rater] += 1
    name = {key: of_key.most_common(1)[0][0] for key, of_key in counts.items()}
    notes += spelling_notes("raters", (row.rater for row in given), name, rater_key)
    return [row if (who := name[rater_key(row.rater)]) == row.rater else replace(row, rater=who) for row in given]


def newest(path: Path, given: Sequence[Answer], by: Callable[[Answer], str], notes: list[str]) -> list[Answer]:
    """One answer of each person or model to each item, the newest, in the order in which they first answered."""
    seen = Newest()
    kept: dict[tuple[str, str], Answer] = {}
    for row in given:
        key = (row.item_id, by(row))
        if seen.first(*key, row.meta) or seen.newer(*key, row.meta):
            kept[key] = row
    if again := len(given) - len(kept):
        notes.append(f"{again:,} answers in {path.name} were given again to the same item: the newest counts.")
    return list(kept.values())


def one_spelling(
    given: Sequence[LabelRow], answers: Sequence[MachineRow], preferred: Sequence[str], notes: list[str]
) -> tuple[list[LabelRow], list[MachineRow]]:
    """The answers with one spelling of each label: the preferred one, else the most frequent, the first of equals."""
    rows: tuple[LabelRow | MachineRow, ...] = (*given, *answers)
    said = [label for row in rows for label in row.labels]
    spelling = common_spelling(said, preferred)
    notes += spelling_notes("labels", said, spelling, label_key)
    return [_spelled(row, spelling) for row in given], [_spelled(row, spelling) for row in answers]


def _spelled(row: Answer, spelling: Mapping[str, str]) -> Answer:
    """The row with these spellings, in what it gives, leaves unknown and denies."""

    def of(labels: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(spelling.get(label_key(label), label) for label in labels))

    labels, unknown = of(row.labels), of(row.unknown)
    meta = {**row.meta, UNKNOWN: list(unknown)} if unknown != row.unknown else row.meta
    if isinstance(row, LabelRow):
        return replace(row, labels=labels, meta=meta, denied=of(row.denied))
    return replace(row, labels=labels, meta=meta)


def check_codes(paths: Sequence[Path], given: Iterable[LabelRow], answers: Iterable[MachineRow]) -> None:
    """Raises InputError where people answer with numbers and machines with names, or the other way round."""
    human = {label for row in given for label in row.labels}
    machine = {label for row in answers for label in row.labels}
    kinds = {all(label.isdecimal() for label in labels) for labels in (human, machine)}
    if not human or not machine or human & machine or len(kinds) == 1:
        return
    where = " and ".join(map(str, paths))
    raise InputError("codes_beside_names", where=where, human=min(human), model=min(machine))


def spelling_notes(
    what: str, written: Iterable[str], spelling: Mapping[str, str], key: Callable[[str], str]
) -> list[str]:
    """A sentence on what is read as one although it is written in several ways; none where nothing is.

    Args:
        what: is written so (`labels`).
        written: every occurrence.
        spelling: by key, the spelling that is used.
        key: equal for spellings of one.
    """
    ways: dict[str, Counter[str]] = {}
    for text in written:
        if (used := spelling[key(text)]) != text:
            ways.setdefault(used, Counter())[text] += 1
    if not ways:
        return []
    told = [
        f"{', '.join(f'{way!r} ({count:,})' for way, count in counts.most_common(_SHOWN))} as {used!r}"
        for used, counts in ways.items()
    ]
    more = f"; and {len(told) - _SHOWN:,} more" if len(told) > _SHOWN else ""
    return [f"{what.capitalize()} written in several ways are one: {'; '.join(told[:_SHOWN])}{more}."]
