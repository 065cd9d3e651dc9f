"""Human labels and machine answers from files that are compared with each other: one spelling in all of them.

Labels, raters and item ids are one where `assistant.domain.canonical` says so, cells that say nothing are no answers,
and of several answers of one person or model to one item the newest counts. Whatever was read in another way than it
was written is said in `notes`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from assistant.domain.canonical import LabelNames, common_spelling, label_key
from assistant.domain.policies import LabelKind
from assistant.ingest.labels.answers import NO_LABEL, AnswerError
from assistant.ingest.labels.labels import LabelRow, MachineRow, mentioned, read_cell, to_labels, to_machine
from assistant.ingest.labels.one_spelling import (
    ItemNames,
    check_codes,
    named,
    newest,
    one_person,
    one_spelling,
    spelling_notes,
)
from assistant.ingest.labels.whole_files import left_out, mapped, whole, whole_rows
from assistant.ingest.reading.answer_columns import AnswerColumns, map_label_columns, map_machine_columns
from assistant.ingest.reading.problems import AS_IT_IS, AS_THEY_ARE, ReadingOptions, Readings
from assistant.ingest.reading.rows import InputRow, Refusal
from assistant.ingest.reading.statuses import NOT_AN_ANSWER

_LABEL_SHAPE = "{item_id, rater_id, label or labels}"
_MACHINE_SHAPE = "{item_id, model, label or labels, score?}"
_UNREAD = {
    "bad_score": "have no readable score",
    "bad_label": "have no readable label and count as not agreeing",
}


@dataclass(frozen=True, slots=True)
class AnswerFiles:
    """What people and machines said.

    Args:
        human: by item, one answer of each person.
        by_model: by model, in the order of the file, and item, one answer.
        unanswered: by model, the items it was asked about and gave no answer to: the file has a row without a label.
        notes: what was read in another way than it was written, and what is no answer, in sentences.
    """

    human: Mapping[str, Sequence[LabelRow]]
    by_model: Mapping[str, Mapping[str, MachineRow]] = field(default_factory=dict)
    unanswered: Mapping[str, Collection[str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    rows: Sequence[InputRow]
    columns: AnswerColumns


def read_answer_files(
    labels: Path,
    machine: Path | None = None,
    items: Collection[str] | None = None,
    *,
    label_set: Sequence[str] | None = None,
    readings: Readings = AS_THEY_ARE,
) -> AnswerFiles:
    """What the files hold; labels that an object of votes leaves out, but another mentions, are `unknown`.

    Args:
        labels: one answer of one person a line.
        machine: one answer of one model a line; None when only people are compared.
        items: ids of those the answers may be about; None allows any.
        label_set: all labels there are, in their spelling; None takes what occurs, in the most frequent spelling.
        readings: what the user says of the files.

    Raises:
        InputError: a file is missing, empty or not of its shape, half of its rows can't be used or are for no known
            item, an answer is for one of two items that its id may mean, or people answered with codes and machines
            with names.
    """
    notes: list[str] = []
    rows = whole_rows(labels, readings.labels, notes)
    files = [_File(labels, rows, mapped(labels, rows, map_label_columns, _LABEL_SHAPE))]
    if machine is not None:
        rows = whole_rows(machine, readings.machine, notes)
        files.append(_File(machine, rows, mapped(machine, rows, map_machine_columns, _MACHINE_SHAPE)))
    return _read(_recognising(files, label_set, notes), items, label_set, notes)


def read_machine_answers(
    path: Path,
    items: Collection[str],
    *,
    label_set: Sequence[str] | None = None,
    spelled: Sequence[str] = (),
    reading: ReadingOptions = AS_IT_IS,
) -> AnswerFiles:
    """What machines said of frozen items, nothing of people.

    Args:
        path: one answer of one model a line.
        items: the ids to spell by; answers about others are there too.
        label_set: as in `read_answer_files`.
        spelled: labels to spell by where there is no label set.
        reading: what the user says of the file.

    Raises:
        InputError: as `read_answer_files`.
    """
    notes: list[str] = []
    rows = whole_rows(path, reading, notes)
    file = _File(path, rows, mapped(path, rows, map_machine_columns, _MACHINE_SHAPE))
    [file] = _recognising([file], label_set, notes, spelled)
    names = ItemNames(items, closed=False)
    answers, unanswered = _machine(file, names, notes)
    _, answers = one_spelling([], answers, label_set or spelled, notes)
    return AnswerFiles({}, _by_model(answers, unanswered), unanswered, tuple(notes))


def _recognising(
    files: Sequence[_File], label_set: Sequence[str] | None, notes: list[str], spelled: Sequence[str] = ()
) -> list[_File]:
    """The files with the labels by which cells are read: those of the set, else those that stand alone somewhere."""
    if label_set is not None:
        names = LabelNames(tuple(label_set), closed=True)
        return [_knowing(file, names, None, label_set) for file in files]
    found = [_alone(file) for file in files]
    said = [label for alone in found for label in alone.labels]
    spelling = common_spelling(said, spelled)
    notes += spelling_notes("labels", said, spelling, label_key)
    several = any(alone.several for alone in found)
    names = LabelNames(tuple(spelling.values()))
    notes += _words_notes((word for alone in found for word in alone.nothing), names)
    kind = None if several else LabelKind.SINGLE  # then a cell with an empty list holds no answer
    return [_knowing(file, names, kind, ()) for file in files]


def _knowing(file: _File, names: LabelNames, kind: LabelKind | None, label_set: Sequence[str]) -> _File:
    """The file read by these labels; what an object of votes leaves out of all that are known is unknown."""
    columns = file.columns.recognising(names, kind)
    known = dict.fromkeys((*label_set, *(names.find(name) or name for name in mentioned(file.rows, columns))))
    return replace(file, columns=replace(columns, known_labels=tuple(known)))


class _Alone(NamedTuple):
    """What cells say without a label set: labels that need no splitting, words that say nothing where they are none,
    and whether answers may hold any number of labels.
    """

    labels: list[str]
    nothing: list[str]
    several: bool


def _words_notes(words: Iterable[str], names: LabelNames) -> list[str]:
    """What programs write for nothing, and is a label since a person wrote it in another way."""
    taken = Counter(word for word in words if not names.says_nothing(word))
    return [
        f"{count:,} cells {word!r} are read as the label {names.find(word)!r}; if they hold no answer, empty them."
        for word, count in taken.items()
    ]


def _alone(file: _File) -> _Alone:
    columns = file.columns
    several = bool(columns.labels or columns.each_label)
    found: list[str] = []
    nothing: list[str] = []
    for row in file.rows:
        for cell in _cells(row, columns):
            several = several or isinstance(cell, Mapping)
            try:
                labels, _ = read_cell(cell, columns, several=False)
            except AnswerError as error:
                nothing += [cell] if error.reason == NO_LABEL and isinstance(cell, str) and cell.strip() else []
                continue
            several = several or len(labels) > 1
            if columns.labels is None or not isinstance(cell, str) or len(labels) != 1 or labels[0] != cell.strip():
                found += labels
            elif not any(sign in cell for sign in "|;,\n"):
                found.append(labels[0])
    return _Alone(found, nothing, several)


def _cells(row: InputRow, columns: AnswerColumns) -> Iterator[object]:
    names = columns.each_rater or [name for name in (columns.labels, columns.label) if name is not None]
    yield from (value for name in names if (value := row.values.get(name)) is not None)


def _read(
    files: Sequence[_File], items: Collection[str] | None, label_set: Sequence[str] | None, notes: list[str]
) -> AnswerFiles:
    names = ItemNames(items)
    people = files[0]
    empty: Counter[str] = Counter()
    given = whole(people.path, (one for row in people.rows for one in to_labels(row, people.columns)), notes, empty)
    notes += _without_answer(people.path, empty)
    given = named(people.path, given, names, lambda row: row.rater, notes)
    given = newest(people.path, one_person(given, notes), lambda row: row.rater, notes)
    answers: list[MachineRow] = []
    unanswered: dict[str, set[str]] = {}
    if len(files) > 1:
        answers, unanswered = _machine(files[1], names, notes)
    given, answers = one_spelling(given, answers, label_set or (), notes)
    check_codes([file.path for file in files], given, answers)
    human: dict[str, list[LabelRow]] = {}
    for row in given:
        human.setdefault(row.item_id, []).append(row)
    return AnswerFiles(human, _by_model(answers, unanswered), unanswered, tuple(notes))


def _machine(file: _File, names: ItemNames, notes: list[str]) -> tuple[list[MachineRow], dict[str, set[str]]]:
    """The answers, and by model the items that it was asked about in vain."""
    given = _machine_rows(file, notes)
    given = named(file.path, given, names, lambda row: row.model, notes)
    answers = [row for row in given if row.no_answer is None]
    answers = newest(file.path, answers, lambda row: row.model, notes)
    answered = {(answer.model, answer.item_id) for answer in answers}
    unanswered: dict[str, set[str]] = {}
    for row in given:
        if row.no_answer is not None and (row.model, row.item_id) not in answered:
            unanswered.setdefault(row.model, set()).add(row.item_id)
    if empty := sum(map(len, unanswered.values())):
        notes.append(f"{empty:,} rows in {file.path.name} hold no answer of the model; they count as not agreeing.")
    unscored = sum(answer.score is None for answer in answers)
    if 0 < unscored < len(answers):
        notes.append(f"{unscored:,} of {len(answers):,} model predictions in {file.path.name} have no score.")
    return answers, unanswered


def _machine_rows(file: _File, notes: list[str]) -> list[MachineRow]:
    """The rows that say which model was asked about which item; leaving out unreadable labels would flatter it."""
    unread: dict[str, list[Refusal]] = {reason: [] for reason in _UNREAD}
    blank = dict.fromkeys(name for name in (*file.columns.each_label, file.columns.labels, file.columns.label) if name)
    found: list[MachineRow | Refusal] = []
    for row in file.rows:
        read = to_machine(row, file.columns)
        if isinstance(read, Refusal) and read.reason == "bad_score":
            unread[read.reason].append(read)
            read = to_machine(row, replace(file.columns, score=None))
        if isinstance(read, Refusal) and read.reason == "bad_label":
            unread[read.reason].append(read)
            read = to_machine(replace(row, values={**row.values, **blank}), file.columns)
        found.append(read)
    rows = whole(file.path, found, notes)
    for reason, what in _UNREAD.items():
        notes += left_out(file.path, unread[reason], len(rows) - len(unread[reason]), what)
    return rows


def _by_model(answers: Sequence[MachineRow], also: Iterable[str] = ()) -> dict[str, dict[str, MachineRow]]:
    found: dict[str, dict[str, MachineRow]] = {}
    for answer in answers:
        found.setdefault(answer.model, {})[answer.item_id] = answer
    return found | {model: {} for model in also if model not in found}


def _without_answer(path: Path, empty: Counter[str]) -> list[str]:
    notes = []
    if cells := empty[NO_LABEL]:
        words = "empty, or a word such as nan or None; if that is a label, give the label set"
        notes.append(f"{cells:,} cells in {path.name} hold no answer ({words}).")
    if rows := empty[NOT_AN_ANSWER]:
        kinds = "rejected, skipped, cancelled ..."
        notes.append(f"{rows:,} rows in {path.name} count as unanswered by their status ({kinds}).")
    return notes
