"""A workspace without users, under the example policy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.application.workspace.create import make_workspace
from assistant.wiring.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Its folder is called quokka."""
    make_workspace(tmp_path / "quokka")
    with Workspace.open(tmp_path / "quokka") as opened:
        yield opened
