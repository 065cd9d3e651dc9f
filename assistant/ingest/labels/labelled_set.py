"""A labelled set: items, what machines answered and what reviewers said, as columns over the same items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.domain.consensus import consensus
from assistant.domain.items import Item
from assistant.errors import InputError, NotFoundError
from assistant.ingest.labels.answer_files import read_answer_files
from assistant.ingest.labels.labels import LabelRow, MachineRow
from assistant.ingest.labels.whole_files import read_items
from assistant.ingest.reading.problems import AS_THEY_ARE, Readings

SMALLEST_SET = 30
"""Labelled items without which nothing can be said about a machine."""

_SHOWN_NAMES = 5


@dataclass(frozen=True, slots=True)
class ImportedAnswers:
    """What one machine said of the items of a set.

    Args:
        labels: (n,) as in `LabelledSet`, None where it gave no answer.
        scores: (n,) how sure it said it was, as it came, NaN where it didn't; None where it never did.
    """

    labels: tuple[str | None, ...]
    scores: npt.NDArray[np.float64] | None


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """Columns over the n items that reviewers settled and the machine answered, in the order of the items' file.

    Several labels of one answer are sorted and joined by `|`; the answer that no label applies is the empty text.

    Args:
        ids, texts, languages: (n,) of the items; a pair's text is its query, a line feed and its document; languages
            are BCP 47 tags, `und` when not known.
        sources: (n,) where they came from, None when not known.
        metas: (n,) all other columns of the items' file.
        labels: (n,) what most reviewers answered.
        machine: the name of the machine whose labels are to be trusted or not; None when its answers come later.
        answers: by name, the machine's first, then the others' in the order of their file.
        left_out: items that are not in the set by reason: `unlabelled`, `open` (known in part only: reviewers leave
            categories unknown), `tied` (no answer has most votes), `unanswered` (by the machine).
        notes: what was read in another way than it was written, in sentences.
    """

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    languages: tuple[str, ...]
    sources: tuple[str | None, ...]
    metas: tuple[Mapping[str, object], ...]
    labels: tuple[str, ...]
    machine: str | None
    answers: Mapping[str, ImportedAnswers]
    left_out: Mapping[str, int]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    def describe(self) -> str:
        """One line for the user, e.g. `1,308 items, machine gpt-4 and 1 other; left out: 47 tied`."""
        others = len(self.answers) - 1
        machine = f"machine {self.machine}" if self.machine else "no model predictions"
        machine += f" and {others:,} other{'s' if others > 1 else ''}" if others > 0 else ""
        left_out = _counted(self.left_out)
        return f"{len(self):,} items, {machine}" + (f"; left out: {left_out}" if left_out else "")


def read_labelled_set(
    items: Path,
    labels: Path,
    machine: Path | None = None,
    *,
    machine_name: str | None = None,
    readings: Readings = AS_THEY_ARE,
) -> LabelledSet:
    """The labelled set that three files hold, in any format `read_rows` reads.

    Args:
        items: one item a line, `{id, text, lang, source, meta}`.
        labels: one answer of one person a line, `{item_id, rater_id, label or labels}`.
        machine: one answer of one model a line, `{item_id, model, label or labels, score?}`; None when the machine
            hasn't answered yet.
        machine_name: the model that is the machine; None takes the one with most answers, the first of equals.
        readings: what the user says of the files.

    Raises:
        InputError: a file is missing, unreadable or not of its shape; a line can't be read; an id occurs twice or in
            no item; no model has the name; fewer than 30 items are left, or reviewers gave all of them the same label.
    """
    notes: list[str] = []
    known = read_items(items, readings.items, notes=notes)
    read = read_answer_files(labels, machine, known, readings=readings)
    settled, left_out = _settle(read.human, known)
    by_model = read.by_model
    chosen = _choose(by_model, machine, machine_name)
    if chosen is not None:
        unanswered = settled.keys() - by_model[chosen].keys()
        left_out["unanswered"] = len(unanswered)
        settled = {item_id: label for item_id, label in settled.items() if item_id not in unanswered}
    left_out = {reason: count for reason, count in left_out.items() if count}
    _check_enough(settled, labels, left_out)
    found = _columns([known[item_id] for item_id in settled], settled, by_model, chosen, left_out)
    return replace(found, notes=(*notes, *read.notes))


def _settle(answers: Mapping[str, Sequence[LabelRow]], known: Iterable[str]) -> tuple[dict[str, str], dict[str, int]]:
    """The label that most reviewers gave to each item, and how many items have none, by reason."""
    settled: dict[str, str] = {}
    left_out = {"unlabelled": 0, "open": 0, "tied": 0}
    for item_id in known:
        given = answers.get(item_id, ())
        said = consensus(given)
        if said is None:
            left_out["tied" if given else "unlabelled"] += 1
        elif said.unknown:
            left_out["open"] += 1
        else:
            settled[item_id] = _joined(said.labels)
    return settled, left_out


def _joined(labels: Iterable[str]) -> str:
    return "|".join(sorted(labels))


def _choose(by_model: Mapping[str, Mapping[str, MachineRow]], path: Path | None, name: str | None) -> str | None:
    if name is not None and name not in by_model:
        where = str(path or "")
        if near := get_close_matches(name, by_model, n=1):
            raise NotFoundError("answers_of_model_not_found_near", where=where, model=name, near=near[0])
        if not by_model:
            raise NotFoundError("answers_of_no_model", where=where, model=name)
        there_are = ", ".join(list(by_model)[:_SHOWN_NAMES]) + (" ..." if len(by_model) > _SHOWN_NAMES else "")
        raise NotFoundError("answers_of_model_not_found", where=where, model=name, known=there_are)
    return name or max(by_model, key=lambda model: len(by_model[model]), default=None)


def _check_enough(settled: Mapping[str, str], path: Path, left_out: Mapping[str, int]) -> None:
    if len(settled) < SMALLEST_SET:
        where, items, least = str(path), len(settled), SMALLEST_SET
        if left_out:
            counted = _counted(left_out)
            raise InputError("usable_items_too_few_left_out", where=where, items=items, least=least, left_out=counted)
        raise InputError("usable_items_too_few", where=where, items=items, least=least)
    if len(labels := set(settled.values())) == 1:
        raise InputError("items_labelled_alike", where=str(path), items=len(settled), label=labels.pop())


def _counted(left_out: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in left_out.items())


def _columns(
    kept: Sequence[Item],
    settled: Mapping[str, str],
    by_model: Mapping[str, Mapping[str, MachineRow]],
    chosen: str | None,
    left_out: Mapping[str, int],
) -> LabelledSet:
    models = sorted(by_model, key=lambda model: model != chosen)  # stable: the others keep their order
    return LabelledSet(
        ids=tuple(settled),
        texts=tuple(item.content.shown_text for item in kept),
        languages=tuple(item.language for item in kept),
        sources=tuple(item.source for item in kept),
        metas=tuple(item.meta for item in kept),
        labels=tuple(settled.values()),
        machine=chosen,
        answers={model: _answers([by_model[model].get(item_id) for item_id in settled]) for model in models},
        left_out=left_out,
    )


def _answers(rows: Sequence[MachineRow | None]) -> ImportedAnswers:
    scores = np.array([np.nan if row is None or row.score is None else row.score for row in rows], dtype=np.float64)
    labels = tuple(None if row is None or row.unknown else _joined(row.labels) for row in rows)
    return ImportedAnswers(labels, None if np.isnan(scores).all() else scores)
