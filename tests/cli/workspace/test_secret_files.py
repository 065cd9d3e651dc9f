"""Secrets given as files, as docker, Kubernetes and systemd give them: `NAME_FILE` says where `NAME` is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.conftest import Assistant, Server

NAMES = ("ASSISTANT_DATABASE_URL", "OPENAI_API_KEY", "ASSISTANT_METRICS_TOKEN")


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """None of them set, now and afterwards."""
    for name in NAMES:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def test_a_database_and_a_key_are_read_from_files(
    assistant: Assistant, filled: Path, tmp_path: Path, dev_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    dev_server(key="sk-of-the-file")
    (tmp_path / "key").write_text("sk-of-the-file\n")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY_FILE", str(tmp_path / "key"))
    assert assistant("prelabel", "--model", "openai:dev", "--limit", "2", "-w", filled).status == 0
    (tmp_path / "url").write_text(f"sqlite:///{tmp_path / 'another.db'}\n")
    monkeypatch.setenv("ASSISTANT_DATABASE_URL_FILE", str(tmp_path / "url"))
    assistant("status", "-w", filled)
    assert (tmp_path / "another.db").exists()
    assert os.environ["ASSISTANT_DATABASE_URL"].endswith("another.db")
    assert assistant("status", "-w", filled).status == assistant("status", "-w", filled).status  # set by now, the same


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "can't be read: no such file"),
        ("", "not one line"),
        ("  \n", "not one line"),
        ("a\nb", "not one line"),
        ("x" * 10_001, "not one line"),
        (b"\xff\xfe", "can't be read: it is no text"),
    ],
)
def test_a_file_that_holds_no_secret_is_told_without_its_content(
    assistant: Assistant,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: str | bytes | None,
    told: str,
) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    monkeypatch.setenv("ASSISTANT_METRICS_TOKEN_FILE", str(path))
    said = assistant("status", "-w", tmp_path)
    assert (said.status, told in said.stderr, f"ASSISTANT_METRICS_TOKEN_FILE={path}" in said.stderr) == (1, True, True)
    assert "xxx" not in said.stderr


def test_two_different_values_are_refused(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text("one")
    monkeypatch.setenv("ASSISTANT_METRICS_TOKEN", "another")
    monkeypatch.setenv("ASSISTANT_METRICS_TOKEN_FILE", str(tmp_path / "secret"))
    said = assistant("status", "-w", tmp_path)
    assert (said.status, "ASSISTANT_METRICS_TOKEN is set, too" in said.stderr) == (1, True)


def test_a_setting_that_is_a_file_and_variables_of_others_are_left_alone(
    assistant: Assistant, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT__POLICY__FILE", "policies/community.md")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere")
    before = dict(os.environ)
    assert assistant("policy", "lint", "-w", filled).status == 0
    assert "AWS_WEB_IDENTITY_TOKEN" not in os.environ
    assert "ASSISTANT__POLICY_" not in os.environ
    assert before.keys() == os.environ.keys()
