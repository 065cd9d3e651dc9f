"""Labels made elsewhere: the rows of a file as one person's, or one model's, answer to one item."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from assistant.domain.labels import LabelAnswer
from assistant.ingest.answer_columns import AnswerColumns
from assistant.ingest.answers import AnswerError, read_answer, votes_in
from assistant.ingest.columns import identifier_text, remaining
from assistant.ingest.rows import Refusal, Row, excerpt_of

UNKNOWN = "unknown"
"""The key of an answer's `meta` that lists the categories it leaves unknown."""

_UNKNOWN_COLUMNS = (UNKNOWN, "final_unknown")  # files that list them beside the labels; the second is our own export's


@dataclass(frozen=True, slots=True)
class LabelRow:
    """What one person said about one item.

    Args:
        item_id: the item's id as it was ingested.
        rater: who labelled.
        labels: one label, or any number of a multi-label set, none included.
        meta: all other columns; `unknown` lists labels of a multi-label set that were neither given nor denied.
        line: where the row stands in its file.
        denied: labels of a multi-label set that were expressly answered with no; empty for a plain list of labels.
        shown_suggestion: whether the machine's answer was in sight; None where the row doesn't say.
    """

    item_id: str
    rater: str
    labels: tuple[str, ...]
    meta: Mapping[str, object]
    line: int
    denied: tuple[str, ...] = field(default=(), compare=False)
    shown_suggestion: bool | None = field(default=None, compare=False)

    @property
    def unknown(self) -> LabelAnswer:
        """Categories that were neither given nor denied; empty for a complete answer."""
        return unknown_in(self.meta)


@dataclass(frozen=True, slots=True)
class MachineRow:
    """What one model said about one item; as `LabelRow`, and:

    Args:
        model: its name.
        score: the number the model gave for its answer, as it came (no range is assumed); None without one.
        rationale: why, in the model's words; None without one.
    """

    item_id: str
    model: str
    labels: tuple[str, ...]
    score: float | None
    rationale: str | None
    meta: Mapping[str, object]
    line: int

    @property
    def unknown(self) -> LabelAnswer:
        """Categories that the model neither gave nor denied: such an answer is not complete, and no usable one."""
        return unknown_in(self.meta)


def unknown_in(meta: Mapping[str, object]) -> LabelAnswer:
    """The categories that the `meta` of an answer lists as left unknown."""
    listed = meta.get(UNKNOWN)
    return tuple(listed) if isinstance(listed, list) and all(isinstance(name, str) for name in listed) else ()


def mentioned(rows: Iterable[Row | Refusal], columns: AnswerColumns) -> LabelAnswer:
    """Every label that some object of votes in these rows mentions, in the order they first occur.

    An object that leaves one of them out does not answer it.
    """
    names: dict[str, None] = dict.fromkeys(columns.each_label)
    for row in rows:
        if isinstance(row, Row):
            for column in (columns.labels, columns.label):
                votes = votes_in(row.values.get(column)) if column is not None else None
                names.update(dict.fromkeys(map(str, votes or ())))
    return tuple(names)


def to_labels(row: Row, columns: AnswerColumns) -> Iterator[LabelRow | Refusal]:
    """The answers of a row: one, or one of each rater that has a column; an empty cell there is no answer."""
    try:
        item_id = _identifier(row, columns.item, "no_item")
        if columns.each_rater:
            yield from _wide(row, columns, item_id)
            return
        rater = _answered_by(row, columns, "no_rater")
        labels, meta, denied = _answer(row, columns)
        yield LabelRow(item_id, rater, labels, meta, row.line, denied, _shown(meta))
    except AnswerError as error:
        yield _refusal(row, error)


def to_machine(row: Row, columns: AnswerColumns) -> MachineRow | Refusal:
    """The answer of a model that a row holds."""
    try:
        item_id = _identifier(row, columns.item, "no_item")
        model = _answered_by(row, columns, "no_model")
        labels, meta, _ = _answer(row, columns)
        score = _score(row.values.get(columns.score) if columns.score else None)
    except AnswerError as error:
        return _refusal(row, error)
    rationale = row.values.get(columns.rationale) if columns.rationale else None
    return MachineRow(
        item_id, model, labels, score, None if rationale in (None, "") else str(rationale), meta, row.line
    )


