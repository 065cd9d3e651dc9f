"""The review service: what reviewers claim, answer, pass on and take back, and when a shift has been enough."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from assistant.application.review.adjudication import read_answer
from assistant.application.review.practice import OpenRound, open_rounds
from assistant.application.review.similar_items import PrecedentShelf
from assistant.application.review.task_assembly import TaskAssembly
from assistant.application.review.task_view import ReviewTask, ShownPrecedent
from assistant.application.workspace.policy_changes import unread_changes
from assistant.domain.accounts import User
from assistant.domain.assignments import AssignmentSlot, PastAnswer
from assistant.domain.items import Item
from assistant.domain.labels import LabelAnswer
from assistant.domain.opaque_ids import IdKind
from assistant.domain.policies import Policy
from assistant.domain.review_work import Claimed, Principal, SkipReason, Submission, WorkOutcome
from assistant.errors import ConflictError, InvalidValueError, NotFoundError
from assistant.review.queue import Queue
from assistant.review.steering import Unfit
from assistant.review.wellbeing import Pause, exhausted
from assistant.store.review.queue import exposure
from assistant.store.review.queue.slots import find_slot
from assistant.wiring.workspace import Workspace

_NO_USER = 0  # a row number that no user has
_UNFIT = {
    "nobody": "no_labeler",
    Unfit.CLOSED: "no_labeler",
    Unfit.ROLE: "no_labeler",
    Unfit.QUEUE: "colleague_lacks_queue",
    Unfit.LANGUAGE: "colleague_lacks_language",
    Unfit.SKILL: "colleague_lacks_skill",
    Unfit.OPT_OUT: "colleague_opted_out",
    Unfit.QUALIFICATION: "colleague_not_qualified",
    "met_before": "met_before",
}
"""Why a colleague can't be given an item, by what the queue says of it."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a claim gives.

    Args:
        tasks: what was taken, most urgent first.
        pause: a break that is due.
        spent: harms of which the reviewer has been shown all that a shift may hold.
        rounds: where nothing was taken: what they have to pass before their answers count.
    """

    tasks: Sequence[ReviewTask]
    pause: Pause | None
    spent: Sequence[str]
    rounds: Sequence[OpenRound] = ()


@dataclass(frozen=True, slots=True)
class HeldAssignment:
    """A leased assignment as its holder names it.

    Args:
        assignment_id: the id the holder knows it by.
        token: as claimed.
        uncovered_ms: as in `Submission`.
    """

    assignment_id: str
    token: int
    uncovered_ms: int | None = None


class ReviewService:
    """All that reviewers do in a workspace; safe for many threads.

    Assignments go by the ids their holders know them by; any other id, of an assignment or not, raises NotFoundError.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._queue: Queue = workspace.queue
        self._assembly = TaskAssembly(workspace)
        self._shelf = PrecedentShelf(workspace)
        self._up_to_date: set[tuple[int, int]] = set()  # (person, change) that they have read, the newest there was

    def claim(
        self, who: Principal, n: int, *, language: str, resume: bool = False, have: Collection[str] = ()
    ) -> Claims:
        """Take the next items.

        Args:
            who: takes them.
            n: how many new ones at most.
            language: of the clauses' wording.
            resume: give what they hold already as well, and first.
            have: ids of assignments they have in hand, left out of that.

        Raises:
            ConflictError: a change of the policy is in effect that they have not read.
        """
        self._refuse_unread(who)
        known = {self._known(who, one) for one in have}
        there = [one for one in self._queue.held(who) if one.assignment_id not in known] if resume else []
        missing = n - len(there)
        claimed = there + (self._queue.claim(who, missing) if missing > 0 else [])
        tasks = [self._show(one, who, language) for one in claimed]
        rounds = [] if tasks or have else open_rounds(self._workspace, who)
        severe_from = self._workspace.settings.routing.severe_from
        return Claims(tasks, self._queue.pause(who, severe_from=severe_from), self._spent(who), rounds)

    def _refuse_unread(self, who: Principal) -> None:
        """Whoever has read the newest change is remembered: nothing is looked up for them again."""
        effective = self._workspace.policy_in_use.get().changes
        if not effective or (who.user_id, effective[-1].id) in self._up_to_date:
            return
        if unread := unread_changes(self._workspace, who):
            first = unread[0]
            raise ConflictError("policy_change_unread", change=first.name, version=first.new_version)
        self._up_to_date.add((who.user_id, effective[-1].id))

    def answer(self, who: Principal, assignment_id: str, given: Submission) -> WorkOutcome:
        """Hand an answer in; the same `key` again changes nothing.

        Args:
            who: answers.
            assignment_id: the id they know it by.
            given: the answer as it came, its labels and clauses not checked yet; its number is filled in here.

        Raises:
            NotFoundError: no such assignment of theirs.
            InvalidValueError: labels or clauses the policy doesn't have, or a label without the clause it needs.
        """
        number = self._number(who, assignment_id)
        slot = find_slot(self._workspace.database, number)
        if slot is None:
            raise NotFoundError("assignment_gone")
        policy = self._assembly.policy(slot.policy_id, slot.policy_version)
        labels = read_answer(given.labels, policy)
        clauses = check_clauses(given.clauses, labels, policy)
        return self._queue.submit(who, replace(given, assignment_id=number, labels=labels, clauses=clauses))

    def undo(self, who: Principal, review_id: int, *, language: str) -> ReviewTask | WorkOutcome:
        """Take one of their last answers back: the item is theirs again, or the outcome says why not."""
        given = self._queue.undo(who, review_id)
        return given if isinstance(given, WorkOutcome) else self._show(given, who, language)

    def skip(self, who: Principal, held: HeldAssignment, reason: SkipReason, note: str) -> WorkOutcome:
        """Give an item back with a reason, without penalty; it is never offered to them again."""
        number = self._number(who, held.assignment_id)
        return self._queue.skip(who, number, held.token, reason, note, uncovered_ms=held.uncovered_ms)

    def escalate(self, who: Principal, held: HeldAssignment, note: str) -> WorkOutcome:
        """Leave an item to an expert, with a note."""
        number = self._number(who, held.assignment_id)
        return self._queue.escalate(who, number, held.token, note, uncovered_ms=held.uncovered_ms)

    def hand_over(self, who: Principal, held: HeldAssignment, to: str, note: str) -> WorkOutcome:
        """Give an item to a colleague by name, or back to the queue (empty), with a note for whoever takes it.

        Raises:
            InvalidValueError: the colleague isn't there or couldn't take it; the item stays where it is.
        """
        number = self._number(who, held.assignment_id)
        colleague = self._workspace.users.member(to) if to else None
        recipient = (_NO_USER if colleague is None else colleague.id) if to else None
        outcome = self._queue.hand_over(who, number, held.token, note, recipient, uncovered_ms=held.uncovered_ms)
        if code := _UNFIT.get(outcome.message):
            raise InvalidValueError(code, field="to", name=to if colleague is None else colleague.display_name)
        return outcome

    def colleagues(self, who: Principal, assignment_id: str) -> Sequence[User]:
        """Those an item can be handed over to, by the name they are shown by."""
        return self._queue.colleagues(who, self._slot(who, assignment_id).assignment_id)

    def hold(self, who: Principal, held: HeldAssignment) -> bool:
        """Hold a lease for longer; returns whether it is still held. An id that isn't theirs is held by no one."""
        number = self._known(who, held.assignment_id)
        return number is not None and self._queue.heartbeat(who, number, held.token)

    def release(self, who: Principal, held: HeldAssignment) -> None:
        """Give an item back unseen; it may come to the same reviewer again."""
        number = self._known(who, held.assignment_id)
        if number is not None:
            self._queue.release(who, number, held.token)

    def last_answers(self, who: Principal) -> Sequence[PastAnswer]:
        """Their newest answers, newest first: those `undo` takes."""
        return self._queue.last(who)

    def assignment_name(self, who: Principal, number: int) -> str:
        """The id under which a reviewer knows an assignment they were given."""
        return self._workspace.ids.of(IdKind.ASSIGNMENT, number, who.user_id)

    def item(self, who: Principal, assignment_id: str) -> Item:
        """The item an assignment of theirs is about."""
        stored = self._workspace.items.get(self._slot(who, assignment_id).item_id)
        if stored is None:
            raise NotFoundError("assignment_gone")
        return stored.item

    def precedents(self, who: Principal, assignment_id: str) -> list[ShownPrecedent]:
        """Settled items like it; none for a blind answer: they were chosen to show the machine what to say."""
        slot = self._slot(who, assignment_id)
        stored = None if slot.blind else self._workspace.items.get(slot.item_id)
        return [] if stored is None else self._shelf.like(stored, slot.policy_id)

    def _show(self, claimed: Claimed, who: Principal, language: str) -> ReviewTask:
        rules = self._workspace.settings.review
        return self._assembly.assemble(claimed, who.user_id, lease_seconds=rules.lease_seconds, language=language)

    def _spent(self, who: Principal) -> list[str]:
        """Harms a reviewer isn't shown any more in this shift, by what they have given out of their hands.

        What they hold counts for what they are given, but isn't reported: a blind item in hand would be known by it.
        """
        rules = self._workspace.settings.review
        if not rules.budgets:
            return []
        since = datetime.now(UTC) - timedelta(hours=rules.shift_hours)
        with self._workspace.database.read() as connection:
            shift = exposure.shift(connection, who.user_id, since.isoformat(timespec="milliseconds"))
        return sorted(exhausted(shift.seen.by_harm, rules.budgets))

    def _known(self, who: Principal, assignment_id: str) -> int | None:
        row = self._workspace.ids.read(IdKind.ASSIGNMENT, assignment_id)
        return row.number if row is not None and row.user_id == who.user_id else None

    def _number(self, who: Principal, assignment_id: str) -> int:
        number = self._known(who, assignment_id)
        if number is None:
            raise NotFoundError("assignment_gone")
        return number

    def _slot(self, who: Principal, assignment_id: str) -> AssignmentSlot:
        slot = find_slot(self._workspace.database, self._number(who, assignment_id))
        if slot is None or slot.user_id != who.user_id:
            raise NotFoundError("assignment_gone")
        return slot


def check_clauses(given: Sequence[str], labels: LabelAnswer, policy: Policy) -> tuple[str, ...]:
    """Clauses an answer rests on, each once.

    Raises:
        InvalidValueError: the policy doesn't have one, or a label needs one and none is given.
    """
    known = {clause.id for clause in policy.clauses}
    if unknown := sorted(set(given) - known):
        raise InvalidValueError("no_such_clause", field="clauses", clauses=tuple(unknown))
    wanting = [label.name for label in policy.label_set.labels if label.needs_clause and label.name in labels]
    if wanting and not given:
        raise InvalidValueError("clause_missing", field="clauses", labels=tuple(wanting))
    return tuple(dict.fromkeys(given))
