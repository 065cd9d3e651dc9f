"""Adjudication, the list of disagreements, and that what is settled goes before votes."""

from __future__ import annotations

import pytest

from assistant.domain.disagreements import Disagreement, DisagreementFilter
from assistant.domain.review_work import Cause, Claimed, SkipReason, TaskKind
from assistant.domain.reviews import Review
from assistant.errors import ConflictError
from assistant.review.adjudicate import AdjudicationDecision, open_case, settle
from assistant.review.precedents import make_precedent
from assistant.store.audit import log as audit
from assistant.store.certification.labelled import LabelledStore
from assistant.store.certification.pool import PoolStore
from assistant.store.content.items import ItemStore
from assistant.store.content.precedents import PrecedentStore
from assistant.store.review.disagreements.adjudications import AdjudicationStore
from assistant.store.review.disagreements.disagreement_list import page
from assistant.store.review.labels.reviews import ReviewStore
from assistant.trust.human_labels import HumanLabels
from tests.review.conftest import Desk, answer, say


def verdict(desk: Desk, name: str, *labels: str, note: str = "") -> int:
    stored = ItemStore(desk.database).get(name)
    assert stored is not None
    with desk.database.write() as connection:
        return settle(connection, stored, AdjudicationDecision(labels, Cause.EDGE_CASE, note), actor="lead")


def ids(found: list[Disagreement]) -> list[str]:
    return [one.item_id for one in found]


def test_an_answer_that_differs_from_the_machines_is_listed_with_all_it_can_be_filtered_by(desk: Desk) -> None:
    first, second = desk.items(2)
    run = desk.run({first: "spam", second: "spam"})
    for key in (first, second):
        desk.task(key, run_id=run.id)
    queue, ann = desk.queue(), desk.person("ann")
    say(queue, ann, "spam")
    say(queue, ann, "hate", clauses=("H1",))
    [one] = page(desk.database, DisagreementFilter())
    assert one[2:10] == ("i2", ("hate",), "ann", ("spam",), None, "en", "H1", "demo@1")
    for wanted in (
        DisagreementFilter(pair=(("spam",), ("hate",))),
        DisagreementFilter(clause="H1"),
        DisagreementFilter(language="en"),
        DisagreementFilter(reviewer="ann"),
        DisagreementFilter(prompt="demo@1"),
        DisagreementFilter(reviewer="ann", clause="H1", language="en", prompt="demo@1"),
    ):
        assert ids(page(desk.database, wanted)) == ["i2"], wanted
    for wanted in (
        DisagreementFilter(pair=(("hate",), ("spam",))),
        DisagreementFilter(clause="C1"),
        DisagreementFilter(language="zh"),
        DisagreementFilter(reviewer="ben"),
        DisagreementFilter(prompt="demo@2"),
        DisagreementFilter(kind="people"),
        DisagreementFilter(settled=True),
        DisagreementFilter(confidence=(0, 1)),
    ):
        assert page(desk.database, wanted) == [], wanted


def test_people_who_differ_are_listed_whichever_of_them_is_asked_for(desk: Desk) -> None:
    desk.tasks(1, TaskKind.DOUBLE, overlap=3)
    queue = desk.queue()
    for name, label in (("ann", "spam"), ("ben", "safe"), ("cid", "spam")):
        say(queue, desk.person(name), label)
    found = page(desk.database, DisagreementFilter(kind="people"))
    assert [(one.rater, one.labels, one.other_rater, one.other_labels) for one in found] == [
        ("cid", ("spam",), "ben", ("safe",)),
        ("ben", ("safe",), "ann", ("spam",)),
    ]
    assert len(page(desk.database, DisagreementFilter(kind="people", reviewer="ben"))) == 2
    assert len(page(desk.database, DisagreementFilter(kind="people", reviewer="ann"))) == 1
    assert len(page(desk.database, DisagreementFilter(kind="people", pair=(("spam",), ("safe",))))) == 2


def test_pages_follow_each_other_without_gap_or_repeat(desk: Desk) -> None:
    keys = desk.items(7)
    run = desk.run(dict.fromkeys(keys, "spam"))
    for key in keys:
        desk.task(key, run_id=run.id)
    queue, ann = desk.queue(), desk.person("ann")
    for _ in keys:
        say(queue, ann, "hate")
    seen, before = [], None
    while found := page(desk.database, DisagreementFilter(), before=before, limit=3):
        seen += ids(found)
        before = found[-1].id
    assert seen == [f"i{number}" for number in range(7, 0, -1)]


def test_an_undone_answer_disagrees_with_nobody(desk: Desk) -> None:
    desk.tasks(1, TaskKind.DOUBLE, overlap=2)
    queue, ann, ben = desk.queue(), desk.person("ann"), desk.person("ben")
    say(queue, ann, "spam")
    outcome = say(queue, ben, "safe")
    assert outcome.review_id is not None
    assert isinstance(queue.undo(ben, outcome.review_id), Claimed)
    assert page(desk.database, DisagreementFilter(kind="people")) == []


