"""A key that dies in the middle of a job, at every provider whose integration is installed, as a user meets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.models.dev.wire_faults import WireFault
from tests.cli.conftest import Assistant, Server
from tests.cli.files import write_jsonl
from tests.models.providers import PLAYED, need, sockets_of_integrations

__all__ = ["sockets_of_integrations"]  # a fixture is known by its name

ITEMS = 30


@pytest.mark.parametrize("provider", PLAYED)
@pytest.mark.usefixtures("sockets_of_integrations")
@pytest.mark.filterwarnings("ignore")  # the integrations warn about a model they do not know, and some leave sockets
def test_a_key_that_dies_stops_the_job_with_its_variable_and_the_same_command_asks_only_what_is_missing(
    assistant: Assistant, workspace: Path, dev_server: Server, monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    played = need(provider)
    rows = [{"id": f"i{number}", "text": f"a post {number}"} for number in range(ITEMS)]
    assert assistant("ingest", write_jsonl(workspace / "items.jsonl", rows), "-w", workspace).status == 0
    job = ("prelabel", "--model", f"{provider}:dev", "--json", "--concurrency", "4", "-w", workspace)

    def point_at(base_url: str) -> None:
        for name, value in played.environment(base_url.removesuffix("/v1")).items():
            monkeypatch.setenv(name, value)

    point_at(dev_server(wire_fault=WireFault("bad_key", after=10)).base_url)
    stopped = assistant(*job)
    assert stopped.status == 1, stopped.stderr
    assert (played.key or "OLLAMA_API_KEY") in stopped.json["error"]["hint"]
    run = assistant("status", "-w", workspace, "--json").json["run"]["statuses"]
    labelled = run["labelled"]
    # ten answers, and those on their way when the tenth came
    assert 10 <= labelled <= 13
    assert run["pending"] == ITEMS - labelled
    repaired = dev_server()
    point_at(repaired.base_url)
    again = assistant(*job)
    assert (again.status, again.json["statuses"]["labelled"]) == (0, ITEMS)
    assert repaired.counts["asked"] == ITEMS - labelled
