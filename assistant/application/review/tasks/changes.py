"""Changing tasks, one or thousands: what a change would do, the change itself, and what undoes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import orjson

from assistant.application.labeling.runs import find_run
from assistant.domain.accounts import User
from assistant.domain.task_changes import (
    ChangeKind,
    ChangePreview,
    LeftReason,
    LeftTask,
    Position,
    TaskChange,
    TaskEdit,
    TaskFilter,
)
from assistant.errors import ConflictError, InvalidValueError, NotFoundError
from assistant.review.task_changes import ChangeRule, TaskDecision
from assistant.store.audit import log as audit
from assistant.store.database import Connection
from assistant.store.review.changes.task_changes import (
    ChosenTask,
    NewChange,
    PendingPart,
    begin_change,
    leave_out,
    make_part,
    newest_change,
    pending_part,
    take_part,
)
from assistant.store.review.changes.task_standing import (
    TaskSelection,
    known_items,
    matching,
    names_of_items,
    span_of_priorities,
    standings,
    task_numbers_there,
)
from assistant.store.review.changes.task_undo import restore, tasks_of_change, touched_since
from assistant.wiring.workspace import Workspace

SHOWN = 100
"""Tasks left out that a preview names."""

_TRIES = 5  # a change that another one got ahead of is looked at again


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a change would do to the queue as it stands."""

    preview: ChangePreview
    task_ids: Sequence[int]
    where: Mapping[str, object]
    values: Mapping[str, object]
    newest: int


def preview_change(
    workspace: Workspace, where: TaskFilter, edit: TaskEdit, *, everything: bool = False
) -> ChangePreview:
    """What a change would do now, with nothing changed.

    Args:
        workspace: as one project sees it.
        where: which tasks.
        edit: what is changed of them.
        everything: that an empty filter is meant: all tasks of the project.

    Raises:
        InvalidValueError: an empty filter without `everything`, or a value that the change needs or can't have.
        NotFoundError: a run, person or task that isn't there, or is another project's.
    """
    return _plan(workspace, where, edit, everything=everything).preview


def change_tasks(
    workspace: Workspace,
    where: TaskFilter,
    edit: TaskEdit,
    *,
    actor: str,
    token: str | None = None,
    everything: bool = False,
) -> TaskChange:
    """Change tasks. What happens to a task between the list of tasks and the change of it leaves it as it is.

    Args:
        workspace, where, edit, everything: as of `preview_change`.
        actor: who does it.
        token: of the preview that was looked at; None to change whatever there is.

    Raises:
        ConflictError: the preview isn't true any more (`preview_outdated`, with the new counts and token), or nothing
            would change.
        InvalidValueError, NotFoundError: as of `preview_change`.
    """
    for _ in range(_TRIES):
        finish_changes(workspace)
        plan = _plan(workspace, where, edit, everything=everything)
        _check(plan.preview, token)
        made = _begin(workspace, plan, edit, actor)
        if made is not None:
            finish_changes(workspace)
            return find_change(workspace, made)
    raise ConflictError("changes_under_way")


def preview_undo(workspace: Workspace, number: int) -> ChangePreview:
    """What undoing a change would do now: tasks that are restored, and those that were touched since.

    Raises:
        NotFoundError: there is no such change. ConflictError: it can't be undone.
    """
    change = _undoable(workspace, number)
    with workspace.database.read() as connection:
        ids = tasks_of_change(connection, number)
        touched = touched_since(connection, number, change.kind, change.values, ids)
        left = standings(connection, sorted(touched)[:SHOWN])
        names = names_of_items(connection, [task.item_key for task in left])
    token = _digest({"undo": number, "tasks": [one for one in ids if one not in touched]})
    counts = {LeftReason.CHANGED_SINCE: len(touched)} if touched else {}
    shown = [LeftTask(names[task.item_key], LeftReason.CHANGED_SINCE) for task in left]
    return ChangePreview(token, len(ids) - len(touched), len(ids) - len(touched), counts, shown)


