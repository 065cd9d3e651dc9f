"""Disagreements and their settlement, on their pages."""

from __future__ import annotations

import re

import pytest
from httpx import Response
from starlette.testclient import TestClient

from assistant.application.review.fill_queue import list_conflicts
from assistant.application.workspace.search import search_policy
from assistant.domain.disagreements import Disagreement, DisagreementFilter
from assistant.domain.items import Content, Item, ItemKind
from assistant.domain.review_work import Role, TaskKind
from assistant.domain.reviews import Review
from assistant.store.audit import log as audit
from assistant.store.content.items import NewItem
from assistant.store.review.disagreements import disagreement_list
from assistant.store.review.disagreements.adjudications import AdjudicationStore
from assistant.wiring.workspace import Workspace
from tests.web.conftest import SignedIn
from tests.web.pages.reading import csv_rows, excel_rows, older, rows, words
from tests.workspaces import MadeUp, Post

LOOKING = {Role.ANALYST, Role.LEAD, Role.MANAGER, Role.ADMIN}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)
SETTLING = LOOKING - {Role.ANALYST}


@pytest.fixture
def worked(made_up: MadeUp) -> MadeUp:
    """Two people have answered a dozen items."""
    made_up.work(12)
    return made_up


def waiting(made_up: MadeUp, kind: str = "machine") -> list[Disagreement]:
    return disagreement_list.page(made_up.workspace.database, DisagreementFilter(kind=kind), limit=1000)


def items(found: list[Disagreement]) -> list[str]:
    """The items of disagreements, in their order, each once: the rows of the list."""
    return list(dict.fromkeys(it.item_id for it in found))


def settle(client: TestClient, number: int, label: str = "safe", cause: str = "machine_error", note: str = "") -> None:
    """Send the form as the page has it now."""
    replaced = replaces(client.get(f"/disagreements/{number}"))
    given = {"labels": label, "cause": cause, "note": note} | ({"replaces": replaced} if replaced else {})
    answer = client.post(f"/disagreements/{number}/settle", data=given)
    assert answer.status_code == 303, words(answer)


def replaces(page: Response, action: str = "settle") -> str:
    """What a form of the page says it replaces; empty for nothing."""
    found = re.search(rf'/{action}".*?name="replaces" value="(\d+)"', page.text, re.DOTALL)
    return found[1] if found else ""


@pytest.mark.parametrize("role", Role)
def test_who_may_look_settle_and_see_people(worked: MadeUp, signed_in: SignedIn, role: Role) -> None:
    client, number = signed_in(role), waiting(worked)[0].id
    for path in ("/disagreements", "/disagreements.csv", f"/disagreements/{number}"):
        assert client.get(path).status_code == (200 if role in LOOKING else 403), path
    assert client.post(f"/disagreements/{number}/names").status_code == (200 if role in SETTLING else 403)
    given = {"labels": "safe", "cause": "edge_case"}
    assert client.post(f"/disagreements/{number}/settle", data=given).status_code == (303 if role in SETTLING else 403)
    for action in ("precedent", "gold"):
        posted = client.post(f"/disagreements/{number}/{action}")
        assert posted.status_code == (303 if role in SETTLING else 403), action


def test_the_list_is_filtered(worked: MadeUp, signed_in: SignedIn) -> None:
    client, all_of_them = signed_in(Role.LEAD), waiting(worked)
    one = all_of_them[0]
    pair = f"first={one.other_labels[0]}&second={one.labels[0]}"
    same = [it for it in all_of_them if (it.other_labels, it.labels) == (one.other_labels, one.labels)]
    assert rows(client.get(f"/disagreements?{pair}")) == items(same)
    for name, of in (("clause", one.clause), ("language", one.language), ("reviewer", one.rater)):
        field = "rater" if name == "reviewer" else name
        expected = [it for it in all_of_them if getattr(it, field) == of]
        assert rows(client.get(f"/disagreements?{name}={of}")) == items(expected), name
    sure = [it for it in all_of_them if 0.5 <= (it.confidence or 0) <= 0.7]
    assert rows(client.get("/disagreements?least=0.5&most=0.7")) == items(sure)
    assert rows(client.get("/disagreements?prompt=moderation@1")) == []
    people = waiting(worked, "people")
    assert rows(client.get("/disagreements?kind=people")) == items(people) != []
    by_bo = [it for it in people if "bo" in {it.rater, it.other_rater}]
    assert rows(client.get("/disagreements?kind=people&reviewer=bo")) == items(by_bo) != []


