"""Human labels and machine answers made elsewhere, into the same tables as our own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant.domain.labels import OffLabelSetError, read_labels
from assistant.domain.policies import LabelSet
from assistant.domain.prelabels import Prelabel, PrelabelStatus
from assistant.domain.reviews import Review
from assistant.ingest.answer_columns import AnswerColumns
from assistant.ingest.labels import LabelRow, MachineRow, to_labels, to_machine
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
    """

    source: str
    mapping: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)

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
        report.counts.update(
            reviews.add(
                [
                    (key, Review(row.item_id, row.rater, labels, source=report.source, meta=row.meta))
                    for key, labels, row in known
                    if isinstance(row, LabelRow)
                ]
            )
        )
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
                by_model.setdefault(row.model, []).append(_answered(key, labels, row))
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
    return ImportReport("standard input" if str(path) == "-" else path.name, columns.describe()), columns, rows


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


def _answered(key: int, labels: tuple[str, ...], row: MachineRow) -> Answered:
    prelabel = Prelabel(
        status=PrelabelStatus.LABELLED,
        labels=labels,
        signals={} if row.score is None else {"score": row.score},
        rationale=row.rationale,
        model=row.model,
    )
    return Answered(key, 0, prelabel, None)
