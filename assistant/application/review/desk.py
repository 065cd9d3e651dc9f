"""A reviewer's desk: what is dealt to them, what they may take back, and when it is enough for now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from assistant.application.review.practice import OpenRound, open_rounds
from assistant.application.review.similar_items import PrecedentShelf
from assistant.application.review.task_assembly import TaskAssembly
from assistant.application.review.task_view import ReviewTask, ShownPrecedent
from assistant.domain.items import StoredItem
from assistant.domain.opaque_ids import IdKind
from assistant.domain.review_work import Claimed, Principal
from assistant.review.queue import Queue
from assistant.review.wellbeing import Pause, exhausted
from assistant.store.review.queue import exposure
from assistant.store.review.queue.slots import Seat, find_seat
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Dealt:
    """What a claim gives.

    Args:
        tasks: what was taken, most urgent first.
        pause: a break that is due.
        spent: harms of which the person has been shown all that a shift may hold.
        rounds: where nothing was taken: what they have to pass before their answers count.
    """

    tasks: Sequence[ReviewTask]
    pause: Pause | None
    spent: Sequence[str]
    rounds: Sequence[OpenRound] = ()


class ReviewDesk:
    """All that the review page asks of a workspace; safe for many threads."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.queue: Queue = workspace.queue
        self.assembly = TaskAssembly(workspace)
        self._shelf = PrecedentShelf(workspace)

    def deal(self, who: Principal, n: int, *, language: str, resume: bool = False, have: Collection[str] = ()) -> Dealt:
        """Take the next items.

        Args:
            who: takes them.
            n: how many new ones at most.
            language: of the clauses' wording.
            resume: give what they hold already as well, and first.
            have: ids of assignments they have in hand, left out of that.
        """
        known = {self.number(who, one) for one in have}
        held = [one for one in self.queue.held(who) if one.assignment_id not in known] if resume else []
        missing = n - len(held)
        claimed = held + (self.queue.claim(who, missing) if missing > 0 else [])
        tasks = [self.show(one, who, language) for one in claimed]
        rounds = [] if tasks or have else open_rounds(self._workspace, who)
        return Dealt(tasks, self.pause(who), self.spent(who), rounds)

    def show(self, claimed: Claimed, who: Principal, language: str) -> ReviewTask:
        """What somebody gets to see of one claim of theirs."""
        rules = self._workspace.settings.review
        return self.assembly.assemble(claimed, who.user_id, lease_seconds=rules.lease_seconds, language=language)

    def pause(self, who: Principal) -> Pause | None:
        """A break that is due, None where none is."""
        return self.queue.pause(who, severe_from=self._workspace.settings.routing.severe_from)

    def spent(self, who: Principal) -> list[str]:
        """Harms that somebody isn't shown any more in this shift, by what they have given out of their hands.

        What they hold counts for what they are dealt, but isn't told: a blind item in hand would be known by it.
        """
        rules = self._workspace.settings.review
        if not rules.budgets:
            return []
        since = datetime.now(UTC) - timedelta(hours=rules.shift_hours)
        with self._workspace.database.read() as connection:
            shift = exposure.shift(connection, who.user_id, since.isoformat(timespec="milliseconds"))
        return sorted(exhausted(shift.seen.by_harm, rules.budgets))

    def number(self, who: Principal, assignment_id: str) -> int | None:
        """The row number of an assignment that somebody was handed; None for every other text, an id or not."""
        row = self._workspace.ids.read(IdKind.ASSIGNMENT, assignment_id)
        return row.number if row is not None and row.user_id == who.user_id else None

    def named(self, who: Principal, number: int) -> str:
        """The id under which somebody knows an assignment they were handed."""
        return self._workspace.ids.of(IdKind.ASSIGNMENT, number, who.user_id)

    def seat(self, assignment_id: int) -> Seat | None:
        """A wanted answer by its number."""
        return find_seat(self._workspace.database, assignment_id)

    def item(self, seat: Seat) -> StoredItem | None:
        """The item an answer is wanted for."""
        return self._workspace.items.get(seat.item_id)

    def precedents(self, seat: Seat) -> list[ShownPrecedent]:
        """Settled items like it; none for a blind answer: they were chosen to tell the machine what to say."""
        stored = None if seat.blind else self.item(seat)
        return [] if stored is None else self._shelf.like(stored, seat.policy_id)
