"""Programs that come with tokens to a workspace in which people have worked."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.application.people.credentials import digest, new_token
from assistant.domain.audit_log import AuditEntry
from assistant.domain.review_work import Role
from assistant.store.audit.log import entries, verify
from assistant.store.people.api_tokens import ApiTokenStore
from assistant.wiring.workspace import Workspace
from tests.web.conftest import app, browser, make_user, workspace  # noqa: F401 - fixtures
from tests.workspaces import MadeUp, made_up_in

Program = Callable[..., TestClient]
SCOPES = ("read", "label", "manage", "admin", "accounts")


@pytest.fixture
def made_up(workspace: Workspace) -> Iterator[MadeUp]:  # noqa: F811 - the fixture
    """Content, people and a run; two people have answered each post."""
    made = made_up_in(workspace, 16, worked=True)
    yield made
    made.close()


@pytest.fixture
def program(app: FastAPI, made_up: MadeUp) -> Program:  # noqa: F811 - the fixture
    """A client with a token: `program(Role.LEAD)`, `program(Role.LEAD, "read")`, `program(Role.LEAD, name="lea")`."""

    def enter(role: Role, *scopes: str, name: str = "") -> TestClient:
        return with_token(app, made_up.workspace, role, *scopes, name=name)

    return enter


def with_token(app: FastAPI, workspace: Workspace, role: Role, *scopes: str, name: str = "") -> TestClient:  # noqa: F811
    """A client with a token of these scopes; all where none are named."""
    secret = new_token()
    user = make_user(workspace, name or f"{role.value}.bot", role)
    given = scopes or SCOPES
    ApiTokenStore(workspace.database).add(user, name="t", digest=digest(secret), scopes=given, actor="tests")
    client = browser(app)
    client.headers["authorization"] = f"Bearer {secret}"
    return client


def newest(workspace: Workspace, action: str) -> AuditEntry:  # noqa: F811
    """The newest change of that kind, in a log that is whole."""
    assert verify(workspace.database).broken_at is None
    return entries(workspace.database, action=action, limit=1)[0]


def changes(workspace: Workspace, action: str) -> int:  # noqa: F811
    """How many changes of that kind the log has."""
    return len(entries(workspace.database, action=action, limit=1000))
