"""The program itself: making a workspace, checking it, settings, help, and errors in words whatever happens."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer

from assistant import __version__
from assistant.cli.main import app
from assistant.store.database import Database
from tests.cli.conftest import Assistant, Serving

Server = Callable[..., Serving]
CHECKS = [
    "settings",
    "policy",
    "projects",
    "prompt",
    "database",
    "index",
    "embedder",
    "keys",
    "model",
    "price",
    "disk",
    "privacy",
    "backup",
]


def test_a_new_workspace_is_ready_to_run(assistant: Assistant, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "project"
    said = assistant("init", folder, "--json")
    assert said.status == 0
    assert said.json["files"] == ["assistant.toml", "projects/", "policies/", "prompts/", ".gitignore"]
    assert (folder / ".gitignore").read_text("utf-8") == ".assistant/\n"
    assert assistant("policy", "lint", "-w", folder).status == 0
    assert assistant("prompts", "lint", "-w", folder).status == 0
    assert assistant("status", "-w", folder, "--json").json["content"]["items"] == 0


def test_a_workspace_is_made_once_and_then_left_alone(assistant: Assistant, workspace: Path) -> None:
    settings = workspace / "assistant.toml"
    settings.write_text("# mine\n", "utf-8")
    said = assistant("init", workspace, "--json")
    assert (said.status, said.json["error"]["what"]) == (1, "there is a workspace here already")
    assert settings.read_text("utf-8") == "# mine\n"


def test_a_policy_that_is_there_already_stays(assistant: Assistant, tmp_path: Path) -> None:
    mine = tmp_path / "policies" / "community.md"
    mine.parent.mkdir()
    mine.write_text("mine", "utf-8")
    assert assistant("init", tmp_path).status == 0
    assert mine.read_text("utf-8") == "mine"


def test_a_workspace_where_a_file_stands_is_told(assistant: Assistant, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        said = assistant("init", folder, "--json")
        assert (said.status, said.json["error"]["kind"]) == (1, "WorkspaceError")


@pytest.mark.parametrize(
    "words", [("status",), ("ingest", "x.csv"), ("prelabel",), ("policy", "index"), ("export", "x.csv")]
)
def test_where_there_is_no_workspace_each_command_says_how_to_make_one(
    assistant: Assistant, tmp_path: Path, words: tuple[str, ...]
) -> None:
    said = assistant(*words, "-w", tmp_path, "--json")
    assert (said.status, said.json["error"]["what"]) == (1, "no workspace here")
    assert said.json["error"]["hint"].startswith(f"assistant init {tmp_path}")
    assert list(tmp_path.iterdir()) == []


def test_the_workspace_can_come_from_the_environment(
    assistant: Assistant, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_WORKSPACE", str(workspace))
    assert assistant("status", "--json").json["content"]["items"] == 0


def test_all_is_well_beside_a_server_that_answers(assistant: Assistant, workspace: Path, dev_server: Server) -> None:
    serving = dev_server()
    said = assistant("doctor", "--model", "openai:dev", "-w", workspace, "--json")
    assert (said.status, [one["check"] for one in said.json]) == (0, CHECKS)
    assert all(one["ok"] for one in said.json)
    assert serving.counts["asked"] <= 1
    assert "FAILED" not in assistant("doctor", "--model", "openai:dev", "-w", workspace).stdout


def test_a_server_that_isnt_there_is_told_with_what_to_do(
    assistant: Assistant, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")  # the discard port: nobody listens
    said = assistant("doctor", "--model", "openai:dev", "-w", workspace, "--json")
    assert said.status == 1
    [wrong] = [one for one in said.json if not one["ok"]]
    assert wrong["check"] == "model"
    assert "127.0.0.1:9" in wrong["found"]


def test_a_missing_key_is_told_with_what_to_do(assistant: Assistant, workspace: Path, dev_server: Server) -> None:
    said = assistant("doctor", "--model", "openai:dev", "-w", workspace, "--json")
    assert said.status == 1
    keys = next(one for one in said.json if one["check"] == "keys")
    assert (keys["ok"], keys["hint"]) == (False, "export OPENAI_API_KEY=...")
    dev_server(key="right")
    refused = assistant("doctor", "--model", "openai:dev", "-w", workspace, "--json")
    assert [one["check"] for one in refused.json if not one["ok"]] == ["model"]


def test_one_broken_part_doesnt_hide_the_others(assistant: Assistant, workspace: Path, dev_server: Server) -> None:
    dev_server()
    (workspace / "policies" / "community.md").write_text("no policy", "utf-8")
    state = workspace / ".assistant"
    state.mkdir()
    (state / "assistant.db").write_bytes(b"no database" * 500)
    said = assistant("doctor", "--model", "openai:dev", "-w", workspace, "--json")
    assert said.status == 1
    wrong = {one["check"]: one for one in said.json if not one["ok"]}
    assert {"policy", "database"} <= set(wrong)
    assert "damaged" in wrong["database"]["found"]
    assert next(one for one in said.json if one["check"] == "model")["ok"]


def test_wrong_settings_are_all_told_with_line_and_nearest_key(assistant: Assistant, workspace: Path) -> None:
    (workspace / "assistant.toml").write_text(
        '[model]\nspek = "local"\nconcurrency = 0\n[rooting]\nseed = 1\n', "utf-8"
    )
    said = assistant("status", "-w", workspace, "--json")
    assert said.status == 1
    what = said.json["error"]["what"]
    assert what.startswith("3 wrong settings")
    assert "assistant.toml:2: model.spek: no such key; did you mean spec?" in what
    assert "assistant.toml:3: model.concurrency" in what
    assert "assistant.toml:4: rooting: no such key; did you mean routing?" in what
    doctor = assistant("doctor", "-w", workspace, "--json")
    assert (doctor.status, [one["check"] for one in doctor.json]) == (1, ["settings"])


def test_a_password_in_the_settings_is_refused_and_not_repeated(assistant: Assistant, workspace: Path) -> None:
    with (workspace / "assistant.toml").open("a", encoding="utf-8") as file:
        file.write('\n[storage]\ndatabase_url = "postgresql://me:hunter2-secret@127.0.0.1/db"\n')
    said = assistant("status", "-w", workspace, "--json")
    assert said.status == 1
    assert "ASSISTANT_DATABASE_URL" in said.json["error"]["what"]
    assert "hunter2-secret" not in said.stdout + said.stderr


def test_a_database_that_isnt_there_is_told_without_its_password(
    assistant: Assistant, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("psycopg")
    monkeypatch.setenv("ASSISTANT_DATABASE_URL", "postgresql://me:hunter2-secret@127.0.0.1:9/db")
    said = assistant("status", "-w", workspace, "--json")
    assert (said.status, said.json["error"]["kind"]) == (1, "StorageError")
    assert "hunter2-secret" not in said.stdout + said.stderr


def test_alone_it_shows_a_normal_day_in_five_commands(assistant: Assistant) -> None:
    said = assistant()
    assert said.status == 0
    day = [line.split()[:2] for line in said.stdout.splitlines() if line.startswith("  assistant ")]
    assert day == [["assistant", name] for name in ("ingest", "prelabel", "sample", "certify", "export")]
    assert "assistant init" in said.stdout


def test_it_tells_its_version(assistant: Assistant) -> None:
    said = assistant("--version")
    assert (said.status, said.stdout) == (0, f"labeling-assistant {__version__}\n")


def commands() -> Iterator[tuple[str, ...]]:
    """Every command there is, as it is typed."""
    pending = [((), typer.main.get_command(app))]
    while pending:
        words, command = pending.pop()
        below = getattr(command, "commands", {})
        pending += [((*words, name), one) for name, one in below.items()]
        if not below:
            yield words


def test_the_help_of_every_command_has_an_example_of_it(assistant: Assistant) -> None:
    known = sorted(commands())
    assert len(known) > 20
    for words in known:
        said = assistant(*words, "--help")
        assert said.status == 0
        assert f"Example: assistant {' '.join(words)}" in " ".join(said.stdout.split()), words


@pytest.mark.parametrize("words", [("labl",), ("policy", "lnit"), ("status", "--no-such-option"), ("ingest",)])
def test_a_command_that_makes_no_sense_ends_with_2(assistant: Assistant, words: tuple[str, ...]) -> None:
    said = assistant(*words)
    assert said.status == 2
    assert "Traceback" not in said.stderr


def test_even_the_unexpected_is_told_in_words_and_its_trace_kept_private(
    assistant: Assistant, workspace: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fall_over(_url: str, *_: object, **__: object) -> Database:
        raise ZeroDivisionError("content that is nobody's business")

    monkeypatch.setattr(Database, "open", fall_over)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    said = assistant("status", "-w", workspace, "--json")
    assert said.status == 1
    assert "something went wrong" in said.json["error"]["what"]
    assert "nobody's business" not in said.stdout + said.stderr
    [trace] = tmp_path.glob("assistant-error-*.txt")
    assert str(trace) in said.json["error"]["hint"]
    kept = trace.read_text("utf-8")
    assert "ZeroDivisionError" in kept
    assert "assistant/wiring/workspace.py" in kept
    assert "nobody's business" not in kept
    assert trace.stat().st_mode & 0o077 == 0


def test_results_for_programs_are_one_json_document_on_stdout(assistant: Assistant, filled: Path) -> None:
    for words in (("status",), ("precedents", "list"), ("prompts", "list"), ("policy", "index"), ("embed",)):
        said = assistant(*words, "-w", filled, "--json")
        assert said.status == 0
        assert json.loads(said.stdout) is not None
        assert "next:" not in said.stderr
