"""The pages of a workspace in which people have worked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.wiring.workspace import Workspace
from tests.web.conftest import app, nobody, signed_in, workspace  # noqa: F401 - fixtures
from tests.workspaces import MadeUp, made_up_in


@pytest.fixture
def made_up(workspace: Workspace) -> Iterator[MadeUp]:  # noqa: F811 - the fixture
    """Content, people and a run; nobody has answered anything yet."""
    made = made_up_in(workspace, 24)
    yield made
    made.close()