def undo_change(workspace: Workspace, number: int, *, actor: str, token: str | None = None) -> TaskChange:
    """Restore what a change has changed; tasks that were touched since stay as they are, and are listed.

    Raises:
        NotFoundError: there is no such change.
        ConflictError: it was undone before, or is an undo; or the preview isn't true any more.
    """
    finish_changes(workspace)
    change, preview = _undoable(workspace, number), preview_undo(workspace, number)
    if token is not None and token != preview.token:
        raise _outdated(preview)
    with workspace.database.write(alone=True) as connection:
        ids = tasks_of_change(connection, number)
        if _undone(workspace, number):
            raise ConflictError("change_undone", number=number)
        new = NewChange(
            kind=ChangeKind.UNDO,
            where=change.where,
            values=change.values,
            reason="",
            actor=actor,
            task_ids=ids,
            left_out={},
            undoes=number,
        )
        made = begin_change(connection, new)
        audit.append(connection, actor, "tasks.undo", f"task_change:{made}", {"undoes": number, "tasks": len(ids)})
    finish_changes(workspace)
    return find_change(workspace, made)


def finish_changes(workspace: Workspace) -> int:
    """Make what is pending of changes that were begun, here or by a process that ended; returns how many parts."""
    done = 0
    while True:
        with workspace.database.read() as connection:
            part = pending_part(connection)
        if part is None:
            return done
        with workspace.database.write() as connection:
            if take_part(connection, part):
                _make(workspace, connection, part)
                done += 1


def list_changes(workspace: Workspace, before: int | None, limit: int) -> Sequence[TaskChange]:
    """Changes of tasks, the newest first: at most so many below a number."""
    return workspace.task_changes.page(before, limit)


def find_change(workspace: Workspace, number: int) -> TaskChange:
    """One change. Raises NotFoundError."""
    found = workspace.task_changes.find(number)
    if found is None:
        raise NotFoundError("no_task_change", number=number)
    return found


def list_left(workspace: Workspace, number: int, limit: int = SHOWN) -> Sequence[LeftTask]:
    """The first tasks that a change left as they were when it came to them, or that its undo did."""
    return workspace.task_changes.left(number, limit)


def _plan(workspace: Workspace, where: TaskFilter, edit: TaskEdit, *, everything: bool) -> _Plan:
    _check_edit(edit)
    if not where.given() and not everything:
        raise InvalidValueError("no_filter", field="where")
    chosen, rule = _selection(workspace, where), _rule(workspace, edit)
    with workspace.database.read() as connection:
        newest = newest_change(connection)
        verdicts = rule.decide(connection, matching(connection, chosen, edit.kind))
        absent = list(_absent(connection, where, verdicts))
        chosen_ones = [one for one in verdicts if one.left_out is None]
        values = _stored_values(connection, edit, rule, chosen_ones)
        names = names_of_items(connection, [one.task.item_key for one in verdicts if one.left_out][:SHOWN])
    return _Plan(
        _preview(edit, where, verdicts, absent, names),
        [one.task.id for one in chosen_ones],
        _stored_filter(where, chosen),
        values,
        newest,
    )


def _preview(
    edit: TaskEdit,
    where: TaskFilter,
    verdicts: Sequence[TaskDecision],
    absent: Sequence[LeftTask],
    names: Mapping[int, str],
) -> ChangePreview:
    left = Counter(one.left_out for one in verdicts if one.left_out) + Counter(one.reason for one in absent)
    shown = [LeftTask(names[one.task.item_key], one.left_out) for one in verdicts
             if one.left_out and one.task.item_key in names]  # fmt: skip
    changed = [one for one in verdicts if one.left_out is None]
    exactly = [(one.task.id, *_told(one, edit.kind)) for one in changed]
    asked = {"where": where.given() | {"item_ids": None}, "values": edit.values(), "kind": edit.kind}
    due_past = edit.due is not None and edit.due < _now()
    return ChangePreview(
        _digest({"asked": asked, "tasks": exactly, "reason": edit.reason}),
        len(changed),
        sum(max(1, len(one.slots)) for one in changed),
        dict(left.most_common()),
        [*absent, *shown][:SHOWN],
        due_past,
    )


