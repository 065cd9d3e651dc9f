"""The pages of a workspace in which people have worked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.wiring.workspace import Workspace
from tests.web.conftest import app, nobody, signed_in, workspace  # noqa: F401 - fixtures
from tests.web.pages.made_up import MadeUp


@pytest.fixture
def made_up(workspace: Workspace) -> Iterator[MadeUp]:  # noqa: F811 - the fixture
    """Content, people and a run; nobody has answered anything yet."""
    made = MadeUp(workspace, 24)
    yield made
    made.close()
