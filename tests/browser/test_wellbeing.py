"""What the server says reaches the reviewer: breaks, budgets, leases that end, training, other kinds of answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from assistant.domain.items import Content
from assistant.review.gold import make_gold
from assistant.review.qualify import begin, train
from assistant.settings import ReviewSettings
from assistant.store.people.qualifications import QualificationRound
from assistant.store.tables.review import assignments
from tests.browser.conftest import Opened, Seen, given
from tests.browser.made_up import Site
from tests.browser.test_network import give_away


def changing(change: Callable[[dict[str, Any]], None]) -> Callable[[Any], None]:
    """A route that changes what a claim gives."""

    def handle(route: Any) -> None:
        answer = route.fetch()
        body = answer.json()
        change(body)
        route.fulfill(response=answer, body=json.dumps(body))

    return handle


def reopened(seen: Seen, change: Callable[[dict[str, Any]], None]) -> Seen:
    """The page once more, with claims that are changed on their way."""
    seen.page.route("**/queue/claim", changing(change))
    seen.page.reload()
    return seen.ready()


def test_a_break_that_is_due_is_told_and_gives_the_items_back(site: Site, opened: Opened) -> None:
    pause = {"reason": "long", "minutes": 51.2, "severe": 0}
    seen = reopened(opened(site.posts[:5]).ready(), lambda body: body.update(pause=pause))
    card = seen.page.locator("[data-notice=pause]")
    assert "51 minutes" in card.inner_text()
    card.get_by_role("button", name="Take a break").click()
    seen.page.locator("#pause-dialog[open]").wait_for()
    held = sa.select(sa.func.count()).where(assignments.c.user_id == seen.user.id, assignments.c.state == "leased")
    for _ in range(2000):
        with site.workspace.database.read() as connection:
            if not connection.execute(held).scalar():
                break
        seen.page.wait_for_timeout(50)
    else:
        raise AssertionError("items are still held in the break")
    assert not seen.page.locator("#content").is_visible()
    seen.keys("Enter")
    seen.wait_item(site.posts[0].item.id)


def test_a_budget_that_is_spent_is_told_once(site: Site, opened: Opened) -> None:
    seen = reopened(opened(site.posts[:5]).ready(), lambda body: body.update(spent=["threat"]))
    card = seen.page.locator("[data-notice=spent]")
    assert "threat" in card.inner_text()
    card.get_by_role("button", name="Dismiss").click()
    seen.keys("1", "Enter")
    seen.settle()
    assert card.count() == 0


def test_a_lease_that_ended_is_told_while_one_still_thinks(site: Site, opened: Opened) -> None:
    def short(body: dict[str, Any]) -> None:
        for task in body["tasks"]:
            task["lease_seconds"] = 1

    seen = reopened(opened(site.posts[:1]).ready(), short)
    give_away(site, seen)
    seen.page.locator("#outcome", has_text="Your claim on this item has expired").wait_for()
    assert seen.item == site.posts[0].item.id


def test_training_explains_the_known_answer_afterwards(site: Site, opened: Opened) -> None:
    stored = site.item(Content("a lesson in rudeness"))
    user = site.person()
    label_set = site.workspace.policy.label_set
    with site.workspace.database.write() as connection:
        known = {"policy_id": "community", "labels": ("harassment",), "explanation": "It mocks her voice."}
        make_gold(connection, stored.key, actor="tests", **known)
        train(connection, QualificationRound(user.id, "community", "1", "en"), 1, label_set, actor="lea", key=1)
    seen = opened([], user=user).ready()
    assert "Training" in seen.page.locator("#item-facts").inner_text()
    assert "It mocks her voice." not in seen.page.content()
    seen.keys("1", "Enter")
    card = seen.page.locator("#notices")
    card.wait_for()
    assert "the known answer is harassment, yours was safe" in card.inner_text()
    assert "It mocks her voice." in card.inner_text()


def test_a_label_that_needs_a_clause_asks_for_it_before_it_is_given(site: Site, opened: Opened) -> None:
    def needing(body: dict[str, Any]) -> None:
        for task in body["tasks"]:
            task["needs_clause"] = ["hate"]

    seen = reopened(opened(site.posts[:3]).ready(), needing)
    seen.keys("3", "Enter")
    seen.page.locator("#clause-dialog[open]").wait_for()
    seen.keys("Escape", "3", "Enter")
    assert seen.item == site.posts[0].item.id
    seen.page.locator("#clause-dialog[open]").wait_for()
    assert seen.page.locator("#clause-list .clause-id").first.inner_text() == "H2"  # leads to the label: it comes first
    seen.keys("1", "Enter")
    seen.wait_item(site.posts[1].item.id)
    seen.settle()
    assert [row.clauses for row in given(site, seen.user)] == [["H2"]]


def test_a_dialog_opened_again_at_once_is_not_taken_for_the_one_that_was_closed(site: Site, opened: Opened) -> None:
    seen = opened(site.posts[:2]).ready()
    seen.keys("1", "n")
    seen.page.locator("#note-dialog[open]").wait_for()
    seen.page.evaluate("""() => {  // the browser tells of the closing only after this
        document.getElementById("note-dialog").close();
        document.dispatchEvent(new KeyboardEvent("keydown", { key: "n", code: "KeyN" }));
    }""")
    seen.page.keyboard.type("seen twice")
    seen.keys("Enter")
    seen.page.locator("#note-dialog").wait_for(state="hidden")
    seen.keys("Enter")
    seen.wait_item(site.posts[1].item.id)
    seen.settle()
    assert [row.note for row in given(site, seen.user)] == ["seen twice"]


def test_several_labels_are_switched_on_and_off_and_none_is_an_answer_of_its_own(site: Site, opened: Opened) -> None:
    def several(body: dict[str, Any]) -> None:
        for task in body["tasks"]:
            task["label_kind"] = "multi"

    sent: list[dict[str, Any]] = []
    seen = opened(site.posts[:3]).ready()
    told = {"outcome": "stored", "message": "stored", "review_id": 1}
    seen.page.route("**/answer", lambda route: (sent.append(route.request.post_data_json), route.fulfill(json=told))[0])
    reopened(seen, several)
    seen.keys("4", "2", "7", "2", "Enter")
    seen.wait_item(site.posts[1].item.id)
    seen.keys("Enter")
    assert "Choose a label first" in seen.page.locator("#outcome").inner_text()
    seen.keys("0", "Enter")
    seen.wait_item(site.posts[2].item.id)
    seen.settle()
    assert [(one["labels"], one["changed"]) for one in sent] == [(["threat", "spam"], True), ([], False)]


def test_a_round_is_offered_before_answers_count_and_begun_by_its_button(site: Site, opened: Opened) -> None:
    user = site.person()
    asked = {"language": "en", "asked": 1, "state": None}
    label_set, rules = site.workspace.policy.label_set, ReviewSettings(qualification_items=1)
    known = {"policy_id": "community", "labels": ("harassment",), "explanation": ""}
    about, stored = QualificationRound(user.id, "community", "1", "en"), site.item(Content("an item of a round"))
    with site.workspace.database.write() as connection:
        make_gold(connection, stored.key, actor="tests", **known)

    def offer(route: Any) -> None:
        answer = route.fetch()
        body = answer.json()
        rounds = [] if body["tasks"] else [asked, asked | {"language": "zh", "state": "failed"}]
        route.fulfill(response=answer, body=json.dumps(body | {"rounds": rounds}))

    def start(route: Any) -> None:
        with site.workspace.database.write() as connection:
            begin(connection, about, rules, label_set, actor=user.name, key=1)
        route.fulfill(json={})

    seen = opened([], user=user)
    seen.page.route("**/queue/claim", offer)
    seen.page.route("**/practice/mine", start)
    seen.page.reload()
    seen.page.locator("#rest-title", has_text="Qualification required").wait_for()
    assert "Your lead can start another test" in seen.page.locator("#rest-rounds li").nth(1).inner_text()
    seen.page.get_by_role("button", name="Start test").click()
    seen.ready()
    assert "Qualification" in seen.page.locator("#item-facts").inner_text()
