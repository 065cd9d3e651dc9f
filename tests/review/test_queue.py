"""The queue: who gets what next, and that each wanted answer is given once by one person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from assistant.domain.review_work import (
    EXPERT,
    Claimed,
    OutcomeKind,
    Role,
    SkipReason,
    TaskKind,
)
from assistant.domain.reviews import Review
from assistant.review.gold import make_gold
from assistant.store.audit import log as audit
from assistant.store.content.items import ItemStore
from assistant.store.review.labels import gold
from assistant.store.review.labels.reviews import ReviewStore
from assistant.store.tables.content import reviews
from assistant.store.tables.review import (
    assignments,
    gold_items,
    late_answers,
    passes,
    review_details,
    tasks,
    withdrawals,
)
from tests.review.conftest import Desk, answer, say


def test_the_most_urgent_comes_first_and_of_equals_the_oldest(desk: Desk) -> None:
    first, second, third = desk.items(3)
    for key, priority in ((first, 1.0), (second, 5.0), (third, 5.0)):
        desk.task(key, priority=priority)
    queue, ann = desk.queue(), desk.person("ann")
    assert [one.item_id for one in queue.claim(ann, 5)] == ["i2", "i3", "i1"]


def test_a_claim_says_what_the_item_is_judged_by(desk: Desk) -> None:
    [key] = desk.items(1)
    run = desk.run({key: "spam"})
    desk.task(key, run_id=run.id, harm="spam", severity=1, due_at="2026-03-02")
    [one] = desk.queue(lease_seconds=60).claim(desk.person("ann"))
    assert one == Claimed(
        assignment_id=1,
        task_id=1,
        item_id="i1",
        item_key=key,
        token=1,
        lease_until="2026-03-01T08:01:00.000+00:00",
        kind=TaskKind.REVIEW,
        blind=False,
        policy_id="rules",
        policy_version="1",
        run_id=run.id,
        language="en",
        harm="spam",
        severity=1,
        due_at="2026-03-02",
    )


def test_two_people_never_hold_one_answer(desk: Desk) -> None:
    desk.tasks(3)
    queue = desk.queue()
    given = [one.item_id for name in "abcd" for one in queue.claim(desk.person(name))]
    assert given == ["i1", "i2", "i3"]


def test_both_votes_of_a_double_never_go_to_one_person(desk: Desk) -> None:
    desk.tasks(1, TaskKind.DOUBLE, overlap=2)
    queue, ann, ben, cid = desk.queue(), desk.person("ann"), desk.person("ben"), desk.person("cid")
    assert len(queue.claim(ann, 2)) == 1
    assert say(queue, ben).kind is OutcomeKind.STORED
    assert queue.claim(ben) == []
    assert queue.claim(cid) == []
    [held] = queue.held(ann)
    queue.submit(ann, answer(held))
    assert queue.claim(ann) == []
    assert [row.closed_at is not None for row in desk.rows(tasks)] == [True]


def test_one_item_in_two_tasks_comes_to_a_person_once(desk: Desk) -> None:
    [key] = desk.items(1)
    desk.task(key)
    desk.task(key, TaskKind.AUDIT)
    assert len(desk.queue().claim(desk.person("ann"), 2)) == 1


def test_who_has_labelled_an_item_elsewhere_is_not_asked_again(desk: Desk) -> None:
    [key] = desk.items(1)
    desk.task(key)
    ReviewStore(desk.database).add([(key, Review("i1", "ann", ("safe",)))])
    queue = desk.queue()
    assert queue.claim(desk.person("ann")) == []
    assert len(queue.claim(desk.person("ben"))) == 1


def test_languages_skills_queues_and_opt_outs_are_respected(desk: Desk) -> None:
    [zh] = desk.items(1, "zh")
    desk.task(zh, language="zh")
    expert, team, hate, plain = desk.items(4)
    desk.task(expert, TaskKind.EXPERT, skill=EXPERT)
    desk.task(team, queue="team-b")
    desk.task(hate, harm="hate")
    desk.task(plain)
    queue = desk.queue()

    def offered(name: str, **more: object) -> list[str]:
        who = desk.person(name, **more)
        got = queue.claim(who, 9)
        for one in got:
            queue.release(who, one.assignment_id, one.token)
        return sorted(one.item_id for one in got)

    en = frozenset({"en"})
    assert offered("a") == ["i1", "i4", "i5"]
    assert offered("b", languages=en) == ["i4", "i5"]
    assert offered("c", languages=en, opt_outs=frozenset({"hate"})) == ["i5"]
    assert offered("d", languages=en, skills=frozenset({EXPERT})) == ["i2", "i4", "i5"]
    assert offered("e", languages=en, queues=frozenset({"team-b"})) == ["i3", "i4", "i5"]
    assert offered("f", role=Role.EXTERNAL, queues=frozenset({"team-b"})) == ["i3"]
    assert offered("g", role=Role.EXTERNAL) == []


def test_what_is_for_one_person_goes_to_nobody_else(desk: Desk) -> None:
    ann, ben = desk.person("ann"), desk.person("ben")
    [key] = desk.items(1)
    desk.task(key, for_user=ann.user_id)
    queue = desk.queue()
    assert queue.claim(ben) == []
    assert len(queue.claim(ann)) == 1


def test_an_answer_is_stored_once_with_everything_about_it(desk: Desk) -> None:
    [key] = desk.items(1)
    run = desk.run({key: "spam"})
    desk.task(key, run_id=run.id)
    queue, ann = desk.queue(), desk.person("ann")
    [one] = queue.claim(ann)
    desk.clock.move(seconds=5)
    given = answer(one, "hate", note="n\0", clauses=("H1",), seconds=3.5, changed=True, accepted_suggestion=False)
    first = queue.submit(ann, given)
    again = queue.submit(ann, given)
    assert (first.kind, again.kind) == (OutcomeKind.STORED, OutcomeKind.ALREADY)
    assert first.review_id == again.review_id
    [review], [detail], [assignment] = desk.rows(reviews), desk.rows(review_details), desk.rows(assignments)
    assert (review.rater, review.labels, review.shown_suggestion, review.source) == ("ann", ["hate"], True, "queue")
    assert (detail.note, detail.clauses, detail.seconds, detail.changed) == ("n\0", ["H1"], 3.5, True)
    assert (detail.accepted_suggestion, detail.suggestion, detail.kind) == (False, ("spam",), "review")
    assert (assignment.state, assignment.review_id) == ("answered", review.id)
    assert [one.action for one in audit.entries(desk.database)] == ["review.submit"]
    assert audit.verify(desk.database).broken_at is None


def test_a_blind_answer_is_stored_as_one_given_without_sight_of_the_machines(desk: Desk) -> None:
    [key] = desk.items(1)
    run = desk.run({key: "spam"})
    desk.task(key, TaskKind.AUDIT, run_id=run.id)
    queue, ann = desk.queue(), desk.person("ann")
    say(queue, ann, accepted_suggestion=True)
    [review], [detail] = desk.rows(reviews), desk.rows(review_details)
    assert review.shown_suggestion is False
    assert (detail.accepted_suggestion, detail.suggestion) == (None, ("spam",))


def test_an_expired_lease_is_offered_again_and_the_late_answer_is_kept_not_counted(desk: Desk) -> None:
    desk.tasks(1)
    queue, ann, ben = desk.queue(lease_seconds=60), desk.person("ann"), desk.person("ben")
    [old] = queue.claim(ann)
    desk.clock.move(seconds=59)
    assert queue.claim(ben) == []
    desk.clock.move(seconds=2)
    [new] = queue.claim(ben)
    assert (new.item_id, new.token) == (old.item_id, old.token + 1)
    late = answer(old, "hate", note="long thought")
    assert queue.submit(ann, late).kind is OutcomeKind.LATE
    assert queue.submit(ann, late).kind is OutcomeKind.LATE
    assert queue.submit(ben, answer(new, "spam")).kind is OutcomeKind.STORED
    [kept] = desk.rows(late_answers)
    assert (kept.user_id, kept.labels, kept.note) == (ann.user_id, ("hate",), "long thought")
    assert [row.rater for row in desk.rows(reviews)] == ["ben"]
    assert [one.action for one in audit.entries(desk.database)] == ["review.submit", "review.late"]


def test_an_answer_after_the_lease_counts_as_long_as_nobody_else_took_the_item(desk: Desk) -> None:
    desk.tasks(1)
    queue, ann = desk.queue(lease_seconds=60), desk.person("ann")
    [old] = queue.claim(ann)
    desk.clock.move(minutes=30)
    assert queue.return_expired() == 1
    assert queue.return_expired() == 0
    assert queue.submit(ann, answer(old)).kind is OutcomeKind.STORED


def test_an_answer_under_an_earlier_lease_of_whoever_holds_the_item_now_counts_once(desk: Desk) -> None:
    desk.tasks(1)
    queue, ann = desk.queue(lease_seconds=60), desk.person("ann")
    [old] = queue.claim(ann)
    desk.clock.move(minutes=2)
    queue.return_expired()
    [new] = queue.claim(ann)
    assert (new.assignment_id, new.token) == (old.assignment_id, old.token + 1)
    assert queue.submit(ann, answer(old, "hate", key="old")).kind is OutcomeKind.STORED
    assert queue.submit(ann, answer(new, "spam", key="new")).message == "answered_before"
    assert [(row.rater, row.labels) for row in desk.rows(reviews)] == [("ann", ["hate"])]


def test_a_late_answer_never_becomes_a_persons_second_vote(desk: Desk) -> None:
    desk.tasks(1, TaskKind.DOUBLE, overlap=2)
    queue, ann, ben = desk.queue(lease_seconds=60), desk.person("ann"), desk.person("ben")
    [first] = queue.claim(ann)
    [second] = queue.claim(ben)
    queue.release(ben, second.assignment_id, second.token)
    desk.clock.move(minutes=2)
    queue.return_expired()
    with desk.database.write() as connection:  # the first seat is out of reach for a moment
        connection.execute(assignments.update().where(assignments.c.id == first.assignment_id).values(state="closed"))
    [other] = queue.claim(ann)
    with desk.database.write() as connection:
        connection.execute(assignments.update().where(assignments.c.id == first.assignment_id).values(state="open"))
    assert other.assignment_id == second.assignment_id
    assert queue.submit(ann, answer(first)).kind is OutcomeKind.LATE
    assert queue.submit(ann, answer(other)).kind is OutcomeKind.STORED
    assert len(desk.rows(reviews)) == 1


def test_a_heartbeat_holds_the_lease_and_tells_when_it_is_lost(desk: Desk) -> None:
    desk.tasks(1)
    queue, ann, ben = desk.queue(lease_seconds=60), desk.person("ann"), desk.person("ben")
    [one] = queue.claim(ann)
    desk.clock.move(seconds=50)
    assert queue.heartbeat(ann, one.assignment_id, one.token)
    desk.clock.move(seconds=50)
    assert queue.claim(ben) == []
    assert not queue.heartbeat(ben, one.assignment_id, one.token)
    assert not queue.heartbeat(ann, one.assignment_id, one.token + 1)
    desk.clock.move(seconds=50)
    assert len(queue.claim(ben)) == 1
    assert not queue.heartbeat(ann, one.assignment_id, one.token)


@pytest.mark.parametrize("token", [0, -1, 2, 999])
def test_a_made_up_token_is_refused(desk: Desk, token: int) -> None:
    desk.tasks(1)
    queue, ann, eve = desk.queue(), desk.person("ann"), desk.person("eve")
    [one] = queue.claim(ann)
    forged = answer(one)
    forged = type(forged)(assignment_id=one.assignment_id, token=token, labels=("safe",), key="k")
    assert queue.submit(eve, forged).kind is OutcomeKind.REFUSED
    assert queue.submit(eve, answer(one)).kind is OutcomeKind.REFUSED  # somebody else has it under that token
    assert desk.rows(late_answers) == []
    assert desk.rows(reviews) == []


def test_what_is_not_there_is_gone(desk: Desk) -> None:
    desk.tasks(1)
    queue, ann = desk.queue(), desk.person("ann")
    [one] = queue.claim(ann)
    wrong = type(answer(one))(assignment_id=77, token=1, labels=("safe",), key="k")
    assert queue.submit(ann, wrong).kind is OutcomeKind.GONE
    assert queue.skip(ann, 77, 1, SkipReason.OTHER).kind is OutcomeKind.GONE


def test_another_answer_to_what_one_has_answered_is_kept_and_pointed_to_undo(desk: Desk) -> None:
    desk.tasks(1)
    queue, ann = desk.queue(), desk.person("ann")
    [one] = queue.claim(ann)
    first = queue.submit(ann, answer(one, "safe"))
    second = queue.submit(ann, answer(one, "hate", key="other"))
    assert (second.kind, second.message, second.review_id) == (
        OutcomeKind.ALREADY,
        "answered_before",
        first.review_id,
    )
    assert [row.labels for row in desk.rows(late_answers)] == [("hate",)]


def test_undo_takes_an_answer_back_everywhere_and_gives_the_item_back(desk: Desk) -> None:
    desk.tasks(1)
    queue, ann, ben = desk.queue(), desk.person("ann"), desk.person("ben")
    stored = say(queue, ann, "hate")
    assert stored.review_id is not None
    again = queue.undo(ann, stored.review_id)
    assert isinstance(again, Claimed)
    assert again.token == 2
    assert ReviewStore(desk.database).count() == {"labels": 0, "items": 0, "raters": 0}
    assert queue.claim(ben) == []
    assert [row.closed_at for row in desk.rows(tasks)] == [None]
    assert queue.submit(ann, answer(again, "spam")).kind is OutcomeKind.STORED
    [answers] = [answers for *_, answers in ReviewStore(desk.database).by_item()]
    assert {name: one.labels for name, one in answers.items()} == {"ann": ("spam",)}
    assert len(desk.rows(withdrawals)) == 1


def test_only_ones_own_last_ten_answers_can_be_undone_and_each_once(desk: Desk) -> None:
    desk.tasks(12)
    queue, ann, ben = desk.queue(), desk.person("ann"), desk.person("ben")
    given = [say(queue, ann).review_id or 0 for _ in range(11)]
    said = say(queue, ben).review_id or 0
    for wrong in (given[0], said, 999):
        refused = queue.undo(ann, wrong)
        assert not isinstance(refused, Claimed)
        assert refused.kind is OutcomeKind.GONE
    assert isinstance(queue.undo(ann, given[1]), Claimed)
    assert not isinstance(queue.undo(ann, given[1]), Claimed)
    assert [one.review_id for one in queue.last(ann)] == [*given[:1:-1], given[0]]


def test_a_skipped_item_goes_to_others_and_never_back(desk: Desk) -> None:
    desk.tasks(1)
    queue, ann, ben = desk.queue(), desk.person("ann"), desk.person("ben")
    [one] = queue.claim(ann)
    assert queue.skip(ann, one.assignment_id, one.token, SkipReason.TOO_HARD, "?").kind is OutcomeKind.STORED
    assert queue.skip(ann, one.assignment_id, one.token, SkipReason.TOO_HARD).kind is OutcomeKind.LATE
    assert queue.claim(ann) == []
    assert len(queue.claim(ben)) == 1
    [row] = desk.rows(passes)
    assert (row.kind, row.reason, row.note) == ("skip", "too_hard", "?")


def test_an_escalated_item_goes_to_an_expert_before_others_and_no_more_reviewers(desk: Desk) -> None:
    desk.tasks(2, TaskKind.DOUBLE, overlap=2)
    queue, ann, ben = desk.queue(), desk.person("ann"), desk.person("ben")
    eve = desk.person("eve", skills=frozenset({EXPERT}))
    [one] = queue.claim(ann)
    assert queue.escalate(ann, one.assignment_id, one.token, "help").kind is OutcomeKind.STORED
    assert [found.item_id for found in queue.claim(ben, 5)] == ["i2"]
    [expert, *_] = queue.claim(eve)
    assert (expert.item_id, expert.kind, expert.blind) == ("i1", TaskKind.EXPERT, True)
    assert [row.closed_at is not None for row in desk.rows(tasks)] == [True, False, False]


def test_an_escalated_audit_stays_an_audit(desk: Desk) -> None:
    desk.tasks(1, TaskKind.AUDIT)
    queue, ann = desk.queue(), desk.person("ann")
    [one] = queue.claim(ann)
    queue.escalate(ann, one.assignment_id, one.token, "help")
    [expert] = queue.claim(desk.person("eve", skills=frozenset({EXPERT})))
    assert (expert.kind, expert.blind) == (TaskKind.AUDIT, True)


def test_an_item_can_be_handed_to_a_colleague_or_back_to_all(desk: Desk) -> None:
    desk.tasks(2)
    queue, ann, ben, cid = desk.queue(), desk.person("ann"), desk.person("ben"), desk.person("cid")
    first, second = queue.claim(ann, 2)
    queue.hand_over(ann, first.assignment_id, first.token, "yours", to=ben.user_id)
    queue.hand_over(ann, second.assignment_id, second.token)
    assert [one.item_id for one in queue.claim(cid, 2)] == ["i2"]
    assert [one.item_id for one in queue.claim(ben, 2)] == ["i1"]
    assert queue.claim(ann) == []


def test_a_budget_ends_what_a_shift_shows_of_a_harm(desk: Desk) -> None:
    for key in desk.items(4):
        desk.task(key, harm="hate", severity=3)
    desk.tasks(1)
    queue, ann = desk.queue(budgets={"hate": 2}), desk.person("ann")
    assert [one.harm for one in queue.claim(ann, 5)] == ["hate", "hate", ""]
    for one in queue.held(ann):
        queue.submit(ann, answer(one))
    assert queue.claim(ann, 5) == []
    assert len(queue.claim(desk.person("ben"), 5)) == 2


def test_a_budget_counts_what_was_uncovered_and_what_is_in_hand(desk: Desk) -> None:
    for key in desk.items(6):
        desk.task(key, harm="hate", severity=3)
    queue, ann = desk.queue(budgets={"hate": 2}), desk.person("ann")
    first, second = queue.claim(ann, 5)
    queue.submit(ann, answer(first, uncovered_ms=0))  # never looked at: as if it had not been shown
    [third] = queue.claim(ann, 5)
    queue.skip(ann, second.assignment_id, second.token, SkipReason.DISTRESSING, uncovered_ms=900)  # seen, then skipped
    queue.submit(ann, answer(third, uncovered_ms=40))
    assert queue.claim(ann, 5) == []


def test_a_break_is_due_for_severe_items_that_were_looked_at(desk: Desk) -> None:
    for key in desk.items(4):
        desk.task(key, harm="hate", severity=3)
    desk.clock.at = datetime.now(UTC)  # answers are stamped with the time it is
    queue, ann = desk.queue(break_severe=2), desk.person("ann")
    for looked in (0, 0, 500):
        say(queue, ann, uncovered_ms=looked)
    assert queue.pause(ann, severe_from=3) is None
    say(queue, ann, uncovered_ms=None)  # a program: it isn't known, and counts
    due = queue.pause(ann, severe_from=3)
    assert due is not None
    assert (due.reason, due.severe) == ("severe", 2)


def test_nothing_is_handed_to_somebody_it_could_never_reach(desk: Desk) -> None:
    [task] = desk.tasks(1, overlap=2)
    queue, ann, ben = desk.queue(), desk.person("ann"), desk.person("ben")
    [his] = queue.claim(ben)
    queue.skip(ben, his.assignment_id, his.token, SkipReason.TOO_HARD)
    [one] = queue.claim(ann)
    refused = queue.hand_over(ann, one.assignment_id, one.token, "yours", to=ben.user_id)
    assert (refused.kind, refused.message) == (OutcomeKind.REFUSED, "met_before")
    assert queue.hand_over(ann, one.assignment_id, one.token, to=10**6).message == "nobody"
    assert [held.task_id for held in queue.held(ann)] == [task]
    assert [row.kind for row in desk.rows(passes)] == ["skip"]


def test_gold_is_mixed_in_silently_at_its_rate(desk: Desk) -> None:
    known = desk.items(30)
    with desk.database.write() as connection:
        for key in known:
            make_gold(connection, key, policy_id="rules", labels=("spam",), explanation="as told", actor="lead")
    desk.tasks(60)
    queue, ann = desk.queue(gold_rate=0.3), desk.person("ann")
    kinds, names = [], []
    for _ in range(40):
        [one] = queue.claim(ann)
        kinds.append(one.kind)
        names.append(one.item_id)
        assert one.shown_kind is TaskKind.REVIEW
        assert one.explanation is None
        assert queue.submit(ann, answer(one)).kind is OutcomeKind.STORED
    assert 6 <= kinds.count(TaskKind.GOLD) <= 18  # binomial(40, 0.3), far out in both tails
    assert len(set(names)) == 40
    assert ItemStore(desk.database).count()["items"] == 90


def test_gold_is_given_no_more_often_than_it_may_be_shown(desk: Desk) -> None:
    [key] = desk.items(1)
    with desk.database.write() as connection:
        number = make_gold(connection, key, policy_id="rules", labels=("spam",), explanation="", actor="lead")
    desk.tasks(200)
    queue = desk.queue(gold_rate=0.5, gold_views=3)
    taken = [one.kind for n in range(20) for one in queue.claim(desk.person(f"p{n}"), 8)]
    assert taken.count(TaskKind.GOLD) == 3  # of 160 that were taken half would be gold, by 20 people
    with desk.database.read() as connection:
        kept = gold.find(connection, number)
    assert kept is not None
    assert not kept.active


def test_gold_that_is_too_old_is_not_given_and_retired_by_the_sweep(desk: Desk) -> None:
    [key] = desk.items(1)
    with desk.database.write() as connection:
        make_gold(connection, key, policy_id="rules", labels=("spam",), explanation="", actor="lead")
    desk.tasks(20)
    desk.clock.at = datetime.now(UTC) + timedelta(days=29)
    queue = desk.queue(gold_rate=0.5, gold_days=30)
    assert queue.retire_aged_gold() == 0
    desk.clock.move(days=2)
    other = desk.queue(gold_rate=0.5, gold_days=30)
    assert TaskKind.GOLD not in [one.kind for one in other.claim(desk.person("ann"), 10)]
    assert desk.queue(gold_days=1).retire_aged_gold() == 0  # it was retired when gold was due: nothing is left
    [row] = desk.rows(gold_items)
    assert not row.active


def test_gold_comes_only_while_there_is_work(desk: Desk) -> None:
    [key] = desk.items(1)
    with desk.database.write() as connection:
        make_gold(connection, key, policy_id="rules", labels=("spam",), explanation="", actor="lead")
    assert desk.queue(gold_rate=0.5).claim(desk.person("ann"), 5) == []
