"""The page of one item, and the same by API: everything that happened to it, for those who may see it."""

from __future__ import annotations

import re

import pytest

from assistant.domain.audit_log import AuditEntry
from assistant.domain.items import Content, Item
from assistant.domain.projects import ProjectState
from assistant.domain.review_work import Cause, Role, TaskKind
from assistant.domain.reviews import Review
from assistant.review.adjudicate import AdjudicationDecision, settle
from assistant.store.audit.log import entries
from assistant.store.content.items import ItemStore, NewItem
from assistant.store.content.projects import ProjectStore
from tests.web.conftest import SignedIn
from tests.web.pages.reading import words
from tests.workspaces import MadeUp


def views(made_up: MadeUp) -> list[AuditEntry]:
    made_up.workspace.read_log.close()  # what it has is written
    return entries(made_up.workspace.database, action="item.view")


def test_the_page_shows_what_machine_and_people_said_of_an_item_and_how_it_was_decided(
    made_up: MadeUp, signed_in: SignedIn
) -> None:
    post = made_up.posts[0]
    made_up.task(post, TaskKind.DOUBLE, overlap=2)
    made_up.answer("ana", ("hate",), note="see H4")
    made_up.answer("bo", ("safe",))
    stored = made_up.workspace.items.get(post.id)
    assert stored is not None
    with made_up.workspace.database.write() as connection:
        settle(connection, stored, AdjudicationDecision(("hate",), Cause.EDGE_CASE, "lead decided"), actor="lea")
    page = words(signed_in(Role.MANAGER).get(f"/items/{post.id}"))
    assert post.text in page
    for said in ("Model answers", "moderation@2", "community@1", "Human labels", "ana", "bo", "see H4", "blind"):
        assert said in page, said
    assert "added to the queue" in page
    assert "claimed" in page
    for said in ("Adjudications", "Edge case", "lead decided", "item adjudicated", "answer submitted"):
        assert said in page, said
    order = [page.index(one) for one in ("imported", "answered by the model", "task created", "labeled by a person")]
    assert order == sorted(order)


def test_an_analyst_sees_the_pseudonyms_of_the_figures_instead_of_names_and_neither_gold_nor_the_log(
    made_up: MadeUp, signed_in: SignedIn
) -> None:
    post, other = made_up.posts[:2]
    made_up.workspace.reviews.add([(post.key, Review(post.id, "vendor.maria", ("hate",)))])
    made_up.task(post, TaskKind.DOUBLE, overlap=1)
    made_up.answer("ana", ("hate",))
    made_up.workspace.reviews.add([(other.key, Review(other.id, "ana", ("safe",)))])
    client = signed_in(Role.ANALYST)
    maria, ana = (made_up.workspace.pseudonyms.of(name) for name in ("vendor.maria", "ana"))
    page = client.get(f"/items/{post.id}").text
    told = client.get(f"/api/v1/items/{post.key}/life").json()
    assert [one["rater"] for one in told["human_labels"]] == [maria, ana]
    assert {ana, maria} <= set(re.findall(r"\bP-[0-9a-f]{8}\b", page))
    assert ana in {one["rater"] for one in client.get("/api/v1/people?days=all").json()["rows"]}
    elsewhere = client.get(f"/api/v1/items/{other.key}/life").json()
    assert [one["rater"] for one in elsewhere["human_labels"]] == [ana]
    assert told["changes"] == told["views"] == told["gold"] == []
    for text in (page, str(told)):
        assert not re.search(r"\bana\b|maria", text)
    named = signed_in(Role.LEAD).get(f"/api/v1/items/{post.key}/life").json()
    assert [one["rater"] for one in named["human_labels"]] == ["vendor.maria", "ana"]


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.EXTERNAL])
def test_those_who_label_open_no_items_history(made_up: MadeUp, signed_in: SignedIn, role: Role) -> None:
    post, client = made_up.posts[0], signed_in(role)
    assert client.get(f"/items/{post.id}").status_code == 403
    assert client.get(f"/api/v1/items/{post.key}/life").status_code == 403