def test_a_case_shows_every_answer_note_and_what_was_settled_before(desk: Desk) -> None:
    [key] = desk.items(1)
    run = desk.run({key: "spam"})
    desk.task(key, TaskKind.DOUBLE, overlap=3, run_id=run.id)
    queue, cid = desk.queue(), desk.person("cid")
    [one] = queue.claim(cid)
    queue.skip(cid, one.assignment_id, one.token, SkipReason.TOO_HARD, "who knows")
    say(queue, desk.person("ann"), "spam", note="clear", clauses=("H1",))
    say(queue, desk.person("ben"), "hate")
    verdict(desk, "i1", "hate", note="slur")
    case = open_case(desk.database, AdjudicationStore(desk.database), key, run.id)
    assert [(one.rater, one.labels, one.note, one.clauses) for one in case.answers] == [
        ("ann", ("spam",), "clear", ("H1",)),
        ("ben", ("hate",), "", ()),
    ]
    assert [(one.reason, one.note) for one in case.notes] == [("too_hard", "who knows")]
    assert case.machine is not None
    assert case.machine.labels == ("spam",)
    assert [(one.labels, one.cause, one.note) for one in case.history] == [(("hate",), Cause.EDGE_CASE, "slur")]


def test_a_settled_item_is_asked_no_more_and_leaves_the_list(desk: Desk) -> None:
    desk.tasks(1, TaskKind.DOUBLE, overlap=3)
    queue, cid = desk.queue(), desk.person("cid")
    say(queue, desk.person("ann"), "spam")
    outcome = say(queue, desk.person("ben"), "safe")
    [held] = queue.claim(cid)
    verdict(desk, "i1", "spam")
    assert page(desk.database, DisagreementFilter(kind="people")) == []
    assert len(page(desk.database, DisagreementFilter(kind="people", settled=True))) == 1
    assert queue.claim(desk.person("dan")) == []
    assert queue.submit(cid, answer(held, "hate")).review_id is not None  # who is at it may finish
    assert page(desk.database, DisagreementFilter(kind="people")) == []
    refused = queue.undo(desk.person("eve"), outcome.review_id or 0)
    assert not isinstance(refused, Claimed)
    assert audit.verify(desk.database).broken_at is None


def test_what_was_adjudicated_can_not_be_undone(desk: Desk) -> None:
    desk.tasks(1)
    queue, ann = desk.queue(), desk.person("ann")
    outcome = say(queue, ann, "spam")
    verdict(desk, "i1", "safe")
    refused = queue.undo(ann, outcome.review_id or 0)
    assert not isinstance(refused, Claimed)
    assert refused.message == "adjudicated"


def test_an_answer_without_labels_makes_no_precedent(desk: Desk) -> None:
    desk.items(1)
    stored = ItemStore(desk.database).get("i1")
    assert stored is not None
    with pytest.raises(ConflictError, match="precedent_without_labels"), desk.database.write() as connection:
        make_precedent(connection, stored, (), policy_id="rules", actor="lead")
    assert PrecedentStore(desk.database).all("rules") == []


def test_withdrawn_reviews_count_for_no_reader(desk: Desk) -> None:
    desk.tasks(1)
    queue, ann = desk.queue(), desk.person("ann")
    outcome = say(queue, ann, "spam")
    queue.undo(ann, outcome.review_id or 0)
    reviews, pool = ReviewStore(desk.database), PoolStore(desk.database)
    assert reviews.count()["labels"] == 0
    assert list(reviews.by_item()) == []
    assert list(pool.human_answers()) == []
    assert list(LabelledStore(desk.database).items()) == []
    assert list(LabelledStore(desk.database).routed(1)) == []
    assert open_case(desk.database, AdjudicationStore(desk.database), 1, None).answers == []
    again = Review("i1", "ann", ("spam",), source="queue")
    assert reviews.add([(1, again)])["added"] == 1  # an import of the same is no repetition of what was taken back


def test_an_adjudicated_answer_goes_before_votes(desk: Desk) -> None:
    desk.items(4)
    said = {"i1": ("spam", "spam", "safe"), "i2": ("spam", "safe"), "i3": ("safe",)}
    ReviewStore(desk.database).add(
        [
            (int(name[1:]), Review(name, f"p{number}", (label,), shown_suggestion=False))
            for name, labels in said.items()
            for number, label in enumerate(labels)
        ]
    )
    for name in ("i1", "i2", "i3", "i4"):
        verdict(desk, name, "hate")
    people = HumanLabels.of(PoolStore(desk.database).human_answers(), PoolStore(desk.database).adjudicated())
    everywhere = people.consensus()
    assert everywhere.labels == dict.fromkeys(("i1", "i2", "i3", "i4"), ("hate",))
    assert everywhere.tied == frozenset()
    assert people.occurring() == {("spam",), ("safe",), ("hate",)}
    # What certifies was answered blind; an adjudicator is asked where the machine differs, and has seen its answer.
    assert people.consensus(frozenset({"i1", "i2", "i3", "i4"})).labels == {
        "i1": ("hate",),
        "i2": ("hate",),
        "i3": ("safe",),
    }
