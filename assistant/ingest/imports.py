"""Human labels and machine answers made elsewhere, into the same tables as our own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import Protocol

from assistant.domain.canonical import LabelNames, rater_key
from assistant.domain.labels import OffLabelSetError, WrongNumberError, check_number, read_labels
from assistant.domain.policies import LabelSet
from assistant.domain.prelabels import FailureReason, Prelabel, PrelabelStatus
from assistant.domain.reviews import Review
from assistant.ingest.answer_columns import AnswerColumns
from assistant.ingest.labels import NO_ANSWER, LabelRow, MachineRow, to_labels, to_machine
from assistant.ingest.load import SHOWN_REFUSALS
from assistant.ingest.mapping import LONGEST_ID
from assistant.ingest.readers import peek_columns, read_rows
from assistant.ingest.repeated import Newest
from assistant.ingest.rows import Refusal, Row
from assistant.ingest.tool_rows import unfolded
from assistant.store.database import parts
from assistant.store.items import ItemStore
from assistant.store.prelabels import Answered, PrelabelStore
from assistant.store.reviews import ReviewStore
from assistant.store.runs import Run, RunStore

_LOOKED_AT = 100  # rows whose values say what a column is
_BATCH = 2000


@dataclass(slots=True)
class ImportReport:
    """What became of a file's answers.

    Args:
        source: the file's name.
        mapping: which columns were taken for what, in words.
        counts: answers by `added`, `unchanged`, `refused`, `no_answer` (an empty label, a word for nothing, or a status
            that says so) and `superseded` (the same person answered the item again in this file: the newest counts).
        reasons: refused ones and those without an answer by reason (`unknown_item`: no item of that id ...).
        refusals: the first ten refused.
        runs: names of the runs that hold imported machine answers.
        spelled: raters and items that the file spells in another way than they are known: (what, here, known) and how
            many answers.
    """

    source: str
    mapping: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    spelled: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def refuse(self, refusal: Refusal) -> None:
        """Count an answer that can't be used, and keep it if something is wrong with it and it is among the first."""
        if refusal.reason in NO_ANSWER:
            self.without_answer(refusal.reason)
            return
        self.reasons[refusal.reason] += 1
        self.counts["refused"] += 1
        if len(self.refusals) < SHOWN_REFUSALS:
            self.refusals.append(refusal)

    def without_answer(self, reason: str) -> None:
        """Count a row in which nothing is wrong and nothing was answered."""
        self.reasons[reason] += 1
        self.counts["no_answer"] += 1


class Mapper(Protocol):
    """Chooses the columns once the file's columns and first rows are known."""

    def __call__(self, columns: Sequence[str], sample: Collection[Mapping[str, object]]) -> AnswerColumns:
        """The columns of a file with these names and first rows."""


@dataclass(frozen=True, slots=True)
class _Checks:
    """What an answer must be: of the policy's labels unless any are taken, and always as many as its kind has."""

    label_set: LabelSet
    any_label: bool

    @property
    def names(self) -> LabelNames:
        return LabelNames(self.label_set.names, closed=not self.any_label)

    def read(self, labels: tuple[str, ...]) -> tuple[str, ...]:
        check_number(len(labels), self.label_set.kind)
        return labels if self.any_label else read_labels(labels, self.label_set)


def import_labels(
    path: Path, choose: Mapper, items: ItemStore, reviews: ReviewStore, *, label_set: LabelSet, any_label: bool = False
) -> ImportReport:
    """Take in a file of human labels.

    Args:
        path: the file; `-` reads standard input.
        choose: picks the columns.
        items: the items the labels belong to.
        reviews: where they go.
        label_set: answers outside it are refused.
        any_label: take other labels too; an answer still holds as many as the label set's kind says.

    Raises:
        InputError: the file can't be read at all, or columns are missing.
    """
    checks = _Checks(label_set, any_label)
    report, columns, rows = _open(path, choose, checks)
    found = (answer for row in rows for answer in ([row] if isinstance(row, Refusal) else to_labels(row, columns)))
    people = _People(reviews.people(), report)
    newest = Newest()
    again: dict[tuple[int, str], Review] = {}
    held_back: list[tuple[int, Review]] = []
    for batch in parts(found, _BATCH):
        once: list[tuple[int, Review]] = []
        for key, labels, row in _usable(batch, items, checks, report):
            if isinstance(row, LabelRow):
                rater = people.known_as(row.rater)
                review = Review(row.item_id, rater, labels, source=report.source, meta=row.meta)
                if newest.first(key, rater, row.meta):
                    once.append((key, review))
                    continue
                report.counts["superseded"] += 1
                if newest.newer(key, rater, row.meta):
                    again[key, rater] = review
        report.counts.update(reviews.add(once, held_back))
    last = {(key, review.rater): review for key, review in held_back} | again
    for late in parts(last.items(), _BATCH):
        counts = reviews.add([(key, review) for (key, _), review in late])
        report.counts["added"] += counts["added"]
        report.counts["unchanged"] += max(0, sum((key, by) not in again for (key, by), _ in late) - counts["added"])
    return report


class _People:
    """One spelling for each rater: that of the workspace, else the first of the file."""

    def __init__(self, known: Iterable[str], report: ImportReport) -> None:
        self._spelling = {rater_key(name): name for name in known}
        self._report = report

    def known_as(self, rater: str) -> str:
        name = self._spelling.setdefault(rater_key(rater), rater)
        if name != rater:
            self._report.spelled["rater", rater, name] += 1
        return name


