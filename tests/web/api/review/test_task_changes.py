"""Changes of many tasks over the API."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from assistant.domain.review_work import Role, TaskKind
from tests.web.api.conftest import Program, newest
from tests.workspaces import MadeUp

TASKS, CHANGES = "/api/v1/tasks", "/api/v1/tasks/changes"
DUE = "2031-05-01T09:00:00Z"


@pytest.fixture
def lead(program: Program, made_up: MadeUp) -> TestClient:
    for post in made_up.posts[:4]:
        made_up.task(post, TaskKind.AUDIT)
    return program(Role.LEAD, name="lea")


def change(client: TestClient, **given: Any) -> Any:
    return client.post(CHANGES, json={"where": {"state": "open"}} | given)


def test_a_change_is_previewed_made_listed_and_undone(lead: TestClient, made_up: MadeUp) -> None:
    before = lead.get(TASKS).json()["rows"]
    seen = change(lead, change="due", due=DUE, dry_run=True).json()
    assert (seen["id"], seen["changed"], seen["left_out"], seen["due_past"]) == (None, 4, {}, False)
    assert lead.get(TASKS).json()["rows"] == before
    done = change(lead, change="due", due=DUE, token=seen["token"]).json()
    assert (done["changed"], done["values"], done["actor"]) == (4, {"due": "2031-05-01T09:00:00.000+00:00"}, "lea")
    assert {row["due_at"] for row in lead.get(TASKS).json()["rows"]} == {"2031-05-01T09:00:00.000+00:00"}
    assert newest(made_up.workspace, "tasks.change").detail["tasks"] == 4
    undone = lead.post(f"{CHANGES}/{done['id']}/undo", json={}).json()
    assert (undone["change"], undone["undoes"], undone["changed"]) == ("undo", done["id"], 4)
    assert lead.get(TASKS).json()["rows"] == before
    assert [row["id"] for row in lead.get(CHANGES).json()["rows"]] == [undone["id"], done["id"]]
    assert lead.get(f"{CHANGES}/{done['id']}").json()["undone_by"] == "lea"


def test_an_outdated_token_and_a_second_undo_change_nothing(lead: TestClient) -> None:
    seen = change(lead, change="pause", dry_run=True).json()
    first = change(lead, change="reassign", team="nights").json()
    for refused, code in (
        (change(lead, change="pause", token=seen["token"]), "preview_outdated"),
        (change(lead, change="reassign", team="nights"), "nothing_to_change"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert lead.post(f"{CHANGES}/{first['id']}/undo", json={}).status_code == 200
    again = lead.post(f"{CHANGES}/{first['id']}/undo", json={})
    assert (again.status_code, again.json()["code"]) == (409, "change_undone")


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"change": "pause", "where": {}}, 400, "no_filter"),
        ({"change": "invalidate"}, 400, "reason_missing"),
        ({"change": "reassign"}, 400, "one_assignee"),
        ({"change": "reassign", "to": "nemo"}, 404, "member_not_found"),
        ({"change": "pause", "where": {"run": "r99"}}, 404, "no_run"),
        ({"change": "pause", "where": {"task_ids": ["nonsense"]}}, 404, "gone"),
        ({"change": "pause", "where": {"colour": "red"}}, 422, "invalid"),
        ({"change": "undo"}, 422, "invalid"),
        ({"change": "due", "due": "2031-05-01T09:00:00"}, 422, "invalid"),
    ],
)
def test_bad_input_is_refused_with_its_code_and_nothing_is_half_done(
    lead: TestClient, given: dict[str, Any], status: int, code: str
) -> None:
    told = change(lead, **given)
    assert (told.status_code, told.json()["code"]) == (status, code) if code != "invalid" else told.status_code == 422
    assert lead.get(CHANGES).json()["rows"] == []
    assert lead.post(f"{CHANGES}/77/undo", json={}).status_code == 404


def test_only_who_steers_the_queue_changes_it_and_names_are_for_those_who_may_see_them(
    lead: TestClient, program: Program
) -> None:
    done = change(lead, change="reassign", to="max").json()
    analyst = program(Role.ANALYST)
    told = analyst.get(f"{CHANGES}/{done['id']}").json()
    assert (told["changed"], told["actor"], told["values"]) == (done["changed"], None, {})
    for refused in (change(analyst, change="pause"), analyst.post(f"{CHANGES}/{done['id']}/undo", json={})):
        assert refused.status_code == 403
    assert program(Role.REVIEWER).get(CHANGES).status_code == 403


def test_who_could_claim_what_waits_is_named(lead: TestClient, program: Program) -> None:
    groups = lead.get(f"{TASKS}/coverage").json()["groups"]
    assert sum(one["open"] for one in groups) == 4
    assert all("chen" in one["able"] for one in groups)  # of all languages there are
    assert program(Role.ANALYST).get(f"{TASKS}/coverage").status_code == 403
