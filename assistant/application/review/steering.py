"""What a lead does with the queue: see what waits and who holds what, take leases back, assign items to reviewers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from assistant.domain.accounts import User
from assistant.domain.assignments import AssignmentSlot, PartitionFilter, Urgency, Waiting, WantedAnswer
from assistant.domain.opaque_ids import IdKind
from assistant.domain.review_work import LABELING_ROLES, AssignmentState
from assistant.errors import ConflictError, InvalidValueError, NotFoundError
from assistant.review import steering as rules
from assistant.store.review.queue.slots import find_slot
from assistant.store.review.queue.tasks import waiting
from assistant.store.review.queue.workload import count_assignments
from assistant.wiring.workspace import Workspace

_SOON = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class QueueOverview:
    """What waits.

    Args:
        groups: by team, language, worst label and skill.
        open, leased: wanted answers.
        overdue, soon: open tasks past their time, and due within a day.
    """

    groups: Sequence[Waiting]
    open: int
    leased: int
    overdue: int
    soon: int


@dataclass(frozen=True, slots=True)
class LeasesReturned:
    """Ids of assignments that are offered again, and of those that were answered or given back before."""

    returned: Sequence[str]
    not_leased: Sequence[str]


def queue_overview(workspace: Workspace) -> QueueOverview:
    """What waits now, in numbers."""
    at, database = datetime.now(UTC), workspace.database
    counts = count_assignments(database)
    late, soon = workspace.queue_rows.overdue(_stamp(at), _stamp(at + _SOON))
    return QueueOverview(waiting(database), counts["open"], counts["leased"], late, soon)


def count_wanted(workspace: Workspace) -> Mapping[str, int]:
    """Wanted answers that are unassigned (`open`) and in progress (`leased`); costs two look-ups in an index."""
    return count_assignments(workspace.database)


def list_waiting(
    workspace: Workspace,
    wanted: PartitionFilter,
    after: Urgency | None,
    limit: int,
    *,
    state: AssignmentState = AssignmentState.OPEN,
) -> Sequence[WantedAnswer]:
    """Wanted answers that are free, or in another state, most urgent first: at most so many after a place."""
    if state is AssignmentState.OPEN:
        return workspace.queue_rows.open(wanted, after, limit)
    return workspace.queue_rows.in_state(state, wanted, after, limit)


def list_leases(workspace: Workspace, before: int | None, limit: int) -> Sequence[WantedAnswer]:
    """Wanted answers that are leased, the latest first: at most so many below a row number."""
    return workspace.queue_rows.leased(before, limit)


def find_wanted(workspace: Workspace, assignment_id: str) -> WantedAnswer:
    """One wanted answer by its id, whatever its state. Raises NotFoundError."""
    found = workspace.queue_rows.find(_number(workspace, assignment_id))
    if found is None:
        raise NotFoundError("assignment_gone")
    return found


def assignment_name(workspace: Workspace, number: int) -> str:
    """The id of a wanted answer in a list for leads."""
    return workspace.ids.of(IdKind.ASSIGNMENT, number)


def return_leases(workspace: Workspace, assignment_ids: Collection[str], *, actor: str) -> LeasesReturned:
    """Take leases back, so that the items are offered again. The same again changes nothing.

    Raises:
        NotFoundError: an id is no wanted answer's; no lease is taken back then.
    """
    slots = {one: _slot(workspace, one) for one in assignment_ids}
    with workspace.database.write() as connection:
        done = {one: rules.take_lease_back(connection, slot, actor) for one, slot in slots.items()}
    return LeasesReturned([one for one in done if done[one]], [one for one in done if not done[one]])


def assign(workspace: Workspace, assignment_id: str, name: str | None, *, actor: str) -> None:
    """Assign an item to one reviewer alone, or to all again (None); whoever holds it now loses it.

    Raises:
        NotFoundError: an id that is no wanted answer's.
        InvalidValueError: no person of that name labels.
        ConflictError: it was answered or cancelled meanwhile.
        UnfitError: the reviewer couldn't take it.
    """
    slot = _slot(workspace, assignment_id)
    to = None if name is None else _labeler(workspace, name).principal()
    with workspace.database.write() as connection:
        done = rules.assign(connection, slot, to, actor, qualified_only=_qualified_only(workspace))
    if not done:
        raise ConflictError("assignment_closed", where=slot.item_id)


def list_labelers(workspace: Workspace) -> list[User]:
    """Users who can sign in and label, by name: those an item can be assigned to."""
    return [user for user in workspace.users.members() if not user.disabled and user.role in LABELING_ROLES]


def assignable(
    workspace: Workspace, wanted: Sequence[WantedAnswer], users: Sequence[User]
) -> Mapping[int, Sequence[str]]:
    """Names of the users each wanted answer can be assigned to, by its number, in the order given."""
    if not users:
        return {}
    with workspace.database.read() as connection:
        principals = [user.principal() for user in users]
        return rules.able(connection, wanted, principals, qualified_only=_qualified_only(workspace))


def _labeler(workspace: Workspace, name: str) -> User:
    user = workspace.users.member(name)
    if user is None or user.disabled or user.role not in LABELING_ROLES:
        raise InvalidValueError("no_labeler", field="person", name=name)
    return user


def _qualified_only(workspace: Workspace) -> bool:
    """Whether reviewers have to pass a round before work can be assigned to them."""
    return workspace.settings.review.qualification_items > 0


def _number(workspace: Workspace, assignment_id: str) -> int:
    row = workspace.ids.read(IdKind.ASSIGNMENT, assignment_id)
    if row is None:
        raise NotFoundError("assignment_gone")
    return row.number


def _slot(workspace: Workspace, assignment_id: str) -> AssignmentSlot:
    slot = find_slot(workspace.database, _number(workspace, assignment_id))
    if slot is None:
        raise NotFoundError("assignment_gone")
    return slot


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
