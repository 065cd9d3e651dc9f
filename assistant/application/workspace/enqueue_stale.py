"""Asking people again, blind, about items whose labels no longer count under the policy version in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from assistant.domain.review_work import NewTask, TaskKind
from assistant.review.priority import blind_priority
from assistant.store.audit import log as audit
from assistant.store.review.labels.left_out import ItemLeftOut, items_left_out
from assistant.store.review.queue.tasks import add_tasks
from assistant.wiring.workspace import Workspace

_MOST_ANSWERS = 2  # wanted of an item that two or more people had labeled


@dataclass(frozen=True, slots=True)
class StaleQueued:
    """Tasks for items whose human labels no longer count.

    Args:
        items: items without any label of a person that counts, though they had one.
        added: of these, those that get a task now.
        waiting: those that had an open one already.
    """

    items: int
    added: int
    waiting: int


def enqueue_stale(
    workspace: Workspace, *, team: str = "", due: datetime | timedelta | None = None, dry_run: bool = False, actor: str
) -> StaleQueued:
    """Put every such item into the queue, once: blind, for as many people as had labeled it, two at most.

    Args:
        workspace: the opened workspace.
        team: whose queue; empty for everyone.
        due: when it is due, with its time zone, or how long from now; None for no due time.
        dry_run: only count.
        actor: who asks.
    """
    found = items_left_out(workspace.database)
    wanted = [one for one in found if not one.waiting]
    if not dry_run and wanted:
        at = datetime.now(UTC)
        tasks = _tasks(workspace, wanted, team, at, at + due if isinstance(due, timedelta) else due)
        with workspace.database.write() as connection:
            add_tasks(connection, tasks)
            detail = {"added": len(tasks), "queue": team, "policy": workspace.policy.version}
            audit.append(connection, actor, "tasks.enqueue", "stale labels", detail)
    return StaleQueued(len(found), len(wanted), len(found) - len(wanted))


def _tasks(
    workspace: Workspace, wanted: Sequence[ItemLeftOut], team: str, at: datetime, due: datetime | None
) -> list[NewTask]:
    policy, newest = workspace.policy, workspace.runs.newest(workspace.policy.id)
    most_severe = max((label.severity for label in policy.label_set.labels), default=0)
    until = due or at + timedelta(hours=workspace.settings.review.due_hours)
    return [
        NewTask(
            item_key=one.key,
            kind=TaskKind.DOUBLE if one.people > 1 else TaskKind.REVIEW,
            blind=True,
            policy_id=policy.id,
            policy_version=policy.version,
            language=one.language,
            run_id=None if newest is None else newest.id,
            queue=team,
            priority=blind_priority(until, most_severe=most_severe),
            due_at=None if due is None else due.astimezone(UTC).isoformat(timespec="milliseconds"),
            overlap=min(one.people, _MOST_ANSWERS),
        )
        for one in wanted
    ]
