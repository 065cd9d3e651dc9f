"""The queue and people's answers over the API."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from assistant.domain.opaque_ids import IdKind
from assistant.domain.review_work import Role, TaskKind
from tests.web.api.conftest import Program, changes, newest
from tests.workspaces import MadeUp

TASKS = "/api/v1/tasks"
REVIEWS = "/api/v1/reviews"


@pytest.fixture
def lead(program: Program) -> TestClient:
    return program(Role.LEAD)


@pytest.fixture
def waiting(made_up: MadeUp) -> list[int]:
    """Tasks that wait, by their numbers."""
    return [made_up.task(post, TaskKind.AUDIT) for post in made_up.posts[:6]]


def walked(client: TestClient, path: str, **query: Any) -> list[dict[str, Any]]:
    """All rows of a list, two at a time."""
    rows, cursor = [], None
    while True:
        page = client.get(path, params={**query, "limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        rows += page["rows"]
        cursor = page["next"]
        if cursor is None:
            return rows


@pytest.mark.usefixtures("waiting")
def test_what_waits_comes_by_urgency_and_every_row_once(lead: TestClient) -> None:
    rows = walked(lead, TASKS)
    assert len({row["id"] for row in rows}) == len(rows) >= 6
    assert [row["priority"] for row in rows] == sorted((row["priority"] for row in rows), reverse=True)
    assert lead.get(f"{TASKS}/{rows[0]['id']}").json() == rows[0]
    overview = lead.get(f"{TASKS}/overview").json()
    assert overview["open"] == len(rows)
    assert sum(one["open"] for one in overview["groups"]) == len(rows)


@pytest.mark.usefixtures("waiting")
def test_filters_leave_out_the_rest(lead: TestClient) -> None:
    assert {row["language"] for row in walked(lead, TASKS, language="en")} == {"en"}
    assert not walked(lead, TASKS, team="partner")
    assert walked(lead, TASKS, team="-")


@pytest.mark.parametrize("cursor", ["x", "1.5", "nan:3", "1:2:3", "1e5e5:3", "..:1"])
def test_a_place_that_is_none_is_refused(lead: TestClient, cursor: str) -> None:
    refused = lead.get(TASKS, params={"cursor": cursor})
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")


@pytest.mark.usefixtures("waiting")
def test_a_lease_is_shown_with_its_holder_to_leads_only_and_taken_back_once(
    lead: TestClient, program: Program, made_up: MadeUp
) -> None:
    [claimed] = made_up.queue.claim(made_up.principal("lea"))
    [row] = lead.get(f"{TASKS}/leases").json()["rows"]
    assert (row["item_id"], row["holder"]) == (claimed.item_id, "lea")
    assert program(Role.ANALYST).get(f"{TASKS}/leases").json()["rows"][0]["holder"] is None
    body = {"assignment_ids": [row["id"]]}
    assert lead.post(f"{TASKS}/leases/return", json=body).json() == {"returned": [row["id"]], "not_leased": []}
    assert lead.post(f"{TASKS}/leases/return", json=body).json()["not_leased"] == [row["id"]]
    assert changes(made_up.workspace, "task.return") == 1
    assert newest(made_up.workspace, "task.return").actor == "lead.bot"


def test_returning_what_is_not_there_changes_nothing(lead: TestClient, made_up: MadeUp, waiting: list[int]) -> None:
    [claimed] = made_up.queue.claim(made_up.principal("lea"))
    known = made_up.workspace.ids.of(IdKind.ASSIGNMENT, claimed.assignment_id)
    for unknown in (made_up.workspace.ids.of(IdKind.ASSIGNMENT, 10**9), "x", str(claimed.assignment_id)):
        refused = lead.post(f"{TASKS}/leases/return", json={"assignment_ids": [known, unknown]})
        assert refused.status_code == 404
    body = {"assignment_ids": [known, known[:-1]]}
    assert lead.post(f"{TASKS}/leases/return", json=body).status_code == 404
    assert lead.get(f"{TASKS}/leases").json()["rows"]
    assert waiting


@pytest.mark.usefixtures("waiting")
def test_an_item_is_given_to_one_person_and_back_to_all(lead: TestClient, made_up: MadeUp) -> None:
    number = lead.get(TASKS).json()["rows"][0]["id"]
    assert lead.post(f"{TASKS}/{number}/assign", json={"to": "max"}).json()["for_name"] == "max"
    assert newest(made_up.workspace, "task.assign").detail["to"] == "max"
    assert lead.post(f"{TASKS}/{number}/assign", json={"to": None}).json()["for_name"] is None
    refused = lead.post(f"{TASKS}/{number}/assign", json={"to": "ida"})  # an analyst labels nothing
    assert (refused.status_code, refused.json()["code"]) == (422, "nobody")
    assert lead.post(f"{TASKS}/{number}/assign", json={}).status_code == 422


def test_a_run_fills_the_queue_again_and_again_without_doubling(lead: TestClient, made_up: MadeUp) -> None:
    body = {"run": made_up.run.name, "team": "nights", "due": "2030-01-02T03:04:05+02:00"}
    first = lead.post(f"{TASKS}/enqueue", json=body)
    assert first.status_code == 200, first.text
    again = lead.post(f"{TASKS}/enqueue", json=body).json()
    assert (again["added"], again["changed"], again["closed"]) == (0, 0, 0)
    assert newest(made_up.workspace, "tasks.enqueue").detail["due"] == "2030-01-02T01:04:05+00:00"
    left_out = lead.post(f"{TASKS}/enqueue", json={"run": made_up.run.name, "team": "", "due": None}).json()
    assert (left_out["changed"], left_out["due_removed"]) == (0, 0)
    clearing = {"run": made_up.run.name, "clear": ["due"]}
    would = lead.post(f"{TASKS}/enqueue", json=clearing | {"dry_run": True}).json()
    assert would["due_removed"] == first.json()["added"]
    assert lead.post(f"{TASKS}/enqueue", json=clearing).json()["due_removed"] == would["due_removed"]
    assert lead.post(f"{TASKS}/enqueue", json=body | clearing).json()["code"] == "given_and_cleared"
    assert lead.post(f"{TASKS}/enqueue", json=body | {"run": "r999"}).json()["code"] == "no_run"
    naive = lead.post(f"{TASKS}/enqueue", json=body | {"due": "2030-01-02T03:04:05"})
    assert naive.json()["errors"][0]["where"] == "body.due"


@pytest.mark.parametrize(
    ("role", "scopes", "sees", "steers"),
    [
        (Role.MANAGER, (), 200, 200),
        (Role.LEAD, ("read",), 200, 403),
        (Role.ANALYST, (), 200, 403),
        (Role.REVIEWER, (), 403, 403),
        (Role.EXTERNAL, (), 403, 403),
    ],
)
def test_who_sees_and_who_steers(
    program: Program, made_up: MadeUp, role: Role, scopes: tuple[str, ...], sees: int, steers: int
) -> None:
    client = program(role, *scopes)
    assert client.get(TASKS).status_code == sees
    assert client.post(f"{TASKS}/enqueue", json={"run": made_up.run.name}).status_code == steers
    assert client.get(REVIEWS).status_code == (200 if role is Role.MANAGER else 403)


def test_answers_come_newest_first_with_names_and_page_by_page(lead: TestClient, made_up: MadeUp) -> None:
    rows = walked(lead, REVIEWS)
    assert [row["id"] for row in rows] == sorted((row["id"] for row in rows), reverse=True)
    assert {row["rater"] for row in rows} == {"ana", "bo", "chen"}
    assert {row["rater"] for row in walked(lead, REVIEWS, rater="bo")} == {"bo"}
    assert {row["item_id"] for row in walked(lead, REVIEWS, item_id=made_up.posts[0].id)} == {made_up.posts[0].id}
    assert {row["kind"] for row in walked(lead, REVIEWS, kind="double")} == {"double"}
    assert lead.get(f"{REVIEWS}/{rows[0]['id']}").json() == rows[0]
    assert lead.get(f"{REVIEWS}/{rows[0]['id'] + 1}").status_code == 404


def test_an_answer_that_was_taken_back_says_so(lead: TestClient, made_up: MadeUp) -> None:
    newest_of_ana = walked(lead, REVIEWS, rater="ana")[0]["id"]
    made_up.queue.undo(made_up.principal("ana"), newest_of_ana)
    assert lead.get(f"{REVIEWS}/{newest_of_ana}").json()["withdrawn"] is True
    assert [row["id"] for row in walked(lead, REVIEWS, withdrawn="true")] == [newest_of_ana]
    assert newest_of_ana not in [row["id"] for row in walked(lead, REVIEWS, withdrawn="false")]
