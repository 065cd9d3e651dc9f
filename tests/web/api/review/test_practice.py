"""Qualification rounds and training over the API and on a person's page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from assistant.domain.review_work import Role
from assistant.review.gold import make_gold
from assistant.settings import load_settings
from assistant.wiring.workspace import Workspace
from tests.web.api.conftest import Program, newest
from tests.web.conftest import SignedIn, signed_in  # noqa: F401 - fixtures
from tests.web.pages.reading import words
from tests.workspaces import MadeUp

PRACTICE = "/api/v1/practice"
ASKED = 3


@pytest.fixture
def workspace(workspace: Workspace) -> Iterator[Workspace]:
    """A workspace in which nobody's answers count before three items of gold."""
    changed = workspace.settings.review.model_copy(update={"qualification_items": ASKED, "gold_rate": 0.0})
    workspace.settings = load_settings(workspace.folder).model_copy(update={"review": changed})
    return workspace


def gold(made_up: MadeUp, number: int, language: str = "en") -> None:
    posts = [post for post in made_up.posts if post.language == language][:number]
    assert len(posts) == number
    with made_up.workspace.database.write() as connection:
        for post in posts:
            make_gold(
                connection, post.key, policy_id="community", labels=("safe",), explanation="It is kind.", actor="lea"
            )


def claimed(client: TestClient, n: int = 1) -> dict[str, object]:
    told = client.post("/api/v1/queue/claim", json={"n": n})
    assert told.status_code == 200
    return dict(told.json())


def answer(client: TestClient, task: dict[str, object], label: str) -> dict[str, object]:
    body = {"token": task["token"], "labels": [label], "key": f"practice-{task['assignment_id']}", "seconds": 2.0}
    told = client.post(f"/api/v1/assignments/{task['assignment_id']}/answer", json=body)
    assert told.status_code == 200
    return dict(told.json())


def take_round(client: TestClient, label: str) -> None:
    for _ in range(ASKED):
        [task] = claimed(client)["tasks"]  # type: ignore[misc]
        assert task["kind"] == "qualification"
        answer(client, task, label)


def test_nothing_comes_before_a_round_which_is_offered_begun_and_passed(program: Program, made_up: MadeUp) -> None:
    english = [post for post in made_up.posts if post.language == "en"][-1]  # not one of the round's
    made_up.task(english)
    eve = program(Role.REVIEWER, name="eve")
    offered = [{"language": "en", "asked": ASKED, "state": None}]
    told = claimed(eve)
    assert (told["tasks"], told["rounds"]) == ([], offered)
    early = eve.post(f"{PRACTICE}/mine", json={"language": "en"})
    assert (early.status_code, early.json()["code"]) == (409, "too_little_gold")
    assert "there are 0 gold items" in early.json()["detail"]
    gold(made_up, ASKED)
    begun = eve.post(f"{PRACTICE}/mine", json={"language": "en"}).json()
    assert eve.post(f"{PRACTICE}/mine", json={"language": "en"}).json() == begun
    assert (begun["state"], begun["asked"]) == ("running", ASKED)
    take_round(eve, "safe")
    assert eve.get(f"{PRACTICE}/mine").json() == {"rounds": []}
    passed = eve.post(f"{PRACTICE}/mine", json={"language": "en"})
    assert (passed.status_code, passed.json()["code"]) == (409, "passed")
    told = claimed(eve)
    assert [task["item"]["id"] for task in told["tasks"]] == [english.id]  # type: ignore[attr-defined]
    assert told["rounds"] == []


def test_after_a_round_that_failed_the_lead_begins_the_next(program: Program, made_up: MadeUp) -> None:
    made_up.task(next(post for post in made_up.posts if post.language == "en"))
    gold(made_up, ASKED)
    eve, lead = program(Role.REVIEWER, name="eve"), program(Role.LEAD)
    eve.post(f"{PRACTICE}/mine", json={"language": "en"})
    take_round(eve, "hate")
    assert claimed(eve)["rounds"] == [{"language": "en", "asked": ASKED, "state": "failed"}]
    again = eve.post(f"{PRACTICE}/mine", json={"language": "en"})
    assert (again.status_code, again.json()["code"]) == (409, "failed")
    assert eve.post(f"{PRACTICE}/rounds", json={"language": "en", "name": "eve"}).status_code == 403
    begun = lead.post(f"{PRACTICE}/rounds", json={"language": "en", "name": "eve"})
    assert begun.json()["state"] == "running"
    assert newest(made_up.workspace, "qualification.begin").actor == "lead.bot"
    assert lead.post(f"{PRACTICE}/rounds", json={"language": "en", "name": "nobody"}).json()["code"] == "nobody"


def test_training_is_given_by_a_lead_and_explained(program: Program, made_up: MadeUp) -> None:
    gold(made_up, 2)
    eve, lead = program(Role.REVIEWER, name="eve"), program(Role.LEAD)
    wanted = {"language": "en", "name": "eve", "items": 2}
    assert lead.post(f"{PRACTICE}/training", json=wanted).json() == {"items": 2}
    tasks = claimed(eve, 5)["tasks"]
    assert [task["kind"] for task in tasks] == ["training"] * 2  # type: ignore[attr-defined]
    told = answer(eve, tasks[0], "spam")  # type: ignore[index]
    assert (told["right"], told["known"], told["explanation"]) == (False, ["safe"], "It is kind.")
    many = lead.post(f"{PRACTICE}/training", json=wanted | {"items": 3})
    assert (many.status_code, many.json()["code"]) == (409, "too_little_gold")
    for items in (0, 201, "2", 2**70):
        assert lead.post(f"{PRACTICE}/training", json=wanted | {"items": items}).status_code == 422


def test_a_lead_gives_both_from_a_persons_page(signed_in: SignedIn, made_up: MadeUp) -> None:  # noqa: F811
    client = signed_in(Role.LEAD)
    assert "Tests and training need gold items" in words(client.get("/people/ana"))
    gold(made_up, ASKED)
    page = words(client.get("/people/ana"))
    assert f"en · {ASKED} gold items" in page
    assert f"Start qualification test ({ASKED} items)" in page
    assert client.post("/people/ana/round", data={"language": "en"}).status_code == 303
    assert client.post("/people/ana/training", data={"language": "en", "items": "2"}).status_code == 303
    assert "community@1 en in progress 0 of 3" in words(client.get("/people/ana"))
    refused = client.post("/people/ana/round", data={"language": "zh"})
    assert refused.status_code == 409
    assert "there are 0 gold items" in words(refused)
    assert client.post("/people/ana/training", data={"language": "en", "items": "0"}).status_code == 422
    assert client.post("/people/nobody/round", data={"language": "en"}).status_code == 404
    assert signed_in(Role.ANALYST).post("/people/ana/round", data={"language": "en"}).status_code == 403
