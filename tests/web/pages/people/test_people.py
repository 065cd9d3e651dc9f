"""People and gold, on their pages: figures with intervals, who may change whom, what is mixed in."""

from __future__ import annotations

import re

import pytest

from assistant.domain.review_work import Cause, Role, TaskKind
from assistant.review.adjudicate import AdjudicationDecision, settle
from assistant.review.gold import make_gold
from assistant.store.audit import log as audit
from assistant.store.people.users import UserStore
from assistant.store.review.labels import gold
from tests.web.conftest import SignedIn
from tests.web.pages.reading import csv_rows, excel_rows, rows, words
from tests.workspaces import MadeUp

SEEING = {Role.LEAD, Role.MANAGER, Role.ADMIN}


def known(made_up: MadeUp, place: int) -> int:
    """A post that is gold, shown to ana; the number of the gold."""
    post = made_up.posts[place]
    with made_up.workspace.database.write() as connection:
        number = make_gold(
            connection, post.key, policy_id="community", labels=post.first, explanation="<i>because</i>", actor="lea"
        )
    made_up.task(post, TaskKind.GOLD, gold_id=number, for_user=made_up.principal("ana").user_id, priority=1e9)
    return number


@pytest.mark.usefixtures("made_up")
@pytest.mark.parametrize("role", Role)
def test_who_may_look_and_who_may_change(signed_in: SignedIn, role: Role) -> None:
    client = signed_in(role)
    for path in ("/people/ana", "/gold", "/gold.csv"):
        refused = 404 if role is Role.ANALYST and path == "/people/ana" else 403  # who is by pseudonym there alone
        assert client.get(path).status_code == (200 if role in SEEING else refused), path
    for path in ("/people", "/people.csv"):
        assert client.get(path).status_code == (200 if role in SEEING | {Role.ANALYST} else 403), path
    admin = role is Role.ADMIN
    assert client.get("/people/ana/change").status_code == (200 if admin else 403)
    assert client.post("/people/ana/change", data={"role": "admin"}).status_code == (303 if admin else 403)
    assert client.post("/people/bo/disable").status_code == (303 if admin else 403)
    assert client.post("/people/new", data={"name": "eve", "role": "admin"}).status_code == (303 if admin else 403)
    assert client.post("/gold", data={"item": "post-001", "labels": "safe"}).status_code == (
        303 if role in SEEING else 403
    )


def test_figures_come_with_interval_and_n(made_up: MadeUp, signed_in: SignedIn) -> None:
    made_up.work(12)
    for place in range(4):
        known(made_up, 12 + place)
        made_up.answer("ana", made_up.posts[12 + place].first if place else ("threat",))
    post = made_up.posts[0]
    stored = made_up.workspace.items.get(post.id)
    assert stored is not None
    with made_up.workspace.database.write() as connection:
        settle(connection, stored, AdjudicationDecision(post.first, Cause.EDGE_CASE), actor="lea")
    client = signed_in(Role.LEAD)
    told = words(client.get("/people"))
    right = 4 if made_up.posts[12].first == ("threat",) else 3
    assert f"{right * 25}%" in told
    assert "n = 4" in told
    ana = next(row for row in csv_rows(client.get("/people.csv")) if row["name"] == "ana")
    assert (ana["answers"], ana["gold_n"], ana["adjudication_n"], ana["adjudication_value"]) == ("16", "4", "1", "1.0")
    assert float(ana["gold_low"]) < right / 4
    person = words(client.get("/people/ana"))
    assert "Dawid-Skene model" in person
    assert "Adjudicated accuracy 100% 21% to 100%, n = 1" in person
    assert "not defined: no data yet" in person


def test_undefined_figures_say_why(made_up: MadeUp, signed_in: SignedIn) -> None:
    assert made_up
    client = signed_in(Role.LEAD)
    assert "no answers in this period" in words(client.get("/people"))
    assert "No answers in this period" in words(client.get("/people/bo?days=7"))
    assert client.get("/people?days=3").status_code == 422
    assert client.get("/people/nobody").status_code == 404


def test_an_admin_changes_what_somebody_may_take(made_up: MadeUp, signed_in: SignedIn) -> None:
    client = signed_in(Role.ADMIN)
    given = {"role": "lead", "display_name": "Bo", "languages": "en， zh,en", "opt_outs": "hate", "team": "nights"}
    assert client.post("/people/bo/change", data=given).status_code == 303
    user = made_up.users.get("bo")
    assert (user.role, user.languages, user.opt_outs, user.team) == (Role.LEAD, ("en", "zh"), ("hate",), "nights")
    [entry] = audit.entries(made_up.workspace.database, action="user.change")
    assert (entry.actor, entry.subject) == ("admin", "user:bo")


def test_a_field_that_was_not_sent_stays_as_it_is_and_one_made_empty_is_emptied(
    made_up: MadeUp, signed_in: SignedIn
) -> None:
    client = signed_in(Role.ADMIN)
    before = made_up.users.change("bo", actor="tests", opt_outs=["hate"])
    assert client.post("/people/bo/change", data={"role": "reviewer"}).status_code == 303
    assert made_up.users.get("bo") == before
    client.post("/people/bo/change", data={"role": "reviewer", "languages": "", "team": ""})
    after = made_up.users.get("bo")
    assert (after.languages, after.team, after.opt_outs, after.display_name) == ((), "", ("hate",), "Bo Lindqvist")


