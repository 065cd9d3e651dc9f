"""Human labels and machine answers made elsewhere, into the same tables as our own."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Protocol

from assistant.domain.canonical import rater_key
from assistant.domain.labels import LabelAnswer
from assistant.domain.policies import LabelSet
from assistant.domain.populations import ItemPopulation
from assistant.domain.prelabels import FailureReason, Prelabel, PrelabelStatus
from assistant.domain.reviews import Review
from assistant.domain.runs import Run
from assistant.errors import InputError
from assistant.ingest.labels.import_checks import Checks, ImportReport, usable
from assistant.ingest.labels.labels import UNKNOWN, LabelRow, MachineRow, mentioned, to_labels, to_machine
from assistant.ingest.reading.answer_columns import AnswerColumns
from assistant.ingest.reading.limits import first_of, in_batches, size_of
from assistant.ingest.reading.problems import AS_IT_IS, ReadingOptions
from assistant.ingest.reading.readers import peek_columns, read_rows
from assistant.ingest.reading.repeated import Newest
from assistant.ingest.reading.rows import InputRow, Refusal, row_size
from assistant.ingest.reading.tool_rows import unfolded
from assistant.store.content.items import ItemStore
from assistant.store.database import parts
from assistant.store.review.labels.reviews import ReviewStore
from assistant.store.runs.prelabels import AnsweredItem, PrelabelStore
from assistant.store.runs.runs import RunStore

_LOOKED_AT = 100  # rows whose values say what a column is
_BATCH = 2000
_SHOWN_DETAIL = 500  # characters


class Mapper(Protocol):
    """Chooses the columns once the file's columns and first rows are known."""

    def __call__(self, columns: Sequence[str], sample: Collection[Mapping[str, object]]) -> AnswerColumns:
        """The columns of a file with these names and first rows."""


def import_labels(
    path: Path,
    choose: Mapper,
    items: ItemStore,
    reviews: ReviewStore,
    *,
    label_set: LabelSet,
    any_label: bool = False,
    reading: ReadingOptions = AS_IT_IS,
    version: str | None = None,
) -> ImportReport:
    """Take in a file of human labels.

    Args:
        path: the file; `-` reads standard input.
        choose: picks the columns.
        items: the items the labels belong to.
        reviews: where they go.
        label_set: answers outside it are refused.
        any_label: take other labels too; an answer still holds as many as the label set's kind says.
        reading: what the user says of the file.
        version: the policy version they were given under; None for the one in use.

    Raises:
        InputError: the file can't be read at all, or columns are missing.
    """
    checks = Checks(label_set, any_label)
    report, columns, rows = _open(path, choose, checks, reading)
    found = (answer for row in rows for answer in ([row] if isinstance(row, Refusal) else to_labels(row, columns)))
    people = _People(reviews.people(), report)
    newest = Newest()
    again: dict[tuple[int, str], Review] = {}
    held_back: list[tuple[int, Review]] = []
    for batch in in_batches(found, _BATCH, _weight):
        once: list[tuple[int, Review]] = []
        for key, labels, row in usable(batch, items, checks, report):
            if isinstance(row, LabelRow):
                rater = people.known_as(row.rater)
                review = _review(row, rater, labels, checks, report.source)
                report.unknown += bool(review.unknown)
                when = {**row.meta, "updated_at": row.given.at} if row.given.at else row.meta
                if newest.first(key, rater, when):
                    once.append((key, review))
                    continue
                report.counts["superseded"] += 1
                if newest.newer(key, rater, when):
                    again[key, rater] = review
        report.counts.update(reviews.add(once, held_back, version=version))
    last = {(key, review.rater): review for key, review in held_back} | again
    for late in parts(last.items(), _BATCH):
        report.counts.update(reviews.add([(key, review) for (key, _), review in late], version=version))
    report.counts["unchanged"] += sum((key, review.rater) in again for key, review in held_back)
    return report