def import_machine_answers(
    path: Path,
    choose: Mapper,
    items: ItemStore,
    prelabels: PrelabelStore,
    runs: RunStore,
    *,
    label_set: LabelSet,
    any_label: bool = False,
) -> ImportReport:
    """Take in a file of machine answers; each model becomes a run. Arguments as for `import_labels`."""
    checks = _Checks(label_set, any_label)
    report, columns, rows = _open(path, choose, checks)
    found = (row if isinstance(row, Refusal) else to_machine(row, columns) for row in rows)
    opened: dict[str, Run] = {}
    for batch in parts(found, _BATCH):
        by_model: dict[str, list[Answered]] = {}
        for key, labels, row in _usable(batch, items, checks, report):
            if isinstance(row, MachineRow):
                by_model.setdefault(row.model, []).append(_answered(key, labels, row))
        for model, answered in by_model.items():
            run = opened.setdefault(model, runs.open_import(model))
            changed = _changed(answered, prelabels.newest_of(run, [one.item_key for one in answered]))
            prelabels.commit(run, changed, [])
            added = sum(one.prelabel.status is PrelabelStatus.LABELLED for one in changed)
            said = sum(one.prelabel.status is PrelabelStatus.LABELLED for one in answered)
            report.counts.update(added=added, unchanged=said - added)
    report.runs = [run.name for run in opened.values()]
    return report


def _changed(answered: Sequence[Answered], known: dict[int, tuple[Prelabel, int]]) -> list[Answered]:
    """The answers that differ from the newest known one of their item, as its next revision."""
    changed = []
    for one in answered:
        newest, revision = known.get(one.item_key, (None, -1))
        if one.prelabel != newest:
            changed.append(replace(one, revision=revision + 1))
            known[one.item_key] = (one.prelabel, revision + 1)
    return changed


def _open(path: Path, choose: Mapper, checks: _Checks) -> tuple[ImportReport, AnswerColumns, Iterator[Row | Refusal]]:
    names, rows = peek_columns(unfolded(read_rows(path)))
    first = list(islice(rows, _LOOKED_AT))
    columns = choose(names, [row.values for row in first if isinstance(row, Row)])
    columns = columns.recognising(checks.names, checks.label_set.kind)
    report = ImportReport("standard input" if str(path) == "-" else path.name, columns.describe())
    return report, columns, chain(first, rows)


def _usable(
    batch: tuple[LabelRow | MachineRow | Refusal, ...], items: ItemStore, checks: _Checks, report: ImportReport
) -> Iterator[tuple[int, tuple[str, ...], LabelRow | MachineRow]]:
    keys, several = items.resolve(row.item_id for row in batch if not isinstance(row, Refusal))
    for row in batch:
        if isinstance(row, Refusal):
            report.refuse(row)
            continue
        if (refusal := _wrong_name(row, keys, several)) is not None:
            report.refuse(refusal)
            continue
        if isinstance(row, MachineRow) and row.no_answer is not None:
            report.without_answer(row.no_answer)
            yield keys[row.item_id], (), row
            continue
        try:
            labels = checks.read(row.labels)
        except OffLabelSetError as error:
            report.refuse(Refusal(row.line, *_off_label_set(row, checks.label_set, error)))
        else:
            yield keys[row.item_id], labels, row


def _wrong_name(
    row: LabelRow | MachineRow, keys: Mapping[str, int], several: Mapping[str, Sequence[str]]
) -> Refusal | None:
    """Why the item or who answered can't be what the row says; None where both can."""
    if len(by := row.rater if isinstance(row, LabelRow) else row.model) > LONGEST_ID:
        told = f"a name of {len(by)} characters says who answered; the longest is {LONGEST_ID}"
        return Refusal(row.line, "bad_id", told)
    if row.item_id in several:
        could_be = " or ".join(repr(name) for name in several[row.item_id])
        return Refusal(row.line, "ambiguous_item", f"item {row.item_id!r} could be {could_be}; write it as it is there")
    if row.item_id not in keys:
        return Refusal(row.line, "unknown_item", f"there is no item {row.item_id!r}; ingest it first")
    return None


def _off_label_set(row: LabelRow | MachineRow, label_set: LabelSet, error: OffLabelSetError) -> tuple[str, str]:
    told = f"item {row.item_id}: {error}"
    if isinstance(error, WrongNumberError):
        return "wrong_number", told
    codes = row.labels and all(label.isdecimal() for label in row.labels)
    if codes and not any(name.isdecimal() for name in label_set.names):
        told += "; numbers for labels are read by their names from Parquet that holds these (Hugging Face's to_parquet)"
        return "label_codes", f"{told}, else write the names"
    return "off_label_set", told


def _answered(key: int, labels: tuple[str, ...], row: MachineRow) -> Answered:
    if row.no_answer is not None:
        told = "the file has a row for this item without an answer"
        failed = Prelabel(PrelabelStatus.FAILED, reason=FailureReason.NO_ANSWER, detail=told, model=row.model)
        return Answered(key, 0, failed, None)
    prelabel = Prelabel(
        status=PrelabelStatus.LABELLED,
        labels=labels,
        signals={} if row.score is None else {"score": row.score},
        rationale=row.rationale,
        model=row.model,
    )
    return Answered(key, 0, prelabel, None)
