"""The queue, as leads see and steer it."""

from __future__ import annotations

import pytest

from assistant.domain.review_work import Role
from assistant.store import audit
from tests.web.conftest import SignedIn
from tests.web.pages.made_up import MadeUp
from tests.web.pages.reading import csv_rows, excel_rows, older, rows, words

LOOKING = {Role.ANALYST, Role.LEAD, Role.MANAGER, Role.ADMIN}
STEERING = LOOKING - {Role.ANALYST}


@pytest.fixture
def waiting(made_up: MadeUp) -> MadeUp:
    """Every post waits for one reviewer."""
    for post in made_up.posts:
        made_up.task(post)
    return made_up


@pytest.mark.parametrize("role", Role)
def test_who_may_look_and_who_may_steer(waiting: MadeUp, signed_in: SignedIn, role: Role) -> None:
    client = signed_in(role)
    [claimed] = waiting.queue.claim(waiting.principal("ana"))
    for path in ("/queue", "/queue.csv", "/queue/tasks", "/queue/tasks.csv", "/queue/leases"):
        assert client.get(path).status_code == (200 if role in LOOKING else 403), path
    one = f"/queue/{claimed.assignment_id}"
    for path, data, done in (
        (f"{one}/assign", {"person": "bo"}, 303),
        (f"{one}/return", {}, 409),
        ("/queue/enqueue", {"run": "r1"}, 200),
    ):
        assert client.post(path, data=data).status_code == (done if role in STEERING else 403), path


def test_what_waits_is_told_by_language_and_label(waiting: MadeUp, signed_in: SignedIn) -> None:
    waiting.queue.claim(waiting.principal("ana"), 3)
    client = signed_in(Role.ANALYST)
    told = words(client.get("/queue"))
    assert "Waiting 21" in told
    assert "At work 3" in told
    groups = csv_rows(client.get("/queue.csv"))
    assert sum(int(group["open"]) for group in groups) == 21
    assert groups == [
        {name: str(value or "") for name, value in row.items()} for row in excel_rows(client.get("/queue.xlsx"))
    ]


def test_items_are_filtered_and_stand_in_the_order_of_work(waiting: MadeUp, signed_in: SignedIn) -> None:
    client = signed_in(Role.LEAD)
    tasks = csv_rows(client.get("/queue/tasks.csv"))
    assert [task["item_id"] for task in tasks] == rows(client.get("/queue/tasks"))
    priorities = [float(task["priority"]) for task in tasks]
    assert priorities == sorted(priorities, reverse=True)
    english = [task["item_id"] for task in tasks if task["language"] == "en"]
    assert rows(client.get("/queue/tasks?language=en")) == english
    harmless = [task["item_id"] for task in tasks if not task["label"]]
    assert rows(client.get("/queue/tasks?harm=-")) == harmless
    assert rows(client.get("/queue/tasks?team=nights")) == []
    [first] = waiting.queue.claim(waiting.principal("ana"))
    assert first.item_id == tasks[0]["item_id"]


def test_pages_don_t_move_while_tasks_are_added(waiting: MadeUp, signed_in: SignedIn) -> None:
    for post in waiting.posts * 3:
        waiting.task(post)
    client = signed_in(Role.LEAD)
    expected = [task["assignment_id"] for task in csv_rows(client.get("/queue/tasks.csv"))]
    first = client.get("/queue/tasks")
    waiting.task(waiting.posts[0], priority=1e9)
    second = client.get(older(first))
    assert len(rows(first)) == 50
    assert len(rows(first)) + len(rows(second)) == len(expected)
    assert client.get("/queue/tasks?after=nonsense").status_code == 422


def test_a_lease_is_taken_back_and_the_item_offered_again(waiting: MadeUp, signed_in: SignedIn) -> None:
    [claimed] = waiting.queue.claim(waiting.principal("ana"))
    client = signed_in(Role.LEAD)
    told = words(client.get("/queue/leases"))
    assert f"{claimed.item_id} ana" in told
    assert f"{claimed.item_id} ana" not in words(signed_in(Role.ANALYST).get("/queue/leases"))
    assert client.post(f"/queue/{claimed.assignment_id}/return").status_code == 303
    assert "Nobody is at anything right now" in words(client.get("/queue/leases"))
    [again] = waiting.queue.claim(waiting.principal("bo"))
    assert (again.assignment_id, again.token) == (claimed.assignment_id, claimed.token + 1)
    [entry] = audit.entries(waiting.workspace.database, action="task.return")
    assert (entry.actor, entry.detail["item"]) == ("lead", claimed.item_id)


def test_an_item_given_to_one_person_comes_to_nobody_else(made_up: MadeUp, signed_in: SignedIn) -> None:
    made_up.task(made_up.posts[0])
    client = signed_in(Role.LEAD)
    [task] = csv_rows(client.get("/queue/tasks.csv"))
    assert client.post(f"/queue/{task['assignment_id']}/assign", data={"person": "bo"}).status_code == 303
    assert made_up.queue.claim(made_up.principal("ana")) == []
    assert [one.item_id for one in made_up.queue.claim(made_up.principal("bo"))] == [task["item_id"]]
    client.post(f"/queue/{task['assignment_id']}/assign", data={"person": ""})
    assert [one.item_id for one in made_up.queue.claim(made_up.principal("ana"))] == [task["item_id"]]


def test_nobody_is_given_what_they_could_not_take(made_up: MadeUp, signed_in: SignedIn) -> None:
    made_up.users.change("bo", actor="tests", languages=["sw"])
    made_up.task(made_up.posts[0])
    client = signed_in(Role.LEAD)
    [task] = csv_rows(client.get("/queue/tasks.csv"))
    path = f"/queue/{task['assignment_id']}/assign"
    told = client.post(path, data={"person": "bo"})
    assert told.status_code == 400
    assert "bo: doesn't judge en" in words(told)
    assert client.post(path, data={"person": "nobody"}).status_code == 422
    assert client.post(path, data={"person": "ida"}).status_code == 422
    assert client.post("/queue/999999/assign", data={"person": "ana"}).status_code == 404


def test_the_queue_is_filled_from_a_run_s_routes_once(made_up: MadeUp, signed_in: SignedIn) -> None:
    client = signed_in(Role.LEAD)
    reviewed = sum(
        count for (route, _), count in made_up.workspace.results.totals(made_up.run).routes.items() if route == "review"
    )
    filled = client.post("/queue/enqueue", data={"run": "r1", "team": "days", "due": "2026-12-01T09:00"})
    assert f"Added {reviewed}" in words(filled)
    assert "Added 0" in words(
        client.post("/queue/enqueue", data={"run": "r1", "team": "days", "due": "2026-12-01T09:00"})
    )
    assert len(rows(client.get("/queue/tasks?team=days"))) == reviewed
    assert client.post("/queue/enqueue", data={"run": "r1", "due": "soon"}).status_code == 422
    assert client.post("/queue/enqueue", data={"run": "r9"}).status_code == 400


def test_an_empty_queue_says_how_to_fill_it(signed_in: SignedIn) -> None:
    assert "There is no run yet" in words(signed_in(Role.LEAD).get("/queue"))
