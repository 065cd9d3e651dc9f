"""The queue: who gets which item next, and the way back of answers. Safe for any number of threads and processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from assistant.domain.accounts import User
from assistant.domain.assignments import PastAnswer
from assistant.domain.policies import LabelKind, LabelSet
from assistant.domain.review_work import (
    PRACTICE,
    AssignmentState,
    Claimed,
    Principal,
    SkipReason,
    Submission,
    TaskKind,
    WorkOutcome,
)
from assistant.errors import ConflictError
from assistant.review import hand_over, handing_in
from assistant.review.gold import Mixing, age, aged, due, give_gold
from assistant.review.hand_over import HeldLease
from assistant.review.qualify import Pass
from assistant.review.wellbeing import Pause, break_due, exhausted
from assistant.routing.sampling import Key
from assistant.settings import ReviewSettings
from assistant.store.connection.project_guard import refuse_asking_people
from assistant.store.database import Connection, Database
from assistant.store.review.queue import claims, exposure
from assistant.store.review.queue.answers import last_given
from assistant.store.review.queue.claims import Lease
from assistant.store.review.queue.events import record_claims
from assistant.store.writer import Writer

_NO_LABELS = LabelSet(LabelKind.MULTI, ())
_CLOCKS_DIFFER = 5.0  # seconds, of two servers on one database
_HELD_LONG_ENOUGH = 0.75  # of a lease: where as much is left, a heartbeat changes nothing


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


class Queue:
    """Claims, answers, undo and all other ways an item leaves a reviewer's hands.

    Args:
        database: where the work is.
        rules: lease, gold, budgets and rounds.
        label_set: the policy's labels, which tell how severe gold is.
        writer: shared with everything else in this process that writes; its own where None is given.
        clock: the present moment, with its time zone.
        key: of the chance that mixes gold in: a nonce, or whoever knows it knows which items are gold.
    """

    def __init__(
        self,
        database: Database,
        rules: ReviewSettings | None = None,
        *,
        label_set: LabelSet = _NO_LABELS,
        writer: Writer | None = None,
        clock: Callable[[], datetime] = utc_now,
        key: Key = 0,
    ) -> None:
        self._database = database
        self._rules = rules or ReviewSettings()
        self._writer = writer or Writer(database)
        self._clock = clock
        self._mixing = Mixing(self._rules.gold_rate, key, label_set)

    def claim(self, principal: Principal, n: int = 1) -> list[Claimed]:
        """Lease the n most urgent items a reviewer may answer; fewer where there are fewer.

        What they hold already is not among them; see `held`. Raises ConflictError: the project is no active one.
        """
        found = self._claim(principal, n)
        if not found and self.return_expired():
            found = self._claim(principal, n)
        return found

    def held(self, principal: Principal) -> list[Claimed]:
        """What a reviewer has claimed and not answered yet: what a page shows that is loaded again."""
        with self._database.read() as connection:
            return claims.held(connection, principal)

    def heartbeat(self, principal: Principal, assignment_id: int, token: int) -> bool:
        """Hold a lease for longer, where a quarter of it or more is over; returns whether it is still held."""
        at, lease = self._clock(), self._lease()
        least = self._stamp(at + timedelta(seconds=self._rules.lease_seconds * _HELD_LONG_ENOUGH))
        return self._writer.run(
            lambda connection: claims.heartbeat(connection, principal, assignment_id, token, lease, least=least)
        )

    def submit(self, principal: Principal, submission: Submission) -> WorkOutcome:
        """Store an answer, once, however often it is handed in; see `handing_in.hand_in`."""
        passing_share = Pass(self._rules.qualification_share)
        at = self._clock()
        return self._writer.run(
            lambda connection: handing_in.hand_in(connection, principal, submission, passing_share, at)
        )

    def undo(self, principal: Principal, review_id: int) -> Claimed | WorkOutcome:
        """Take back one of a person's last ten answers: the item is theirs again, or the outcome says why not."""
        return self._writer.run(
            lambda connection: handing_in.take_back(connection, principal, review_id, self._lease())
        )

    def last(self, principal: Principal, limit: int = handing_in.UNDONE) -> Sequence[PastAnswer]:
        """Somebody's newest answers, newest first: those they can look back at and undo."""
        with self._database.read() as connection:
            return last_given(connection, principal.user_id, limit)

    def skip(
        self,
        principal: Principal,
        assignment_id: int,
        token: int,
        reason: SkipReason,
        note: str = "",
        *,
        uncovered_ms: int | None = None,
    ) -> WorkOutcome:
        """Give an item back with a reason, without penalty."""
        held = HeldLease(assignment_id, token, self._clock(), uncovered_ms)
        return self._writer.run(lambda connection: hand_over.skip(connection, principal, held, reason, note))

    def escalate(
        self, principal: Principal, assignment_id: int, token: int, note: str, *, uncovered_ms: int | None = None
    ) -> WorkOutcome:
        """Leave an item to an expert."""
        held = HeldLease(assignment_id, token, self._clock(), uncovered_ms)
        return self._writer.run(lambda connection: hand_over.escalate(connection, principal, held, note))

    def hand_over(
        self,
        principal: Principal,
        assignment_id: int,
        token: int,
        note: str = "",
        to: int | None = None,
        *,
        uncovered_ms: int | None = None,
    ) -> WorkOutcome:
        """Give an item to a colleague by their row number, or back to everybody; see `hand_over.hand_over`."""
        held = HeldLease(assignment_id, token, self._clock(), uncovered_ms)
        qualified_only = self._rules.qualification_items > 0
        return self._writer.run(
            lambda connection: hand_over.hand_over(connection, principal, held, note, to, qualified_only=qualified_only)
        )

    def colleagues(self, principal: Principal, assignment_id: int) -> list[User]:
        """Those a reviewer could hand an item over to; see `hand_over.colleagues`."""
        qualified_only = self._rules.qualification_items > 0
        return self._writer.run(
            lambda connection: hand_over.colleagues(connection, principal, assignment_id, qualified_only=qualified_only)
        )

    def release(self, principal: Principal, assignment_id: int, token: int) -> bool:
        """Give an item back unseen, e.g. one that was prefetched; it may come to the same person again."""
        at = self._stamp(self._clock())
        return self._writer.run(
            lambda connection: claims.give_back(
                connection, principal, assignment_id, token, AssignmentState.OPEN, at=at, reason="unseen"
            )
        )

    def return_expired(self) -> int:
        """Offer again what was leased until now; returns how many. A server calls it every few seconds."""
        lease = self._lease(_CLOCKS_DIFFER)
        with self._database.read() as connection:
            if not claims.any_expired(connection, lease):
                return 0
        return self._unless_closed(lambda connection: claims.return_expired(connection, lease))

    def retire_aged_gold(self) -> int:
        """Mix in no longer what is too old or was shown too often; returns how many. A server calls it now and then."""
        at = self._clock()
        with self._database.read() as connection:
            if not aged(connection, self._rules, at):
                return 0
        return self._unless_closed(lambda connection: age(connection, self._rules, at))

    def pause(self, principal: Principal, *, severe_from: int) -> Pause | None:
        """A break that is due, None where none is."""
        at = self._clock()
        with self._database.read() as connection:
            worked = exposure.worked(connection, principal.user_id, self._shift_began(at))
        rules = self._rules
        return break_due(
            worked, at, minutes=rules.break_minutes, severe_from=severe_from, most_severe=rules.break_severe
        )

    def close(self) -> None:
        """Finish what was begun."""
        self._writer.close()

    def _unless_closed(self, work: Callable[[Connection], int]) -> int:
        """What a server does by itself; a closed project stays as it is."""
        try:
            return self._writer.run(work)
        except ConflictError:
            return 0

    def _claim(self, principal: Principal, n: int) -> list[Claimed]:
        return self._writer.run(partial(self._take, principal=principal, n=n))

    def _take(self, connection: Connection, *, principal: Principal, n: int) -> list[Claimed]:
        refuse_asking_people(connection)
        claims.lock_person(connection, principal.user_id)
        shift = exposure.shift(connection, principal.user_id, self._shift_began(self._clock()))
        lease, counts, found = self._lease(), shift.bound, list[Claimed]()
        while len(found) < n:
            avoid = exhausted(counts, self._rules.budgets)
            key = claims.claim(
                connection, principal, lease, avoid=avoid, qualified_only=self._rules.qualification_items > 0
            )
            if key is None:
                break
            [one] = claims.claimed(connection, [key])
            mixable = one.kind is not TaskKind.GOLD and one.kind not in PRACTICE
            if mixable and due(self._mixing, principal, shift.taken + len(found)):
                age(connection, self._rules, self._clock())
                mixed = give_gold(connection, principal, one, lease=lease, mixing=self._mixing, avoid=avoid)
                if mixed is not None:
                    claims.unclaim(connection, one.assignment_id)
                    [one] = claims.claimed(connection, [mixed])
            found.append(one)
            counts[one.harm] += 1
        record_claims(connection, principal.user_id, found, lease.at)
        return found

    def _lease(self, longer: float = 0) -> Lease:
        at = self._clock()
        return Lease(self._stamp(at), self._stamp(at + timedelta(seconds=self._rules.lease_seconds + longer)))

    def _shift_began(self, at: datetime) -> str:
        return self._stamp(at - timedelta(hours=self._rules.shift_hours))

    @staticmethod
    def _stamp(at: datetime) -> str:
        return at.astimezone(UTC).isoformat(timespec="milliseconds")
