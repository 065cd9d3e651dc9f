"""A workspace served in this process, and people signed in to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.application.people.credentials import digest, new_secret
from assistant.application.workspace.create import make_workspace
from assistant.domain.accounts import User
from assistant.domain.review_work import Role
from assistant.store.people.sessions import SessionStore
from assistant.store.people.users import UserStore
from assistant.web.app import create_app
from assistant.web.security.authentication import CSRF_HEADER
from assistant.web.server.options import ServeOptions
from assistant.wiring.workspace import Workspace

PORT = 8760
BASE_URL = f"http://127.0.0.1:{PORT}"
PASSWORD = "correct horse battery"  # noqa: S105 - of made-up people

SignedIn = Callable[..., TestClient]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A fresh workspace with the example policy."""
    monkeypatch.setenv("ASSISTANT__EMBEDDER__NAME", "hashing")
    make_workspace(tmp_path / "workspace")
    with Workspace.open(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture
def app(workspace: Workspace) -> FastAPI:
    """As one person on their own machine serves it."""
    return create_app(workspace, ServeOptions(port=PORT))


def browser(app: FastAPI, *, base_url: str = BASE_URL, address: str = "127.0.0.1", **more: Any) -> TestClient:
    """A browser before the login; redirects are left to look at, and what a handler raises is not hidden behind it."""
    return TestClient(app, base_url=base_url, follow_redirects=False, client=(address, 50000), **more)


@pytest.fixture
def nobody(app: FastAPI) -> TestClient:
    """A browser before the login."""
    return browser(app)


def make_user(workspace: Workspace, name: str, role: Role = Role.REVIEWER, **more: Any) -> User:
    """Somebody who may sign in."""
    users = UserStore(workspace.database)
    return users.find(name) or users.add(name, role=role, actor="tests", **more)


def sign_in(client: TestClient, workspace: Workspace, user: User, *, seconds: float = 3600) -> str:
    """Give a browser a session, as the login does; its pages' CSRF token goes along with every request. The secret."""
    secret, csrf = new_secret(), new_secret()
    store = SessionStore(workspace.database)
    store.open(user, digest=digest(secret), csrf=csrf, seconds=seconds, how="password")
    give(client, secret)
    client.headers[CSRF_HEADER] = csrf
    return secret


def give(client: TestClient, secret: str) -> None:
    """Put a session's secret into a browser's cookies."""
    client.cookies.set(f"assistant-session-{PORT}", secret, domain="127.0.0.1", path="/")


@pytest.fixture
def signed_in(app: FastAPI, workspace: Workspace) -> SignedIn:
    """Browsers of people: `signed_in(Role.LEAD)`, `signed_in(Role.REVIEWER, name="ana", languages=["zh"])`."""

    def enter(role: Role = Role.REVIEWER, name: str = "", **more: Any) -> TestClient:
        client = browser(app)
        sign_in(client, workspace, make_user(workspace, name or role.value, role, **more))
        return client

    return enter
