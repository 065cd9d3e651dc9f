"""A job belongs to the workspace: any server, page, program and command sees how it stands and stops it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from assistant.domain.review_work import Role
from assistant.domain.runs import JobOrigin
from assistant.store.runs.jobs import JobStore
from assistant.store.runs.journal import claim
from assistant.web.app import create_app
from assistant.web.server.options import ServeOptions
from assistant.wiring.workspace import Workspace
from tests.cli.conftest import Assistant, Serving, assistant, dev_server, repeatable_nonces  # noqa: F401 - fixtures
from tests.web.api.conftest import with_token
from tests.web.conftest import PORT, workspace  # noqa: F401 - fixtures
from tests.workspaces import MadeUp, made_up_in

RUNS = "/api/v1/runs"
ASKED = {"prompt": "moderation@2", "model": "openai:dev", "budget": 5}
Client = Callable[[], TestClient]


@pytest.fixture
def slow(workspace: Workspace, dev_server: Callable[..., Serving]) -> Iterator[MadeUp]:  # noqa: F811 - the fixtures
    """A workspace that asks a model which takes its time, at a price."""
    dev_server(latency_ms=400)
    made = made_up_in(workspace, 24)
    settings = workspace.folder / "assistant.toml"
    text = settings.read_text().replace('spec = "local"', 'spec = "openai:dev"')
    prices = '\n[prices."openai:dev"]\ninput = 0.1\noutput = 0.4\n'
    settings.write_text(text.replace("concurrency = 16", "concurrency = 1") + prices)
    yield made
    made.close()


@pytest.fixture
def server(slow: MadeUp) -> Iterator[Client]:
    """Makes a client of a server that shares nothing with others but the folder and the database."""
    opened: list[Workspace] = []

    def start() -> TestClient:
        opened.append(Workspace.open(slow.workspace.folder))
        app = create_app(opened[-1], ServeOptions(port=PORT))
        return with_token(app, opened[-1], Role.MANAGER, name=f"bot{len(opened)}")

    yield start
    for one in opened:
        with one:
            pass


def until(client: TestClient, *states: str, seconds: float = 60) -> str:
    """Look again until the run is in one of these states."""
    end = time.monotonic() + seconds
    while (state := client.get(f"{RUNS}/r2").json()["state"]) not in states:
        assert time.monotonic() < end, state
        time.sleep(0.2)
    return state


def test_a_job_is_seen_and_stopped_by_another_server_than_the_one_that_started_it(server: Client) -> None:
    first, second = server(), server()
    assert first.post(RUNS, json=ASKED).status_code == 202
    assert until(second, "here") == "here"
    assert second.post(f"{RUNS}/r2/start", json={"budget": 5}).status_code == 400
    stopped = second.post(f"{RUNS}/r2/stop")
    assert (stopped.status_code, stopped.json()["stopping"]) == (202, True)
    assert first.get(f"{RUNS}/r2").json()["stopping"] in {True, False}  # it may be over already
    assert until(first, "interrupted") == until(second, "interrupted")
    assert second.get(f"{RUNS}/r2").json()["said"] == first.get(f"{RUNS}/r2").json()["said"] != []
    assert second.post(f"{RUNS}/r2/stop").status_code == 409
    assert second.post(f"{RUNS}/r2/start", json={"budget": 5}).status_code == 202
    second.post(f"{RUNS}/r2/stop")
    until(first, "interrupted", "ended")


def test_a_job_of_the_terminal_is_stopped_by_a_page_and_one_of_the_pages_on_the_terminal(
    server: Client,
    slow: MadeUp,
    assistant: Assistant,  # noqa: F811 - the fixture
) -> None:
    client, folder = server(), slow.workspace.folder
    words = [sys.executable, "-m", "assistant", "prelabel", "--model", "openai:dev", "-w", str(folder)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as job:
        end = time.monotonic() + 60
        while client.get(f"{RUNS}/r2").status_code != 200:
            assert time.monotonic() < end
            time.sleep(0.2)
        assert until(client, "elsewhere") == "elsewhere"
        assert client.post(f"{RUNS}/r2/stop").status_code == 202
        assert job.wait(60) == 130
    assert until(client, "interrupted", "new") in {"interrupted", "new"}
    run = client.get(f"{RUNS}/r2").json()["model"]
    assert client.post(RUNS, json=ASKED | {"model": run, "prompt": "moderation@2"}).status_code == 202
    said = assistant("runs", "stop", "-w", folder, "--json")
    assert said.status == 0, said.stdout
    stopped = said.json["run"]
    end = time.monotonic() + 60
    while client.get(f"{RUNS}/{stopped}").json()["state"] == "here":
        assert time.monotonic() < end
        time.sleep(0.2)
    again = assistant("runs", "stop", "-w", folder)
    assert (again.status, "no job is running" in again.stderr) == (1, True)


def test_a_job_that_was_killed_can_go_on_at_once(server: Client, slow: MadeUp) -> None:
    client = server()
    run = slow.workspace.runs.all()[0]
    words = [sys.executable, "-m", "assistant", "prelabel", "--model", "openai:dev", "--prompt", "moderation@2"]
    with subprocess.Popen(
        [*words, "-w", str(slow.workspace.folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as job:
        until_there(client)
        until(client, "elsewhere")
        os.kill(job.pid, signal.SIGKILL)
    started = client.post(f"{RUNS}/r2/start", json={"budget": 5})
    assert started.status_code == 202, started.text
    client.post(f"{RUNS}/r2/stop")
    until(client, "interrupted", "ended", "new")
    assert run.name == "r1"


def until_there(client: TestClient) -> None:
    end = time.monotonic() + 60
    while client.get(f"{RUNS}/r2").status_code != 200:
        assert time.monotonic() < end
        time.sleep(0.2)


@pytest.mark.parametrize("begun", [False, True])
def test_a_budget_that_can_not_be_kept_is_refused_before_anything_is_begun(
    server: Client, slow: MadeUp, begun: bool
) -> None:
    settings = slow.workspace.folder / "assistant.toml"
    client, text = server(), settings.read_text()
    settings.write_text(text[: text.index("[prices")])
    given = {"budget": 5} if begun else ASKED
    path = f"{RUNS}/r1/start" if begun else RUNS
    refused = client.post(path, json=given)
    assert refused.status_code == 400, refused.text
    assert "a budget needs the price of openai:" in refused.json()["detail"]
    assert [row["name"] for row in client.get(RUNS).json()["rows"]] == ["r1"]
    assert JobStore(slow.workspace.database).newest() == {}


def test_a_job_that_was_asked_to_stop_before_it_came_to_work_asks_nothing(
    slow: MadeUp,
    assistant: Assistant,  # noqa: F811 - the fixture
) -> None:
    store = JobStore(slow.workspace.database)
    job = store.begin(slow.run.id, JobOrigin.PAGES, "max")
    store.ask_to_stop(job, "lea")
    words = ("prelabel", "--model", "openai:dev", "--yes", f"--job={job}", "-w", slow.workspace.folder, "--json")
    said = assistant(*words)
    assert (said.status, said.json["session"]["labelled"], said.json["session"]["stopped_by"]) == (130, 0, "interrupt")
    assert "--job" not in said.stdout + said.stderr
    assert store.last_begun() is None


def test_a_lock_that_only_names_a_process_keeps_no_job_from_starting(server: Client, slow: MadeUp) -> None:
    """A container's process 1 once wrote its number there; in this one, somebody is process 1, too."""
    lock = slow.workspace.journal_folder / "lock"
    lock.parent.mkdir(parents=True)
    lock.write_text("1")
    client = server()
    assert client.post(RUNS, json=ASKED).status_code == 202
    client.post(f"{RUNS}/r2/stop")
    until(client, "interrupted", "ended", "new")


def test_a_holder_whose_number_is_not_seen_here_keeps_a_second_job_from_starting(server: Client, slow: MadeUp) -> None:
    release = claim(slow.workspace.journal_folder)
    Path(slow.workspace.journal_folder / "lock").write_text(str(2**22 + 1))
    client = server()
    refused = client.post(RUNS, json=ASKED)
    assert (refused.status_code, "another job is running" in refused.json()["detail"]) == (400, True)
    release()
