"""What happened to wanted answers, event by event, and where their time went."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from assistant.domain.assignment_events import AssignmentEvent, WorkTimes, replay, work_times
from assistant.domain.opaque_ids import IdKind
from assistant.domain.review_work import AssignmentState, TaskKind
from assistant.errors import NotFoundError
from assistant.store.review.queue import events
from assistant.store.review.queue.events import SlotHistory
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """An event as it is shown: `person` is the user's name, None where no person had it."""

    event: str
    at: str
    person: str | None
    reason: str
    token: int
    lease_until: str | None
    uncovered_ms: int | None


@dataclass(frozen=True, slots=True)
class AssignmentHistory:
    """A wanted answer from the moment it was put into the queue.

    Args:
        id, task_id: as lists for leads name them.
        item_id: the item's own id.
        kind: what it is for.
        state: what its events come to; None where there are none.
        events: oldest first; `unknown` is what was there before events were kept.
        times: in seconds, None where a part of it isn't known.
    """

    id: str
    task_id: str
    item_id: str
    kind: TaskKind
    state: AssignmentState | None
    events: Sequence[ShownEvent]
    times: WorkTimes


@dataclass(frozen=True, slots=True)
class TotalTimes:
    """Sums over assignments, in seconds, and for how many of them each isn't known: they are in none of the sums."""

    assignments: int
    waiting: float
    handling: float
    abandoned: float
    waiting_unknown: int
    handling_unknown: int
    abandoned_unknown: int


def assignment_history(workspace: Workspace, assignment_id: str) -> AssignmentHistory:
    """What happened to one wanted answer, by the id that lists for leads show. Raises NotFoundError."""
    row = workspace.ids.read(IdKind.ASSIGNMENT, assignment_id)
    found = None if row is None else events.history_of_assignment(workspace.database, row.number)
    if found is None:
        raise NotFoundError("assignment_gone")
    return _shown(workspace, [found])[0]


def task_history(workspace: Workspace, task_id: str) -> Sequence[AssignmentHistory]:
    """What happened to the wanted answers of a task. Raises NotFoundError."""
    row = workspace.ids.read(IdKind.TASK, task_id)
    found = [] if row is None else events.history_of_task(workspace.database, row.number)
    if not found:
        raise NotFoundError("assignment_gone")
    return _shown(workspace, found)


def item_history(workspace: Workspace, item_id: str) -> Sequence[AssignmentHistory]:
    """What happened to all wanted answers of an item; none where it never was in the queue. Raises NotFoundError."""
    if workspace.items.get(item_id) is None:
        raise NotFoundError("item_not_found", item=item_id)
    return _shown(workspace, events.history_of_item(workspace.database, item_id))


def total_times(histories: Iterable[AssignmentHistory]) -> TotalTimes:
    """Where the time of some wanted answers went, all together."""
    times = [one.times for one in histories]
    sums = {name: [getattr(one, name) for one in times] for name in ("waiting", "handling", "abandoned")}
    known = {name: sum(value for value in values if value is not None) for name, values in sums.items()}
    unknown = {f"{name}_unknown": values.count(None) for name, values in sums.items()}
    return TotalTimes(len(times), **known, **unknown)


def _shown(workspace: Workspace, found: Sequence[SlotHistory]) -> list[AssignmentHistory]:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    names = {user.id: user.name for user in workspace.users.all()} if found else {}
    return [
        AssignmentHistory(
            workspace.ids.of(IdKind.ASSIGNMENT, slot.assignment_id),
            workspace.ids.of(IdKind.TASK, slot.task_id),
            slot.item_id,
            slot.kind,
            None if (row := replay(slot.events)) is None else row.state,
            [_event(one, names) for one in slot.events],
            work_times(slot.events, now),
        )
        for slot in found
    ]


def _event(one: AssignmentEvent, names: dict[int, str]) -> ShownEvent:
    person = None if one.user_id is None else names.get(one.user_id)
    return ShownEvent(one.event.value, one.at, person, one.reason, one.token, one.lease_until, one.uncovered_ms)