def test_a_filter_that_means_nothing_is_told(worked: MadeUp, signed_in: SignedIn) -> None:
    assert worked
    client = signed_in(Role.LEAD)
    assert client.get("/disagreements?first=lovely&second=safe").status_code == 422
    assert client.get("/disagreements?least=7").status_code == 422
    assert client.get("/disagreements?kind=aliens").status_code == 422
    assert "Fill in both labels" in words(client.get("/disagreements?first=safe"))
    assert signed_in(Role.ANALYST).get("/disagreements?reviewer=ana").status_code == 403


def test_a_form_sent_as_it_is_filters_nothing(worked: MadeUp, signed_in: SignedIn) -> None:
    client = signed_in(Role.LEAD)
    empty = "&".join(
        f"{name}=" for name in ("first", "second", "clause", "language", "prompt", "least", "most", "before")
    )
    assert rows(client.get(f"/disagreements?kind=machine&{empty}")) == items(waiting(worked))


def test_pages_don_t_move_while_answers_come_in(workspace: Workspace, signed_in: SignedIn) -> None:
    made_up = MadeUp(workspace, 60)
    for post in made_up.posts[1:]:
        made_up.task(post, TaskKind.DOUBLE, overlap=2)
        for name, label in (("ana", "spam"), ("bo", "sexual")):
            made_up.answer(name, (label,))
    client = signed_in(Role.LEAD)
    before = items(waiting(made_up, "people"))
    first = client.get("/disagreements?kind=people")
    made_up.task(made_up.posts[0], TaskKind.DOUBLE, overlap=2)
    made_up.answer("ana", ("spam",))
    made_up.answer("bo", ("sexual",))
    second = client.get(older(first))
    made_up.close()
    assert len(before) == 59
    assert rows(first) + rows(second) == before


def test_the_files_hold_the_list_without_names(worked: MadeUp, signed_in: SignedIn) -> None:
    client = signed_in(Role.ANALYST)
    expected = [it.item_id for it in waiting(worked)]
    as_csv = client.get("/disagreements.csv")
    assert [row["item_id"] for row in csv_rows(as_csv)] == expected
    assert [row["item_id"] for row in excel_rows(client.get("/disagreements.xlsx"))] == expected
    assert "ana" not in {value for row in csv_rows(as_csv) for value in row.values()}


def test_names_are_hidden_until_a_click_that_is_logged(worked: MadeUp, signed_in: SignedIn) -> None:
    client, one = signed_in(Role.LEAD), waiting(worked)[0]
    hidden = words(client.get(f"/disagreements/{one.id}"))
    assert "Reviewer A" in hidden
    assert not re.search(r"\b(ana|bo|chen)\b", hidden)
    assert client.get(f"/disagreements/{one.id}/names").status_code == 303
    assert re.search(r"\bana\b", words(client.post(f"/disagreements/{one.id}/names")))
    [looked] = audit.entries(worked.workspace.database, action="names.show")
    assert (looked.actor, looked.subject) == ("lead", f"item:{one.item_id}")


def test_a_settlement_needs_a_label_and_a_cause_and_keeps_what_was_written(worked: MadeUp, signed_in: SignedIn) -> None:
    client, one = signed_in(Role.LEAD), waiting(worked)[0]
    path = f"/disagreements/{one.id}/settle"
    told = client.post(path, data={"labels": "spam", "note": "a <b>long</b> thought"})
    assert told.status_code == 422
    assert "Choose the root cause." in words(told)
    assert "a &lt;b&gt;long&lt;/b&gt; thought" in told.text
    assert re.search(r'value="spam"[^>]*checked', told.text)
    assert client.post(path, data={"labels": "lovely", "cause": "edge_case"}).status_code == 422
    assert client.post(path, data={"labels": "spam", "cause": "boredom"}).status_code == 422
    assert client.post(path, data={"labels": "spam", "cause": "edge_case", "note": "x" * 10_001}).status_code == 422
    assert AdjudicationStore(worked.workspace.database).of_item(one.item_key) == []


