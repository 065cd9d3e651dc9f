"""What an imported answer must be, and the report of a file's answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.domain.canonical import LabelNames
from assistant.domain.labels import LabelAnswer, OffLabelSetError, WrongNumberError, check_number, read_labels
from assistant.domain.policies import LabelKind, LabelSet
from assistant.ingest.labels.labels import NO_ANSWER, LabelRow, MachineRow
from assistant.ingest.load import SHOWN_REFUSALS
from assistant.ingest.reading.mapping import LONGEST_ID
from assistant.ingest.reading.rows import Refusal
from assistant.store.content.items import ItemStore


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
        last_refusal: the last one: it says where reading stopped, and why.
        runs: names of the runs that hold imported machine answers.
        unknown: accepted answers that leave categories unknown: a person's is known in part only, a machine's failed.
        spelled: raters and items that the file spells in another way than they are known: (what, here, known) and how
            many answers.
        notes: what was read in another way than it stands in the file, or not at all, in sentences.
    """

    source: str
    mapping: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)
    last_refusal: Refusal | None = None
    runs: list[str] = field(default_factory=list)
    unknown: int = 0
    spelled: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def refuse(self, refusal: Refusal) -> None:
        """Count an answer that can't be used, and keep it if something is wrong with it and it is among the first."""
        if refusal.reason in NO_ANSWER:
            self.without_answer(refusal.reason)
            return
        self.reasons[refusal.reason] += 1
        self.counts["refused"] += 1
        if len(self.refusals) < SHOWN_REFUSALS:
            self.refusals.append(refusal)
        self.last_refusal = refusal

    def without_answer(self, reason: str) -> None:
        """Count a row in which nothing is wrong and nothing was answered."""
        self.reasons[reason] += 1
        self.counts["no_answer"] += 1


@dataclass(frozen=True, slots=True)
class Checks:
    """What an answer must be: of the policy's labels unless any are taken, and always as many as its kind has.

    Args:
        label_set: the policy's.
        any_label: take other labels too.
    """

    label_set: LabelSet
    any_label: bool

    @property
    def names(self) -> LabelNames:
        """The labels by which cells are read."""
        return LabelNames(self.label_set.names, closed=not self.any_label)

    def read(self, labels: tuple[str, ...]) -> tuple[str, ...]:
        """The labels in the policy's spelling and order. Raises OffLabelSetError for others, or a wrong number."""
        check_number(len(labels), self.label_set.kind)
        return labels if self.any_label else read_labels(labels, self.label_set)

    def of_set(self, names: LabelAnswer) -> LabelAnswer:
        """These categories as the label set spells them, less those it does not have: it asks nothing about them.

        Where one label is the whole answer nothing is left unknown.
        """
        if self.label_set.kind is not LabelKind.MULTI:
            return ()
        spelled = ((self.names.find(name), name) for name in names)
        return tuple(dict.fromkeys(found or name for found, name in spelled if found or self.any_label))


def usable(
    batch: tuple[LabelRow | MachineRow | Refusal, ...], items: ItemStore, checks: Checks, report: ImportReport
) -> Iterator[tuple[int, tuple[str, ...], LabelRow | MachineRow]]:
    """The answers that can be taken: (row number of the item, labels, row); the others are counted in the report."""
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
