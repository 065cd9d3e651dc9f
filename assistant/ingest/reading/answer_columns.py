"""Which column of a file of labels holds the item, the rater or model, and the label."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.domain.canonical import LabelNames
from assistant.domain.policies import LabelKind
from assistant.errors import InputError
from assistant.ingest.reading.columns import check_named, guess, listed
from assistant.ingest.reading.statuses import PRODIGY_OWN, StatusColumns, find_statuses, is_prodigy_status

_ITEM = ("item_id", "item", "id", "post_id", "content_id", "uid", "comment_id", "message_id", "doc_id")
_RATER = (
    *("rater", "rater_id", "annotator", "annotator_id", "worker", "worker_id"),
    *("reviewer", "reviewer_id", "labeler", "labeller", "coder", "_annotator_id", "_session_id"),
)
_LABEL = ("label", "annotation", "class", "category", "rating", "grade", "judgment", "judgement", "answer")
_LABELS = "labels"  # the usual name of a column with several
_SETTLED = "final_labels"  # in our own exports, where `labels` is the machine's answer
_MACHINE_STATUS = "status"  # in these it speaks of the machine's answer
_CHOSEN = "accept"  # Prodigy's list of chosen options
_ANY_LABEL, _NO_STATUS = LabelNames(), StatusColumns()
_MODEL = ("model", "model_name", "judge")
_SCORE = ("score", "confidence", "probability", "prob")
_RATIONALE = ("rationale", "reason", "explanation", "reasoning")
USUAL_ANSWER_COLUMNS = frozenset((*_ITEM, *_RATER, *_LABEL, _LABELS, _SETTLED, *_MODEL, *_SCORE, *_RATIONALE))
"""Names that columns of answers usually have, in lower case."""


@dataclass(frozen=True, slots=True)
class AnswerColumns:
    """Which column of a file of answers is what; None where there is none.

    Args:
        item: the item's id.
        by: the rater or the model of a row.
        name: the rater or the model of rows that don't say it themselves.
        label: one label, or a list or object of labels.
        labels: several labels; goes before `label` in a row that has both.
        each_label: columns of 0 and 1, one for each label.
        each_rater: columns of labels, one for each rater, who is called as the column.
        score, rationale: of a machine answer.
        at, seconds, team: when a person gave an answer, how long it took, and the team they were in; they stay in the
            meta, too.
        known_labels: the whole label set; of a multi-label answer those it doesn't mention are `unknown`.
        names: the labels there are, whose spelling answers take.
        kind: how many labels an answer holds; None where that isn't known.
        statuses: columns by which other tools say that a row is no answer.
    """

    item: str
    by: str | None = None
    name: str | None = None
    label: str | None = None
    labels: str | None = None
    each_label: tuple[str, ...] = ()
    each_rater: tuple[str, ...] = ()
    score: str | None = None
    rationale: str | None = None
    known_labels: tuple[str, ...] = ()
    names: LabelNames = _ANY_LABEL
    kind: LabelKind | None = None
    statuses: StatusColumns = _NO_STATUS
    at: str | None = None
    seconds: str | None = None
    team: str | None = None

    @property
    def used(self) -> frozenset[str | None]:
        """The columns that are part of the answer itself; all others are meta."""
        single = (self.item, self.by, self.label, self.labels, self.score, self.rationale)
        return frozenset((*single, *self.each_label, *self.each_rater))

    def recognising(self, names: LabelNames, kind: LabelKind | None) -> AnswerColumns:
        """The same for these labels, and so many of them in an answer."""
        return replace(self, names=names, kind=kind)

    def watching(self, sample: Collection[Mapping[str, object]]) -> AnswerColumns:
        """The same with the status columns that the first rows show."""
        of_machine = {_MACHINE_STATUS} if self.labels == _SETTLED else set()
        return replace(self, statuses=find_statuses(sample, {*self.used, *of_machine}))

    def describe(self) -> str:
        """One line for the user, e.g. `item = item_id, by = rater_id, label = label`."""
        named = [
            f"{part} = {column}"
            for part in ("item", "by", "label", "labels", "score", "rationale", "at", "seconds", "team")
            if (column := getattr(self, part)) is not None
        ]
        named += [f"by = {self.name!r} where the row doesn't say"] if self.name else []
        named += [f"one column a label: {', '.join(self.each_label)}"] if self.each_label else []
        named += [f"one column a rater: {', '.join(self.each_rater)}"] if self.each_rater else []
        named += [f"counts or not = {', '.join(self.statuses.all)}"] if self.statuses.all else []
        return ", ".join(named)


def map_label_columns(
    columns: Sequence[str],
    sample: Collection[Mapping[str, object]] = (),
    *,
    item: str | None = None,
    rater: str | None = None,
    rater_name: str | None = None,
    label: str | None = None,
    label_columns: Sequence[str] = (),
    rater_columns: Sequence[str] = (),
    known_labels: Sequence[str] = (),
    at: str | None = None,
    seconds: str | None = None,
    team: str | None = None,
) -> AnswerColumns:
    """The columns of a file of human labels; what isn't named is guessed from usual names.

    Args:
        columns: their names.
        sample: the first rows, which show whether a column says that a row is no answer.
        item, rater, label: columns the user named.
        rater_name: who answered where no column says it.
        label_columns, rater_columns: columns of one label or one rater each.
        known_labels: the whole label set.
        at, seconds, team: columns with the moment, duration and team of an answer; never guessed.

    Raises:
        InputError: a named column isn't there, or no column holds the item, the rater or the label.
    """
    chosen = {"item_column": item, "rater_column": rater, "label_column": label}
    chosen |= {"at_column": at, "seconds_column": seconds, "team_column": team}
    check_named({**chosen, "each_label": label_columns, "each_rater": rater_columns}, columns)
    if rater_columns:
        taken = {*rater_columns, *label_columns}
        found_item = _item_column(item, columns, taken)
        wide = AnswerColumns(found_item, each_rater=tuple(rater_columns), known_labels=tuple(known_labels))
        return replace(wide, at=at, seconds=seconds, team=team).watching(sample)
    by = rater or guess(_RATER, columns, {item, label, *label_columns, at, seconds, team})
    if by is None and not rater_name:
        raise InputError("rater_column_not_found", **listed(columns))
    found_item = _item_column(item, columns, {by, label, *label_columns})
    if label is None and not label_columns and _SETTLED in columns:
        label = _SETTLED
    parts = _label_parts(columns, sample, label, label_columns, {found_item, by})
    found = AnswerColumns(found_item, by, rater_name, **parts, known_labels=tuple(known_labels))
    return replace(found, at=at, seconds=seconds, team=team).watching(sample)


def map_machine_columns(
    columns: Sequence[str],
    sample: Collection[Mapping[str, object]] = (),
    *,
    item: str | None = None,
    model: str | None = None,
    model_name: str | None = None,
    label: str | None = None,
    score: str | None = None,
    rationale: str | None = None,
    label_columns: Sequence[str] = (),
    known_labels: Sequence[str] = (),
) -> AnswerColumns:
    """The columns of a file of machine answers; what isn't named is guessed from usual names.

    Raises:
        InputError: as `map_label_columns`; and when neither a column nor `model_name` says which model answered.
    """
    chosen = {
        "item_column": item,
        "model_column": model,
        "label_column": label,
        "score_column": score,
        "rationale_column": rationale,
    }
    check_named({**chosen, "each_label": label_columns}, columns)
    taken = {item, label, score, rationale, *label_columns}
    by = model or guess(_MODEL, columns, taken)
    if by is None and not model_name:
        raise InputError("model_not_named")
    found_item = _item_column(item, columns, {by, *taken})
    taken |= {found_item, by}
    return AnswerColumns(
        found_item,
        by,
        model_name,
        **_label_parts(columns, sample, label, label_columns, taken),
        score=score or guess(_SCORE, columns, taken),
        rationale=rationale or guess(_RATIONALE, columns, taken),
        known_labels=tuple(known_labels),
    ).watching(sample)


def _label_parts(
    columns: Sequence[str],
    sample: Collection[Mapping[str, object]],
    label: str | None,
    label_columns: Sequence[str],
    taken: Collection[str | None],
) -> dict[str, Any]:
    """The fields of `AnswerColumns` that say where the label is."""
    if label_columns or label:
        several = label is not None and label.lower() in {_LABELS, _SETTLED}
        return {
            "label": None if several else label,
            "labels": label if several else None,
            "each_label": tuple(label_columns),
        }
    status = {name for name in columns if is_prodigy_status(sample, name)}
    found = {
        "label": guess((*_LABEL, *((_CHOSEN,) if status else ())), columns, {*taken, *status}),
        "labels": guess((_LABELS,), columns, taken),
    }
    if not any(found.values()) and status and PRODIGY_OWN.isdisjoint(columns):
        found["label"] = min(status)  # no one's status: the labels are accept and reject
    if not any(found.values()):
        if status:
            raise InputError("label_column_not_found_but_status", status=min(status), **listed(columns))
        raise InputError("label_column_not_found", **listed(columns))
    return found


def _item_column(item: str | None, columns: Sequence[str], taken: Collection[str | None]) -> str:
    found = item or guess(_ITEM, columns, taken)
    if found is None:
        raise InputError("item_column_not_found", **listed(columns))
    return found