def _told(one: TaskDecision, kind: ChangeKind) -> tuple[object, ...]:
    """What a preview has said of a task: anything of it that is different makes the preview untrue."""
    if kind is ChangeKind.DUE:
        return (one.task.due_at,)
    if kind is ChangeKind.PRIORITY:
        return (one.task.priority,)
    return tuple((slot.id, slot.state, slot.lane_id, slot.token) for slot in one.slots)


def _check(preview: ChangePreview, token: str | None) -> None:
    if token is not None and token != preview.token:
        raise _outdated(preview)
    if not preview.changed:
        raise ConflictError("nothing_to_change", left=sum(preview.left_out.values()))


def _outdated(preview: ChangePreview) -> ConflictError:
    left = sum(preview.left_out.values())
    return ConflictError("preview_outdated", changed=preview.changed, left=left, token=preview.token)


def _begin(workspace: Workspace, plan: _Plan, edit: TaskEdit, actor: str) -> int | None:
    """Write the change down; None where another one came first."""
    new = NewChange(
        kind=edit.kind,
        where=plan.where,
        values=plan.values,
        reason=edit.reason,
        actor=actor,
        task_ids=plan.task_ids,
        left_out=plan.preview.left_out,
    )
    detail: dict[str, object] = {"kind": edit.kind.value, "where": dict(plan.where), "values": edit.values()}
    left = {why.value: count for why, count in plan.preview.left_out.items()}
    detail |= {"reason": edit.reason, "tasks": len(plan.task_ids), "left_out": left}
    with workspace.database.write(alone=True) as connection:
        if newest_change(connection) != plan.newest:
            return None
        made = begin_change(connection, new)
        audit.append(connection, actor, "tasks.change", f"task_change:{made}", detail)
    return made


def _make(workspace: Workspace, connection: Connection, part: PendingPart) -> None:
    if part.kind is ChangeKind.UNDO:
        _make_undo(workspace, connection, part)
        return
    edit, person = _edit_of(part), part.where.get("person_id")
    rule = _rule(workspace, edit, user_id=part.values.get("user_id"))
    verdicts = rule.decide(connection, standings(connection, part.task_ids, person))
    chosen = [ChosenTask(one.task, one.slots) for one in verdicts if one.left_out is None]
    leave_out(connection, part.change_id, [(one.task.id, one.left_out) for one in verdicts if one.left_out])
    make_part(connection, part, chosen)
    given = [slot.review_id for one in chosen for slot in one.slots if slot.review_id is not None]
    if part.kind is ChangeKind.INVALIDATE and given:
        detail = {"reviews": given, "reason": part.reason}
        audit.append(connection, part.actor, "reviews.withdraw", f"task_change:{part.change_id}", detail)


def _make_undo(workspace: Workspace, connection: Connection, part: PendingPart) -> None:
    number = part.undoes or 0
    change = find_change(workspace, number)
    touched = touched_since(connection, number, change.kind, change.values, part.task_ids)
    leave_out(connection, part.change_id, [(one, LeftReason.CHANGED_SINCE) for one in sorted(touched)])
    back = restore(connection, part, change.kind, [one for one in part.task_ids if one not in touched])
    if back:
        subject = f"task_change:{part.change_id}"
        audit.append(connection, part.actor, "reviews.restore", subject, {"reviews": back})


def _check_edit(edit: TaskEdit) -> None:
    if edit.kind is ChangeKind.UNDO:
        raise InvalidValueError("undo_by_number", field="change")
    if edit.kind is ChangeKind.INVALIDATE and not edit.reason.strip():
        raise InvalidValueError("reason_missing", field="reason")
    if edit.kind is ChangeKind.PRIORITY and edit.priority is None:
        raise InvalidValueError("priority_missing", field="priority")
    if edit.kind is ChangeKind.REASSIGN and (edit.person is None) == (edit.queue is None):
        raise InvalidValueError("one_assignee", field="person")