def test_what_is_settled_leaves_the_list_and_is_the_item_s_answer(worked: MadeUp, signed_in: SignedIn) -> None:
    client, one = signed_in(Role.LEAD), waiting(worked)[0]
    settle(client, one.id, "dangerous", "policy_unclear", "see D1")
    assert one.item_id not in rows(client.get("/disagreements"))
    assert one.item_id in rows(client.get("/disagreements?settled=yes"))
    assert AdjudicationStore(worked.workspace.database).newest()[one.item_id] == ("dangerous",)
    told = words(client.get(f"/disagreements/{one.id}"))
    assert "Resolved as dangerous · Policy gap see D1" in told
    settle(client, one.id, "safe", "edge_case")
    assert "Resolved as safe · Edge case" in words(client.get(f"/disagreements/{one.id}"))
    assert AdjudicationStore(worked.workspace.database).newest()[one.item_id] == ("safe",)


def test_the_same_decision_twice_is_one_and_another_is_a_conflict_that_keeps_what_was_chosen(
    worked: MadeUp, signed_in: SignedIn
) -> None:
    client, one = signed_in(Role.LEAD), waiting(worked)[0]
    path, given = f"/disagreements/{one.id}/settle", {"labels": "spam", "cause": "edge_case", "note": "a lure"}
    assert client.post(path, data=given).headers["location"] == f"/disagreements/{one.id}"
    again = client.post(path, data=given)
    assert (again.status_code, again.headers["location"]) == (303, f"/disagreements/{one.id}?already=true")
    assert "Already done: nothing changed." in words(client.get(again.headers["location"]))
    late = signed_in(Role.MANAGER).post(path, data=given | {"labels": "hate", "note": "a slur"})
    assert late.status_code == 409
    assert "This item has been adjudicated in the meantime" in words(late)
    assert re.search(r'value="hate"[^>]*checked', late.text)
    assert AdjudicationStore(worked.workspace.database).newest()[one.item_id] == ("spam",)
    sent = given | {"labels": "hate", "note": "a slur", "replaces": replaces(late)}
    assert client.post(path, data=sent).headers["location"] == f"/disagreements/{one.id}"
    assert AdjudicationStore(worked.workspace.database).newest()[one.item_id] == ("hate",)
    assert len(audit.entries(worked.workspace.database, action="item.adjudicate")) == 2


def test_gold_and_precedents_are_made_once_and_gold_is_replaced_knowingly(worked: MadeUp, signed_in: SignedIn) -> None:
    client, one = signed_in(Role.LEAD), waiting(worked)[0]
    path = f"/disagreements/{one.id}"
    settle(client, one.id, "spam", note="a lure")
    for action in ("gold", "precedent"):
        assert client.post(f"{path}/{action}").headers["location"] == path
        assert client.post(f"{path}/{action}").headers["location"] == f"{path}?already=true"
    settle(client, one.id, "hate", note="a slur")
    refused = client.post(f"{path}/gold", data={"explanation": "a slur"})
    assert refused.status_code == 409
    assert "already gold with another answer" in words(refused)
    sent = {"explanation": "a slur", "replaces": replaces(refused, "gold")}
    assert client.post(f"{path}/gold", data=sent).status_code == 303
    made = audit.entries(worked.workspace.database, action="gold.add")
    assert [entry.detail["labels"] for entry in made] == [["hate"], ["spam"]]
    assert len(audit.entries(worked.workspace.database, action="precedent.add")) == 1


