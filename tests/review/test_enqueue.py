"""From routes and samples to tasks: what is added, what changes, what stays."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from assistant.domain.certificates import Purpose, SampledItem, Score
from assistant.domain.policies import Policy
from assistant.domain.review_work import EXPERT, TaskKind
from assistant.domain.reviews import Review
from assistant.domain.runs import Run
from assistant.review.enqueue import enqueue
from assistant.review.wanted import QueueBatch
from assistant.routing.route import Decision, Route
from assistant.settings import ReviewSettings
from assistant.store.audit import log as audit
from assistant.store.certification.fits import FitStore
from assistant.store.certification.samples import SampleStore
from assistant.store.review.labels.reviews import ReviewStore
from assistant.store.runs.routes import RouteStore
from assistant.store.tables.review import assignments, disagreements, tasks
from assistant.store.writer import Writer
from tests.review.conftest import LABELS, Desk, answer, say

POLICY = Policy("rules", "1", "Rules", ("en",), LABELS, (), "source", "digest")


def send(desk: Desk, run: Run, policy: Policy = POLICY, due: datetime | None = None, **rules: Any) -> Counter[str]:
    with Writer(desk.database) as writer:
        batch = QueueBatch(run.id, policy, "lead", due=due, key=1)
        return enqueue(desk.database, writer, batch, ReviewSettings(**{"blind_share": 0} | rules), desk.clock)


def route(desk: Desk, run: Run, **routes: Route) -> None:
    RouteStore(desk.database).append(run.id, [(name, Decision(to, "r", (), 1.0, 1)) for name, to in routes.items()])


@pytest.fixture
def run(desk: Desk) -> Run:
    """Six items, half of them spam, one of them hate."""
    keys = desk.items(6)
    return desk.run(dict(zip(keys, ("safe", "spam", "hate", "safe", "spam", "spam"), strict=True)))


def sample(desk: Desk, run: Run, purpose: Purpose, *names: str) -> None:
    SampleStore(desk.database).add(
        run.id,
        fit_id=None,
        purpose=purpose,
        population=6,
        seed=1,
        detail={},
        items=[SampledItem(name, 0.5) for name in names],
    )


def test_each_route_becomes_its_kind_of_task(desk: Desk, run: Run) -> None:
    route(
        desk,
        run,
        i1=Route.ACCEPT,
        i2=Route.REVIEW,
        i3=Route.EXPERT,
        i4=Route.ACCEPT_AUDIT,
        i5=Route.DOUBLE,
        i6=Route.DEFERRED,
    )
    counts = send(desk, run)
    assert (counts["added"], counts["closed"]) == (4, 0)
    made = [(row.item_id, row.kind, row.blind, row.overlap, row.skill) for row in desk.rows(tasks)]
    assert made == [
        (2, "review", False, 1, ""),
        (3, "expert", False, 1, EXPERT),
        (4, "audit", True, 1, ""),
        (5, "double", True, 2, ""),
    ]
    assert [(row.harm, row.severity) for row in desk.rows(tasks)] == [("spam", 1), ("hate", 3), ("", 0), ("spam", 1)]
    assert len(desk.rows(assignments)) == 5
    assert audit.entries(desk.database, action="tasks.enqueue")[0].detail["counts"]["added"] == 4


def test_the_same_again_changes_nothing(desk: Desk, run: Run) -> None:
    route(desk, run, i1=Route.REVIEW, i2=Route.DOUBLE)
    send(desk, run)
    before = desk.rows(tasks), desk.rows(assignments)
    desk.clock.move(hours=5)
    counts = send(desk, run)
    assert (counts["added"], counts["changed"], counts["closed"], counts["unchanged"]) == (0, 0, 0, 2)
    assert (desk.rows(tasks), desk.rows(assignments)) == before


def test_a_changed_route_changes_what_nobody_has_begun_and_keeps_the_rest(desk: Desk, run: Run) -> None:
    route(desk, run, i1=Route.REVIEW, i2=Route.REVIEW, i3=Route.DOUBLE, i4=Route.REVIEW)
    send(desk, run)
    queue, ann, ben = desk.queue(), desk.person("ann"), desk.person("ben")
    [first] = queue.claim(ann)
    assert first.item_id == "i3"  # the severe one
    queue.submit(ann, answer(first))
    assert say(queue, ben).review_id is not None  # the same item's other vote
    route(desk, run, i1=Route.DOUBLE, i2=Route.ACCEPT, i3=Route.REVIEW, i4=Route.REVIEW)
    counts = send(desk, run)
    assert (counts["added"], counts["changed"], counts["closed"], counts["unchanged"]) == (0, 1, 1, 2)
    states = {row.item_id: (row.kind, row.overlap, row.closed_at is not None) for row in desk.rows(tasks)}
    assert states == {
        1: ("double", 2, False),
        2: ("review", 1, True),
        3: ("double", 2, True),
        4: ("review", 1, False),
    }
    assert sorted(one.item_id for one in queue.claim(desk.person("cid"), 9)) == ["i1", "i4"]
    route(desk, run, i2=Route.REVIEW)
    assert send(desk, run)["changed"] == 1  # and it is open again
    assert "i2" in [one.item_id for one in queue.claim(desk.person("dan"), 9)]


def test_what_was_closed_and_is_wanted_again_is_offered_again(desk: Desk, run: Run) -> None:
    route(desk, run, i1=Route.REVIEW)
    send(desk, run)
    route(desk, run, i1=Route.ACCEPT)
    send(desk, run)
    queue, ann = desk.queue(), desk.person("ann")
    assert queue.claim(ann) == []
    route(desk, run, i1=Route.REVIEW)
    assert send(desk, run)["changed"] == 1
    assert [one.item_id for one in queue.claim(ann)] == ["i1"]


def test_what_somebody_holds_is_theirs_whatever_the_route_is_now(desk: Desk, run: Run) -> None:
    route(desk, run, i1=Route.REVIEW)
    send(desk, run)
    queue, ann = desk.queue(), desk.person("ann")
    [one] = queue.claim(ann)
    route(desk, run, i1=Route.ACCEPT)
    send(desk, run)
    assert queue.submit(ann, answer(one)).review_id is not None
    assert [row.closed_at is not None for row in desk.rows(tasks)] == [True]


def test_more_answers_may_be_wanted_of_what_is_begun(desk: Desk, run: Run) -> None:
    route(desk, run, i1=Route.REVIEW)
    send(desk, run)
    queue, ann = desk.queue(), desk.person("ann")
    say(queue, ann)
    counts = send(desk, run, overlap_review=3)
    assert counts["changed"] == 1
    assert [row.state for row in desk.rows(assignments)] == ["answered", "open", "open"]
    assert queue.claim(ann) == []
    assert len(queue.claim(desk.person("ben"))) == 1


@pytest.mark.parametrize(
    ("purpose", "kind"),
    [(Purpose.START, TaskKind.CALIBRATION), (Purpose.LEARN, TaskKind.CALIBRATION), (Purpose.AUDIT, TaskKind.AUDIT)],
)
def test_a_sampled_item_is_asked_blind_whatever_its_route(
    desk: Desk, run: Run, purpose: Purpose, kind: TaskKind
) -> None:
    sample(desk, run, purpose, "i1", "i2")
    route(desk, run, i2=Route.REVIEW, i3=Route.REVIEW)
    send(desk, run)
    made = {row.item_id: (row.kind, row.blind, row.sample_id) for row in desk.rows(tasks)}
    assert made == {1: (kind.value, True, 1), 2: (kind.value, True, 1), 3: ("review", False, None)}


def test_a_set_share_of_ordinary_reviews_is_blind_by_lot(desk: Desk) -> None:
    run = desk.run(dict.fromkeys(desk.items(300), "safe"))
    route(desk, run, **{f"i{number}": Route.REVIEW for number in range(1, 301)})
    send(desk, run, blind_share=0.2)
    blind = {row.item_id for row in desk.rows(tasks) if row.blind}
    assert 36 <= len(blind) <= 84  # binomial(300, 0.2): 60, four standard deviations around
    assert send(desk, run, blind_share=0.2)["unchanged"] == 300


def test_who_has_answered_elsewhere_is_not_asked_and_their_answer_counts(desk: Desk, run: Run) -> None:
    ReviewStore(desk.database).add(
        [
            (1, Review("i1", "ann", ("safe",))),
            (2, Review("i2", "ann", ("safe",))),
            (3, Review("i3", "ann", ("safe",), True)),
        ]
    )
    route(desk, run, i1=Route.REVIEW, i2=Route.DOUBLE, i3=Route.DOUBLE)
    counts = send(desk, run)
    assert (counts["answered"], counts["added"]) == (1, 2)
    assert {row.item_id: row.overlap for row in desk.rows(tasks)} == {2: 1, 3: 2}  # an assisted one is no blind vote
    assert send(desk, run)["unchanged"] == 2


def test_imported_labels_are_compared_with_the_machines(desk: Desk, run: Run) -> None:
    ReviewStore(desk.database).add([(1, Review("i1", "ann", ("hate",))), (2, Review("i2", "ann", ("spam",)))])
    assert send(desk, run)["disagreements"] == 1
    assert send(desk, run)["disagreements"] == 0
    [row] = desk.rows(disagreements)
    assert (row.item_id, row.labels, row.other_labels, row.prompt, row.clause) == (
        1,
        ("hate",),
        ("safe",),
        "demo@1",
        "C1",
    )


def test_severe_due_and_telling_items_come_first(desk: Desk, run: Run) -> None:
    scores = [Score("i1", ("safe",), 0.99, "model"), Score("i4", ("safe",), 0.55, "model")]
    FitStore(desk.database).add(run.id, seed=1, labels_used=9, report={}, scores=scores)
    route(desk, run, i1=Route.REVIEW, i3=Route.REVIEW, i4=Route.REVIEW)
    send(desk, run)
    assert [one.item_id for one in desk.queue().claim(desk.person("ann"), 3)] == ["i3", "i4", "i1"]


def test_a_new_version_of_the_policy_moves_what_nobody_has_begun(desk: Desk, run: Run) -> None:
    route(desk, run, i1=Route.REVIEW, i2=Route.REVIEW)
    send(desk, run)
    say(desk.queue(), desk.person("ann"))
    newer = Policy("rules", "2", "Rules", ("en",), LABELS, (), "source", "digest2")
    assert send(desk, run, newer)["changed"] == 1
    assert sorted(row.policy_version for row in desk.rows(tasks)) == ["1", "2"]


def test_what_a_person_escalated_stays_with_the_expert(desk: Desk, run: Run) -> None:
    route(desk, run, i1=Route.REVIEW)
    send(desk, run)
    queue, ann = desk.queue(), desk.person("ann")
    [one] = queue.claim(ann)
    queue.escalate(ann, one.assignment_id, one.token, "help")
    assert send(desk, run)["unchanged"] == 1
    assert queue.claim(desk.person("ben")) == []
    assert len(queue.claim(desk.person("eve", skills=frozenset({EXPERT})))) == 1
