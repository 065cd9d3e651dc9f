"""Batches on pages and by API: seen by those who see runs, changed by those who steer them."""

from __future__ import annotations

import pytest

from assistant.domain.items import Content, Item
from assistant.domain.prelabels import Prelabel, PrelabelStatus
from assistant.domain.review_work import Role
from assistant.store.content.batches import BatchToJoin
from assistant.store.content.items import NewItem
from assistant.store.runs.prelabels import AnsweredItem
from tests.web.conftest import SignedIn
from tests.web.pages.reading import words
from tests.workspaces import MadeUp

BATCHES = "/api/v1/batches"


@pytest.fixture(autouse=True)
def two(made_up: MadeUp) -> None:
    """Batch `week/1` of one new item, batch `urgent` of another, due in a far year."""
    for name, due in (("week/1", None), ("urgent", "2099-01-01T00:00:00+00:00")):
        item = Item(f"in {name}", Content(f"a post for {name}"), "en")
        made_up.workspace.items.add([NewItem(item, b"", 1)], BatchToJoin(name, due))


def test_a_batch_is_listed_opened_and_moved_on_its_page(signed_in: SignedIn) -> None:
    client = signed_in(Role.MANAGER)
    listed = words(client.get("/batches"))
    assert listed.index("urgent") < listed.index("week/1")  # newest first
    page = client.get("/batches/week/1")
    assert "received" in words(page)
    assert "Mark as planned" in page.text
    assert "Mark as delivered" not in page.text  # it has not been started
    moved = client.post("/batches/week/1/events", data={"event": "started", "note": "now"})
    assert (moved.status_code, moved.headers["location"]) == (303, "/batches/week/1")
    assert "in progress" in words(client.get("/batches/week/1"))
    late = client.post("/batches/week/1/due", data={"due": "2020-01-01T10:00"})
    assert late.status_code == 400
    client.post("/batches/week/1/due", data={"due": "2098-05-01T10:00"})
    assert "due time changed" in words(client.get("/batches/week/1"))


def test_the_same_by_api(signed_in: SignedIn) -> None:
    client = signed_in(Role.MANAGER)
    rows = client.get(BATCHES).json()["rows"]
    assert [(one["name"], one["items"], one["state"]) for one in rows][:2] == [
        ("urgent", 1, "received"),
        ("week/1", 1, "received"),
    ]
    started = client.post(f"{BATCHES}/urgent/events", json={"event": "started"})
    assert (started.status_code, started.json()["state"]) == (200, "started")
    refused = client.post(f"{BATCHES}/urgent/events", json={"event": "accepted"})
    assert refused.status_code == 409
    assert client.post(f"{BATCHES}/urgent/events", json={"event": "certified"}).status_code == 422
    moved = client.post(f"{BATCHES}/week/1/due", json={"due_at": "2098-01-01T08:00:00+08:00"}).json()
    assert moved["due_at"] == "2098-01-01T00:00:00+00:00"
    assert client.post(f"{BATCHES}/week/1/due", json={"due_at": "2020-01-01T08:00:00Z"}).status_code == 400
    assert client.get(f"{BATCHES}/week/1").json()["events"][-1]["event"] == "due"
    assert client.get(f"{BATCHES}/nowhere").status_code == 404


def test_who_only_looks_changes_nothing(signed_in: SignedIn) -> None:
    analyst = signed_in(Role.ANALYST)
    assert analyst.get(f"{BATCHES}/urgent").status_code == 200
    assert "Mark as planned" not in analyst.get("/batches/urgent").text
    assert analyst.post(f"{BATCHES}/urgent/events", json={"event": "started"}).status_code == 403
    reviewer = signed_in(Role.REVIEWER)
    assert reviewer.get("/batches").status_code == 403
    assert reviewer.get(BATCHES).status_code == 403


def test_a_run_about_a_batch_is_named_so_in_lists_on_its_page_and_by_api(made_up: MadeUp, signed_in: SignedIn) -> None:
    workspace = made_up.workspace
    about = workspace.populations.open("urgent", (), None)
    run = workspace.runs.open_import("vendor", about)
    answer = Prelabel(PrelabelStatus.LABELLED, ("safe",), model="vendor")
    key = workspace.items.keys_of(["in urgent"])["in urgent"]
    workspace.prelabels.commit(run, [AnsweredItem(key, 0, answer, None)], [])
    client = signed_in(Role.MANAGER)
    assert "batch urgent" in words(client.get("/runs"))
    assert "batch urgent" in words(client.get(f"/runs/{run.name}"))
    shown = client.get(f"/api/v1/runs/{run.name}").json()
    assert (shown["population"], shown["answered"], shown["items"]) == ("batch urgent", 1, 1)
    assert client.get(f"{BATCHES}/urgent").json()["runs"] == [{"name": run.name, "population": "batch urgent"}]
