"""A workspace with three projects, and people with different roles in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.application.people.credentials import digest, new_token
from assistant.application.projects.project_folder import EXAMPLE, ProjectChoice
from assistant.application.projects.projects import init_project
from assistant.application.workspace.create import make_workspace
from assistant.domain.review_work import Role
from assistant.store.people.api_tokens import ApiTokenStore
from assistant.web.app import create_app
from assistant.web.server.options import ServeOptions
from assistant.wiring.workspace import Workspace
from tests.web.conftest import PORT, browser, make_user, sign_in
from tests.workspaces import MadeUp

KEYS = ("main", "market", "notes")
TITLES = {"market": {"en": "Market listings", "zh": "商品标注"}, "notes": {"en": "Field notes", "zh": ""}}
SCOPES = ("read", "label", "manage", "admin", "accounts")


@dataclass
class Three:
    """The workspace, one app of it, and what lies in two of its projects."""

    workspace: Workspace
    app: FastAPI
    made: dict[str, MadeUp]

    def join(self, name: str, **roles: Role) -> None:
        """Make somebody a member of these projects, and of no other; whoever isn't there yet is added."""
        if self.workspace.users.find(name) is None:
            make_user(self.workspace, name, Role.EXTERNAL)
            self.workspace.members.remove(self.workspace.project, name, actor="tests")
        for key, role in roles.items():
            self.workspace.members.set_role(self.workspace.projects.get(key), name, role, actor="tests")

    def browser(self, name: str, **roles: Role) -> TestClient:
        """Somebody's browser, signed in; `admin` is an admin of the workspace."""
        client = browser(self.app)
        if name == "admin":
            make_user(self.workspace, name, Role.ADMIN)
        else:
            self.join(name, **roles)
        sign_in(client, self.workspace, self.workspace.users.get(name))
        return client

    def program(self, name: str, **roles: Role) -> TestClient:
        """A program that comes with their token, which may do all that they may."""
        self.browser(name, **roles)
        secret, user = new_token(), self.workspace.users.get(name)
        ApiTokenStore(self.workspace.database).add(user, name="t", digest=digest(secret), scopes=SCOPES, actor="tests")
        client = browser(self.app)
        client.headers["authorization"] = f"Bearer {secret}"
        return client


@pytest.fixture
def three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Three]:
    """Projects `main` and `market`, in which people have worked, and `notes`, which is empty."""
    monkeypatch.setenv("ASSISTANT__EMBEDDER__NAME", "hashing")
    make_workspace(tmp_path / "workspace")
    with Workspace.open(tmp_path / "workspace", project="main") as workspace:
        yield from _three(workspace)


def _three(workspace: Workspace) -> Iterator[Three]:
    for key, title in TITLES.items():
        init_project(workspace, key, ProjectChoice(policy=EXAMPLE, title=title), actor="tests")
    made = {key: MadeUp(workspace.of_project(key), 6) for key in ("main", "market")}
    for one in made.values():
        for name in ("ana", "bo", "chen"):
            workspace.members.set_role(one.workspace.project, name, Role.REVIEWER, actor="tests")
        one.work(4)
        one.task(one.posts[5])
    yield Three(workspace, create_app(workspace, ServeOptions(port=PORT)), made)
    for one in made.values():
        one.close()


@pytest.fixture
def enter(three: Three) -> Callable[..., TestClient]:
    """`enter("lea", market=Role.LEAD)`: a browser."""
    return three.browser
