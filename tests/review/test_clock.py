"""Times: what the client measured is bounded by the server's clock, and a clock that is set moves no lease for long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from assistant.domain.review_work import Cause, Claimed, OutcomeKind, Principal, SkipReason, WorkOutcome
from assistant.review.gold import make_gold
from assistant.review.handing_in import LATE_OF_ALL, LATE_OF_ONE
from assistant.review.queue import Queue
from assistant.store.audit import log as audit
from assistant.store.review.disagreements.adjudications import add
from assistant.store.tables.content import reviews
from assistant.store.tables.review import assignments, late_answers, passes, review_details
from tests.review.conftest import Desk, answer, say

HOUR, DAY = 3600.0, 86_400.0


@pytest.mark.parametrize(("said", "held", "stored"), [(600.0, 0.8, 0.8), (600.0, 0.0, 0.0), (3.5, 10.0, 3.5)])
def test_an_answer_took_no_longer_than_its_item_was_held(desk: Desk, said: float, held: float, stored: float) -> None:
    desk.tasks(2)
    queue, ann = desk.queue(), desk.person("ann")
    one, other = queue.claim(ann, 2)
    desk.clock.move(seconds=held)
    assert queue.submit(ann, answer(one, seconds=said, uncovered_ms=10**7)).kind is OutcomeKind.STORED
    queue.skip(ann, other.assignment_id, other.token, SkipReason.OTHER, uncovered_ms=10**7)
    [detail], [passed] = desk.rows(review_details), desk.rows(passes)
    assert detail.seconds == stored
    assert detail.uncovered_ms == passed.uncovered_ms == max(1, round(held * 1000))  # 0 says that nobody looked


def test_active_time_is_no_longer_than_the_time_and_unknown_where_nothing_says_it(desk: Desk) -> None:
    desk.tasks(2)
    queue, ann = desk.queue(), desk.person("ann")
    one, other = queue.claim(ann, 2)
    desk.clock.move(seconds=2)
    queue.submit(ann, answer(one, seconds=5.0, active_ms=4000))
    queue.submit(ann, answer(other, seconds=1.0))
    assert [(row.seconds, row.active_ms) for row in desk.rows(review_details)] == [(2.0, 2000), (1.0, None)]


def test_the_hour_a_clock_was_set_back_takes_nothing_from_what_was_measured(desk: Desk) -> None:
    desk.tasks(1)
    queue, ann = desk.queue(), desk.person("ann")
    [one] = queue.claim(ann)
    desk.clock.move(seconds=-HOUR)
    queue.submit(ann, answer(one, seconds=9.0))
    assert [row.seconds for row in desk.rows(review_details)] == [9.0]


@pytest.mark.parametrize("jump", [HOUR, DAY])
def test_a_clock_set_back_keeps_no_item_from_others_for_longer_than_a_lease(desk: Desk, jump: float) -> None:
    desk.tasks(1)
    queue, ann, ben = desk.queue(lease_seconds=60), desk.person("ann"), desk.person("ben")
    queue.claim(ann)
    desk.clock.move(seconds=10 - jump)
    assert queue.claim(ben) == []  # it is still hers ...
    desk.clock.move(seconds=66)
    assert [one.item_id for one in queue.claim(ben)] == ["i1"]  # ... and no longer than a lease from then on


@pytest.mark.parametrize("jump", [HOUR, DAY])
def test_a_clock_set_forward_loses_no_answer_and_back_again_no_item(desk: Desk, jump: float) -> None:
    desk.tasks(2)
    queue, ann, ben = desk.queue(lease_seconds=60), desk.person("ann"), desk.person("ben")
    [mine] = queue.claim(ann)
    desk.clock.move(seconds=jump)
    assert queue.return_expired() == 1
    assert queue.submit(ann, answer(mine)).kind is OutcomeKind.STORED  # nobody took it meanwhile
    [other] = queue.claim(ann)
    desk.clock.move(seconds=-jump)
    assert queue.heartbeat(ann, other.assignment_id, other.token)
    desk.clock.move(seconds=61)
    assert [one.item_id for one in queue.claim(ben)] == ["i2"]


def test_clocks_of_two_servers_that_differ_a_little_shorten_no_lease(desk: Desk) -> None:
    desk.tasks(1)
    queue, ann = desk.queue(lease_seconds=60), desk.person("ann")
    [one] = queue.claim(ann)
    desk.clock.move(seconds=-3)
    assert queue.return_expired() == 0
    assert [row.lease_until for row in desk.rows(assignments)] == [one.lease_until]


@pytest.mark.parametrize("jump", [0, HOUR, DAY])
def test_work_of_before_a_clock_was_set_back_makes_no_break_due(desk: Desk, jump: float) -> None:
    desk.tasks(3)
    queue, ann = desk.queue(break_minutes=30), desk.person("ann")
    desk.clock.at = datetime.now(UTC) - timedelta(minutes=40)  # answers are stamped with the time it is
    taken = queue.claim(ann, 3)
    for one in taken:
        queue.submit(ann, answer(one))
    desk.clock.at = datetime.now(UTC) - timedelta(seconds=jump)
    assert (queue.pause(ann, severe_from=3) is not None) == (jump == 0)


def lost(desk: Desk, number: int) -> tuple[Queue, Principal, list[Claimed]]:
    """A queue, ann, and what she held until ben took it."""
    desk.tasks(number)
    queue, ann, ben = desk.queue(lease_seconds=60), desk.person("ann"), desk.person("ben")
    held = queue.claim(ann, number)
    desk.clock.move(minutes=2)
    queue.return_expired()
    assert len(queue.claim(ben, number)) == number
    return queue, ann, list(held)


def test_so_many_late_answers_to_one_item_are_kept_and_no_more(desk: Desk) -> None:
    queue, ann, [one] = lost(desk, 1)
    told = [queue.submit(ann, answer(one, key=f"late-answer-{n}")) for n in range(LATE_OF_ONE + 2)]
    assert [one.kind for one in told] == [OutcomeKind.LATE] * LATE_OF_ONE + [OutcomeKind.REFUSED] * 2
    assert told[-1] == WorkOutcome(OutcomeKind.REFUSED, "late_enough")
    assert len(desk.rows(late_answers)) == LATE_OF_ONE == len(audit.entries(desk.database, action="review.late"))


def test_late_answers_of_a_person_are_limited_by_time_and_one_sent_again_is_still_known(desk: Desk) -> None:
    queue, ann, held = lost(desk, LATE_OF_ALL + 1)
    *kept, over = held
    for one in kept:
        assert queue.submit(ann, answer(one)).kind is OutcomeKind.LATE
    assert queue.submit(ann, answer(over)).message == "late_too_often"
    assert queue.submit(ann, answer(kept[0])).kind is OutcomeKind.LATE
    with desk.database.write() as connection:  # ten minutes later
        connection.execute(sa.update(late_answers).values(created_at="2026-01-01T00:00:00.000+00:00"))
    assert queue.submit(ann, answer(over)).kind is OutcomeKind.LATE


def test_an_answer_to_gold_is_taken_back_as_any_other(desk: Desk) -> None:
    [key] = desk.items(1)
    with desk.database.write() as connection:
        add(connection, key, ("spam",), cause=Cause.EDGE_CASE, note="", actor="lead")
        make_gold(connection, key, policy_id="rules", labels=("spam",), explanation="", actor="lead")
    desk.tasks(20)
    queue, ann = desk.queue(gold_rate=0.5), desk.person("ann")
    numbers = [say(queue, ann).review_id for _ in range(8)]
    assert key in [row.item_id for row in desk.rows(reviews)]
    for number in numbers:
        assert number is not None
        assert not isinstance(queue.undo(ann, number), WorkOutcome)
