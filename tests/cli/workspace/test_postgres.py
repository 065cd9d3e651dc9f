"""The whole way of an item with PostgreSQL as the database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.certified import answered_run, certify, fit, people_say
from tests.cli.conftest import Assistant, Serving
from tests.cli.files import ingest, read_jsonl
from tests.postgres import PostgresServer


@pytest.mark.postgres
def test_a_job_runs_from_ingest_to_export_on_postgresql(
    assistant: Assistant,
    workspace: Path,
    dev_server: Callable[..., Serving],
    postgres: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ASSISTANT_DATABASE_URL", postgres.new_url())
    serving = dev_server()
    posts = {f"post-{n}": f"post number {n // 2}, nul \0, 长文" for n in range(40)}  # each text twice
    ingest(assistant, workspace, [{"id": name, "text": text} for name, text in posts.items()])
    told = assistant("prelabel", "--model", "openai:dev", "-w", workspace, "--json")
    assert (told.status, told.json["statuses"]["labelled"], told.json["shared_answers"]) == (0, 40, 20)
    assert serving.counts["asked"] == 20
    again = assistant("prelabel", "--model", "openai:dev", "-w", workspace, "--json")
    assert (again.status, again.json["session"]["labelled"], serving.counts["asked"]) == (0, 0, 20)
    assert assistant("export", workspace / "out.jsonl", "-w", workspace).status == 0
    assert {row["item_id"]: row["text"] for row in read_jsonl(workspace / "out.jsonl")} == posts
    found = {one["check"]: one for one in assistant("doctor", "--model", "openai:dev", "-w", workspace, "--json").json}
    assert found["database"]["found"] == "PostgreSQL, 40 items"
    assert not (workspace / ".assistant" / "assistant.db").exists()


@pytest.mark.postgres
def test_a_certified_run_is_routed_settled_and_exported_on_postgresql(
    assistant: Assistant, workspace: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_DATABASE_URL", postgres.new_url())
    labels = {f"汉字 {n}": "threat" if n == 2 else "safe" for n in range(10)}
    answered_run(assistant, workspace, labels)
    first, *_, last = labels
    people_say(assistant, workspace, {first: "spam"})
    scores = {name: (label, 0.99 - 0.01 * number) for number, (name, label) in enumerate(labels.items())}
    certify(workspace, fit(workspace, scores), 6, (first,))
    for written in (10, 0):
        told = assistant("route", "-w", workspace, "--json")
        assert (told.status, told.json["accepted"], told.json["written"]) == (0, 4, written)
    people_say(assistant, workspace, {last: "safe"})
    assert assistant("route", "-w", workspace, "--json").json["written"] == 1
    settled = assistant("settle", "-w", workspace, "--json").json
    assert (settled["people"], settled["machine"], settled["waiting"]) == (2, 4, 4)
    assert assistant("settle", "-w", workspace, "--json").json["written"] == 0
    assert assistant("export", workspace / "out.jsonl", "-w", workspace).status == 0
    origins = [row["final_origin"] for row in read_jsonl(workspace / "out.jsonl")]
    assert origins == ["person", "model", None, "model", "model", "model", None, None, None, "person"]
