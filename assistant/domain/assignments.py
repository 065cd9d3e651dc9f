"""Wanted answers as the queue's lists have them: what waits, who holds what, and what a reviewer answered last."""

from __future__ import annotations

from typing import NamedTuple

from assistant.domain.labels import LabelAnswer
from assistant.domain.review_work import TaskKind


class PartitionFilter(NamedTuple):
    """Which work: by team or external queue, language, worst label predicted and skill; None for all, "" for none."""

    queue: str | None = None
    language: str | None = None
    harm: str | None = None
    skill: str | None = None


class Urgency(NamedTuple):
    """The place of a wanted answer in the order of work: higher priority first, then the earlier one."""

    priority: float
    id: int


class WantedAnswer(NamedTuple):
    """A wanted answer that is free or leased.

    Args:
        id: its row number; `task_id` the task's.
        item_id: the item's external id.
        kind: what it is for.
        policy_id, policy_version: what it is judged by.
        queue, language, harm, skill: as of its queue partition.
        for_name: whom alone it is for; None for everybody.
        priority, due_at, created_at: of the task.
        holder, lease_until: who holds it, and until when; None where it is free.
    """

    id: int
    task_id: int
    item_id: str
    kind: TaskKind
    policy_id: str
    policy_version: str
    queue: str
    language: str
    harm: str
    skill: str
    for_name: str | None
    priority: float
    due_at: str | None
    created_at: str
    holder: str | None
    lease_until: str | None


class AssignmentSlot(NamedTuple):
    """An assignment with what its answer goes by."""

    assignment_id: int
    task_id: int
    item_key: int
    item_id: str
    user_id: int | None
    token: int
    policy_id: str
    policy_version: str
    blind: bool
    run_id: int | None


class Waiting(NamedTuple):
    """Open answers of one kind of work: how many, when the oldest was made, and when the most urgent one is due.

    Moments are ISO 8601 in UTC; `first_due` is None without a due time.
    """

    queue: str
    language: str
    harm: str
    skill: str
    open: int
    oldest: str
    first_due: str | None


class PastAnswer(NamedTuple):
    """An answer of a reviewer, as the list of their last ones shows it."""

    review_id: int
    assignment_id: int | None
    item_id: str
    labels: LabelAnswer
    created_at: str
