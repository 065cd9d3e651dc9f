"""No command is silent for long, on a pipe either; patience is cut so that every step of a small workspace is long."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from assistant.cli import progress
from assistant.models.embedders.worker import EmbeddingWorker
from assistant.store.content.items import ItemStore
from assistant.trust.classifier.model import Learned, LightClassifier
from tests.cli.conftest import Assistant
from tests.cli.files import write_jsonl
from tests.cli.made_up import make_up

impatient = pytest.mark.usefixtures("no_patience")


@pytest.fixture
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines at once, and an embedder that waits until one came."""
    monkeypatch.setattr(progress, "_FIRST_SECONDS", 0.0)
    monkeypatch.setattr(progress, "_LATER_SECONDS", 0.0)
    monkeypatch.setattr(progress, "_TICK_SECONDS", 0.001)


def wait_for_a_line(before: float) -> None:
    """Until the heartbeat has said something."""
    until = time.monotonic() + 30.0
    while progress.Output.spoke <= before and time.monotonic() < until:
        time.sleep(0.002)


@impatient
def test_sample_says_what_it_does_while_it_embeds_and_learns(
    assistant: Assistant, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_up(300, seed=3, machine_error=0.2)
    rows = [{"id": name, "text": text} for name, text in made.texts.items()]
    assert assistant("ingest", write_jsonl(workspace / "items.jsonl", rows), "-w", workspace).status == 0
    said = [{"id": name, "label": label, "score": score} for name, (label, score) in made.machine.items()]
    machine = write_jsonl(workspace / "machine.jsonl", said)
    assert assistant("prelabels", "import", machine, "--model", "judge", "--any-label", "-w", workspace).status == 0
    labels = [{"id": name, "label": label} for name, label in list(made.truth.items())[:100]]
    people = write_jsonl(workspace / "labels.jsonl", labels)
    assert assistant("labels", "import", people, "--rater-name", "a", "--any-label", "-w", workspace).status == 0
    embed, learn = EmbeddingWorker.embed, LightClassifier.learn

    def slow_embed(self: EmbeddingWorker, texts: list[str]) -> np.ndarray:
        wait_for_a_line(time.monotonic())
        return embed(self, texts)

    def slow_learn(self: LightClassifier, labelled: np.ndarray, answers: np.ndarray) -> Learned:
        wait_for_a_line(time.monotonic())
        return learn(self, labelled, answers)

    monkeypatch.setattr(EmbeddingWorker, "embed", slow_embed)
    monkeypatch.setattr(LightClassifier, "learn", slow_learn)
    sampled = assistant("sample", "--out", workspace / "out.csv", "-w", workspace)
    assert sampled.status == 0
    assert "embedding: " in sampled.stderr
    assert "256 of 300" in sampled.stderr
    assert "learning from 100 labels: " in sampled.stderr


@impatient
def test_a_command_without_named_steps_says_that_it_is_at_work(
    assistant: Assistant, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = ItemStore.count

    def slow_count(self: ItemStore) -> dict[str, int]:
        wait_for_a_line(time.monotonic())
        return dict(count(self))

    monkeypatch.setattr(ItemStore, "count", slow_count)
    assert "assistant status: 0 s so far" in assistant("status", "-w", filled).stderr


@impatient
def test_json_on_stdout_is_not_touched_by_it(assistant: Assistant, filled: Path) -> None:
    assert isinstance(assistant("status", "-w", filled, "--json").json, dict)