def test_the_next_one_is_the_next_of_the_same_list(worked: MadeUp, signed_in: SignedIn) -> None:
    client, found = signed_in(Role.LEAD), waiting(worked)
    language = found[0].language
    newest = {it.item_id: it for it in reversed(found) if it.language == language}
    same = sorted(newest.values(), key=lambda it: -it.id)
    page = client.get(f"/disagreements/{same[0].id}?language={language}").text
    assert f'href="/disagreements/{same[1].id}?language={language}" data-key="ArrowRight"' in page
    assert "end of the list" in words(client.get(f"/disagreements/{same[-1].id}?language={language}"))


def test_a_precedent_is_found_by_the_next_search(made_up: MadeUp, signed_in: SignedIn) -> None:
    text = "free tickets for everybody who follows the wizard of the harbour"
    made_up.workspace.items.add([NewItem(Item("wizard", Content(text), "en"), b"", 1)])
    stored = made_up.workspace.items.get("wizard")
    assert stored is not None
    post = Post(stored.key, "wizard", text, "en", ("spam",), ("safe",))
    made_up.task(post, TaskKind.DOUBLE, overlap=2)
    made_up.answer("ana", ("spam",))
    made_up.answer("bo", ("safe",))
    [one] = waiting(made_up, "people")
    client = signed_in(Role.LEAD)
    assert client.post(f"/disagreements/{one.id}/precedent").status_code == 409
    settle(client, one.id, "spam")
    assert client.post(f"/disagreements/{one.id}/precedent").status_code == 303
    assert "Precedent: shown to the model in the next run" in words(client.get(f"/disagreements/{one.id}"))
    found = search_policy(made_up.workspace, "free tickets, follow the wizard", 3)
    assert [(near.text, near.labels) for near in found.precedents] == [(text, ("spam",))]


def test_gold_is_made_with_its_explanation(worked: MadeUp, signed_in: SignedIn) -> None:
    client, one = signed_in(Role.LEAD), waiting(worked)[0]
    settle(client, one.id, "spam", note="a lure")
    client.post(f"/disagreements/{one.id}/gold", data={"explanation": "SP2: a lure with a link"})
    assert "Gold: served to reviewers" in words(client.get(f"/disagreements/{one.id}"))
    [entry] = audit.entries(worked.workspace.database, action="gold.add")
    assert entry.detail["labels"] == ["spam"]


def test_content_and_notes_are_shown_as_text(made_up: MadeUp, signed_in: SignedIn) -> None:
    text = "<script>alert(1)</script> \u202egnp.exe <img src=x onerror=alert(1)>"
    made_up.workspace.items.add([NewItem(Item("<b>id</b>", Content(text), "en"), b"", 1)])
    stored = made_up.workspace.items.get("<b>id</b>")
    assert stored is not None
    made_up.task(Post(stored.key, "<b>id</b>", text, "en", ("spam",), ("safe",)), TaskKind.DOUBLE, overlap=2)
    made_up.answer("ana", ("spam",), note="<script>alert(2)</script>")
    made_up.answer("bo", ("safe",))
    [one] = waiting(made_up, "people")
    client = signed_in(Role.LEAD)
    settle(client, one.id, note="<script>alert(3)</script>")
    for path in (
        f"/disagreements/{one.id}",
        "/disagreements?kind=people&settled=yes",
        "/disagreements/items/<b>id</b>",
    ):
        page = client.get(path).text
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page
        assert "<b>id" not in page
        assert "\u202e" not in page


def test_pictures_of_the_workspace_are_shown_when_opened_and_no_others(made_up: MadeUp, signed_in: SignedIn) -> None:
    folder = made_up.workspace.folder
    (folder / "one.png").write_bytes(PNG)
    names = ("one.png", "https://evil.example/x.png", "../outside.png")
    content = Content("see", ItemKind.IMAGE, None, names)
    made_up.workspace.items.add([NewItem(Item("seen", content, "en", meta={"translation_en": "look"}), b"", 1)])
    stored = made_up.workspace.items.get("seen")
    assert stored is not None
    made_up.task(Post(stored.key, "seen", "see", "en", ("spam",), ("safe",)), TaskKind.DOUBLE, overlap=2)
    made_up.answer("ana", ("spam",))
    made_up.answer("bo", ("safe",))
    [one] = waiting(made_up, "people")
    client = signed_in(Role.LEAD)
    page = client.get(f"/disagreements/{one.id}")
    assert page.text.count("<img") == 1
    assert "Picture 1 of 3, in grayscale" in words(page)
    assert words(page).count("isn't a picture of this workspace") == 2
    assert "Machine translation (en) look" in words(page)
    shown = client.get(f"/disagreements/{one.id}/media/0")
    assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")
    assert "sandbox" in shown.headers["content-security-policy"]
    for place in (1, 2, 3, -1):
        assert client.get(f"/disagreements/{one.id}/media/{place}").status_code == 404
    assert signed_in(Role.REVIEWER).get(f"/disagreements/{one.id}/media/0").status_code == 403


