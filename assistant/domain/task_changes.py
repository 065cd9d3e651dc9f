"""Changes of many tasks at once, as data: which tasks, what of them, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from assistant.domain.review_work import AssignmentState, TaskKind


class ChangeKind(StrEnum):
    """What is done to tasks."""

    DUE = "due"  # another due time, or none
    PRIORITY = "priority"  # to the front, to the back, or a number
    REASSIGN = "reassign"  # to one person alone, to a team or queue, or to everyone
    PAUSE = "pause"  # claims don't get them until they are resumed
    RESUME = "resume"
    CANCEL = "cancel"  # not wanted any more
    RETURN = "return"  # leases are taken back: the items are offered again
    INVALIDATE = "invalidate"  # answers are withdrawn, and wanted again
    UNDO = "undo"  # of an earlier change


class LeftReason(StrEnum):
    """Why a task stays as it is."""

    ALREADY = "already"  # it is as wanted
    LEASED = "leased"  # a person is at it
    ANSWERED = "answered"
    CANCELLED = "cancelled"
    NOT_PAUSED = "not_paused"
    NOT_LEASED = "not_leased"
    NOT_ANSWERED = "not_answered"
    PRACTICE = "practice"  # of one person's test, training or gold
    ADJUDICATED = "adjudicated"  # its answers are settled
    CHANGED_SINCE = "changed_since"  # undo: it was claimed, answered or changed after that
    NO_ITEM = "no_item"  # no item of the project has that id
    NO_TASK = "no_task"  # the item has no task that matches
    ASSIGNEE_DISABLED = "assignee_disabled"
    ASSIGNEE_DOES_NOT_LABEL = "assignee_does_not_label"
    ASSIGNEE_LACKS_QUEUE = "assignee_lacks_queue"
    ASSIGNEE_LACKS_LANGUAGE = "assignee_lacks_language"
    ASSIGNEE_OPTED_OUT = "assignee_opted_out"
    ASSIGNEE_LACKS_SKILL = "assignee_lacks_skill"
    ASSIGNEE_NOT_QUALIFIED = "assignee_not_qualified"
    ASSIGNEE_PASSED_IT_ON = "assignee_passed_it_on"
    ASSIGNEE_MET_IT = "assignee_met_it"


class Position(StrEnum):
    """Where tasks go in the order of work; among themselves they keep their order."""

    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Which tasks: those that match all that is given; None asks for nothing, "" for work without a team, label, skill.

    Args:
        queue, language, harm, skill: as of the task.
        kind: what it is for.
        person: name of a user whose it is: assigned to them alone, held or answered by them. Of a task with several
            wanted answers only theirs are changed.
        run: name of the run whose answer is looked at.
        batch: name of the batch that the item belongs to.
        state: tasks with a wanted answer in that state.
        due_before, created_before: ISO 8601 in UTC.
        item_ids: external ids of items.
        task_ids: row numbers.
    """

    queue: str | None = None
    language: str | None = None
    harm: str | None = None
    skill: str | None = None
    kind: TaskKind | None = None
    person: str | None = None
    run: str | None = None
    batch: str | None = None
    state: AssignmentState | None = None
    due_before: str | None = None
    created_before: str | None = None
    item_ids: tuple[str, ...] | None = None
    task_ids: tuple[int, ...] | None = None

    def given(self) -> dict[str, object]:
        """What is asked for, by name."""
        named = ((name, getattr(self, name)) for name in self.__slots__)
        return {name: value for name, value in named if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEdit:
    """What is changed of each task; what the kind doesn't need stays as it is.

    Args:
        kind: all kinds but `UNDO`.
        due: for `DUE`: ISO 8601 in UTC; None takes the due time away.
        priority: for `PRIORITY`: a place, or a number, higher first.
        person: for `REASSIGN`: name of the only person who gets them.
        queue: for `REASSIGN`: team or queue; "" for everyone. Either this or `person`.
        reason: why; asked for by `INVALIDATE`.
    """

    kind: ChangeKind
    due: str | None = None
    priority: Position | float | None = None
    person: str | None = None
    queue: str | None = None
    reason: str = ""

    def values(self) -> dict[str, object]:
        """What is set, by name, as it is stored."""
        if self.kind is ChangeKind.DUE:
            return {"due": self.due}
        if self.kind is ChangeKind.PRIORITY:
            return {"priority": self.priority}
        if self.kind is ChangeKind.REASSIGN:
            return {"person": self.person} if self.person is not None else {"queue": self.queue}
        return {}


class LeftTask(NamedTuple):
    """A task, or an item without one, that stays as it is."""

    item_id: str
    reason: LeftReason


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """What a change would do now.

    Args:
        token: names exactly this: it is given to do it, and is of no use once anything of it is different.
        changed: tasks that change.
        answers: wanted answers of theirs that change; the tasks themselves where their due time or priority does.
        left_out: how many stay as they are, by reason.
        left: the first of those.
        due_past: whether the new due time is over already.
    """

    token: str
    changed: int
    answers: int
    left_out: Mapping[LeftReason, int]
    left: Sequence[LeftTask] = ()
    due_past: bool = False


@dataclass(frozen=True, slots=True)
class TaskChange:
    """A change that was made.

    Args:
        id: its number.
        kind, where, values, reason: what was done to which tasks, as stored.
        actor, created_at: by whom and when (ISO 8601 in UTC).
        tasks: how many it was made for.
        pending: of those, how many it has not come to yet: it is under way, or was interrupted.
        left_out: tasks that couldn't be changed when it came to them, by reason, and those left out before.
        changed: tasks that were changed.
        undoes: number of the change it undoes.
        undone_by, undone_at: who undid it, and when; None where it stands.
    """

    id: int
    kind: ChangeKind
    where: Mapping[str, object]
    values: Mapping[str, object]
    reason: str
    actor: str
    created_at: str
    tasks: int
    pending: int
    changed: int
    left_out: Mapping[LeftReason, int] = field(default_factory=dict)
    undoes: int | None = None
    undone_by: str | None = None
    undone_at: str | None = None

    @property
    def asked(self) -> dict[str, Any]:
        """Which tasks were asked for, without row numbers."""
        return {name: value for name, value in self.where.items() if name != "person_id"}

    @property
    def set_to(self) -> dict[str, Any]:
        """What was set, without row numbers."""
        return {name: value for name, value in self.values.items() if name not in {"user_id", "shift"}}

    @property
    def undoable(self) -> bool:
        """Whether it can be undone."""
        return self.kind is not ChangeKind.UNDO and self.undone_at is None and not self.pending
