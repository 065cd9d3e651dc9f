"""Labels made elsewhere: the rows of a file as one person's, or one model's, answer to one item."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assistant.domain.canonical import canonical_text, says_nothing, written_for_nothing
from assistant.domain.policies import LabelKind
from assistant.ingest.answer_columns import AnswerColumns
from assistant.ingest.answers import NO_LABEL, AnswerError, read_answer
from assistant.ingest.columns import identifier_text, remaining
from assistant.ingest.rows import Refusal, Row, excerpt_of
from assistant.ingest.statuses import NOT_AN_ANSWER

NO_ANSWER = frozenset({NO_LABEL, NOT_AN_ANSWER})
"""Reasons of rows in which nothing is wrong: nobody answered there. They are counted apart from refused ones."""


@dataclass(frozen=True, slots=True)
class LabelRow:
    """What one person said about one item.

    Args:
        item_id: the item's id as it was ingested.
        rater: who labelled.
        labels: one label, or any number of a multi-label set, none included.
        meta: all other columns; `unknown` lists labels of a multi-label set that were neither given nor denied.
        line: where the row stands in its file.
    """

    item_id: str
    rater: str
    labels: tuple[str, ...]
    meta: Mapping[str, object]
    line: int


@dataclass(frozen=True, slots=True)
class MachineRow:
    """What one model said about one item; as `LabelRow`, and:

    Args:
        model: its name.
        score: the number the model gave for its answer, as it came (no range is assumed); None without one.
        rationale: why, in the model's words; None without one.
        no_answer: why there is no answer although the file has a row for it (a reason of `NO_ANSWER`): the model was
            asked in vain, and `labels` is empty.
    """

    item_id: str
    model: str
    labels: tuple[str, ...]
    score: float | None
    rationale: str | None
    meta: Mapping[str, object]
    line: int
    no_answer: str | None = None


def to_labels(row: Row, columns: AnswerColumns) -> Iterator[LabelRow | Refusal]:
    """The answers of a row: one, or one of each rater that has a column; what is no answer comes as a refusal."""
    try:
        _check_status(row, columns)
        item_id = _identifier(row, columns.item, "no_item")
        if columns.each_rater:
            yield from _wide(row, columns, item_id)
            return
        rater = _answered_by(row, columns, "no_rater")
        labels, meta = _answer(row, columns)
        yield LabelRow(item_id, rater, labels, meta, row.line)
    except AnswerError as error:
        yield _refusal(row, error)


def to_machine(row: Row, columns: AnswerColumns) -> MachineRow | Refusal:
    """The answer of a model that a row holds, or that it gave none."""
    try:
        item_id = _identifier(row, columns.item, "no_item")
        model = _answered_by(row, columns, "no_model")
    except AnswerError as error:
        return _refusal(row, error)
    try:
        _check_status(row, columns, machine=True)
        labels, meta = _answer(row, columns)
        score = _score(row.values.get(columns.score) if columns.score else None)
    except AnswerError as error:
        if error.reason in NO_ANSWER:
            return MachineRow(item_id, model, (), None, None, _meta(row, columns, ()), row.line, error.reason)
        return _refusal(row, error)
    rationale = row.values.get(columns.rationale) if columns.rationale else None
    return MachineRow(
        item_id, model, labels, score, None if written_for_nothing(rationale) else str(rationale), meta, row.line
    )


def _check_status(row: Row, columns: AnswerColumns, *, machine: bool = False) -> None:
    if (why := columns.statuses.objection(row.values, machine=machine)) is not None:
        raise AnswerError(*why)


def _wide(row: Row, columns: AnswerColumns, item_id: str) -> Iterator[LabelRow | Refusal]:
    for rater in columns.each_rater:
        try:
            labels, left_open = read_cell(row.values.get(rater), columns)
        except AnswerError as error:
            yield _refusal(row, AnswerError(error.reason, f"{rater}: {error}"))
        else:
            yield LabelRow(item_id, rater, labels, _meta(row, columns, left_open), row.line)


def _answer(row: Row, columns: AnswerColumns) -> tuple[tuple[str, ...], dict[str, object]]:
    value: object = None
    several = False
    if columns.each_label:
        value = {name: row.values.get(name) for name in columns.each_label}
    elif columns.labels is not None:
        value = row.values.get(columns.labels)
        several = value is not None
    single = row.values.get(columns.label) if columns.label else None
    labels, left_open = read_cell(single if value is None else value, columns, several=several)
    meta = _meta(row, columns, left_open)
    if columns.label and single is not None and value is not None:
        meta[columns.label] = single  # a summary beside the labels themselves
    return labels, meta


def read_cell(
    value: object, columns: AnswerColumns, *, several: bool = False
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The labels of a cell, and those it leaves open, by the labels that the columns are known to hold.

    Raises:
        AnswerError: as `read_answer`.
    """
    return read_answer(
        value,
        several=several or columns.kind is LabelKind.MULTI,
        known_labels=columns.known_labels,
        names=columns.names,
        exactly_one=columns.kind not in {LabelKind.MULTI, None},
    )


def _meta(row: Row, columns: AnswerColumns, left_open: tuple[str, ...]) -> dict[str, object]:
    meta = remaining(row.values, columns.used)
    return meta | {"unknown": list(left_open)} if left_open else meta


def _identifier(row: Row, column: str | None, reason: str) -> str:
    value = row.values.get(column) if column is not None else None
    text = identifier_text(value)
    if not text or written_for_nothing(text):
        empty = "is empty" if value in (None, "") else f"holds {value!r:.60}, which is no id"
        raise AnswerError(reason, f"column {column!r} {empty}")
    return text


def _answered_by(row: Row, columns: AnswerColumns, reason: str) -> str:
    if columns.name is not None and (columns.by is None or written_for_nothing(row.values.get(columns.by))):
        return columns.name
    who = _identifier(row, columns.by, reason)
    return canonical_text(who) or who


def _score(value: object) -> float | None:
    """A number, `87%` as 0.87; None where there is none."""
    text = canonical_text(value)
    if text is not None and says_nothing(text, closed=True):
        return None
    percent = text is not None and text.endswith("%")
    try:
        score = math.nan if text is None or isinstance(value, bool) else float(text.removesuffix("%"))
    except ValueError:
        score = math.nan
    if not math.isfinite(score):
        raise AnswerError("bad_score", f"score {value!r:.40} is no number")
    return score / 100 if percent else score


def _refusal(row: Row, error: AnswerError) -> Refusal:
    return Refusal(row.line, error.reason, str(error), excerpt_of(dict(row.values)))