def _weight(one: LabelRow | MachineRow | Refusal) -> int:
    """About how many bytes an answer holds."""
    if isinstance(one, LabelRow):
        return size_of(one.meta)
    return len(one.excerpt) if isinstance(one, Refusal) else len(one.rationale or "")


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
    population: ItemPopulation | None = None,
    inside: Container[int] | None = None,
    label_set: LabelSet,
    any_label: bool = False,
    reading: ReadingOptions = AS_IT_IS,
) -> ImportReport:
    """Take in a file of machine answers; each model becomes a run. Arguments as for `import_labels`, and these.

    Args:
        population: which items the runs are about; None for the whole project.
        inside: row numbers of its items; answers to others are refused.
    """
    checks = Checks(label_set, any_label)
    report, columns, rows = _open(path, choose, checks, reading)
    found = (row if isinstance(row, Refusal) else to_machine(row, columns) for row in rows)
    opened: dict[str, Run] = {}
    for batch in in_batches(found, _BATCH, _weight):
        by_model: dict[str, list[AnsweredItem]] = {}
        for key, labels, row in usable(batch, items, checks, report):
            if inside is not None and key not in inside:
                report.refuse(Refusal(row.line, "outside_population", f"item {row.item_id!r} is not one of those"))
            elif isinstance(row, MachineRow):
                unknown = checks.of_set(row.unknown)
                by_model.setdefault(row.model, []).append(_answered(key, labels, row, unknown))
                report.unknown += bool(unknown)
        for model, answered in by_model.items():
            run = opened.setdefault(model, runs.open_import(model, population))
            changed = _changed(answered, prelabels.newest_of(run, [one.item_key for one in answered]))
            prelabels.commit(run, changed, [])
            added, said = (sum(map(_is_answer, some)) for some in (changed, answered))
            report.counts.update(added=added, unchanged=said - added)
    for run in opened.values():
        runs.imported(run, report.source, {name: report.counts[name] for name in ("added", "unchanged", "refused")})
    report.runs = [run.name for run in opened.values()]
    return report


def _changed(answered: Sequence[AnsweredItem], known: dict[int, tuple[Prelabel, int]]) -> list[AnsweredItem]:
    """The answers that differ from the newest known one of their item, as its next revision."""
    changed = []
    for one in answered:
        newest, revision = known.get(one.item_key, (None, -1))
        if one.prelabel != newest:
            changed.append(replace(one, revision=revision + 1))
            known[one.item_key] = (one.prelabel, revision + 1)
    return changed


def _open(
    path: Path, choose: Mapper, checks: Checks, reading: ReadingOptions
) -> tuple[ImportReport, AnswerColumns, Iterator[InputRow | Refusal]]:
    report = ImportReport("standard input" if str(path) == "-" else path.name)
    names, rows = peek_columns(unfolded(read_rows(path, reading, note=report.notes.append)))
    first = first_of(rows, _LOOKED_AT, row_size)
    refused = [row for row in first if isinstance(row, Refusal)]
    if refused and len(refused) == len(first):
        one = refused[0]
        where = f"{path}:{one.line}"
        raise InputError("first_rows_unusable", where=where, said=one.message, remedy=one.remedy, rows=len(first))
    try:
        columns = choose(names, [row.values for row in first if isinstance(row, InputRow)])
    except InputError as error:
        error.where = error.where or str(path)
        raise
    columns = columns.recognising(checks.names, checks.label_set.kind)
    if not columns.known_labels:
        columns, first, rows = _with_mentioned(path, columns, first, rows, reading)
    report.mapping = columns.describe()
    return report, columns, chain(first, rows)


def _with_mentioned(
    path: Path,
    columns: AnswerColumns,
    first: list[InputRow | Refusal],
    rows: Iterator[InputRow | Refusal],
    reading: ReadingOptions,
) -> tuple[AnswerColumns, list[InputRow | Refusal], Iterator[InputRow | Refusal]]:
    """Without a stated label set it is what the file's objects of votes mention, or what one leaves out would be a no.

    A file is read twice for that; a pipe, which can't be, is held in memory.
    """
    if str(path) == "-":
        first = [*first, *rows]
        return replace(columns, known_labels=mentioned(first, columns)), first, iter(())
    return replace(columns, known_labels=mentioned(unfolded(read_rows(path, reading)), columns)), first, rows


def _review(row: LabelRow, rater: str, labels: LabelAnswer, checks: Checks, source: str) -> Review:
    return Review(
        row.item_id,
        rater,
        labels,
        shown_suggestion=row.shown_suggestion,
        source=source,
        meta={name: value for name, value in row.meta.items() if name != UNKNOWN or not row.unknown},
        unknown=checks.of_set(row.unknown),
        denied=checks.of_set(row.denied),
        given=row.given,
    )


def _is_answer(one: AnsweredItem) -> bool:
    return one.prelabel.reason is not FailureReason.NO_ANSWER


def _answered(key: int, labels: LabelAnswer, row: MachineRow, unknown: LabelAnswer) -> AnsweredItem:
    """Its answer; one that leaves categories unknown is none, for they would be taken as denied."""
    if row.no_answer is not None:
        told = "the file has a row for this item without an answer"
        failed = Prelabel(PrelabelStatus.FAILED, reason=FailureReason.NO_ANSWER, detail=told, model=row.model)
        return AnsweredItem(key, 0, failed, None)
    prelabel = Prelabel(
        status=PrelabelStatus.FAILED if unknown else PrelabelStatus.LABELLED,
        labels=() if unknown else labels,
        reason=FailureReason.INCOMPLETE if unknown else None,
        detail=f"it leaves unknown: {', '.join(unknown)}"[:_SHOWN_DETAIL] if unknown else None,
        signals={} if row.score is None else {"score": row.score},
        rationale=row.rationale,
        model=row.model,
    )
    return AnsweredItem(key, 0, prelabel, None)
