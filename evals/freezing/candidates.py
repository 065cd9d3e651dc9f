"""Labelled items on their way into a snapshot: from the workspace by a query, or from files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.domain.canonical import written_for_nothing
from assistant.domain.items import Item
from assistant.ingest.labels.answer_files import read_answer_files
from assistant.ingest.labels.labels import LabelRow
from assistant.ingest.labels.whole_files import read_items
from assistant.store.certification.labelled import GivenLabel, ItemFacts, LabelledItem
from evals.data.eval_data import EvalData, Scale, Sight
from evals.data.files import probability_of, read_eval_files
from evals.data.frozen import FrozenAnswer
from evals.data.selection import META, properties_of, shows_media
from evals.gates.suite import Data, LabelQuery

Routed = Mapping[str, Sequence[tuple[str, float]]]
"""By external id, when each route was decided and with which inclusion probability, oldest first."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that may be frozen.

    Args:
        id: its external id.
        digest: of its content; empty where a file has labels alone.
        text: what people read; empty as above.
        language, source, meta: of the item.
        near: names its near-duplicates' group, None where it has none.
        inclusion: probability with which people were given it.
        answers: newest of each person.
        has_media: whether there is more to judge than text; None where no one knows.
    """

    id: str
    digest: str
    text: str
    language: str
    source: str | None
    meta: Mapping[str, object]
    near: str | None
    inclusion: float
    answers: tuple[FrozenAnswer, ...]
    has_media: bool | None = None

    @property
    def described(self) -> dict[str, str]:
        """All that conditions may be about."""
        return properties_of(self.id, self.language, self.source, self.meta, has_media=self.has_media)

    @property
    def properties(self) -> dict[str, str]:
        """What it may be sliced by, its meta left out."""
        return {"language": self.language} | ({} if self.source is None else {"source": self.source})


def from_workspace(labelled: Iterable[LabelledItem], query: LabelQuery, routed: Routed) -> Iterator[Candidate]:
    """The items a query asks for.

    Args:
        labelled: every labeled item of the workspace.
        query: which of them.
        routed: the routes of the run the query weighs by; empty for none. The route in force when an item was first
            labelled counts; an item labelled before it was routed was not picked by a route: it stands for itself.
    """
    ids = frozenset(query.ids)
    for one in labelled:
        given = [label for label in one.labels if label.at >= query.labelled_since]
        if given and _asked_for(one.facts, query, ids):
            stated = stated_inclusion(one.facts, given)
            yield _candidate(one.facts, given, chance(routed.get(one.facts.id, ()), given[0].at, stated))


def chance(routes: Sequence[tuple[str, float]], labelled_at: str, stated: float | None = None) -> float:
    """Probability with which the route in force at that moment gave the item to people.

    Where there was none, the one that was stated with its labels; 1 without either.
    """
    otherwise = 1.0 if stated is None else stated
    return next((probability for moment, probability in reversed(routes) if moment <= labelled_at), otherwise)


def from_files(data: Data, folder: Path, known: Mapping[str, ItemFacts]) -> tuple[list[Candidate], EvalData]:
    """The items of files, and the same as it was read, for its label set and what was left out.

    Args:
        data: names the files.
        folder: they are relative to it.
        known: items of the workspace by id, for what the files don't say.

    Raises:
        InputError: a file can't be read or is not of its shape.
    """
    assert data.labels is not None  # noqa: S101 - the suite was checked
    items_path = None if data.items is None else folder / data.items
    classes = data.classes or None
    read = read_eval_files(
        folder / data.labels, None, items_path, classes=classes, scale=data.scale, readings=data.readings
    )
    items = {} if items_path is None else read_items(items_path, data.readings.items)
    rows = read_answer_files(folder / data.labels, items=items or None, label_set=classes, readings=data.readings).human
    sizes: dict[int, int] = {}
    for group in read.groups.tolist():
        sizes[group] = sizes.get(group, 0) + 1
    found = []
    for at, name in enumerate(read.ids):
        group = int(read.groups[at])
        near = f"file {group}" if sizes[group] > 1 else None
        answers = tuple(_frozen_row(row, read.scale) for row in rows.get(name, ()))
        bare = Candidate(name, "", "", "und", None, {}, near, 1 / float(read.weights[at]), answers)
        found.append(_described(bare, items.get(name), known.get(name)))
    return found, read


def _asked_for(facts: ItemFacts, query: LabelQuery, ids: frozenset[str]) -> bool:
    return (
        (not ids or facts.id in ids)
        and (not query.languages or facts.language in query.languages)
        and (not query.sources or facts.source in query.sources)
        and query.media in {None, shows_media(facts.content, facts.meta)}
        and all(str(facts.meta.get(name)) == str(value) for name, value in query.meta.items())
    )


def _candidate(facts: ItemFacts, given: Sequence[GivenLabel], inclusion: float) -> Candidate:
    newest = {one.rater: frozen_answer(one) for one in given}
    return Candidate(
        facts.id,
        facts.digest,
        facts.content.shown_text,
        facts.language,
        facts.source,
        facts.meta,
        None if facts.group is None else str(facts.group),
        inclusion,
        tuple(newest.values()),
        shows_media(facts.content, facts.meta),
    )


def frozen_answer(given: GivenLabel) -> FrozenAnswer:
    """A stored answer as evaluations take it."""
    sight = sight_of(given.shown_suggestion)
    return FrozenAnswer(given.rater, tuple(given.labels), sight, given.unknown, given.denied)


def stated_inclusion(facts: ItemFacts, given: Sequence[GivenLabel]) -> float | None:
    """The probability, stated with the labels or the item when they came, with which the item was taken; None without.

    Raises:
        InputError: it is no number.
    """
    for value in (*(one.inclusion for one in given), facts.meta.get("inclusion_probability")):
        if not written_for_nothing(value):
            return probability_of(value, facts.id)
    return None


def sight_of(shown: bool | None) -> Sight:
    """Whether the machine's answer was in sight; None where no one knows."""
    return Sight.UNKNOWN if shown is None else Sight.ASSISTED if shown else Sight.BLIND


def _frozen_row(row: LabelRow, scale: Scale) -> FrozenAnswer:
    """A row of a file; the labels of a set in one order."""
    labels = tuple(sorted(row.labels)) if scale is Scale.MULTI else row.labels
    lists = (row.unknown, row.denied) if scale is Scale.MULTI else ((), ())
    return FrozenAnswer(row.rater, labels, sight_of(row.shown_suggestion), *lists)


def _described(bare: Candidate, item: Item | None, known: ItemFacts | None) -> Candidate:
    """With what the file of items says, else what the workspace does."""
    if item is not None:
        return replace(
            bare,
            digest=item.content.digest,
            text=item.content.shown_text,
            language=item.language,
            source=item.source,
            meta=item.meta,
            has_media=shows_media(item.content, item.meta),
        )
    if known is not None:
        return replace(
            bare,
            digest=known.digest,
            text=known.content.shown_text,
            language=known.language,
            source=known.source,
            meta=known.meta,
            has_media=shows_media(known.content, known.meta),
            near=bare.near or (None if known.group is None else str(known.group)),
        )
    return bare


def meta_value(candidate: Candidate, name: str) -> str | None:
    """A field of the meta as text, given as `meta.FIELD` or `FIELD`; None where there is none."""
    value = candidate.meta.get(name.removeprefix(META))
    return None if value is None or value == "" else str(value)
