"""The folder `shared/` that may lie beside the project or above it: real data that is never part of it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).resolve().parents[1]


def shared_file(*parts: str) -> Path:
    """A file of it; the test is skipped where it isn't there."""
    for folder in _ROOT.parents:
        path = folder.joinpath("shared", *parts)
        if path.exists():
            return path
    pytest.skip(f"shared/{'/'.join(parts)} is not there: this test reads real data that is no part of the project")


def shared_rows(*parts: str) -> list[dict[str, Any]]:
    """The rows of a file of JSON lines, gzip."""
    with gzip.open(shared_file(*parts), "rt", encoding="utf-8", newline="\n") as file:
        return [json.loads(line) for line in file.read().split("\n") if line]
