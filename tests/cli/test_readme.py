"""The README stays true: every command in it is run, in its order, as written."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import POSTS, Assistant, Server

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
LINES = [re.sub(r"\s+#.*", "", line).strip() for block in BLOCKS for line in block.splitlines()]


def test_every_command_of_the_readme_works_as_written(
    assistant: Assistant, dev_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dev_server(models=("dev", "gpt-4o-mini"))
    monkeypatch.setenv("ASSISTANT__MODEL__SPEC", "openai:dev")  # the embedded model has a test of its own
    monkeypatch.chdir(tmp_path)
    start = LINES.index(next(line for line in LINES if line.startswith("assistant init")))
    ran = 0
    for line in [*LINES[start:], *LINES[:start]]:
        words = line.split()
        if line.startswith("cd "):
            shutil.copy(POSTS, tmp_path / words[1] / "posts.csv")
            with (tmp_path / words[1] / "assistant.toml").open("a", encoding="utf-8") as file:
                file.write('\n[prices."openai:gpt-4o-mini"]\ninput = 0.15\noutput = 0.6\n')
            monkeypatch.chdir(tmp_path / words[1])
        elif words and words[0] == "assistant":
            said = assistant(*shlex.split(line)[1:])
            assert said.status == 0, f"{line}\n{said.stderr}"
            ran += 1
        else:
            assert not words or words[0] in {"make", "export", "."}, line
    assert ran >= 19


@pytest.mark.parametrize("target", sorted({line.split()[1] for line in LINES if line.startswith("make ")}))
def test_every_make_target_of_the_readme_exists(target: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", target],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_file_the_readme_points_at_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
