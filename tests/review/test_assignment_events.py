"""What happens to assignments is kept: replayed, the events of each give the row of the queue."""

from __future__ import annotations

import ast
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.domain.assignment_events import (
    AssignmentEvent,
    AssignmentEventKind,
    AssignmentRow,
    WorkTimes,
    replay,
    work_times,
)
from assistant.domain.review_work import (
    AssignmentState,
    Claimed,
    NewTask,
    Principal,
    SkipReason,
    Submission,
    TaskKind,
)
from assistant.errors import InputError
from assistant.review.adjudicate import AdjudicationDecision, Cause, settle
from assistant.review.gold import make_gold
from assistant.review.qualify import train
from assistant.review.queue import Queue
from assistant.review.steering import assign, take_lease_back
from assistant.store.content.items import ItemStore
from assistant.store.database import Database
from assistant.store.people.qualifications import QualificationRound
from assistant.store.review.queue.events import events_of, history_of_task
from assistant.store.review.queue.slots import find_slot
from assistant.store.review.queue.tasks import change_task, close_open
from assistant.store.tables.content import reviews
from assistant.store.tables.review import assignment_events, assignments, tasks
from tests.review.conftest import LABELS, Desk, answer, say

ROOT = Path(__file__).parents[2]
_COLUMNS = (
    *("id", "task_id", "seat", "lane_id", "priority", "state", "user_id", "token"),
    *("lease_until", "claimed_at", "answered_at", "review_id", "uncovered_ms"),
)


def replayed(database: Database) -> dict[int, tuple[Any, ...]]:
    """What the events say of each assignment, by its number."""
    with database.read() as connection:
        found = events_of(connection, list(connection.execute(sa.select(tasks.c.id)).scalars()))
    rows = {key: replay(events) for key, events in found.items()}
    return {key: astuple(row) for key, row in rows.items() if row is not None}


def stored(database: Database) -> dict[int, tuple[Any, ...]]:
    """What the table says."""
    with database.read() as connection:
        rows = connection.execute(sa.select(*(assignments.c[name] for name in _COLUMNS)))
        return {row.id: tuple(row) for row in rows}


def happened(desk: Desk, task: int) -> list[AssignmentEvent]:
    """All that happened to the one slot of a task."""
    [slot] = history_of_task(desk.database, task)
    return list(slot.events)


def kinds(desk: Desk, task: int) -> list[str]:
    return [event.event.value for event in happened(desk, task)]


