"""Labels made elsewhere: the rows of a file as one person's, or one model's, answer to one item."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from assistant.domain.canonical import canonical_text, written_for_nothing
from assistant.domain.labels import LabelAnswer
from assistant.domain.policies import LabelKind
from assistant.domain.reviews import NOT_STATED, HowGiven
from assistant.ingest.labels.answers import NO_LABEL, AnswerError, read_answer, read_score, read_sight, votes_in
from assistant.ingest.moments import read_moment
from assistant.ingest.people import LONGEST_NAME
from assistant.ingest.reading.answer_columns import AnswerColumns
from assistant.ingest.reading.columns import identifier_text, remaining
from assistant.ingest.reading.rows import InputRow, Refusal, excerpt_of
from assistant.ingest.reading.statuses import NOT_AN_ANSWER

UNKNOWN = "unknown"
"""The key of an answer's `meta` that lists the categories it leaves unknown."""

_MOST_SECONDS = 86_400.0
_UNKNOWN_COLUMNS = (UNKNOWN, "final_unknown")  # files that list them beside the labels; the second is our own export's
NO_ANSWER = frozenset({NO_LABEL, NOT_AN_ANSWER})
"""Reasons of rows in which nothing is wrong: no one answered there. They are counted apart from refused ones."""


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
        given: when, how long it took and in which team, where columns of it are named.
    """

    item_id: str
    rater: str
    labels: tuple[str, ...]
    meta: Mapping[str, object]
    line: int
    denied: tuple[str, ...] = field(default=(), compare=False)
    shown_suggestion: bool | None = field(default=None, compare=False)
    given: HowGiven = field(default=NOT_STATED, compare=False)

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

    @property
    def unknown(self) -> LabelAnswer:
        """Categories that the model neither gave nor denied: such an answer is not complete, and no usable one."""
        return unknown_in(self.meta)


def unknown_in(meta: Mapping[str, object]) -> LabelAnswer:
    """The categories that the `meta` of an answer lists as left unknown."""
    listed = meta.get(UNKNOWN)
    return tuple(listed) if isinstance(listed, list) and all(isinstance(name, str) for name in listed) else ()


def mentioned(rows: Iterable[InputRow | Refusal], columns: AnswerColumns) -> LabelAnswer:
    """Every label that some object of votes in these rows mentions, in the order they first occur.

    An object that leaves one of them out does not answer it.
    """
    names: dict[str, None] = dict.fromkeys(columns.each_label)
    for row in rows:
        if isinstance(row, InputRow):
            for column in (columns.labels, columns.label):
                votes = votes_in(row.values.get(column), columns.names) if column is not None else None
                names.update(dict.fromkeys(map(str, votes or ())))
    return tuple(names)


def to_labels(row: InputRow, columns: AnswerColumns) -> Iterator[LabelRow | Refusal]:
    """The answers of a row: one, or one of each rater that has a column; what is no answer comes as a refusal."""
    try:
        _check_status(row, columns)
        item_id = _identifier(row, columns.item, "no_item")
        if columns.each_rater:
            yield from _wide(row, columns, item_id)
            return
        rater = _answered_by(row, columns, "no_rater")
        labels, meta, denied = _answer(row, columns)
        sight, given = read_sight(meta.get("shown_suggestion")), _how_given(row, columns)
        yield LabelRow(item_id, rater, labels, meta, row.line, denied, sight, given)
    except AnswerError as error:
        yield _refusal(row, error)


def to_machine(row: InputRow, columns: AnswerColumns) -> MachineRow | Refusal:
    """The answer of a model that a row holds, or that it gave none."""
    try:
        item_id = _identifier(row, columns.item, "no_item")
        model = _answered_by(row, columns, "no_model")
    except AnswerError as error:
        return _refusal(row, error)
    try:
        _check_status(row, columns, machine=True)
        labels, meta, _ = _answer(row, columns)
        score = read_score(row.values.get(columns.score) if columns.score else None)
    except AnswerError as error:
        if error.reason in NO_ANSWER:
            return MachineRow(item_id, model, (), None, None, _meta(row, columns, ()), row.line, error.reason)
        return _refusal(row, error)
    rationale = row.values.get(columns.rationale) if columns.rationale else None
    return MachineRow(
        item_id, model, labels, score, None if written_for_nothing(rationale) else str(rationale), meta, row.line
    )


def _check_status(row: InputRow, columns: AnswerColumns, *, machine: bool = False) -> None:
    if (why := columns.statuses.objection(row.values, machine=machine)) is not None:
        raise AnswerError(*why)


def _how_given(row: InputRow, columns: AnswerColumns) -> HowGiven:
    """Raises AnswerError for a moment that is none or in the future, for a time that is none, and for a long team."""
    at, seconds, team = (
        None if name is None or written_for_nothing(row.values.get(name)) else row.values[name]
        for name in (columns.at, columns.seconds, columns.team)
    )
    moment = None if at is None else read_moment(at)
    if at is not None and moment is None:
        raise AnswerError("bad_moment", f"{columns.at} is {at!r:.40}, which is no date and time")
    if moment is not None and moment > datetime.now(UTC):
        raise AnswerError("future_moment", f"{columns.at} is {at!r:.40}, which is in the future")
    spent = None if seconds is None else _spent(seconds, columns.seconds or "")
    named = "" if team is None else str(team).strip()
    if len(named) > LONGEST_NAME:
        raise AnswerError("bad_team", f"{columns.team} has more than {LONGEST_NAME} characters")
    return HowGiven("" if moment is None else moment.isoformat(timespec="milliseconds"), spent, named)


def _spent(value: object, column: str) -> float:
    try:
        seconds = float(str(value).strip().replace(",", "."))
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= _MOST_SECONDS:
        raise AnswerError("bad_seconds", f"{column} is {value!r:.40}, which is no number of seconds from 0 to 86,400")
    return seconds


def _wide(row: InputRow, columns: AnswerColumns, item_id: str) -> Iterator[LabelRow | Refusal]:
    given = _how_given(row, columns)
    for rater in columns.each_rater:
        try:
            labels, left_open = read_cell(row.values.get(rater), columns)
        except AnswerError as error:
            yield _refusal(row, AnswerError(error.reason, f"{rater}: {error}"))
        else:
            denied = _denied(row.values.get(rater), columns, {*labels, *left_open})
            meta = _meta(row, columns, left_open)
            sight = read_sight(meta.get("shown_suggestion"))
            yield LabelRow(item_id, rater, labels, meta, row.line, denied, sight, given)


def _answer(row: InputRow, columns: AnswerColumns) -> tuple[tuple[str, ...], dict[str, object], tuple[str, ...]]:
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
    labels, left_open = read_cell(answer, columns, several=several)
    denied = _denied(answer, columns, {*labels, *left_open})
    if value is not None or isinstance(single, list):
        left_open += _listed(row, columns, {*labels, *left_open})
    meta = _meta(row, columns, left_open)
    if columns.label and single is not None and value is not None:
        meta[columns.label] = single  # a summary beside the labels themselves
    return labels, meta, denied


def _denied(value: object, columns: AnswerColumns, answered: set[str]) -> tuple[str, ...]:
    named = (columns.names.find(str(name)) or str(name) for name in votes_in(value, columns.names) or ())
    return tuple(name for name in named if name not in answered)


def _listed(row: InputRow, columns: AnswerColumns, answered: set[str]) -> tuple[str, ...]:
    """Categories that a column beside the labels lists as unknown: a list, or as our own export's text joins them."""
    names: dict[str, None] = {}
    for column in _UNKNOWN_COLUMNS:
        value = row.values.get(column)
        if isinstance(value, str) and column != UNKNOWN and not written_for_nothing(value):
            value = list(read_answer(value, several=True, names=columns.names)[0])
        if isinstance(value, list):
            listed = (name.strip() for name in value if isinstance(name, str) and name.strip())
            names.update({columns.names.find(name) or name: None for name in listed})
    return tuple(name for name in names if name not in answered)


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


def _meta(row: InputRow, columns: AnswerColumns, left_open: tuple[str, ...]) -> dict[str, object]:
    meta = remaining(row.values, columns.used)
    return meta | {UNKNOWN: list(left_open)} if left_open else meta


def _identifier(row: InputRow, column: str | None, reason: str) -> str:
    value = row.values.get(column) if column is not None else None
    text = identifier_text(value)
    if not text or written_for_nothing(text):
        empty = "is empty" if value in (None, "") else f"holds {value!r:.60}, which is no id"
        raise AnswerError(reason, f"column {column!r} {empty}")
    return text


def _answered_by(row: InputRow, columns: AnswerColumns, reason: str) -> str:
    if columns.name is not None and (columns.by is None or written_for_nothing(row.values.get(columns.by))):
        return columns.name
    who = _identifier(row, columns.by, reason)
    return canonical_text(who) or who


def _refusal(row: InputRow, error: AnswerError) -> Refusal:
    return Refusal(row.line, error.reason, str(error), excerpt_of(dict(row.values)))
