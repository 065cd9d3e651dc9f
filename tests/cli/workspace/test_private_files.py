"""What the program keeps is its owner's only, in a folder that is open to all, too; exports can be handed on."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.file_modes import hand_on, private_files
from tests.cli.conftest import POSTS, Assistant, Server


@pytest.fixture
def usual_umask() -> Iterator[None]:
    """As most accounts have it: what they make can be read by all."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def open_to_others(folder: Path) -> list[str]:
    return sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_symlink() and mode(path) & 0o077
    )


@pytest.mark.usefixtures("usual_umask")
def test_no_file_of_the_state_is_open_to_others_after_the_main_job_in_a_mounted_folder(
    assistant: Assistant, tmp_path: Path, dev_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    dev_server(models=("dev",))
    monkeypatch.setenv("ASSISTANT__MODEL__SPEC", "openai:dev")
    workspace = tmp_path / "workspace"
    state = workspace / ".assistant"
    state.mkdir(parents=True, mode=0o755)
    exported = workspace / "labels.jsonl"
    for words in (
        ("init", workspace),
        ("ingest", POSTS, "-w", workspace),
        ("labels", "import", POSTS, "--each-rater", "label_a", "--each-rater", "label_b", "-w", workspace),
        ("precedents", "add", "--agreed", "--limit", "40", "-w", workspace),
        ("prelabel", "-w", workspace),
        ("enqueue", "-w", workspace),
        ("export", exported, "-w", workspace),
        ("backup", workspace / "copy.zip", "-w", workspace),
    ):
        assert assistant(*words).status == 0, words
    kept = {path.relative_to(state).parts[0] for path in state.rglob("*") if path.is_file()}
    assert kept >= {"assistant.db", "chroma", "journal"}
    assert open_to_others(state) == []
    assert mode(state) == 0o755  # somebody made it so
    assert mode(workspace / "copy.zip") == 0o600
    for handed_on in (exported, workspace / "labels.jsonl.manifest.json", workspace / "assistant.toml"):
        assert mode(handed_on) == 0o644, handed_on
    told = {one["check"]: one for one in assistant("doctor", "-w", workspace, "--json").json}
    assert told["privacy"]["ok"]
    assert told["backup"]["found"].startswith("the last one was made 20")
    (state / "assistant.db").chmod(0o644)
    told = {one["check"]: one for one in assistant("doctor", "-w", workspace, "--json").json}
    assert not told["privacy"]["ok"]
    assert told["privacy"]["hint"] == f"chmod -R go-rwx {state}"


@pytest.mark.usefixtures("usual_umask")
def test_what_any_library_makes_is_private_and_what_is_handed_on_goes_by_the_users_umask(tmp_path: Path) -> None:
    with private_files():
        for name in ("kept", "given"):
            (tmp_path / name).touch()
        (tmp_path / "folder").mkdir()
        hand_on(tmp_path / "given")
    (tmp_path / "later").touch()
    found = {path.name: mode(path) for path in tmp_path.iterdir()}
    assert found == {"kept": 0o600, "given": 0o644, "folder": 0o700, "later": 0o644}