@dataclass
class History:
    """People at work who do whatever the dice say."""

    desk: Desk
    queue: Queue
    people: list[Principal]
    held: list[tuple[Principal, Claimed]] = field(default_factory=list)
    sent: list[tuple[Principal, Submission, int | None]] = field(default_factory=list)
    numbers: int = 0

    def do(self, what: str, which: int) -> None:
        getattr(self, f"_{what}")(which)

    def _who(self, which: int) -> Principal:
        return self.people[which % len(self.people)]

    def _offer(self, which: int) -> None:
        self.numbers += 1
        overlap = 1 + which % 3
        kind = TaskKind.DOUBLE if overlap > 1 else TaskKind.REVIEW
        self.desk.task(self.desk.items(1)[0], kind, overlap=overlap, priority=float(which % 5))

    def _claim(self, which: int) -> None:
        who = self._who(which)
        self.held += [(who, one) for one in self.queue.claim(who, 1 + which % 2)]

    def _one(self, which: int, *, keep: bool = False) -> tuple[Principal, Claimed] | None:
        if not self.held:
            return None
        at = which % len(self.held)
        return self.held[at] if keep else self.held.pop(at)

    def _answer(self, which: int) -> None:
        if (one := self._one(which, keep=which % 4 == 0)) is not None:
            self.numbers += 1
            given = answer(one[1], "spam", key=str(self.numbers), uncovered_ms=(None, 0, 700)[which % 3])
            outcome = self.queue.submit(one[0], given)
            self.sent.append((one[0], given, outcome.review_id))

    def _again(self, which: int) -> None:
        if self.sent:
            self.queue.submit(*self.sent[which % len(self.sent)][:2])

    def _instead(self, which: int) -> None:
        if self.sent:
            self.numbers += 1
            person, given, _ = self.sent[which % len(self.sent)]
            other = Submission(
                assignment_id=given.assignment_id,
                token=given.token,
                labels=("hate",),
                key=str(self.numbers),
                instead_of=(given.key,),
            )
            self.queue.submit(person, other)

    def _undo(self, which: int) -> None:
        if self.sent:
            person, _, review = self.sent[which % len(self.sent)]
            again = self.queue.undo(person, review or 0)
            if isinstance(again, Claimed):
                self.held.append((person, again))

    def _skip(self, which: int) -> None:
        if (one := self._one(which)) is not None:
            self.queue.skip(one[0], one[1].assignment_id, one[1].token, SkipReason.OTHER, uncovered_ms=which % 2 * 5)

    def _escalate(self, which: int) -> None:
        if (one := self._one(which)) is not None:
            self.queue.escalate(one[0], one[1].assignment_id, one[1].token, "why")

    def _hand_over(self, which: int) -> None:
        if (one := self._one(which)) is not None:
            to = None if which % 3 == 0 else self._who(which).user_id
            self.queue.hand_over(one[0], one[1].assignment_id, one[1].token, "note", to)

    def _release(self, which: int) -> None:
        if (one := self._one(which)) is not None:
            self.queue.release(one[0], one[1].assignment_id, one[1].token)

    def _beat(self, which: int) -> None:
        if (one := self._one(which, keep=True)) is not None:
            self.queue.heartbeat(one[0], one[1].assignment_id, one[1].token)

    def _wait(self, which: int) -> None:
        self.desk.clock.move(seconds=(20, 30, 100, -50)[which % 4])
        self.queue.return_expired()

    def _change(self, which: int) -> None:
        with self.desk.database.write() as connection:
            found = connection.execute(sa.select(tasks.c.id, tasks.c.item_id).where(tasks.c.gold_id.is_(None))).all()
            if found:
                task = found[which % len(found)]
                wanted = NewTask(
                    item_key=task.item_id,
                    kind=TaskKind.DOUBLE,
                    blind=True,
                    policy_id="rules",
                    policy_version="1",
                    language="en",
                    priority=float(which % 4),
                    overlap=1 + which % 4,
                    queue="",
                )
                change_task(connection, task.id, wanted)

    def _close(self, which: int) -> None:
        with self.desk.database.write() as connection:
            found = list(connection.execute(sa.select(tasks.c.id)).scalars())
            close_open(connection, found[which % 7 :: 7], reason="unwanted")

    def _settle(self, which: int) -> None:
        items = ItemStore(self.desk.database)
        item = items.get(f"i{1 + which % 20}")
        if item is not None:
            with self.desk.database.write() as connection:
                settle(connection, item, AdjudicationDecision(("safe",), Cause.EDGE_CASE), actor="lead")

    def _slot(self, which: int) -> Any:
        with self.desk.database.read() as connection:
            found = list(connection.execute(sa.select(assignments.c.id).order_by(assignments.c.id)).scalars())
        return find_slot(self.desk.database, found[which % len(found)]) if found else None

    def _assign(self, which: int) -> None:
        if (slot := self._slot(which)) is not None:
            # Where they couldn't take it, nothing was done yet.
            with suppress(InputError), self.desk.database.write() as connection:
                assign(connection, slot, None if which % 3 == 0 else self._who(which), "lead")

    def _take_back(self, which: int) -> None:
        if (slot := self._slot(which)) is not None:
            with self.desk.database.write() as connection:
                take_lease_back(connection, slot, "lead")

    def _train(self, which: int) -> None:
        with self.desk.database.write() as connection:
            train(
                connection,
                QualificationRound(self._who(which).user_id, "rules", "1", "en"),
                1,
                LABELS,
                actor="lead",
                key=which,
            )


_DEEDS = (
    *("offer", "offer", "claim", "claim", "claim", "answer", "answer", "again", "instead", "undo", "skip"),
    *("escalate", "hand_over", "release", "beat", "wait", "wait", "change", "close", "settle", "assign", "take_back"),
    "train",
)


def begin(desk: Desk) -> History:
    keys = desk.items(3)
    with desk.database.write() as connection:
        for key in keys:
            make_gold(connection, key, policy_id="rules", labels=("spam",), explanation="e", actor="lead")
    queue = desk.queue(gold_rate=0.4, lease_seconds=60)
    return History(desk, queue, [desk.person(f"p{at}") for at in range(4)])


def test_after_any_history_the_events_replayed_are_the_table_row_for_row(desk: Desk) -> None:
    history = begin(desk)

    @given(st.lists(st.tuples(st.sampled_from(_DEEDS), st.integers(0, 59)), min_size=5, max_size=40))
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    def holds(deeds: list[tuple[str, int]]) -> None:
        for what, which in deeds:
            history.do(what, which)
        assert replayed(desk.database) == stored(desk.database)

    holds()
    history.queue.close()


