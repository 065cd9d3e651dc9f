"""Severe texts are covered on every page, whoever said that they are severe."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.application.review.fill_queue import list_conflicts
from assistant.domain.certificates import Score
from assistant.domain.review_work import Cause, Role
from assistant.domain.reviews import Review
from assistant.review.adjudicate import AdjudicationDecision, settle
from assistant.routing.route import Route
from assistant.store.certification.fits import FitStore
from tests.stored import newest_routes
from tests.web.conftest import SignedIn
from tests.web.pages.reading import older, words
from tests.workspaces import MadeUp, Post

LISTS = (
    *("/disagreements", "/disagreements?kind=people", "/disagreements?settled=yes"),
    *("/disagreements?kind=people&settled=yes", "/gold", "/runs/r1/items", "/queue/tasks", "/people", "/quality"),
)


def _classifier(made: MadeUp, post: Post) -> None:
    FitStore(made.workspace.database).add(
        made.run.id, seed=2, labels_used=1, report={}, scores=[Score(post.id, ("self_harm",), 0.9, "classifier")]
    )


def _reviewer(made: MadeUp, post: Post) -> None:
    made.workspace.reviews.add([(post.key, Review(post.id, "vendor", ("self_harm",)))])


def _adjudicator(made: MadeUp, post: Post) -> None:
    stored = made.workspace.items.get(post.id)
    assert stored is not None
    verdict = AdjudicationDecision(("self_harm",), Cause.EDGE_CASE)
    with made.workspace.database.write() as connection:
        settle(connection, stored, verdict, actor="lea")


@pytest.mark.parametrize("says_severe", [_classifier, _reviewer, _adjudicator])
def test_what_one_of_them_calls_severe_is_covered_in_every_list(
    made_up: MadeUp, signed_in: SignedIn, says_severe: Callable[[MadeUp, Post], None]
) -> None:
    """A post the model and two reviewers find harmless enough, and one voice that does not."""
    post = _mild(made_up)
    made_up.workspace.reviews.add(
        [(post.key, Review(post.id, "rex", ("spam",))), (post.key, Review(post.id, "sue", ("safe",)))]
    )
    client = signed_in(Role.LEAD)
    list_conflicts(made_up.workspace)
    bare = words(client.get("/disagreements?kind=people"))
    assert post.text[:30] in bare  # nothing severe was said yet: the test would see an uncovered text
    says_severe(made_up, post)
    client.post("/queue/enqueue", data={"run": "r1"})
    client.post("/gold", data={"item": post.id, "labels": "spam"})
    shown = 0
    for address in LISTS:
        page, place = "", address
        while place:
            answer = client.get(place)
            page, place = page + words(answer), older(answer)
        assert post.text[:30] not in page, address
        shown += post.id in page
    assert shown >= 3
    case = client.get(f"/disagreements/items/{post.id}")
    assert post.text[:30] not in words(case)
    assert "Hidden: potentially graphic" in words(case)


def test_a_task_is_as_severe_as_the_worst_that_was_said(made_up: MadeUp, signed_in: SignedIn) -> None:
    """The model calls a post harmless, a reviewer elsewhere did not: its task is covered, and counts for opt-outs."""
    post = _mild(made_up)
    _reviewer(made_up, post)
    signed_in(Role.LEAD).post("/queue/enqueue", data={"run": "r1", "again": "true"})
    claimed = {one.item_id: one for one in made_up.queue.claim(made_up.principal("ana"), 20)}
    assert (claimed[post.id].harm, claimed[post.id].severity) == ("self_harm", 3)
    assert next(one for one in claimed.values() if not one.blind).severity == 3  # the severe ones come first


def _mild(made: MadeUp) -> Post:
    """A post that goes to people, and that neither the model nor the people of the file call severe."""
    routes = newest_routes(made.workspace.database, made.run.id)
    for post in made.posts:
        answer, _ = made.workspace.prelabels.newest_of(made.run, [post.key])[post.key]
        mild = {*answer.labels, *post.first, *post.second} <= {"safe", "spam"}
        if answer.labels and mild and routes[post.id].route is Route.REVIEW:
            return post
    raise AssertionError("no such post")
