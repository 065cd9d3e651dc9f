"""A workspace with items in it, as the application's functions take it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.application.workspace.create import make_workspace
from assistant.domain.items import Content, Item
from assistant.store.content.items import NewItem
from assistant.wiring.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Items i1 to i4 in English under the example policy (safe, spam, hate ...); no one has labeled anything."""
    make_workspace(tmp_path / "w")
    with Workspace.open(tmp_path / "w") as opened:
        opened.items.add([NewItem(Item(f"i{n}", Content(f"text {n}"), "en"), b"", n) for n in range(1, 5)])
        yield opened
