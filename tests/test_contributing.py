"""What CONTRIBUTING.md names is there: a file that moves takes its sentence along."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMED = re.compile(r"`((?:assistant|evals|tests|docs|requirements)/[\w./-]*|[A-Za-z]+\.(?:md|toml))`")


def paths() -> list[str]:
    return sorted(set(NAMED.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))))


@pytest.mark.parametrize("path", paths())
def test_a_file_that_is_named_is_there(path: str) -> None:
    assert (ROOT / path).exists() or path in {"assistant.toml", "project.toml"}  # a workspace's own


def test_the_trips_name_the_files_they_pass() -> None:
    assert {"assistant/prelabel/label_one.py", "assistant/application/evaluation/run.py"} <= set(paths())
