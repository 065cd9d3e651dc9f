"""`[model.extra]` through the job: sent with every question, part of the run's identity, secrets in no file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Assistant, Loopback
from tests.cli.files import ingest
from tests.cli.servers import Asked, Reply, completion

JOB = ("prelabel", "--model", "openai:dev", "--json")
EXTRA = """
[model.extra]
chat_template_kwargs = { enable_thinking = false }

[model.extra.headers]
"X-Gateway-Key" = "${GATEWAY_KEY}"

[model.extra."openai:dev"]
reasoning_effort = "low"
max_tokens = 777

[model.extra."openai:other"]
top_k = 5
"""


def with_settings(workspace: Path, text: str) -> None:
    settings = workspace / "assistant.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + text, encoding="utf-8")


def answering(_: Asked) -> Reply:
    return Reply(completion())


def test_parameters_and_headers_reach_the_server_and_the_secret_no_file(
    assistant: Assistant, workspace: Path, loopback: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = loopback(answering)
    monkeypatch.setenv("GATEWAY_KEY", "hunter2hunter2")
    with_settings(workspace, EXTRA)
    ingest(assistant, workspace, [{"id": "a", "text": "one"}, {"id": "b", "text": "two"}])
    said = assistant(*JOB, "-w", workspace)
    assert said.status == 0
    for asked in server.asked:
        sent = {name: asked.payload.get(name) for name in ("chat_template_kwargs", "reasoning_effort", "max_tokens")}
        thinking_off = {"enable_thinking": False}
        assert sent == {"chat_template_kwargs": thinking_off, "reasoning_effort": "low", "max_tokens": 777}
        assert "top_k" not in asked.payload
        assert asked.headers["x-gateway-key"] == "hunter2hunter2"
    assert len(server.asked) == 2
    files = [path for path in workspace.rglob("*") if path.is_file()]
    assert not [path for path in files if b"hunter2" in path.read_bytes()]


def test_another_parameter_makes_another_run_and_the_same_one_asks_nothing_again(
    assistant: Assistant, workspace: Path, loopback: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = loopback(answering)
    ingest(assistant, workspace, [{"id": "a", "text": "one"}])
    assert assistant(*JOB, "-w", workspace).status == 0
    monkeypatch.setenv("ASSISTANT__MODEL__EXTRA__ENABLE_THINKING", "false")
    assert assistant(*JOB, "-w", workspace).status == 0
    assert [asked.payload.get("enable_thinking") for asked in server.asked] == [None, False]
    assert assistant(*JOB, "-w", workspace).status == 0
    assert len(server.asked) == 2


def test_a_header_whose_variable_is_missing_stops_before_anything_is_asked(
    assistant: Assistant, workspace: Path, loopback: Loopback
) -> None:
    server = loopback(answering)
    with_settings(workspace, EXTRA)
    ingest(assistant, workspace, [{"id": "a", "text": "one"}])
    said = assistant(*JOB, "-w", workspace)
    assert said.status != 0
    assert "GATEWAY_KEY" in said.stderr
    assert "Traceback" not in said.stderr
    assert server.asked == []
