"""What becomes of a task under a change of many: which of its wanted answers change, or why it stays as it is.

One rule for the preview, for the change itself and for one task as for thousands. A task that a person is at stays as
it is where the change would take it from under their hands: first their lease is taken back, which is a change as well.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from assistant.domain.review_work import AssignmentState, Principal
from assistant.domain.task_changes import ChangeKind, LeftReason, TaskEdit
from assistant.review.steering import Recipients, Unfit
from assistant.store.database import LOOKUP, Connection, parts
from assistant.store.review.changes.task_standing import PRACTICE_KINDS, TaskStanding, WantedSlot, adjudicated_slots
from assistant.store.review.queue.partitions import EVERYBODY

_OPEN, _LEASED = AssignmentState.OPEN, AssignmentState.LEASED
_PAUSED, _ANSWERED = AssignmentState.PAUSED, AssignmentState.ANSWERED

_UNFIT = {
    Unfit.CLOSED: LeftReason.ASSIGNEE_DISABLED,
    Unfit.ROLE: LeftReason.ASSIGNEE_DOES_NOT_LABEL,
    Unfit.QUEUE: LeftReason.ASSIGNEE_LACKS_QUEUE,
    Unfit.LANGUAGE: LeftReason.ASSIGNEE_LACKS_LANGUAGE,
    Unfit.OPT_OUT: LeftReason.ASSIGNEE_OPTED_OUT,
    Unfit.SKILL: LeftReason.ASSIGNEE_LACKS_SKILL,
    Unfit.QUALIFICATION: LeftReason.ASSIGNEE_NOT_QUALIFIED,
    Unfit.PASSED: LeftReason.ASSIGNEE_PASSED_IT_ON,
    Unfit.ANSWERED: LeftReason.ASSIGNEE_MET_IT,
}


class TaskDecision(NamedTuple):
    """A task, why it stays as it is (None where it changes), and which of its wanted answers change."""

    task: TaskStanding
    left_out: LeftReason | None
    slots: tuple[WantedSlot, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeRule:
    """Decides about tasks.

    Args:
        edit: what is changed.
        to: who gets them, for a change to one person.
        qualified_only: whether people have to pass a round before their answers count.
    """

    edit: TaskEdit
    to: Principal | None = None
    qualified_only: bool = False

    def decide(self, connection: Connection, found: Collection[TaskStanding]) -> list[TaskDecision]:
        """What becomes of each, in the order given."""
        wanted = [self._wanted(task) for task in found]
        if self.edit.kind is ChangeKind.INVALIDATE:
            return self._unless_adjudicated(connection, wanted)
        return self._unless_unfit(connection, wanted) if self.to is not None else wanted

    def _wanted(self, task: TaskStanding) -> TaskDecision:
        if task.kind in PRACTICE_KINDS and self.edit.kind is not ChangeKind.RETURN:
            return TaskDecision(task, LeftReason.PRACTICE)
        return _RULES[self.edit.kind](task, self)

    def _unless_adjudicated(self, connection: Connection, wanted: list[TaskDecision]) -> list[TaskDecision]:
        settled = adjudicated_slots(connection, [slot.id for one in wanted for slot in one.slots])
        return [
            TaskDecision(one.task, LeftReason.ADJUDICATED) if any(slot.id in settled for slot in one.slots) else one
            for one in wanted
        ]

    def _unless_unfit(self, connection: Connection, wanted: list[TaskDecision]) -> list[TaskDecision]:
        rules = _Reasons(self, connection)
        return [
            TaskDecision(one.task, why) if (why := rules.of(one)) is not None else one
            for part in parts(wanted, LOOKUP)
            for one in rules.about(part)
        ]


@dataclass(slots=True)
class _Reasons:
    """Why a person can't be given some of many tasks; what decides is read for a part of them at a time."""

    rule: ChangeRule
    connection: Connection
    recipients: Recipients | None = None
    kinds: dict[tuple[str, ...], Unfit | None] = field(default_factory=dict)

    def about(self, part: Collection[TaskDecision]) -> Collection[TaskDecision]:
        """Read what decides about these."""
        slots = [slot.id for one in part for slot in one.slots]
        self.recipients = Recipients.read(self.connection, slots, qualified_only=self.rule.qualified_only)
        return part

    def of(self, one: TaskDecision) -> LeftReason | None:
        """Why not; None where there is nothing against it."""
        to, task = self.rule.to, one.task
        if one.left_out is not None or to is None or self.recipients is None:
            return None
        kind = (task.policy_id, task.policy_version, task.queue, task.language, task.harm, task.skill)
        if kind not in self.kinds:
            self.kinds[kind] = self.recipients.unable(task, to)
        why = self.kinds[kind] or self.recipients.met(one.slots[0].id, to)
        return None if why is None else _UNFIT[why]


