"""`assistant embed` by a server: what is no vector, or another model's, never becomes a vector of record."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.models.dev.wire_faults import WireFault
from tests.cli.conftest import Assistant, Server


@pytest.fixture
def by_server(filled: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace whose embedder is the server at OPENAI_BASE_URL."""
    monkeypatch.setenv("ASSISTANT__EMBEDDER__NAME", "openai:dev")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-a-secret-key")
    return filled


def test_zero_vectors_are_refused_and_the_repaired_server_embeds_all(
    assistant: Assistant, by_server: Path, dev_server: Server
) -> None:
    dev_server(wire_fault=WireFault("zero_vectors"))
    refused = assistant("embed", "-w", by_server)
    assert refused.status == 1
    assert "a vector that is zero everywhere: text 1 of 128" in refused.stderr
    assert "Traceback" not in refused.stderr
    dev_server()
    assert assistant("embed", "-w", by_server).status == 0


def test_a_wrong_key_names_its_variable(assistant: Assistant, by_server: Path, dev_server: Server) -> None:
    dev_server(key="right")
    refused = assistant("embed", "-w", by_server)
    assert refused.status == 1
    assert "answered 401" in refused.stderr
    assert "OPENAI_API_KEY" in refused.stderr
    assert "sk-a-secret-key" not in refused.stderr


def test_another_model_under_the_same_name_is_refused(
    assistant: Assistant, by_server: Path, dev_server: Server, tmp_path: Path
) -> None:
    dev_server(dimensions=64)
    assert assistant("embed", "-w", by_server).status == 0
    later = tmp_path / "later.csv"
    later.write_text("id,text\nnew-1,one more post about bread\n", encoding="utf-8")
    assert assistant("ingest", later, "-w", by_server).status == 0
    dev_server(dimensions=32)
    refused = assistant("embed", "-w", by_server)
    assert refused.status == 1
    assert "gives vectors of 32 numbers, those on disk have 64" in refused.stderr
    dev_server(dimensions=64)
    assert assistant("embed", "-w", by_server).status == 0
