"""Advice that works: the next command a command names runs in the state it leaves, word for word."""

from __future__ import annotations

import io
import shlex
import sys
from pathlib import Path

import pytest

from assistant.store.people.users import UserStore
from assistant.web.serve import Started, serve
from assistant.web.server.options import ServeOptions
from assistant.wiring import actor as at_work
from assistant.wiring.actor import actor_as_user
from assistant.wiring.workspace import Workspace
from tests.cli.conftest import POSTS, Assistant, Said, Server

PASSWORD = "correct horse battery"  # noqa: S105 - of made-up people


def advised(said: Said) -> list[str]:
    """The words of the next command, of several the last one, after `assistant`."""
    *_, line = [line for line in said.stderr.splitlines() if line.startswith("next: ")]
    program, *words = shlex.split(line.removeprefix("next: ").split("   ")[0])
    assert program == "assistant"
    return words


class _ListeningError(Exception):
    """Ends a server as soon as it listens."""


def serving(folder: Path, user: str = "", **options: object) -> Started:
    """What `serve` with these options says once it listens; it is ended there."""
    told: list[Started] = []

    def announce(started: Started) -> None:
        told.append(started)
        raise _ListeningError

    chosen = ServeOptions(port=0, **options)  # type: ignore[arg-type]
    with Workspace.open(folder) as opened, pytest.raises(_ListeningError):
        serve(opened, chosen, announce, person=user or actor_as_user())
    return told[0]


def test_each_step_of_a_day_names_the_next_about_the_same_workspace_and_it_runs(
    assistant: Assistant, workspace: Path, dev_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is typed but what was advised, from another folder; placeholders in capitals are filled in."""
    dev_server()
    monkeypatch.chdir(tmp_path)
    fill = {"FILE": str(POSTS), "labels.jsonl": str(tmp_path / "labels.jsonl")}
    said, steps = assistant("doctor", "-w", workspace), []
    for _ in range(6):
        words = [fill.get(word, word) for word in advised(said)]
        steps.append(words[0])
        assert words[-2:] in ([short, str(workspace)] for short in ("-w", "--workspace")), words
        if words[:2] == ["prelabel", "--dry-run"]:
            words[1:1] = ["--model", "openai:dev", "--limit", "100"]
        said = assistant(*words)
        assert said.status == 0, (words, said.stderr)
        if words[0] == "export":
            break
    assert steps == ["ingest", "prelabel", "prelabel", "prelabel", "export"]
    assert (tmp_path / "labels.jsonl").exists()


def test_the_price_and_what_is_left_of_a_job_name_the_same_job(
    assistant: Assistant, filled: Path, dev_server: Server
) -> None:
    dev_server()
    job = ("prelabel", "--model", "openai:dev", "--prompt", "moderation@2", "-w", str(filled))
    assert advised(assistant(*job, "--dry-run")) == list(job)
    assert advised(assistant(*job, "--limit", "10")) == list(job)
    assert advised(assistant(*job, "--limit=10")) == list(job)
    said = assistant(*advised(assistant(*job, "--limit", "10")))
    assert said.status == 0
    assert "other runs" not in assistant("status", "-w", filled).stderr


def test_a_run_that_was_named_is_named_in_the_next_command_where_that_takes_one(
    assistant: Assistant, filled: Path, dev_server: Server, tmp_path: Path
) -> None:
    dev_server()
    for prompt in ("moderation@2", "moderation@3"):
        assert assistant("prelabel", "--model", "openai:dev", "--prompt", prompt, "-w", filled).status == 0
    said = assistant("status", "--run", "r1", "-w", filled)
    assert advised(said) == ["export", "labels.jsonl", "--run", "r1", "--workspace", str(filled)]
    asked = assistant("sample", "--run", "r1", "--out", tmp_path / "sheet.csv", "-w", filled)
    words = advised(asked)
    assert "--run" not in words  # `labels import` takes labels, of whatever run
    assert words[-2:] == ["--workspace", str(filled)]


@pytest.mark.parametrize("option", ["--no-password", "--password-stdin"])
@pytest.mark.parametrize("role", ["reviewer", "admin"])
def test_whoever_was_added_gets_in_by_the_command_that_is_named(
    assistant: Assistant, workspace: Path, monkeypatch: pytest.MonkeyPatch, option: str, role: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))
    words = advised(assistant("users", "add", "ana", "--role", role, option, "-w", workspace))
    if option == "--no-password":
        assert words == ["serve", "--user", "ana", "--workspace", str(workspace)]
        started = serving(workspace, user="ana")
        assert started.user == "ana"
        assert "/login/link?token=" in str(started.login_url)
    else:
        assert words == ["serve", "--team", "--workspace", str(workspace)]
        assert serving(workspace, team=True).login_url is None


def test_who_is_not_among_the_users_reads_commands_that_work(
    assistant: Assistant, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USER", "max")
    for name, role in (("ana", "reviewer"), ("bo", "admin"), ("cy", "reviewer")):
        assert assistant("users", "add", name, "--role", role, "--no-password", "-w", workspace).status == 0
    assert assistant("users", "disable", "cy", "-w", workspace).status == 0
    refused = assistant("serve", "-w", workspace, "--json").json["error"]
    assert (refused["what"], refused["where"]) == (
        "there is no user of this name, but there are others: bo, ana",
        "max",
    )
    assert refused["hint"] == (
        "assistant serve --user bo (or, beside a running server, assistant users link bo);"
        " or assistant users add max --role admin --no-password"
    )
    assert serving(workspace, user="bo").user == "bo"
    assert assistant("users", "link", "-w", workspace, "--json").json["error"]["hint"] == refused["hint"]
    assert assistant("users", "link", "bo", "-w", workspace).status == 0
    assert assistant("users", "add", "max", "--role", "admin", "--no-password", "-w", workspace).status == 0
    assert serving(workspace).user == "max"


def test_a_team_without_passwords_is_told_how_to_give_one(
    assistant: Assistant, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert assistant("serve", "--team", "-w", workspace, "--json").json["error"]["hint"] == (
        "assistant users add NAME --role admin"
    )
    assert assistant("users", "add", "ana", "--no-password", "-w", workspace).status == 0
    hint = assistant("serve", "--team", "-w", workspace, "--json").json["error"]["hint"]
    assert hint == "assistant users password ana  gives one"
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))
    assert assistant("users", "password", "ana", "-w", workspace).status == 0
    assert serving(workspace, team=True).login_url is None


@pytest.mark.parametrize(
    ("user", "name"), [("max", "max"), ("Max Po", "max.po"), ("CORP\\max", "corp.max"), ("é" * 80, "é" * 64)]
)
def test_whatever_the_system_calls_people_they_can_sign_in(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, user: str, name: str
) -> None:
    monkeypatch.setenv("USER", user)
    assert serving(workspace).user == name
    with Workspace.open(workspace) as opened:
        assert [one.name for one in UserStore(opened.database).all()] == [name]


def test_without_a_variable_the_account_of_the_system_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("USER", raising=False)
    monkeypatch.setattr(at_work, "_account", lambda: "root")
    assert at_work.actor() == "root"
    monkeypatch.setattr(at_work, "_account", lambda: "")
    assert at_work.actor().startswith("uid ")
    assert at_work.actor_as_user().startswith("uid.")


def test_a_server_for_a_public_address_says_where_it_listens(workspace: Path) -> None:
    started = serving(workspace, public_url="https://example.com/labels")
    assert started.base_url == "https://example.com/labels"
    assert started.address.startswith("http://127.0.0.1:")
    assert str(started.login_url).startswith("https://example.com/labels/login/link?token=")