def test_random_days_touch_every_kind_of_event(desk: Desk) -> None:
    history, chance = begin(desk), random.Random(7)
    for _ in range(700):
        history.do(chance.choice(_DEEDS), chance.randrange(60))
    assert replayed(desk.database) == stored(desk.database)
    found = {row.event for row in desk.rows(assignment_events)}
    not_yet = {"unknown", "paused", "resumed", "restored"}  # of migrations, and of changes of many tasks
    assert found == {kind.value for kind in AssignmentEventKind} - not_yet
    history.queue.close()


def test_a_claim_and_an_answer_leave_two_events_behind_the_offer(desk: Desk) -> None:
    [task], queue, ann = desk.tasks(1), desk.queue(), desk.person("ann")
    say(queue, ann, "spam")
    offered, claimed, answered = happened(desk, task)
    assert (offered.event, offered.seat, offered.user_id) == (AssignmentEventKind.OFFERED, 0, None)
    assert (claimed.event, claimed.user_id, claimed.token) == (AssignmentEventKind.CLAIMED, ann.user_id, 1)
    assert claimed.at == desk.clock.at.isoformat(timespec="milliseconds")
    [review] = desk.rows(reviews)
    assert (answered.event, answered.review_id, answered.at) == ("answered", review.id, review.created_at)


def test_a_lease_that_is_held_every_second_leaves_an_event_for_each_quarter_of_it(desk: Desk) -> None:
    [task], queue, ann = desk.tasks(1), desk.queue(lease_seconds=60), desk.person("ann")
    [one] = queue.claim(ann)
    for _ in range(64):
        desk.clock.move(seconds=1)
        assert queue.heartbeat(ann, one.assignment_id, one.token)
    assert kinds(desk, task) == ["offered", "claimed", *["extended"] * 4]  # 64 seconds in steps of 16


def test_an_expired_lease_keeps_its_holder_and_a_skipped_one_does_not(desk: Desk) -> None:
    [first, second], queue, ann = desk.tasks(2), desk.queue(lease_seconds=60), desk.person("ann")
    queue.claim(ann)
    desk.clock.move(seconds=70)
    queue.return_expired()
    [row] = desk.rows(assignments, assignments.c.task_id == first)
    assert (row.state, row.user_id) == ("open", ann.user_id)
    assert kinds(desk, first) == ["offered", "claimed", "expired"]
    ben = desk.person("ben")
    [one] = [one for one in queue.claim(ben, 2) if one.task_id == second]
    desk.clock.move(seconds=5)
    queue.skip(ben, one.assignment_id, one.token, SkipReason.TOO_HARD, uncovered_ms=300)
    told = [(event.event.value, event.reason, event.uncovered_ms) for event in happened(desk, second)[2:]]
    assert told == [("uncovered", "skip", 300), ("released", "skip", None)]


def test_gold_in_the_place_of_an_item_leaves_no_trace_on_the_item(desk: Desk) -> None:
    history = begin(desk)
    [task] = desk.tasks(1)
    queue = desk.queue(gold_rate=0.5)
    taken = [one.kind for _ in range(6) for one in _claimed_and_released(queue, history.people[0])]
    assert TaskKind.GOLD in taken
    assert replayed(desk.database) == stored(desk.database)
    tokens = [event.token for event in happened(desk, task) if event.event is AssignmentEventKind.CLAIMED]
    assert tokens == list(range(1, len(tokens) + 1))


def _claimed_and_released(queue: Queue, who: Principal) -> list[Claimed]:
    found = queue.claim(who)
    for one in found:
        queue.release(who, one.assignment_id, one.token)
    return found


def test_whatever_changes_assignments_writes_their_events() -> None:
    """Every module with a statement that changes the table is one that writes events."""
    found = set()
    for path in (ROOT / "assistant").rglob("*.py"):
        if "migrations" in path.parts:
            continue
        text = path.read_text()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                changes = node.func.attr in {"insert", "update", "delete"} and len(node.args) == 1
                if changes and isinstance(node.args[0], ast.Name) and node.args[0].id == "assignments":
                    found.add(path)
    assert {path.name for path in found} >= {"claims.py", "tasks.py", "answers.py", "handovers.py", "queue_rows.py"}
    silent = [path.name for path in found if "assistant.store.review.queue import events" not in path.read_text()]
    assert silent == []


# The fold


def _event(kind: AssignmentEventKind, minute: int, **more: Any) -> AssignmentEvent:
    at = f"2026-03-01T08:{minute:02d}:00.000+00:00"
    return AssignmentEvent(assignment_id=1, task_id=2, event=kind, at=at, **more)