def _wide(row: Row, columns: AnswerColumns, item_id: str) -> Iterator[LabelRow | Refusal]:
    answered = [name for name in columns.each_rater if row.values.get(name) not in (None, "")]
    if not answered:
        raise AnswerError("no_label", f"none of {', '.join(columns.each_rater)} holds a label")
    for rater in answered:
        try:
            labels, left_open = read_answer(row.values[rater], known_labels=columns.known_labels)
        except AnswerError as error:
            yield _refusal(row, error)
        else:
            denied, meta = _denied(row.values[rater], labels, left_open), _meta(row, columns, left_open)
            yield LabelRow(item_id, rater, labels, meta, row.line, denied, _shown(meta))


def _answer(row: Row, columns: AnswerColumns) -> tuple[tuple[str, ...], dict[str, object], tuple[str, ...]]:
    """The labels, the other columns, and the labels expressly denied."""
    value: object = None
    several = False
    if columns.each_label:
        value = {name: row.values.get(name) for name in columns.each_label}
    elif columns.labels is not None:
        value = row.values.get(columns.labels)
        several = value is not None
    single = row.values.get(columns.label) if columns.label else None
    answer = single if value is None else value
    labels, left_open = read_answer(answer, several=several, known_labels=columns.known_labels)
    denied = _denied(answer, labels, left_open)
    if value is not None or isinstance(single, list):
        left_open += _listed(row, {*labels, *left_open})
    meta = _meta(row, columns, left_open)
    if columns.label and single is not None and value is not None:
        meta[columns.label] = single  # a summary beside the labels themselves
    return labels, meta, denied


def _denied(value: object, labels: LabelAnswer, left_open: LabelAnswer) -> tuple[str, ...]:
    return tuple(str(name) for name in votes_in(value) or () if name not in labels and name not in left_open)


def _listed(row: Row, answered: set[str]) -> tuple[str, ...]:
    """Categories that a column beside the labels lists as unknown: a list, or as our own export's text joins them."""
    names: dict[str, None] = {}
    for column in _UNKNOWN_COLUMNS:
        value = row.values.get(column)
        if isinstance(value, str) and column != UNKNOWN:
            value = value.split("|")
        if isinstance(value, list):
            names.update({name.strip(): None for name in value if isinstance(name, str) and name.strip()})
    return tuple(name for name in names if name not in answered)


def _meta(row: Row, columns: AnswerColumns, left_open: tuple[str, ...]) -> dict[str, object]:
    meta = remaining(row.values, columns.used)
    return meta | {UNKNOWN: list(left_open)} if left_open else meta


def _shown(meta: Mapping[str, object]) -> bool | None:
    """Whether the machine's answer was in sight, as a column `shown_suggestion` says."""
    value = meta.get("shown_suggestion")
    said = str(value).strip().lower()
    if value is None or not said:
        return None
    if said in {"true", "1", "1.0", "yes"}:
        return True
    if said in {"false", "0", "0.0", "no"}:
        return False
    raise AnswerError("bad_sight", f"shown_suggestion is {value!r:.40}; write true or false, or leave it empty")


def _identifier(row: Row, column: str | None, reason: str) -> str:
    value = row.values.get(column) if column is not None else None
    text = identifier_text(value)
    if not text:
        raise AnswerError(reason, f"column {column!r} is empty" if value in (None, "") else f"{value!r:.60} is no id")
    return text


def _answered_by(row: Row, columns: AnswerColumns, reason: str) -> str:
    if columns.name is not None and (columns.by is None or row.values.get(columns.by) in (None, "")):
        return columns.name
    return _identifier(row, columns.by, reason)


def _score(value: object) -> float | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        score = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
    except ValueError:
        score = math.nan
    if not math.isfinite(score):
        raise AnswerError("bad_score", f"score {value!r:.40} is no number")
    return score


def _refusal(row: Row, error: AnswerError) -> Refusal:
    return Refusal(row.line, error.reason, str(error), excerpt_of(dict(row.values)))
