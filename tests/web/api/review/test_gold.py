"""Gold, precedents and the log of changes over the API."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from assistant.domain.review_work import Role
from assistant.store.tables.review import gold_items
from tests.web.api.conftest import Program, changes, newest
from tests.workspaces import MadeUp

GOLD = "/api/v1/gold"
PRECEDENTS = "/api/v1/precedents"
AUDIT = "/api/v1/audit"
LONG_AGO = "2020-01-01T00:00:00.000+00:00"


@pytest.fixture
def lead(program: Program) -> TestClient:
    return program(Role.LEAD)


def settle(lead: TestClient, item_id: str, **more: Any) -> None:
    body = {"item_id": item_id, "labels": ["spam"], "cause": "edge_case", "note": "it sells"} | more
    assert lead.post("/api/v1/adjudications", json=body).status_code == 201


def test_a_settled_item_becomes_gold_once_with_the_adjudicators_words(lead: TestClient, made_up: MadeUp) -> None:
    item = made_up.posts[0].id
    early = lead.post(GOLD, json={"item_id": item})
    assert (early.status_code, early.json()["code"]) == (409, "not_settled")
    settle(lead, item)
    made = lead.post(GOLD, json={"item_id": item})
    assert (made.status_code, made.json()["labels"]) == (201, ["spam"])
    again = lead.post(GOLD, json={"item_id": item})
    assert (again.status_code, again.json()) == (200, made.json() | {"outcome": "already"})
    [row] = lead.get(GOLD).json()["rows"]
    assert (row["item_id"], row["explanation"], row["added_by"]) == (item, "it sells", "lead.bot")
    assert changes(made_up.workspace, "gold.add") == 1


def test_gold_that_is_too_old_has_retired_by_itself_when_the_list_is_read(lead: TestClient, made_up: MadeUp) -> None:
    old, young = (
        lead.post(GOLD, json={"item_id": post.id, "labels": ["hate"]}).json()["id"] for post in made_up.posts[:2]
    )
    with made_up.workspace.database.write() as connection:
        connection.execute(sa.update(gold_items).where(gold_items.c.id == old).values(created_at=LONG_AGO))
    assert [row["id"] for row in lead.get(GOLD).json()["rows"]] == [young]
    [retired] = lead.get(GOLD, params={"state": "retired"}).json()["rows"]
    assert retired["id"] == old
    assert retired["retired_at"] > LONG_AGO
    assert changes(made_up.workspace, "gold.age") == 1


def test_gold_with_labels_of_its_own_is_listed_and_retired(lead: TestClient, made_up: MadeUp) -> None:
    numbers = [
        lead.post(GOLD, json={"item_id": post.id, "labels": ["hate"], "explanation": "a slur"}).json()["id"]
        for post in made_up.posts[:5]
    ]
    first = lead.get(GOLD, params={"limit": 2}).json()
    assert [row["id"] for row in first["rows"]] == numbers[:2:-1]
    rest = lead.get(GOLD, params={"limit": 50, "cursor": first["next"]}).json()
    assert [row["id"] for row in rest["rows"]] == numbers[2::-1]
    for outcome in ("retired", "already"):
        assert lead.post(f"{GOLD}/{numbers[0]}/retire").json()["outcome"] == outcome
    assert [row["id"] for row in lead.get(GOLD, params={"state": "retired"}).json()["rows"]] == [numbers[0]]
    assert changes(made_up.workspace, "gold.retire") == 1
    assert lead.post(f"{GOLD}/99999/retire").json()["code"] == "no_gold"
    assert lead.post(GOLD, json={"item_id": made_up.posts[0].id, "labels": ["nice"]}).json()["code"] == "labels"
    assert lead.post(GOLD, json={"item_id": made_up.posts[0].id, "labels": []}).json()["code"] == "labels"


def test_other_gold_conflicts_until_it_names_what_it_replaces(lead: TestClient, made_up: MadeUp) -> None:
    body = {"item_id": made_up.posts[0].id, "labels": ["hate"], "explanation": "a slur"}
    first = lead.post(GOLD, json=body).json()["id"]
    for other in ({"labels": ["spam"]}, {"explanation": "it sells"}):
        refused = lead.post(GOLD, json=body | other)
        assert (refused.status_code, refused.json()["code"]) == (409, "gold_otherwise")
        assert refused.json()["current"] == first
    revised = lead.post(GOLD, json=body | {"labels": ["spam"], "replaces": first})
    assert (revised.status_code, revised.json()["labels"]) == (201, ["spam"])
    assert [row["id"] for row in lead.get(GOLD).json()["rows"]] == [revised.json()["id"]]
    assert [row["id"] for row in lead.get(GOLD, params={"state": "retired"}).json()["rows"]] == [first]
    unknown = lead.post(GOLD, json=body | {"item_id": made_up.posts[1].id, "replaces": first})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_gold")
    assert changes(made_up.workspace, "gold.add") == 2


def test_a_settled_item_becomes_a_precedent_once_until_it_is_withdrawn(lead: TestClient, made_up: MadeUp) -> None:
    item = made_up.posts[1].id
    assert lead.post(PRECEDENTS, json={"item_id": item}).json()["code"] == "not_settled"
    settle(lead, item)
    assert lead.post(PRECEDENTS, json={"item_id": item}).status_code == 201
    assert lead.post(PRECEDENTS, json={"item_id": item}).json()["outcome"] == "already"
    assert changes(made_up.workspace, "precedent.add") == 1
    settle(lead, item, labels=["hate"], replaces=lead.get("/api/v1/adjudications").json()["rows"][0]["id"])
    assert lead.post(PRECEDENTS, json={"item_id": item}).status_code == 201
    [row] = lead.get(PRECEDENTS).json()["rows"]
    assert (row["item_id"], row["labels"]) == (item, ["hate"])
    assert [list(one.labels) for one in made_up.workspace.precedents.all(made_up.workspace.policy.id)] == [["hate"]]
    for outcome in ("withdrawn", "already"):
        assert lead.post(f"{PRECEDENTS}/withdraw", json={"item_id": item}).json()["outcome"] == outcome
    assert lead.get(PRECEDENTS).json()["rows"] == []
    assert newest(made_up.workspace, "precedent.withdraw").actor == "lead.bot"


@pytest.mark.parametrize(
    ("role", "scopes"),
    [(Role.REVIEWER, ()), (Role.EXTERNAL, ()), (Role.ANALYST, ()), (Role.LEAD, ("read", "label", "admin"))],
)
def test_who_must_not_know_what_is_gold(program: Program, made_up: MadeUp, role: Role, scopes: tuple[str, ...]) -> None:
    client, body = program(role, *scopes), {"item_id": made_up.posts[0].id}
    assert client.get(GOLD).status_code == 403
    assert client.post(GOLD, json=body).status_code == 403
    assert client.post(f"{GOLD}/1/retire").status_code == 403
    assert client.get(PRECEDENTS).status_code == 403
    assert client.post(PRECEDENTS, json=body).status_code == 403
    assert client.post(f"{PRECEDENTS}/withdraw", json=body).status_code == 403


def test_the_log_is_listed_filtered_paged_and_walked(program: Program, lead: TestClient, made_up: MadeUp) -> None:
    settle(lead, made_up.posts[0].id)
    manager = program(Role.MANAGER)
    [entry] = manager.get(AUDIT, params={"action": "item.adjudicate"}).json()["rows"]
    assert (entry["actor"], entry["detail"]["labels"]) == ("lead.bot", ["spam"])
    first = manager.get(AUDIT, params={"limit": 5}).json()
    assert first["next"] == str(first["rows"][-1]["id"])
    assert {row["actor"] for row in manager.get(AUDIT, params={"actor": "ana"}).json()["rows"]} == {"ana"}
    whole = manager.post(f"{AUDIT}/verify", json={}).json()
    assert (whole["whole"], whole["broken_at"], whole["head_known"]) == (True, None, True)
    assert manager.post(f"{AUDIT}/verify", json={"head": whole["head"]}).json()["whole"] is True
    cut = manager.post(f"{AUDIT}/verify", json={"head": "0" * 63 + "1"}).json()
    assert (cut["whole"], cut["head_known"]) == (False, False)
    assert manager.post(f"{AUDIT}/verify", json={"head": "x"}).status_code == 422


def test_a_log_that_was_edited_is_found_out(program: Program, made_up: MadeUp) -> None:
    manager = program(Role.MANAGER)
    with made_up.workspace.database.write() as connection:
        connection.exec_driver_sql("UPDATE audit_log SET actor = 'nobody' WHERE id = 3")
    found = manager.post(f"{AUDIT}/verify", json={}).json()
    assert (found["whole"], found["broken_at"], found["rows"], found["reason"]) == (False, 3, 2, "changed")


@pytest.mark.parametrize(("role", "scopes"), [(Role.LEAD, ()), (Role.ANALYST, ()), (Role.MANAGER, ("read", "manage"))])
def test_who_may_not_read_the_log(program: Program, role: Role, scopes: tuple[str, ...]) -> None:
    client = program(role, *scopes)
    assert client.get(AUDIT).status_code == 403
    assert client.post(f"{AUDIT}/verify", json={}).status_code == 403