def test_somebody_is_added_and_shut_out(made_up: MadeUp, signed_in: SignedIn) -> None:
    client = signed_in(Role.ADMIN)
    given = {"name": "Eve", "role": "reviewer", "password": "a long enough one", "languages": "en"}
    assert client.post("/people/new", data=given).status_code == 303
    assert made_up.users.get("eve").has_password
    refused = client.post("/people/new", data=given | {"name": "mal", "password": "short"})
    assert refused.status_code == 422
    assert "short" not in refused.text
    assert client.post("/people/new", data=given).status_code == 422
    client.post("/people/eve/disable")
    assert made_up.users.get("eve").disabled
    client.post("/people/eve/disable", data={"back": "true"})
    assert not made_up.users.get("eve").disabled


def test_the_last_admin_stays(signed_in: SignedIn) -> None:
    client = signed_in(Role.ADMIN)
    assert client.post("/people/admin/change", data={"role": "lead"}).status_code == 422
    assert client.post("/people/admin/disable").status_code == 409


def test_gold_is_added_listed_and_retired(made_up: MadeUp, signed_in: SignedIn) -> None:
    number = known(made_up, 3)
    made_up.answer("ana", made_up.posts[3].first)
    client = signed_in(Role.LEAD)
    assert client.post("/gold", data={"item": "post-001", "labels": "spam", "explanation": "SP1"}).status_code == 303
    assert rows(client.get("/gold")) == ["post-001", "post-004"]
    assert "100% 21% to 100%, n = 1" in words(client.get("/gold"))
    assert [row["right"] for row in excel_rows(client.get("/gold.xlsx"))] == [0, 1]
    assert client.post(f"/gold/{number}/retire").headers["location"] == "/gold"
    assert client.post(f"/gold/{number}/retire").headers["location"] == "/gold?already=true"
    assert client.post("/gold/99999/retire").status_code == 404
    assert rows(client.get("/gold")) == ["post-001"]
    assert rows(client.get("/gold?state=retired")) == ["post-004"]
    with made_up.workspace.database.read() as connection:
        assert [one.labels for one in gold.known(connection, "community", "en")] == [("spam",)]


def test_gold_needs_an_item_and_a_label_and_keeps_what_was_written(made_up: MadeUp, signed_in: SignedIn) -> None:
    assert made_up
    client = signed_in(Role.LEAD)
    told = client.post("/gold", data={"item": "nothing", "labels": "spam", "explanation": "<b>why</b>"})
    assert told.status_code == 422
    assert "No item has that ID." in words(told)
    assert "&lt;b&gt;why&lt;/b&gt;" in told.text
    assert client.post("/gold", data={"item": "post-001"}).status_code == 422
    assert client.post("/gold", data={"item": "post-001", "labels": "lovely"}).status_code == 422


def test_names_and_explanations_are_shown_as_text(made_up: MadeUp, signed_in: SignedIn) -> None:
    known(made_up, 1)
    UserStore(made_up.workspace.database).add(
        "zed", role=Role.REVIEWER, actor="t", display_name="<script>x</script>", team="<b>t</b>", languages=["<u>"]
    )
    client = signed_in(Role.ADMIN)
    for path in ("/people", "/people/zed", "/people/zed/change", "/gold", "/queue/tasks"):
        page = client.get(path).text
        assert not any(tag in page for tag in ("<script>x", "<b>t", "<u>", "<i>because")), path


def test_forged_changes_are_refused(made_up: MadeUp, signed_in: SignedIn) -> None:
    number = known(made_up, 1)
    client = signed_in(Role.ADMIN)
    del client.headers["X-CSRF-Token"]
    for path in ("/people/ana/change", "/people/ana/disable", "/people/new", "/gold", f"/gold/{number}/retire"):
        assert client.post(path, data={"role": "admin"}).status_code == 403, path


def test_the_same_gold_twice_is_one_and_other_gold_is_asked_about_before_it_replaces(
    made_up: MadeUp, signed_in: SignedIn
) -> None:
    client, given = signed_in(Role.LEAD), {"item": "post-001", "labels": "spam", "explanation": "SP1"}
    assert client.post("/gold", data=given).headers["location"] == "/gold"
    assert client.post("/gold", data=given).headers["location"] == "/gold?already=true"
    assert "Already done: nothing changed." in words(client.get("/gold?already=true"))
    refused = client.post("/gold", data=given | {"labels": "hate"})
    assert refused.status_code == 409
    assert "Send this again to replace it." in words(refused)
    [number] = re.findall(r'name="replaces" value="(\d+)"', refused.text)
    assert client.post("/gold", data=given | {"labels": "hate", "replaces": number}).status_code == 303
    assert len(audit.entries(made_up.workspace.database, action="gold.add")) == 2
    with made_up.workspace.database.read() as connection:
        assert [one.labels for one in gold.known(connection, "community", "en")] == [("hate",)]


def test_gold_shown_too_often_is_retired_when_somebody_looks(
    made_up: MadeUp, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = made_up.workspace
    with workspace.database.write() as connection:
        worn, fresh = (
            make_gold(
                connection, post.key, policy_id=workspace.policy.id, labels=post.first, explanation="", actor="lea"
            )
            for post in made_up.posts[:2]
        )
    for person in ("ana", "bo"):
        made_up.task(made_up.posts[0], TaskKind.GOLD, gold_id=worn, for_user=made_up.principal(person).user_id)
    review = workspace.settings.review.model_copy(update={"gold_views": 2})
    monkeypatch.setattr(workspace, "settings", workspace.settings.model_copy(update={"review": review}))
    client = signed_in(Role.LEAD)
    assert f"/gold/{fresh}/retire" in client.get("/gold").text
    assert f"/gold/{worn}/retire" not in client.get("/gold").text
    assert made_up.posts[0].id in client.get("/gold?state=retired").text
    assert [one.action for one in audit.entries(workspace.database, subject="gold")] == ["gold.age"]
