"""Exports of other annotation tools that hold several answers in one record, as one row an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from assistant.domain.canonical import canonical_text
from assistant.ingest.reading.list_cells import UnreadableListError, looks_like_a_list, read_list_cell
from assistant.ingest.reading.problems import Note
from assistant.ingest.reading.rows import InputRow, Refusal

_RESPONSES, _USERS, _STATUS = ".responses", ".responses.users", ".responses.status"
_ANNOTATIONS = "annotations"
_TASK = frozenset(
    (
        *("id", "data", "meta", "annotations", "predictions", "drafts", "file_upload", "created_at", "updated_at"),
        *("inner_id", "total_annotations", "cancelled_annotations", "total_predictions", "comment_count"),
        *("unresolved_comment_count", "last_comment_updated_at", "project", "updated_by", "comment_authors"),
        *("is_labeled", "overlap", "allow_skip", "draft_exists", "completions", "created_by", "reviews_accepted"),
    )
)
_ABOUT = ("was_cancelled", "lead_time", "updated_at")  # of an annotation


def unfolded(rows: Iterable[InputRow | Refusal]) -> Iterator[InputRow | Refusal]:
    """One row an answer: of Argilla's records (`label.responses`, `.users`, `.status`) and of Label Studio's tasks.

    What the tool says of an answer comes along as a column of its own (`response_status`, `was_cancelled`), and who
    gave it as `rater_id`. All other rows stay as they are.
    """
    for row in rows:
        if isinstance(row, Refusal):
            yield row
        elif any(name.endswith(_USERS) for name in row.values):
            yield from _argilla(row)
        elif _is_task(row.values.get(_ANNOTATIONS)):
            yield from _label_studio(row)
        else:
            yield row


def tasks_as_items(rows: Iterable[InputRow | Refusal], note: Note) -> Iterator[InputRow | Refusal]:
    """The content of Label Studio's tasks as rows of their own: the task's data, and its id where they have none.

    Annotations and predictions are no content and are left out; all other rows stay as they are.
    """
    annotated = 0
    for row in rows:
        if isinstance(row, Refusal) or not _holds_data(row.values):
            yield row
            continue
        data, meta = row.values["data"], row.values.get("meta")
        annotated += bool(row.values.get(_ANNOTATIONS) or row.values.get("predictions"))
        values = {"id": row.values.get("id"), **(data if isinstance(data, Mapping) else {})}
        if values["id"] is None:
            del values["id"]
        if isinstance(meta, Mapping) and meta and "meta" not in values:
            values["meta"] = meta
        yield InputRow(values, row.line, row.unread)
    if annotated:
        note(f"{annotated:,} tasks of Label Studio come with annotations: these are no content and are not read here")


def _holds_data(values: Mapping[str, object]) -> bool:
    """Whether a row is a task: its content is an object `data`, beside nothing but what the tool says of the task."""
    return isinstance(values.get("data"), Mapping) and _TASK.issuperset(values)


def _argilla(row: InputRow) -> Iterator[InputRow]:
    """One row for each person who answered any of the record's questions."""
    questions = [name.removesuffix(_USERS) for name in row.values if name.endswith(_USERS)]
    parts = {f"{question}{part}" for question in questions for part in (_RESPONSES, _USERS, _STATUS)}
    rest = {name: value for name, value in row.values.items() if name not in parts}
    by_user: dict[str, dict[str, object]] = {}
    for question in questions:
        values, users, statuses = (
            _listed(row.values.get(f"{question}{part}")) for part in (_RESPONSES, _USERS, _STATUS)
        )
        for at, user in enumerate(users):
            said = by_user.setdefault(str(user), {})
            said[question] = values[at] if at < len(values) else None
            if at < len(statuses):
                said["response_status"] = statuses[at]
    if not by_user:
        yield InputRow(rest | dict.fromkeys(questions), row.line)
    for user, said in by_user.items():
        yield InputRow(rest | {"rater_id": user} | dict.fromkeys(questions) | said, row.line)


def _listed(value: object) -> Sequence[object]:
    if isinstance(value, str) and looks_like_a_list(value.strip()):
        try:
            value = read_list_cell(value.strip())
        except UnreadableListError:
            return ()
    return value if isinstance(value, list) else () if value is None else (value,)


def _is_task(annotations: object) -> bool:
    return isinstance(annotations, list) and all(isinstance(one, Mapping) and "result" in one for one in annotations)


def _label_studio(row: InputRow) -> Iterator[InputRow]:
    """One row for each annotation of a task; the task's data are its columns: an id there goes before the task's."""
    data = row.values.get("data")
    task: dict[str, object] = {"id": row.values.get("id"), **(data if isinstance(data, Mapping) else {})}
    annotations: Any = row.values[_ANNOTATIONS]
    for one in annotations or [{}]:
        said = _results(one.get("result") or ())
        about = {name: one[name] for name in _ABOUT if one.get(name) is not None}
        yield InputRow(task | {"rater_id": _person(one.get("completed_by"))} | said | about, row.line)


def _results(results: Iterable[Any]) -> dict[str, object]:
    """What was chosen, by the control's name; called `label` where there is one control only."""
    found: dict[str, object] = {}
    for result in results:
        value = result.get("value") if isinstance(result, Mapping) else None
        if isinstance(value, Mapping):
            chosen = value.get(str(result.get("type")))
            found[str(result.get("from_name") or "label")] = chosen if chosen is not None else value
    return {"label": next(iter(found.values()), None)} if len(found) < 2 else {"label": None, **found}


def _person(who: object) -> object:
    if isinstance(who, Mapping):
        return next((who[name] for name in ("email", "username", "id") if who.get(name) is not None), None)
    return canonical_text(who)
