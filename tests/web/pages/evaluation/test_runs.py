"""Runs, on their pages: state, figures with the items behind them, starting, stopping and going on."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from assistant.domain.review_work import Role
from assistant.domain.runs import JobOrigin
from assistant.routing.route import Decision, Route
from assistant.store.audit import log as audit
from assistant.store.runs.jobs import JobStore
from assistant.store.runs.routes import RouteStore
from tests.cli.conftest import Serving
from tests.cli.conftest import dev_server as dev_server  # noqa: PLC0414 - a fixture
from tests.web.conftest import SignedIn
from tests.web.pages.reading import csv_rows, excel_rows, rows, words
from tests.workspaces import MadeUp

LOOKING = {Role.ANALYST, Role.LEAD, Role.MANAGER, Role.ADMIN}


@pytest.mark.usefixtures("made_up")
@pytest.mark.parametrize("role", Role)
def test_who_may_look_and_who_may_start(signed_in: SignedIn, role: Role) -> None:
    client = signed_in(role)
    for path in ("/runs", "/runs/r1", "/runs/r1/progress", "/runs/r1/totals", "/runs/r1/items", "/runs/r1/items.csv"):
        assert client.get(path).status_code == (200 if role in LOOKING else 403), path
    steering = role in {Role.MANAGER, Role.ADMIN}
    assert client.get("/jobs/new").status_code == (200 if steering else 403)
    assert client.post("/runs/r1/stop").status_code == (409 if steering else 403)
    assert ("Start a run" in words(client.get("/runs"))) == steering


def test_a_run_shows_its_state_progress_and_history(made_up: MadeUp, signed_in: SignedIn) -> None:
    client = signed_in(Role.ANALYST)
    assert rows(client.get("/runs")) == ["r1"]
    told = words(client.get("/runs/r1"))
    assert "completed · 24 of 24 items labeled" in told
    assert "moderation@2" in told
    made_up.workspace.runs.event(made_up.run, "started", {"to_ask": 3})
    assert "interrupted" in words(client.get("/runs/r1"))


def test_a_job_of_the_terminal_is_shown_and_stopped_here(made_up: MadeUp, signed_in: SignedIn) -> None:
    client, store = signed_in(Role.MANAGER), JobStore(made_up.workspace.database)
    job = store.begin(made_up.run.id, JobOrigin.COMMAND, "ana")
    for page in ("/runs", "/runs/r1"):
        assert "running, started by a command" in words(client.get(page))
    assert "Stop" in words(client.get("/runs/r1/progress"))
    assert client.post("/runs/r1/stop").status_code == 303
    assert "Stopping …" in words(client.get("/runs/r1/progress"))
    assert store.stop_wanted(job)
    store.end(job)
    assert "completed ·" in words(client.get("/runs/r1/progress"))
    assert client.post("/runs/r1/stop").status_code == 409


def test_figures_link_to_the_items_behind_them(made_up: MadeUp, signed_in: SignedIn) -> None:
    client = signed_in(Role.ANALYST)
    totals = made_up.workspace.results.totals(made_up.run)
    told = words(client.get("/runs/r1/totals"))
    assert f"labeled {totals.statuses['labelled']}" in told
    safe = client.get("/runs/r1/items?status=labelled&label=safe")
    assert len(rows(safe)) == totals.labels["safe"]
    failed = csv_rows(client.get("/runs/r1/items.csv?failure=malformed"))
    assert len(failed) == totals.failures.get("malformed", 0)
    everything = excel_rows(client.get("/runs/r1/items.xlsx"))
    assert [row["item_id"] for row in everything] == [post.id for post in reversed(made_up.posts)]


def test_the_reason_of_a_route_is_said_in_words_of_the_readers_language(made_up: MadeUp, signed_in: SignedIn) -> None:
    store = RouteStore(made_up.workspace.database)
    reasons = ("safe_contradicted", "hidden_text", "looks_like_instruction")
    decided = [
        (post.id, Decision(Route.REVIEW, why, (why,), 1.0, 7))
        for post, why in zip(made_up.posts[:3], reasons, strict=True)
    ]
    store.append(made_up.run.id, decided)
    client = signed_in(Role.ANALYST)
    told = words(client.get("/runs/r1/items"))
    assert "labeled safe, but similar adjudicated items violate" in told
    assert "content addresses the model" in told
    told = words(client.get("/runs/r1/items?lang=zh"))
    assert "内容里有夹带文字的隐藏字符" in told


def test_there_is_no_such_run(signed_in: SignedIn) -> None:
    assert signed_in(Role.ADMIN).get("/runs/r7").status_code == 404


def test_without_a_run_the_page_says_what_to_do(signed_in: SignedIn) -> None:
    assert "assistant prelabel --dry-run" in words(signed_in(Role.ADMIN).get("/runs"))


@pytest.mark.usefixtures("made_up")
def test_only_models_and_prompts_that_are_offered_are_asked(signed_in: SignedIn) -> None:
    client = signed_in(Role.ADMIN)
    for prompt, model in (("moderation@2", "replay:/etc/passwd"), ("--yes", "local")):
        answer = client.post("/jobs/estimate", data={"prompt": prompt, "model": model})
        assert answer.status_code == 422
    start = {"run": "r1", "prompt": "moderation@2", "model": "--yes", "budget": "1"}
    assert client.post("/jobs/start", data=start).status_code == 422


@pytest.fixture
def slow_server(dev_server: Callable[..., Serving]) -> Serving:
    """A model that takes its time."""
    return dev_server(latency_ms=400)


def until(client: TestClient, path: str, expected: str, seconds: float = 300) -> str:
    """Look again until a page says something."""
    end = time.monotonic() + seconds
    while expected not in (told := words(client.get(path))):
        assert time.monotonic() < end, told
        time.sleep(0.3)
    return told


@pytest.mark.usefixtures("slow_server")
def test_a_job_is_priced_started_stopped_and_goes_on(made_up: MadeUp, signed_in: SignedIn) -> None:
    settings = made_up.workspace.folder / "assistant.toml"
    prices = '\n[prices."openai:dev"]\ninput = 0.1\noutput = 0.4\n'
    text = (
        settings.read_text()
        .replace('spec = "local"', 'spec = "openai:dev"')
        .replace("concurrency = 16", "concurrency = 1")
    )
    settings.write_text(text + prices)
    made_up.workspace.settings = type(made_up.workspace.settings).model_validate(
        made_up.workspace.settings.model_dump() | {"prices": {"openai:dev": {"input": 0.1, "output": 0.4}}}
    )
    client = signed_in(Role.MANAGER)
    wish = {"prompt": "moderation@2", "model": "openai:dev", "limit": ""}
    priced = words(client.post("/jobs/estimate", data=wish))
    assert "Estimated cost of a new run" in priced
    assert rows(client.get("/runs")) == ["r1"]  # a price begins no run
    assert "Requests 24" in priced
    assert client.post("/jobs/start", data=wish | {"budget": "5"}).status_code == 303
    assert client.post("/jobs/start", data=wish | {"run": "r2", "budget": "5"}).status_code == 400
    until(client, "/runs/r2/progress", "labeled")
    assert client.post("/runs/r2/stop").status_code == 303
    told = until(client, "/runs/r2/progress", "stopped ·")
    assert "24 of 24" not in told
    client.post("/jobs/start", data=wish | {"run": "r2", "budget": "5"})
    until(client, "/runs/r2/progress", "24 of 24")
    until(client, "/runs/r2/progress", "completed ·")
    actions = [entry.action for entry in audit.entries(made_up.workspace.database, subject="run:r2")]
    stopped = ["run.interrupted", "run.start", "run.started", "run.stop"]  # it may be asked to before it has started
    assert actions[:3] == ["run.ended", "run.started", "run.start"]
    assert sorted(actions[3:]) == stopped
