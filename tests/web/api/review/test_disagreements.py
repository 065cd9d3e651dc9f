"""Disagreements and adjudications over the API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from assistant.domain.review_work import Role, TaskKind
from tests.web.api.conftest import Program, changes, newest
from tests.workspaces import MadeUp

LIST = "/api/v1/disagreements"
SETTLE = "/api/v1/adjudications"
JSON = {"content-type": "application/json"}


@pytest.fixture
def lead(program: Program) -> TestClient:
    return program(Role.LEAD)


def ids(page: dict[str, Any]) -> list[int]:
    return [row["id"] for row in page["rows"]]


@pytest.mark.parametrize(
    ("role", "scopes", "status", "code"),
    [
        (Role.LEAD, (), 200, None),
        (Role.ANALYST, ("read",), 200, None),
        (Role.ANALYST, ("label",), 403, "scope_missing"),
        (Role.REVIEWER, (), 403, "role_missing"),
        (Role.EXTERNAL, (), 403, "role_missing"),
    ],
)
def test_who_may_see_the_list(
    program: Program, role: Role, scopes: tuple[str, ...], status: int, code: str | None
) -> None:
    answer = program(role, *scopes).get(LIST)
    assert answer.status_code == status
    assert answer.json().get("code") == code


def test_pages_hold_every_disagreement_once_while_new_ones_come_in(lead: TestClient, made_up: MadeUp) -> None:
    whole = ids(lead.get(LIST, params={"kind": "people", "limit": 200}).json())
    assert len(whole) > 4
    seen, cursor = [], None
    while True:
        page = lead.get(LIST, params={"kind": "people", "limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        seen += ids(page)
        cursor = page["next"]
        if cursor is None:
            break
        if len(seen) == 2:  # somebody answers while we page
            made_up.task(made_up.posts[1])
            made_up.answer("chen", ("spam",))
    assert seen == whole
    assert len(ids(lead.get(LIST, params={"kind": "people", "limit": 200}).json())) > len(whole)


def test_filters_are_those_of_the_page(lead: TestClient) -> None:
    rows = lead.get(LIST, params={"kind": "people"}).json()["rows"]
    one = rows[0]
    pair = {"first": "|".join(one["first_labels"]), "second": "|".join(one["second_labels"])}
    found = lead.get(LIST, params={"kind": "people", **pair}).json()["rows"]
    assert one["id"] in [row["id"] for row in found]
    assert all({*row["first_labels"], *row["second_labels"]} == {pair["first"], pair["second"]} for row in found)
    assert not lead.get(LIST, params={"kind": "people", "language": "fr"}).json()["rows"]
    assert lead.get(LIST, params={"reviewer": "ana", "kind": "people"}).json()["rows"]


def test_no_names_are_in_the_list_and_a_filter_by_name_is_for_leads(program: Program) -> None:
    analyst = program(Role.ANALYST)
    assert '"ana"' not in analyst.get(LIST, params={"kind": "people"}).text
    refused = analyst.get(LIST, params={"reviewer": "ana"})
    assert (refused.status_code, refused.json()["code"]) == (403, "names")


@pytest.mark.parametrize(
    ("query", "where", "what"),
    [
        ("revewer=ana", "query.revewer", "no such parameter"),
        ("limit=0", "query.limit", "greater than or equal to 1"),
        ("limit=201", "query.limit", "less than or equal to 200"),
        ("cursor=abc", "query.cursor", "pattern"),
        ("cursor=99999999999999999999", "query.cursor", "pattern"),
        ("kind=robots", "query.kind", "'machine' or 'people'"),
        ("least=2", "query.least", "less than or equal to 1"),
        ("clause=" + "x" * 301, "query.clause", "at most 300"),
        ("clause=%00", "query.clause", "NUL"),
    ],
)
def test_a_parameter_that_is_wrong_is_told_by_place_and_kind(
    lead: TestClient, query: str, where: str, what: str
) -> None:
    refused = lead.get(f"{LIST}?{query}")
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    [error] = refused.json()["errors"]
    assert error["where"] == where
    assert what in error["what"]


def test_labels_that_are_none_are_told_with_those_there_are(lead: TestClient) -> None:
    refused = lead.get(LIST, params={"first": "nice", "second": "safe"})
    assert (refused.status_code, refused.json()["code"]) == (422, "no_label")
    assert "harassment" in refused.json()["detail"]


def test_one_is_opened_with_all_that_was_said_and_names_on_demand_only(
    lead: TestClient, program: Program, made_up: MadeUp
) -> None:
    [number, *_] = ids(lead.get(LIST, params={"kind": "people"}).json())
    case = lead.get(f"{LIST}/{number}").json()
    assert [one["person"] for one in case["answers"]] == [f"P{n}" for n in range(1, len(case["answers"]) + 1)]
    assert {one["rater"] for one in case["answers"]} == {None}
    assert case["machine"]["prompt"] == "moderation@2"
    assert case["guiding"] == {"precedent": False, "gold": None}
    named = lead.post(f"{LIST}/{number}/names").json()
    assert {one["rater"] for one in named["answers"]} >= {"ana", "bo"}
    entry = newest(made_up.workspace, "names.show")
    assert (entry.actor, entry.subject) == ("lead.bot", f"item:{case['item']['id']}")
    assert program(Role.ANALYST).post(f"{LIST}/{number}/names").status_code == 403


@pytest.mark.parametrize(
    ("path", "status"), [("999999", 404), ("0", 422), (str(2**63), 422), ("..%2f1", 422), ("x", 422)]
)
def test_a_number_that_is_none_is_refused(lead: TestClient, path: str, status: int) -> None:
    assert lead.get(f"{LIST}/{path}").status_code in {status, 404}
    assert lead.get(f"{LIST}/{path}").headers["content-type"] == "application/problem+json"


def settling(made_up: MadeUp, **more: Any) -> dict[str, Any]:
    return {"item_id": made_up.posts[0].id, "labels": ["harassment"], "cause": "edge_case"} | more


def test_an_item_is_settled_once_and_the_log_says_by_whom(lead: TestClient, made_up: MadeUp) -> None:
    first = lead.post(SETTLE, json=settling(made_up, note="quoted"))
    assert (first.status_code, first.json()["outcome"]) == (201, "stored")
    again = lead.post(SETTLE, json=settling(made_up, note="quoted"))
    assert (again.status_code, again.json()) == (200, {"id": first.json()["id"], "outcome": "already"})
    assert changes(made_up.workspace, "item.adjudicate") == 1
    assert newest(made_up.workspace, "item.adjudicate").actor == "lead.bot"
    other = lead.post(SETTLE, json=settling(made_up, cause="policy_unclear", replaces=first.json()["id"]))
    assert other.status_code == 201
    assert lead.get(f"{SETTLE}/{first.json()['id']}").json()["note"] == "quoted"
    assert ids(lead.get(SETTLE).json()) == [other.json()["id"], first.json()["id"]]
    assert ids(lead.get(SETTLE, params={"cause": "edge_case"}).json()) == [first.json()["id"]]
    assert ids(lead.get(SETTLE, params={"actor": "nobody"}).json()) == []
    assert ids(lead.get(SETTLE, params={"limit": 1, "cursor": other.json()["id"]}).json()) == [first.json()["id"]]


def test_another_decision_conflicts_until_it_names_the_one_it_replaces(
    lead: TestClient, program: Program, made_up: MadeUp
) -> None:
    first = lead.post(SETTLE, json=settling(made_up)).json()["id"]
    manager = program(Role.MANAGER)
    for same in (lead, manager):  # whoever sends it, it is the same decision
        assert same.post(SETTLE, json=settling(made_up)).json() == {"id": first, "outcome": "already"}
    refused = manager.post(SETTLE, json=settling(made_up, labels=["spam"]))
    assert (refused.status_code, refused.json()["code"], refused.json()["current"]) == (409, "settled_otherwise", first)
    changed = manager.post(SETTLE, json=settling(made_up, labels=["spam"], replaces=first))
    assert changed.status_code == 201
    # What was sent before the change, and arrives once more, changes nothing back.
    assert lead.post(SETTLE, json=settling(made_up)).status_code == 409
    assert lead.post(SETTLE, json=settling(made_up, replaces=first)).json()["current"] == changed.json()["id"]
    unknown = lead.post(SETTLE, json=settling(made_up, item_id=made_up.posts[1].id, replaces=first))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_adjudication")
    assert changes(made_up.workspace, "item.adjudicate") == 2


def test_settling_closes_what_is_still_asked_and_empties_the_list(lead: TestClient, made_up: MadeUp) -> None:
    [number, *_] = ids(lead.get(LIST, params={"kind": "people"}).json())
    item = lead.get(f"{LIST}/{number}").json()["item"]["id"]
    post = next(one for one in made_up.posts if one.id == item)
    made_up.task(post, TaskKind.EXPERT)
    assert lead.post(SETTLE, json=settling(made_up, item_id=item)).status_code == 201
    assert number not in ids(lead.get(LIST, params={"kind": "people"}).json())
    assert number in ids(lead.get(LIST, params={"kind": "people", "settled": "yes"}).json())
    assert not made_up.queue.claim(made_up.principal("lea"))


@pytest.mark.parametrize(
    ("role", "scopes", "code"),
    [
        (Role.ANALYST, (), "role_missing"),
        (Role.REVIEWER, (), "role_missing"),
        (Role.LEAD, ("read", "label"), "scope_missing"),
    ],
)
def test_who_may_not_settle(program: Program, made_up: MadeUp, role: Role, scopes: tuple[str, ...], code: str) -> None:
    refused = program(role, *scopes).post(SETTLE, json=settling(made_up))
    assert (refused.status_code, refused.json()["code"]) == (403, code)
    assert changes(made_up.workspace, "item.adjudicate") == 0


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"note": "x" * 10_001}, "body.note"),
        ({"cause": "mood"}, "body.cause"),
        ({"labels": "harassment"}, "body.labels"),
        ({"labels": [1]}, "body.labels.0"),
        ({"labels": ["x"] * 201}, "body.labels"),
        ({"role": "admin"}, "body.role"),
        ({"note": "\ud800"}, "body.note"),
        ({"\ud800": 1}, "body"),
        ({"item_id": ""}, "body.item_id"),
    ],
)
def test_a_body_that_is_wrong_is_told_by_place(
    lead: TestClient, made_up: MadeUp, wrong: dict[str, Any], where: str
) -> None:
    refused = lead.post(SETTLE, content=json.dumps(settling(made_up) | wrong), headers=JSON)
    assert refused.status_code == 422, refused.text
    assert [one["where"] for one in refused.json()["errors"]] == [where]


def test_what_the_policy_or_the_workspace_does_not_have_is_told(lead: TestClient, made_up: MadeUp) -> None:
    labels = lead.post(SETTLE, json=settling(made_up, labels=["nice"]))
    assert (labels.status_code, labels.json()["code"]) == (422, "labels")
    assert "these are not labels of this policy: nice; it has safe, harassment" in labels.json()["detail"]
    none = lead.post(SETTLE, json=settling(made_up, labels=[]))
    assert (none.status_code, none.json()["code"]) == (422, "labels")
    assert "exactly one label is needed, not 0" in none.json()["detail"]
    item = lead.post(SETTLE, json=settling(made_up, item_id="nowhere"))
    assert (item.status_code, item.json()["code"]) == (404, "no_item")


def test_nul_characters_in_a_note_are_kept(lead: TestClient, made_up: MadeUp) -> None:
    number = lead.post(SETTLE, json=settling(made_up, note="a\0b")).json()["id"]
    assert lead.get(f"{SETTLE}/{number}").json()["note"] == "a\0b"
