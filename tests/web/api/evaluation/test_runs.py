"""Runs over the API: their figures, and jobs that are priced, started and stopped."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from assistant.domain.review_work import Role
from assistant.store.audit import log as audit
from tests.cli.conftest import Serving, dev_server  # noqa: F401 - fixtures
from tests.web.api.conftest import Program
from tests.workspaces import MadeUp

RUNS = "/api/v1/runs"


@pytest.fixture
def manager(program: Program) -> TestClient:
    return program(Role.MANAGER)


def test_runs_come_newest_first_and_page_by_page(manager: TestClient, made_up: MadeUp) -> None:
    made_up.prelabel("moderation@1")
    names = [row["name"] for row in manager.get(RUNS).json()["rows"]]
    assert names == ["r2", "r1"]
    page = manager.get(RUNS, params={"limit": 1}).json()
    assert [row["name"] for row in page["rows"]] == ["r2"]
    following = manager.get(RUNS, params={"limit": 1, "cursor": page["next"]}).json()
    assert ([row["name"] for row in following["rows"]], following["next"]) == (["r1"], None)


def test_a_run_tells_how_far_it_is_and_what_happened(manager: TestClient, made_up: MadeUp) -> None:
    run = manager.get(f"{RUNS}/r1").json()
    assert (run["answered"], run["items"], run["state"]) == (16, 16, "ended")
    assert [event["event"] for event in run["events"]] == ["started", "ended"]
    assert run["prompt"] == "moderation@2"
    totals = manager.get(f"{RUNS}/r1/totals").json()
    assert totals["statuses"]["labelled"] + totals["statuses"]["failed"] == 16
    assert sum(one["items"] for one in totals["routes"]) == 16
    assert totals["cost_usd"] == pytest.approx(16 * 0.0003)  # as made up, US$ an item
    assert made_up.run.name == "r1"


def test_items_are_filtered_by_what_became_of_them(manager: TestClient) -> None:
    rows = manager.get(f"{RUNS}/r1/items", params={"limit": 200}).json()["rows"]
    assert [row["key"] for row in rows] == sorted((row["key"] for row in rows), reverse=True)
    reviewed = manager.get(f"{RUNS}/r1/items", params={"route": "review", "limit": 200}).json()["rows"]
    assert {row["route"] for row in reviewed} == {"review"}
    page = manager.get(f"{RUNS}/r1/items", params={"limit": 3}).json()
    assert page["next"] == str(page["rows"][-1]["key"])


@pytest.mark.parametrize("name", ["r99", "99", "r1%2Fx", "r" * 500, str(2**70), "%00"])
def test_a_run_that_is_none_is_told(manager: TestClient, name: str) -> None:
    for part in ("", "/totals", "/items"):
        refused = manager.get(f"{RUNS}/{name}{part}")
        assert refused.status_code == 404, refused.url
        assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("role", "scopes", "sees", "steers"),
    [
        (Role.MANAGER, (), 200, 409),
        (Role.MANAGER, ("read",), 200, 403),
        (Role.LEAD, (), 200, 403),
        (Role.ANALYST, (), 200, 403),
        (Role.REVIEWER, (), 403, 403),
    ],
)
def test_who_sees_and_who_steers(program: Program, role: Role, scopes: tuple[str, ...], sees: int, steers: int) -> None:
    client = program(role, *scopes)
    assert client.get(f"{RUNS}/r1").status_code == sees
    assert client.post(f"{RUNS}/r1/stop").status_code == steers  # nothing runs: 409 for whoever may


def test_only_prompts_and_models_known_here_are_asked(manager: TestClient) -> None:
    for prompt, model in (("moderation@2", "--yes"), ("../../etc/passwd", "local"), ("nothing@1", "local")):
        refused = manager.post(f"{RUNS}/estimate", json={"prompt": prompt, "model": model})
        assert (refused.status_code, refused.json()["code"]) == (422, "not_offered")
    wrong = manager.post(f"{RUNS}/estimate", json={"prompt": "moderation@2", "model": "local", "replicate": -1})
    assert wrong.json()["errors"][0]["where"] == "body.replicate"


def test_imported_answers_can_not_go_on(manager: TestClient, made_up: MadeUp) -> None:
    imported = made_up.workspace.runs.open_import("vendor")
    refused = manager.post(f"{RUNS}/{imported.name}/start", json={"budget": 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "imported")


@pytest.fixture
def slow(dev_server: Callable[..., Serving], made_up: MadeUp) -> MadeUp:  # noqa: F811 - the fixture
    """A workspace that asks a model which takes its time, at a price."""
    dev_server(latency_ms=400)
    settings = made_up.workspace.folder / "assistant.toml"
    text = settings.read_text().replace('spec = "local"', 'spec = "openai:dev"')
    prices = '\n[prices."openai:dev"]\ninput = 0.1\noutput = 0.4\n'
    settings.write_text(text.replace("concurrency = 16", "concurrency = 1") + prices)
    made_up.workspace.settings = type(made_up.workspace.settings).model_validate(
        made_up.workspace.settings.model_dump() | {"prices": {"openai:dev": {"input": 0.1, "output": 0.4}}}
    )
    return made_up


def until(client: TestClient, state: str, event: str, seconds: float = 300) -> None:
    """Look again until the run is in that state and the event is its last one."""
    end = time.monotonic() + seconds
    while True:
        told = client.get(f"{RUNS}/r2").json()
        if told["state"] == state and [one["event"] for one in told["events"][-1:]] == [event]:
            return
        assert time.monotonic() < end, told
        time.sleep(0.3)


def test_a_job_is_priced_started_and_stopped(slow: MadeUp, manager: TestClient) -> None:
    priced = manager.post(f"{RUNS}/estimate", json={"prompt": "moderation@2", "model": "openai:dev"})
    assert (priced.status_code, priced.json()["run"], priced.json()["calls"]) == (200, None, 16)
    assert [row["name"] for row in manager.get(RUNS).json()["rows"]] == ["r1"]  # a price begins no run
    begun = manager.post(RUNS, json={"prompt": "moderation@2", "model": "openai:dev", "budget": 5})
    assert (begun.status_code, begun.json()["name"]) == (202, "r2")
    assert manager.post(f"{RUNS}/r2/start", json={"budget": 5}).status_code == 400
    until(manager, "here", "started")
    assert manager.post(f"{RUNS}/r2/stop").status_code == 202
    until(manager, "interrupted", "interrupted")
    actions = [entry.action for entry in audit.entries(slow.workspace.database, subject="run:r2")]
    assert actions == ["run.interrupted", "run.stop", "run.started", "run.start"]
