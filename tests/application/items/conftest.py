"""A workspace in which people have worked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.wiring.workspace import Workspace
from tests.web.conftest import workspace  # noqa: F401 - a fixture
from tests.workspaces import MadeUp, made_up_in


@pytest.fixture
def made_up(workspace: Workspace) -> Iterator[MadeUp]:  # noqa: F811 - the fixture
    """Content, people and a run; two people have answered each post."""
    made = made_up_in(workspace, 16, worked=True)
    yield made
    made.close()