def _finished(task: TaskStanding) -> LeftReason:
    return LeftReason.ANSWERED if task.in_state(_ANSWERED) else LeftReason.CANCELLED


def _due(task: TaskStanding, rule: ChangeRule) -> TaskDecision:
    if task.closed_at is not None:
        return TaskDecision(task, _finished(task))
    return TaskDecision(task, LeftReason.ALREADY if task.due_at == rule.edit.due else None)


def _priority(task: TaskStanding, rule: ChangeRule) -> TaskDecision:
    if task.closed_at is not None:
        return TaskDecision(task, _finished(task))
    return TaskDecision(task, LeftReason.ALREADY if task.priority == rule.edit.priority else None)


def _waiting(task: TaskStanding, *states: AssignmentState) -> TaskDecision:
    """The wanted answers that wait, unless a person is at one."""
    if task.in_state(_LEASED):
        return TaskDecision(task, LeftReason.LEASED)
    waits = task.in_state(*states)
    return TaskDecision(task, None, tuple(waits)) if waits else TaskDecision(task, _finished(task))


def _reassign(task: TaskStanding, rule: ChangeRule) -> TaskDecision:
    found = _waiting(task, _OPEN, _PAUSED)
    if found.left_out is not None:
        return found
    if rule.to is None:
        queue = rule.edit.queue or ""
        moved = tuple(one for one in found.slots if one.queue != queue or one.for_user != EVERYBODY)
        return TaskDecision(task, None if moved else LeftReason.ALREADY, moved)
    if any(one.for_user == rule.to.user_id for one in found.slots):
        return TaskDecision(task, LeftReason.ALREADY)
    free = [one for one in found.slots if one.for_user == EVERYBODY]
    return TaskDecision(task, None, (*(free or found.slots)[:1],))


def _pause(task: TaskStanding, _: ChangeRule) -> TaskDecision:
    found = _waiting(task, _OPEN)
    return (
        TaskDecision(task, LeftReason.ALREADY)
        if found.left_out is not LeftReason.LEASED and not found.slots and task.in_state(_PAUSED)
        else found
    )


def _resume(task: TaskStanding, _: ChangeRule) -> TaskDecision:
    paused = tuple(task.in_state(_PAUSED))
    return TaskDecision(task, None if paused else LeftReason.NOT_PAUSED, paused)


def _cancel(task: TaskStanding, _: ChangeRule) -> TaskDecision:
    found = _waiting(task, _OPEN, _PAUSED)
    return TaskDecision(task, LeftReason.ALREADY) if found.left_out is LeftReason.CANCELLED else found


def _return(task: TaskStanding, _: ChangeRule) -> TaskDecision:
    leased = tuple(task.in_state(_LEASED))
    return TaskDecision(task, None if leased else LeftReason.NOT_LEASED, leased)


def _invalidate(task: TaskStanding, _: ChangeRule) -> TaskDecision:
    given = tuple(one for one in task.in_state(_ANSWERED) if one.review_id is not None)
    return TaskDecision(task, None if given else LeftReason.NOT_ANSWERED, given)


_RULES: Mapping[ChangeKind, Callable[[TaskStanding, ChangeRule], TaskDecision]] = {
    ChangeKind.DUE: _due,
    ChangeKind.PRIORITY: _priority,
    ChangeKind.REASSIGN: _reassign,
    ChangeKind.PAUSE: _pause,
    ChangeKind.RESUME: _resume,
    ChangeKind.CANCEL: _cancel,
    ChangeKind.RETURN: _return,
    ChangeKind.INVALIDATE: _invalidate,
}
