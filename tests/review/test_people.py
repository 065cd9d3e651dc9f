"""Gold, rounds, training, what a shift may hold, priorities, and figures about reviewers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from assistant.domain.accounts import Qualification
from assistant.domain.gold import GoldAnswer
from assistant.domain.review_work import OutcomeKind, Principal, QualificationState, SkipReason, TaskKind
from assistant.errors import ConflictError
from assistant.review.estimated_skill import skill_of
from assistant.review.gold import Mixing, age, due, make_gold, retire_gold
from assistant.review.priority import label_value, priority
from assistant.review.qualify import begin, not_passed, train
from assistant.review.skill import Share, figures, reading_seconds, rubber_stamp
from assistant.review.wellbeing import Pause, break_due, exhausted
from assistant.settings import ReviewSettings
from assistant.store.audit import log as audit
from assistant.store.people.qualifications import QualificationRound
from assistant.store.people.reviewer_figures import QueueAnswer, queue_answers
from assistant.store.review.labels import gold
from assistant.store.review.labels.reviews import ReviewStore
from assistant.store.review.queue.exposure import Worked
from tests.review.conftest import LABELS, START, Desk, answer, say
from tests.stored import gold_of

RULES = ReviewSettings(qualification_items=4, qualification_share=0.75, gold_rate=0)


def make(desk: Desk, number: int, *labels: str, language: str = "en") -> list[int]:
    keys = desk.items(number, language)
    with desk.database.write() as connection:
        return [
            make_gold(connection, key, policy_id="rules", labels=labels, explanation="since told", actor="lead")
            for key in keys
        ]


def begin_round(desk: Desk, who: Principal, version: str = "1") -> int:
    with desk.database.write() as connection:
        return begin(
            connection, QualificationRound(who.user_id, "rules", version, "en"), RULES, LABELS, actor="lea", key=1
        ).id


def needed(desk: Desk, who: Principal, version: str = "1", language: str = "en") -> list[Qualification | None]:
    with desk.database.read() as connection:
        found = not_passed(connection, [QualificationRound(who.user_id, "rules", version, language)])
    return [last for _, last in found]


# Gold


def test_gold_is_made_replaced_and_retired(desk: Desk) -> None:
    [first] = make(desk, 1, "spam")
    with desk.database.write() as connection:
        second = make_gold(connection, 1, policy_id="rules", labels=("hate",), explanation="", actor="lead")
    with desk.database.read() as connection:
        assert [(one.id, one.labels, one.active) for one in gold_of(connection, "rules")] == [
            (second, ("hate",), True),
            (first, ("spam",), False),
        ]
    with desk.database.write() as connection:
        assert retire_gold(connection, second, "lead")
        assert not retire_gold(connection, second, "lead")


def test_gold_grows_old_by_views_and_by_days(desk: Desk) -> None:
    worn, _ = make(desk, 2, "spam")
    for _ in range(3):
        desk.task(1, TaskKind.GOLD, gold_id=worn, for_user=desk.person(f"p{_}").user_id)
    rules = ReviewSettings(gold_views=3, gold_days=30)
    with desk.database.write() as connection:
        assert age(connection, rules, datetime.now(UTC)) == 1
        assert [one.id for one in gold.known(connection, "rules", "en")] == [2]
        assert age(connection, rules, datetime.now(UTC) + timedelta(days=31)) == 1


def test_when_gold_is_due_depends_on_person_and_count_alone() -> None:
    mixing, ann, ben = Mixing(0.1, 7, LABELS), Principal(1, "ann"), Principal(2, "ben")
    first = [due(mixing, ann, count) for count in range(2000)]
    assert first == [due(mixing, ann, count) for count in range(2000)]
    assert first != [due(mixing, ben, count) for count in range(2000)]
    assert 150 <= sum(first) <= 250  # binomial(2000, 0.1): 200, almost four standard deviations around
    assert not any(due(Mixing(0, 7, LABELS), ann, count) for count in range(100))


def test_gold_of_a_harm_somebody_opted_out_of_is_not_shown_to_them(desk: Desk) -> None:
    make(desk, 5, "hate")
    desk.tasks(20)
    queue = desk.queue(gold_rate=0.5)
    ann = desk.person("ann", opt_outs=frozenset({"hate"}))
    assert {one.kind for one in queue.claim(ann, 10)} == {TaskKind.REVIEW}
    assert TaskKind.GOLD in {one.kind for one in queue.claim(desk.person("ben"), 10)}


def test_answers_to_gold_are_told_with_what_is_known(desk: Desk) -> None:
    make(desk, 3, "spam")
    desk.tasks(20)
    queue, ann = desk.queue(gold_rate=0.5), desk.person("ann")
    for one in queue.claim(ann, 10):
        queue.submit(ann, answer(one, "spam" if one.kind is TaskKind.GOLD else "safe"))
    with desk.database.read() as connection:
        found = gold.answers(connection)
    assert {(one.rater, one.labels, one.known) for one in found} == {("ann", ("spam",), ("spam",))}


# Rounds and training


def test_nobodys_answers_count_before_they_passed(desk: Desk) -> None:
    make(desk, 6, "spam")
    desk.tasks(3)
    queue, ann = desk.queue(qualification_items=4, qualification_share=0.75), desk.person("ann")
    assert queue.claim(ann) == []
    assert needed(desk, ann) == [None]
    begin_round(desk, ann)
    for given in ("spam", "spam", "hate", "spam"):
        [one] = queue.claim(ann)
        assert (one.kind, one.blind, one.explanation) == (TaskKind.QUALIFICATION, True, None)
        outcome = queue.submit(ann, answer(one, given))
        assert (outcome.kind, outcome.right, outcome.review_id) == (OutcomeKind.STORED, None, None)
    [told] = audit.entries(desk.database, action="qualification.passed")
    assert (told.detail["right"], told.detail["asked"]) == (3, 4)
    assert needed(desk, ann) == []
    assert ReviewStore(desk.database).count()["labels"] == 0
    assert len(queue.claim(ann, 9)) == 3


def test_a_round_that_failed_can_be_begun_again_with_other_items(desk: Desk) -> None:
    make(desk, 30, "spam")
    queue, ann = desk.queue(qualification_items=4), desk.person("ann")
    asked = []
    for number in (1, 2):
        assert begin_round(desk, ann) == number
        assert begin_round(desk, ann) == number  # it goes on where it was
        for one in queue.claim(ann, 9):
            asked.append(one.item_id)
            queue.submit(ann, answer(one, "safe"))
    assert len(asked) == 8
    assert set(asked[:4]) != set(asked[4:])
    [last] = needed(desk, ann)
    assert last is not None
    assert last.state is QualificationState.FAILED


def test_a_new_version_of_the_policy_asks_for_a_new_round_even_of_items_seen(desk: Desk) -> None:
    make(desk, 4, "spam")
    queue, ann = desk.queue(qualification_items=4), desk.person("ann")
    for version in ("1", "2"):
        begin_round(desk, ann, version)
        for one in queue.claim(ann, 9):
            assert one.policy_version == version
            queue.submit(ann, answer(one, "spam"))
    assert needed(desk, ann) == needed(desk, ann, "2") == []
    assert needed(desk, ann, "3") == needed(desk, ann, "2", "zh") == [None]
    with pytest.raises(ConflictError, match="round_passed"):
        begin_round(desk, ann, "2")


def test_a_round_needs_gold_and_its_items_are_not_skipped(desk: Desk) -> None:
    make(desk, 3, "spam")
    ann = desk.person("ann")
    with pytest.raises(ConflictError, match="too_little_gold") as refused:
        begin_round(desk, ann)
    assert (refused.value.where, refused.value.values) == ("rules@1 (en)", {"found": 3, "needed": 4})
    make(desk, 1, "spam")
    begin_round(desk, ann)
    queue = desk.queue()
    [one] = queue.claim(ann)
    refused = queue.skip(ann, one.assignment_id, one.token, SkipReason.TOO_HARD)
    assert refused.message == "qualification_no_skip"


def test_training_explains_after_the_answer(desk: Desk) -> None:
    make(desk, 2, "spam")
    ann = desk.person("ann")
    with desk.database.write() as connection:
        assert (
            train(connection, QualificationRound(ann.user_id, "rules", "1", "en"), 2, LABELS, actor="lea", key=1) == 2
        )
    queue = desk.queue()
    [one] = queue.claim(ann)
    assert (one.kind, one.explanation) == (TaskKind.TRAINING, "since told")
    outcome = queue.submit(ann, answer(one, "hate"))
    assert (outcome.right, outcome.known, outcome.explanation) == (False, ("spam",), "since told")
    assert queue.submit(ann, answer(one, "hate")).kind is OutcomeKind.ALREADY
    assert ReviewStore(desk.database).count()["labels"] == 0


def test_training_gives_other_items_each_time_as_far_as_gold_goes(desk: Desk) -> None:
    make(desk, 5, "spam")
    queue, ann = desk.queue(), desk.person("ann")
    given = []
    for _ in range(3):
        with desk.database.write() as connection:
            train(connection, QualificationRound(ann.user_id, "rules", "1", "en"), 2, LABELS, actor="lea", key=1)
        for one in queue.claim(ann, 9):
            given.append(one.item_id)
            queue.submit(ann, answer(one, "spam"))
    assert len(set(given[:5])) == 5
    assert len(given) == 6
    assert [entry.actor for entry in audit.entries(desk.database, action="training.give")] == ["lea"] * 3


def test_without_a_number_of_items_there_are_no_rounds(desk: Desk) -> None:
    ann = desk.person("ann")
    with pytest.raises(ConflictError, match="no_rounds"), desk.database.write() as connection:
        begin(
            connection,
            QualificationRound(ann.user_id, "rules", "1", "en"),
            ReviewSettings(),
            LABELS,
            actor="lea",
            key=1,
        )


# Wellbeing


def test_a_budget_is_used_up_when_so_many_were_shown() -> None:
    assert exhausted({"hate": 3, "spam": 9}, {"hate": 3, "spam": 10, "gore": 0}) == {"hate", "gore"}


def worked(*minutes: tuple[float, float], severity: int = 0) -> list[Worked]:
    return [
        Worked((START + timedelta(minutes=a)).isoformat(), (START + timedelta(minutes=b)).isoformat(), severity)
        for a, b in minutes
    ]


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def test_a_break_is_due_after_long_work_without_one() -> None:
    busy = worked(*((minute, minute + 1) for minute in range(0, 60, 2)))
    rules = {"minutes": 50.0, "severe_from": 3, "most_severe": 5}
    assert break_due(busy[:20], at(39), **rules) is None  # type: ignore[arg-type]
    assert break_due(busy, at(60), **rules) == Pause("long", 59.0, 0)  # type: ignore[arg-type]
    assert break_due(busy, at(70), **rules) is None  # type: ignore[arg-type] - they are taking one
    rested = busy[:20] + worked((55, 58), (60, 62))
    assert break_due(rested, at(62), **rules) is None  # type: ignore[arg-type]
    assert break_due([], at(0), **rules) is None  # type: ignore[arg-type]


def test_a_break_is_due_after_many_severe_items() -> None:
    busy = worked(*((minute, minute + 1) for minute in range(5)), severity=3)
    assert break_due(busy, at(5), minutes=50, severe_from=3, most_severe=5) == Pause("severe", 5.0, 5)
    assert break_due(busy, at(5), minutes=50, severe_from=4, most_severe=5) is None


def test_the_queue_tells_when_a_break_is_due(desk: Desk) -> None:
    desk.tasks(3)
    queue, ann = desk.queue(break_severe=2, break_minutes=0.001), desk.person("ann")
    assert queue.pause(ann, severe_from=3) is None
    for _ in range(2):
        say(queue, ann)
    desk.clock.at = datetime.now(UTC)
    assert queue.pause(ann, severe_from=0) is not None


# Priority


def test_due_severe_and_telling_tasks_come_first() -> None:
    plain = priority(at(0), severity=0, value=0)
    assert plain == -((START - datetime(2026, 1, 1, tzinfo=UTC)) / timedelta(hours=1))
    assert priority(at(-60), severity=0, value=0) == plain + 1
    assert priority(at(0), severity=3, value=0) == plain + 24
    assert priority(at(0), severity=0, value=0.5) == plain + 2
    with pytest.raises(ValueError, match="time zone"):
        priority(datetime(2026, 1, 1), severity=0, value=0)  # noqa: DTZ001 - that is the point


def test_a_label_is_worth_what_it_may_correct_or_all_where_it_certifies() -> None:
    assert label_value(TaskKind.REVIEW, 0.75) == 0.25
    assert label_value(TaskKind.REVIEW, None) == 0.5
    assert label_value(TaskKind.AUDIT, 0.99) == 1


# Figures


def given(rater: str, item: int, label: str, **more: object) -> QueueAnswer:
    values: dict[str, object] = {
        "rater": rater,
        "item_key": item,
        "item_id": f"i{item}",
        "language": "en",
        "characters": 120,
        "labels": (label,),
        "kind": TaskKind.REVIEW,
        "seconds": 10.0,
        "active_ms": None,
        "changed": False,
        "shown_suggestion": False,
        "accepted_suggestion": None,
        "created_at": "now",
    }
    return QueueAnswer(**values | more)  # type: ignore[arg-type]


def test_figures_compare_each_person_with_gold_peers_and_adjudicators() -> None:
    answers = [
        *(given("ann", item, "safe") for item in range(4)),
        *(given("ben", item, "safe" if item else "spam", seconds=4.0) for item in range(4)),
        given("ben", 9, "hate", kind=TaskKind.GOLD),
    ]
    known = [GoldAnswer("ben", "i9", "en", ("hate",), ("spam",), "now")]
    ann, ben = figures(answers, known, {"i0": ("spam",), "i1": ("safe",)})
    assert (ann.rater, ann.answers, ann.gold.n, ann.seconds) == ("ann", 4, 0, 10.0)
    assert ann.gold.value is None
    assert (ann.peers.k, ann.peers.n) == (3, 4)
    assert (ann.adjudication.k, ann.adjudication.n) == (1, 2)
    assert (ben.gold.k, ben.gold.n, ben.answers, ben.seconds) == (0, 1, 5, 4.0)
    assert (ben.adjudication.k, ben.adjudication.n) == (2, 2)
    # Wilson, 3 of 4: (k + z^2/2 -+ z sqrt(k (n - k) / n + z^2 / 4)) / (n + z^2) with z = 1.95996
    assert ann.peers.low == pytest.approx(0.3006, abs=1e-4)
    assert ann.peers.high == pytest.approx(0.9544, abs=1e-4)


def test_active_time_is_the_median_of_what_is_known_and_the_rest_is_counted() -> None:
    [ann] = figures([given("ann", item, "safe", active_ms=ms) for item, ms in enumerate((None, 2000, 4000))], [], {})
    assert (ann.seconds, ann.active_seconds, ann.active_unknown) == (10.0, 3.0, 1)
    [ben] = figures([given("ben", 1, "safe")], [], {})
    assert (ben.active_seconds, ben.active_unknown) == (None, 1)


def test_skill_is_highest_for_who_agrees_with_most() -> None:
    answers = [
        given(name, item, ("safe" if item % 2 else "spam") if name != "eve" else "safe")
        for item in range(40)
        for name in ("ann", "ben", "eve")
    ]
    skills = skill_of(answers)
    assert skills["ann"].value > 0.99
    eve = skills["eve"]
    assert eve.value == pytest.approx(0.5, abs=0.02)  # right where everything is safe
    assert (eve.low, eve.high) == pytest.approx((0.35, 0.65), abs=0.03)  # as Wilson's for 20 of 40
    assert eve.n == 40
    assert skill_of([given("ann", 1, "safe")]) == {}


def test_the_interval_of_a_skill_holds_the_true_one_in_about_95_of_100() -> None:
    random = np.random.default_rng(7)
    true = np.array([0.7, 0.8, 0.85, 0.9, 0.95])
    held, told = 0, 0
    for _ in range(40):
        answers = []
        for item in range(150):
            right = random.integers(3)
            for place in random.choice(len(true), 3, replace=False):
                said = right if random.random() < true[place] else (right + 1 + random.integers(2)) % 3
                answers.append(given(f"p{place}", item, str(said)))
        found = skill_of(answers)
        held += sum(found[f"p{place}"].low <= skill <= found[f"p{place}"].high for place, skill in enumerate(true))
        told += len(true)
    assert 0.92 <= held / told <= 0.99  # of 200: 0.95 +- 2 standard deviations


def test_reading_takes_time_and_chinese_characters_more() -> None:
    assert reading_seconds(0, "en") == 0.5
    assert reading_seconds(600, "en") == 10.5
    assert reading_seconds(250, "zh-Hans") == 10.5


def test_accepting_faster_than_anybody_reads_or_more_than_peers_is_a_sign() -> None:
    def shown(rater: str, accepted: bool, seconds: float) -> QueueAnswer:
        return given(rater, 1, "safe", shown_suggestion=True, accepted_suggestion=accepted, seconds=seconds)

    hasty = [shown("eve", True, 1.0)] * 30
    careful = [shown("ann", True, 9.0)] * 20 + [shown("ann", False, 9.0)] * 20
    peers = Share.counted(20, 40)
    stamp = rubber_stamp(hasty, peers)
    assert stamp.signs == ("too_fast", "more_than_peers")
    assert (stamp.too_fast.k, stamp.too_fast.n) == (30, 30)
    assert rubber_stamp(careful, Share.counted(30, 30)).signs == ()
    assert rubber_stamp(hasty[:19], peers).signs == ()  # too few to say anything


def test_figures_come_from_what_is_stored(desk: Desk) -> None:
    keys = desk.items(2)
    run = desk.run(dict.fromkeys(keys, "spam"))
    for key in keys:
        desk.task(key, run_id=run.id)
    queue, ann = desk.queue(), desk.person("ann")
    [first] = queue.claim(ann)
    desk.clock.move(seconds=3)
    queue.submit(ann, answer(first, "spam", accepted_suggestion=True, seconds=2.5))
    undone = say(queue, ann, "spam")
    queue.undo(ann, undone.review_id or 0)
    [one] = queue_answers(desk.database)
    assert (one.rater, one.item_id, one.characters, one.labels) == ("ann", "i1", len("text i1"), ("spam",))
    assert (one.kind, one.seconds, one.shown_suggestion, one.accepted_suggestion) == (TaskKind.REVIEW, 2.5, True, True)