def test_a_lead_who_is_about_to_answer_an_item_sees_no_answer_to_it_before(
    made_up: MadeUp, signed_in: SignedIn
) -> None:
    post = made_up.posts[0]
    made_up.task(post, TaskKind.DOUBLE, overlap=2)
    made_up.answer("ana", ("hate",))
    lead = signed_in(Role.LEAD, name="lea", languages=["en", "zh"])
    [claimed] = made_up.queue.claim(made_up.principal("lea"))
    assert claimed.item_id == post.id
    told = lead.get(f"/api/v1/items/{post.key}/life").json()
    assert told["withheld"] is True
    assert told["text"] == post.text
    answers = ("prelabels", "scores", "routes", "human_labels", "disagreements", "adjudications", "settlements")
    assert [told[name] for name in (*answers, "gold", "precedents", "samples", "changes")] == [[]] * 11
    assert "assigned to you" in lead.get(f"/items/{post.id}").text
    assert signed_in(Role.LEAD, name="leo").get(f"/api/v1/items/{post.key}/life").json()["withheld"] is False


def test_opening_an_item_is_noted_once_an_hour_and_shown_to_those_who_read_the_log(
    made_up: MadeUp, signed_in: SignedIn
) -> None:
    post, client = made_up.posts[0], signed_in(Role.MANAGER, name="max")
    for _ in range(3):
        assert client.get(f"/items/{post.id}").status_code == 200
    [entry] = views(made_up)
    assert (entry.actor, entry.subject) == ("max", f"item:{post.id}")
    assert (entry.detail["item_row"], entry.detail["project"]) == (post.key, "main")
    told = client.get(f"/api/v1/items/{post.key}/life").json()
    assert [one["actor"] for one in told["views"]] == ["max"]


def test_an_id_of_another_project_is_not_found_and_its_entries_of_the_log_are_not_shown(
    made_up: MadeUp, signed_in: SignedIn
) -> None:
    workspace, post = made_up.workspace, made_up.posts[0]
    project = ProjectStore(workspace.database).add("other", {"en": "O"}, state=ProjectState.DRAFT, actor="t")
    other = workspace.database.within(project.id)
    ItemStore(other).add([NewItem(Item(post.id, Content(post.text), "en"), b"", 1)])
    ItemStore(other).add([NewItem(Item("only there", Content("x"), "en"), b"", 1)])
    client = signed_in(Role.MANAGER)
    assert client.get("/items/only%20there").status_code == 404
    assert client.get(f"/items/{post.id}").status_code == 200
    told = client.get(f"/api/v1/items/{post.key}/life").json()
    assert "same_elsewhere" not in told
    assert told["same_content"] == []


@pytest.mark.parametrize("name", ["a/b?c#d", "媒体 1", "<b>x</b>", "50% off"])
def test_any_id_has_a_page_that_lists_lead_to(made_up: MadeUp, signed_in: SignedIn, name: str) -> None:
    made_up.workspace.items.add([NewItem(Item(name, Content("some text of it"), "en"), b"", 1)])
    client = signed_in(Role.MANAGER)
    stored = made_up.workspace.items.get(name)
    assert stored is not None
    made_up.task(made_up.posts[0].__class__(stored.key, name, "t", "en", ("safe",), ("safe",)))
    listed = client.get("/queue/tasks").text
    [link] = re.findall(r'href="(/items/[^"]+)"', listed)
    page = client.get(link)
    assert page.status_code == 200
    assert "some text of it" in page.text
    assert "<b>x" not in page.text


@pytest.mark.usefixtures("made_up")
def test_an_unknown_item_is_said_in_words(signed_in: SignedIn) -> None:
    client = signed_in(Role.MANAGER)
    assert client.get("/items/none%20such").status_code == 404
    assert client.get("/api/v1/items/99999/life").status_code == 404
