"""Human labels and machine answers made elsewhere, into the same tables as our own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant.domain.labels import LabelAnswer, OffLabelSetError, read_labels
from assistant.domain.policies import LabelKind, LabelSet
from assistant.domain.prelabels import FailureReason, Prelabel, PrelabelStatus
from assistant.domain.reviews import Review
from assistant.ingest.answer_columns import AnswerColumns
from assistant.ingest.labels import UNKNOWN, LabelRow, MachineRow, mentioned, to_labels, to_machine
from assistant.ingest.load import SHOWN_REFUSALS
from assistant.ingest.mapping import LONGEST_ID
from assistant.ingest.readers import peek_columns, read_rows
from assistant.ingest.rows import Refusal, Row
from assistant.store.database import parts
from assistant.store.items import ItemStore
from assistant.store.prelabels import Answered, PrelabelStore
from assistant.store.reviews import ReviewStore
from assistant.store.runs import Run, RunStore

_BATCH = 2000
_SHOWN_DETAIL = 500  # characters


@dataclass(slots=True)
class ImportReport:
    """What became of a file's answers.

    Args:
        source: the file's name.
        mapping: which columns were taken for what, in words.
        counts: answers by `added`, `unchanged`, `refused`.
        reasons: refused ones by reason (`unknown_item`: no item of that id; `off_label_set` ...).
        refusals: the first ten refused.
        runs: names of the runs that hold imported machine answers.
        unknown: accepted answers that leave categories unknown: a person's is known in part only, a machine's failed.
    """

    source: str
    mapping: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    unknown: int = 0

    def refuse(self, refusal: Refusal) -> None:
        """Count a refused answer and keep it if it is among the first."""
        self.counts["refused"] += 1
        self.reasons[refusal.reason] += 1
        if len(self.refusals) < SHOWN_REFUSALS:
            self.refusals.append(refusal)


Mapper = Callable[[Sequence[str]], AnswerColumns]
"""Chooses the columns once the file's columns are known."""


def import_labels(
    path: Path, choose: Mapper, items: ItemStore, reviews: ReviewStore, *, label_set: LabelSet | None
) -> ImportReport:
    """Take in a file of human labels.

    Args:
        path: the file; `-` reads standard input.
        choose: picks the columns.
        items: the items the labels belong to.
        reviews: where they go.
        label_set: when given, answers outside it are refused; None takes them as they are.

    Raises:
        InputError: the file can't be read at all, or columns are missing.
    """
    report, columns, rows = _open(path, choose)
    found = (answer for row in rows for answer in ([row] if isinstance(row, Refusal) else to_labels(row, columns)))
    for batch in parts(found, _BATCH):
        known = _usable(batch, items, label_set, report)
        given = [
            (key, _review(row, labels, label_set, report.source))
            for key, labels, row in known
            if isinstance(row, LabelRow)
        ]
        report.counts.update(reviews.add(given))
        report.unknown += sum(bool(review.unknown) for _, review in given)
    return report


def import_machine_answers(
    path: Path,
    choose: Mapper,
    items: ItemStore,
    prelabels: PrelabelStore,
    runs: RunStore,
    *,
    label_set: LabelSet | None,
) -> ImportReport:
    """Take in a file of machine answers; each model becomes a run. Arguments as for `import_labels`."""
    report, columns, rows = _open(path, choose)
    found = (row if isinstance(row, Refusal) else to_machine(row, columns) for row in rows)
    opened: dict[str, Run] = {}
    for batch in parts(found, _BATCH):
        by_model: dict[str, list[Answered]] = {}
        for key, labels, row in _usable(batch, items, label_set, report):
            if isinstance(row, MachineRow):
                unknown = _of_set(row.unknown, label_set)
                by_model.setdefault(row.model, []).append(_answered(key, labels, row, unknown))
                report.unknown += bool(unknown)
        for model, answered in by_model.items():
            run = opened.setdefault(model, runs.open_import(model))
            changed = _changed(answered, prelabels.newest_of(run, [one.item_key for one in answered]))
            prelabels.commit(run, changed, [])
            report.counts.update(added=len(changed), unchanged=len(answered) - len(changed))
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