def test_forged_and_stale_addresses_are_refused(worked: MadeUp, signed_in: SignedIn) -> None:
    client, one = signed_in(Role.LEAD), waiting(worked)[0]
    assert client.get("/disagreements/999999").status_code == 404
    assert client.post("/disagreements/999999/settle", data={"labels": "safe"}).status_code == 404
    del client.headers["X-CSRF-Token"]
    for action in ("settle", "names", "precedent", "gold"):
        assert client.post(f"/disagreements/{one.id}/{action}").status_code == 403


def test_without_any_the_page_says_where_they_come_from(signed_in: SignedIn) -> None:
    assert "Disagreements appear automatically" in words(signed_in(Role.LEAD).get("/disagreements"))


def test_people_who_contradict_each_other_in_imported_labels_are_one_row_and_can_be_adjudicated(
    made_up: MadeUp, signed_in: SignedIn
) -> None:
    """Four raters outside the program: two say spam, one safe, one hate; of another item all say the same."""
    split, agreed = made_up.posts[0], made_up.posts[1]
    given = [("rex", "spam"), ("sue", "spam"), ("tom", "safe"), ("uma", "hate")]
    labels = [(split.key, Review(split.id, name, (label,))) for name, label in given]
    labels += [(agreed.key, Review(agreed.id, name, ("spam",))) for name, _ in given]
    made_up.workspace.reviews.add(labels)
    # Each answer beside the first of every other kind: rex-tom, rex-uma, sue-tom, sue-uma, tom-uma.
    assert list_conflicts(made_up.workspace) == 5
    assert list_conflicts(made_up.workspace) == 0
    client = signed_in(Role.LEAD)
    page = client.get("/disagreements?kind=people")
    assert rows(page) == [split.id]
    assert re.search(r"spam rex, sue safe tom hate uma", words(page))
    for_analysts = words(signed_in(Role.ANALYST).get("/disagreements?kind=people"))
    assert "rex" not in for_analysts
    assert "spam 2 people" in for_analysts
    assert rows(client.get("/disagreements?kind=people&reviewer=sue")) == [split.id]
    settle(client, waiting(made_up, "people")[0].id, "hate", "reviewer_error")
    assert rows(client.get("/disagreements?kind=people")) == []
    assert rows(client.get("/disagreements?kind=people&settled=yes")) == [split.id]


def test_a_label_that_its_rater_has_replaced_contradicts_no_person_any_more(made_up: MadeUp) -> None:
    post = made_up.posts[0]
    made_up.workspace.reviews.add(
        [(post.key, Review(post.id, name, (label,))) for name, label in (("rex", "spam"), ("sue", "safe"))]
    )
    list_conflicts(made_up.workspace)
    assert len(waiting(made_up, "people")) == 1
    made_up.workspace.reviews.add([(post.key, Review(post.id, "sue", ("spam",)))])
    list_conflicts(made_up.workspace)
    assert waiting(made_up, "people") == []


def test_fifty_people_make_no_thousand_rows(made_up: MadeUp) -> None:
    """25 against 25: each is beside the first of the other side, which makes 49 pairs instead of 625."""
    post = made_up.posts[0]
    made_up.workspace.reviews.add(
        [(post.key, Review(post.id, f"r{number:02}", ("spam" if number % 2 else "safe",))) for number in range(50)]
    )
    assert list_conflicts(made_up.workspace) == 49
