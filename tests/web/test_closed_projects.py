"""Pages of a closed project can be read; what would change it is refused in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from assistant.application.projects.projects import set_project_state
from assistant.domain.projects import ProjectState
from assistant.domain.review_work import Role
from assistant.wiring.workspace import Workspace
from tests.web.conftest import SignedIn
from tests.workspaces import made_up_in

WRITING: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/api/v1/queue/claim", {"n": 1}),
    ("/api/v1/runs", {"prompt": "moderation@2", "model": "local", "budget": 1}),
    ("/api/v1/tasks/enqueue", {"run": "r1"}),
)
PAGES = ("/", "/queue", "/disagreements", "/runs", "/runs/r1", "/quality", "/people", "/prompts", "/policy")


@pytest.fixture
def closed(workspace: Workspace) -> Iterator[Callable[[], None]]:
    """Closes the project, in which people have worked."""
    made = made_up_in(workspace, 24, worked=True)

    def close() -> None:
        set_project_state(workspace, "main", ProjectState.CLOSED, actor="tests")

    yield close
    made.close()


def test_every_list_of_a_closed_project_can_be_read(closed: Callable[[], None], signed_in: SignedIn) -> None:
    client = signed_in(Role.ADMIN)
    pages = [page for page in PAGES if client.get(page).status_code == 200]
    assert len(pages) > 5
    closed()
    assert {page: client.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)


def test_what_would_change_a_closed_project_is_refused_with_its_code(
    closed: Callable[[], None], signed_in: SignedIn
) -> None:
    client = signed_in(Role.ADMIN)
    closed()
    for path, body in WRITING:
        refused = client.post(path, json=body)
        assert (path, refused.status_code, refused.json()["code"]) == (path, 409, "project_closed")