def _open(path: Path, choose: Mapper) -> tuple[ImportReport, AnswerColumns, Iterator[Row | Refusal]]:
    names, rows = peek_columns(read_rows(path))
    columns = choose(names)
    if not columns.known_labels:
        columns, rows = _with_mentioned(path, columns, rows)
    return ImportReport("standard input" if str(path) == "-" else path.name, columns.describe()), columns, rows


def _with_mentioned(
    path: Path, columns: AnswerColumns, rows: Iterator[Row | Refusal]
) -> tuple[AnswerColumns, Iterator[Row | Refusal]]:
    """Without a stated label set it is what the file's objects of votes mention, or what one leaves out would be a no.

    A file is read twice for that; a pipe, which can't be, is held in memory.
    """
    if str(path) == "-":
        held = list(rows)
        return replace(columns, known_labels=mentioned(held, columns)), iter(held)
    return replace(columns, known_labels=mentioned(read_rows(path), columns)), rows


def _usable(
    batch: tuple[LabelRow | MachineRow | Refusal, ...],
    items: ItemStore,
    label_set: LabelSet | None,
    report: ImportReport,
) -> Iterator[tuple[int, tuple[str, ...], LabelRow | MachineRow]]:
    keys = items.keys_of({row.item_id for row in batch if not isinstance(row, Refusal)})
    for row in batch:
        if isinstance(row, Refusal):
            report.refuse(row)
        elif len(by := row.rater if isinstance(row, LabelRow) else row.model) > LONGEST_ID:
            told = f"a name of {len(by)} characters says who answered; the longest is {LONGEST_ID}"
            report.refuse(Refusal(row.line, "bad_id", told))
        elif row.item_id not in keys:
            report.refuse(Refusal(row.line, "unknown_item", f"there is no item {row.item_id!r}; ingest it first"))
        else:
            try:
                labels = row.labels if label_set is None else read_labels(row.labels, label_set)
            except OffLabelSetError as error:
                report.refuse(Refusal(row.line, "off_label_set", f"item {row.item_id}: {error}"))
            else:
                yield keys[row.item_id], labels, row


def _review(row: LabelRow, labels: LabelAnswer, label_set: LabelSet | None, source: str) -> Review:
    return Review(
        row.item_id,
        row.rater,
        labels,
        shown_suggestion=row.shown_suggestion,
        source=source,
        meta={name: value for name, value in row.meta.items() if name != UNKNOWN or not row.unknown},
        unknown=_of_set(row.unknown, label_set),
        denied=_of_set(row.denied, label_set),
    )


def _of_set(names: LabelAnswer, label_set: LabelSet | None) -> LabelAnswer:
    """These categories as the label set spells them, less those it does not have: it asks nothing about them.

    Where one label is the whole answer nothing is left unknown.
    """
    if label_set is not None and label_set.kind is not LabelKind.MULTI:
        return ()
    found: dict[str, None] = {}
    for name in names:
        try:
            found.update(dict.fromkeys((name,) if label_set is None else read_labels(name, label_set)))
        except OffLabelSetError:
            continue
    return tuple(found)


def _answered(key: int, labels: LabelAnswer, row: MachineRow, unknown: LabelAnswer) -> Answered:
    """Its answer; one that leaves categories unknown is none, for they would be taken as denied."""
    prelabel = Prelabel(
        status=PrelabelStatus.FAILED if unknown else PrelabelStatus.LABELLED,
        labels=() if unknown else labels,
        reason=FailureReason.INCOMPLETE if unknown else None,
        detail=f"it leaves unknown: {', '.join(unknown)}"[:_SHOWN_DETAIL] if unknown else None,
        signals={} if row.score is None else {"score": row.score},
        rationale=row.rationale,
        model=row.model,
    )
    return Answered(key, 0, prelabel, None)