_OFFER = {"seat": 0, "lane_id": 3, "priority": 1.5}
_K = AssignmentEventKind


def test_time_is_waiting_handling_or_abandoned() -> None:
    """Offered at 0, claimed at 5 and released at 7, claimed at 10, answered at 13: waited 5 + 3, handled 3, lost 2."""
    history = [
        _event(_K.OFFERED, 0, **_OFFER),
        _event(_K.CLAIMED, 5, user_id=1, token=1),
        _event(_K.RELEASED, 7, user_id=1, token=1),
        _event(_K.CLAIMED, 10, user_id=2, token=2),
        _event(_K.ANSWERED, 13, user_id=2, token=2),
    ]
    assert work_times(history, "2026-03-01T09:00:00.000+00:00") == WorkTimes(480.0, 180.0, 120.0)


def test_an_answer_that_is_taken_back_and_given_again_counts_both_times() -> None:
    history = [
        _event(_K.OFFERED, 0, **_OFFER),
        _event(_K.CLAIMED, 1, user_id=1, token=1),
        _event(_K.ANSWERED, 3, user_id=1, token=1),
        _event(_K.WITHDRAWN, 4, user_id=1, token=1),
        _event(_K.CLAIMED, 4, user_id=1, token=2),
        _event(_K.ANSWERED, 5, user_id=1, token=2),
    ]
    assert work_times(history, "2026-03-01T09:00:00.000+00:00") == WorkTimes(60.0, 180.0, 0.0)


@pytest.mark.parametrize(
    ("state", "token", "expected"),
    [
        ("open", 0, WorkTimes(None, 120.0, 0.0)),  # never claimed before: all that was done is known
        ("open", 1, WorkTimes(None, 120.0, None)),  # some lease ended before, who knows after how long
        ("answered", 1, WorkTimes(None, None, None)),
        ("leased", 1, WorkTimes(None, None, None)),
    ],
)
def test_what_was_before_events_is_unknown_and_never_zero(state: str, token: int, expected: WorkTimes) -> None:
    known = {"state": state, "claimed_at": None, "answered_at": None}
    history = [
        _event(_K.UNKNOWN, 0, known=known, token=token, **_OFFER),
        _event(_K.CLAIMED, 5, user_id=1, token=token + 1),
        _event(_K.ANSWERED, 7, user_id=1, token=token + 1),
    ]
    assert work_times(history, "2026-03-01T09:00:00.000+00:00") == expected


def test_an_unknown_beginning_is_the_row_as_it_was() -> None:
    known = {"state": "answered", "claimed_at": "c", "answered_at": "a"}
    begun = _event(_K.UNKNOWN, 0, known=known, token=3, user_id=7, review_id=9, uncovered_ms=5, **_OFFER)
    expected = AssignmentRow(1, 2, 0, 3, 1.5, AssignmentState.ANSWERED, 7, 3, None, "c", "a", 9, 5)
    assert replay([begun]) == expected


def test_events_without_a_beginning_are_refused() -> None:
    with pytest.raises(ValueError, match="begins with `claimed`"):
        replay([_event(_K.CLAIMED, 0, user_id=1, token=1)])


# Killed at any point

_WORKER = """
import sys
from assistant.domain.review_work import Principal, Submission
from assistant.review.queue import Queue
from assistant.settings import ReviewSettings

from assistant.store.database import Database

database = Database.open(sys.argv[1])
queue = Queue(database, ReviewSettings(gold_rate=0, lease_seconds=5))
who = Principal(int(sys.argv[2]), sys.argv[3])
print("ready", flush=True)
while True:
    for one in queue.claim(who, 2):
        given = Submission(assignment_id=one.assignment_id, token=one.token, labels=("safe",), key=str(one.token))
        outcome = queue.submit(who, given)
        if one.assignment_id % 3 == 0 and outcome.review_id:
            queue.undo(who, outcome.review_id)
"""


def test_a_process_killed_at_any_point_leaves_rows_and_events_at_one(desk: Desk, database_url: str) -> None:
    desk.tasks(300)
    chance = random.Random(3)
    for number in range(4):
        who = desk.person(f"k{number}")
        command = [sys.executable, "-c", _WORKER, database_url, str(who.user_id), who.name]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=dict(os.environ))
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.05, 0.25))
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
        process.stdout.close()
        assert replayed(desk.database) == stored(desk.database)
    worked = [row for row in desk.rows(assignment_events) if row.event == "answered"]
    assert worked
