"""Changing many tasks from the queue's page: preview, change, undo, history."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from assistant.domain.review_work import Role, TaskKind
from tests.web.conftest import SignedIn
from tests.web.pages.reading import csv_rows, words
from tests.workspaces import MadeUp

PREVIEW, APPLY = "/queue/changes/preview", "/queue/changes"


@pytest.fixture
def lead(made_up: MadeUp, signed_in: SignedIn) -> TestClient:
    """A lead, with six tasks in the queue."""
    for post in made_up.posts[:6]:
        made_up.task(post, TaskKind.AUDIT)
    return signed_in(Role.LEAD, name="lea")


def token(text: str) -> str:
    found = re.search(r'name="token" value="(\w+)"', text)
    assert found is not None, text
    return found[1]


def due_times(client: TestClient) -> list[str]:
    return [row["due_at"] for row in csv_rows(client.get("/queue/tasks.csv"))]


def test_ticked_tasks_are_counted_first_then_changed_then_as_they_were(lead: TestClient) -> None:
    before = due_times(lead)
    ticked = re.findall(r'name="ticked" value="([^"]+)"', lead.get("/queue/tasks").text)[:2]
    given = {"change": "due", "due": "2031-05-01T09:00", "scope": "ticked", "ticked": ticked}
    seen = lead.post(PREVIEW, data=given)
    assert "Change 2 tasks" in words(seen)
    assert due_times(lead) == before
    done = lead.post(APPLY, data=given | {"token": token(seen.text)})
    assert (done.status_code, done.headers["location"]) == (303, "/queue/tasks?changed=1")
    page = lead.get(done.headers["location"])
    assert "Due time: 2 tasks updated." in words(page)
    assert sorted(due_times(lead)) == sorted([*before[2:], *["2031-05-01T09:00:00.000+00:00"] * 2])
    undone = lead.post("/queue/changes/1/undo")
    assert "2 tasks are as they were before." in words(lead.get(undone.headers["location"]))
    assert due_times(lead) == before


def test_all_that_match_the_filters_are_changed_further_pages_too(lead: TestClient) -> None:
    given = {"change": "pause", "scope": "matching"}
    seen = lead.post(f"{PREVIEW}?language=en", data=given)
    count = len(csv_rows(lead.get("/queue/tasks.csv?language=en")))
    assert count > 1
    assert f"Change {count} tasks" in words(seen)
    lead.post(f"{APPLY}?language=en", data=given | {"token": token(seen.text)})
    assert csv_rows(lead.get("/queue/tasks.csv?language=en")) == []
    assert len(csv_rows(lead.get("/queue/tasks.csv?language=en&state=paused"))) == count


def test_a_preview_that_is_no_longer_true_is_shown_again_with_the_new_counts(lead: TestClient, made_up: MadeUp) -> None:
    given = {"change": "cancel", "scope": "matching"}
    seen = lead.post(f"{PREVIEW}?language=en", data=given)
    made_up.queue.claim(made_up.principal("ana"))
    there = len(csv_rows(lead.get("/queue/tasks.csv?language=en")))
    again = lead.post(f"{APPLY}?language=en", data=given | {"token": token(seen.text)})
    assert again.status_code == 409
    assert "The queue has changed since the preview" in words(again)
    assert f"Change {there} task" in words(again)
    assert len(csv_rows(lead.get("/queue/tasks.csv?language=en"))) == there
    assert lead.post(f"{APPLY}?language=en", data=given | {"token": token(again.text)}).status_code == 303


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"change": "due", "scope": "matching"}, "The new due time is missing"),
        ({"change": "due", "due": "soon", "scope": "matching"}, "Invalid date and time"),
        ({"change": "team", "scope": "matching"}, "The team or queue is missing"),
        ({"change": "person", "scope": "matching"}, "The person is missing"),
        ({"change": "pause", "scope": "ticked"}, "No task is selected"),
        ({"change": "invalidate", "scope": "matching"}, "A reason is needed"),
    ],
)
def test_what_is_missing_is_said_and_nothing_changes(lead: TestClient, given: dict[str, str], said: str) -> None:
    told = lead.post(PREVIEW, data=given)
    assert told.status_code == 422
    assert said in words(told)
    assert lead.get("/queue/changes").text.count("/undo") == 0


def test_an_analyst_sees_what_was_changed_without_names_and_changes_nothing(
    lead: TestClient, signed_in: SignedIn
) -> None:
    given = {"change": "person", "person": "bo", "scope": "matching"}
    lead.post(APPLY, data=given | {"token": token(lead.post(PREVIEW, data=given).text)})
    analyst = signed_in(Role.ANALYST, name="ida")
    page = analyst.get("/queue/changes").text
    assert "Assignment" in page
    assert not re.search(r">\s*(lea|bo)\s*<", page)
    for path in (PREVIEW, "/queue/changes/1/undo"):
        assert analyst.post(path, data=given).status_code == 403


def test_the_queue_says_what_no_one_can_claim(lead: TestClient, made_up: MadeUp) -> None:
    assert "no one" not in words(lead.get("/queue"))
    made_up.task(made_up.posts[0], TaskKind.AUDIT, queue="partner")
    lead.post("/queue/changes/finish")  # figures are counted again
    assert "no one" in words(lead.get("/queue"))