def _selection(workspace: Workspace, where: TaskFilter) -> TaskSelection:
    person = None if where.person is None else workspace.users.get(where.person).id
    run = None if where.run is None else find_run(workspace, where.run).id
    batch = None if where.batch is None else workspace.batches.get(where.batch).id
    if where.task_ids is not None:
        with workspace.database.read() as connection:
            there = task_numbers_there(connection, where.task_ids)
        if set(where.task_ids) - there:
            raise NotFoundError("assignment_gone")
    return TaskSelection(where, person, run, batch)


def _stored_filter(where: TaskFilter, chosen: TaskSelection) -> Mapping[str, object]:
    """A filter as it is kept: long lists as how many they name, since the change keeps its tasks itself."""
    kept = where.given()
    for name in ("item_ids", "task_ids"):
        if name in kept:
            kept[name] = len(getattr(where, name))
    return kept if chosen.person_id is None else kept | {"person_id": chosen.person_id}


def _rule(workspace: Workspace, edit: TaskEdit, user_id: int | None = None) -> ChangeRule:
    """What decides; of a change under way, whose assignee may have left the project since, by their number."""
    qualified_only = workspace.settings.review.qualification_items > 0
    if edit.kind is not ChangeKind.REASSIGN or edit.person is None:
        return ChangeRule(edit)
    user = _assignee(workspace, edit.person, user_id)
    return ChangeRule(edit, user.principal(), qualified_only)


def _assignee(workspace: Workspace, name: str, user_id: int | None) -> User:
    user = workspace.users.member(name)
    if user is None or (user_id is not None and user.id != user_id):
        raise NotFoundError("member_not_found", field="person", user=name, project=workspace.project.key)
    return user


def _stored_values(
    connection: Connection, edit: TaskEdit, rule: ChangeRule, chosen: Sequence[TaskDecision]
) -> Mapping[str, object]:
    values = edit.values()
    if rule.to is not None:
        values["user_id"] = rule.to.user_id
    if edit.kind is ChangeKind.PRIORITY and isinstance(edit.priority, Position) and chosen:
        values["shift"] = _shift(connection, edit.priority, [one.task.priority for one in chosen])
    return values


def _shift(connection: Connection, place: Position, priorities: Sequence[float]) -> float:
    """What is added to priorities so that they all are above, or below, all that waits."""
    low, high = span_of_priorities(connection) or (0.0, 0.0)
    if place is Position.FIRST:
        return max(high, *priorities) - min(priorities) + 1
    return min(low, *priorities) - max(priorities) - 1


def _edit_of(part: PendingPart) -> TaskEdit:
    values = {name: part.values[name] for name in ("due", "priority", "person", "queue") if name in part.values}
    if isinstance(values.get("priority"), str):
        values["priority"] = Position(values["priority"])
    return TaskEdit(kind=part.kind, reason=part.reason, **values)


def _absent(connection: Connection, where: TaskFilter, verdicts: Sequence[TaskDecision]) -> Iterator[LeftTask]:
    """Items that were named and have no such task."""
    if where.item_ids is None:
        return
    known = {name: key for key, name in known_items(connection, where.item_ids)}
    have = {one.task.item_key for one in verdicts}
    for name in dict.fromkeys(where.item_ids):
        if name not in known:
            yield LeftTask(name, LeftReason.NO_ITEM)
        elif known[name] not in have:
            yield LeftTask(name, LeftReason.NO_TASK)


def _undoable(workspace: Workspace, number: int) -> TaskChange:
    change = find_change(workspace, number)
    if change.kind is ChangeKind.UNDO:
        raise ConflictError("undo_of_undo", number=number)
    if change.undone_at is not None:
        raise ConflictError("change_undone", number=number)
    return change


def _undone(workspace: Workspace, number: int) -> bool:
    return find_change(workspace, number).undone_at is not None


def _digest(what: object) -> str:
    return sha256(orjson.dumps(what, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def as_utc(moment: datetime) -> str:
    """A moment as tasks keep it: ISO 8601 in UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
