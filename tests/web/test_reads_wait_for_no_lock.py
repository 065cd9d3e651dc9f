"""Whatever is only read is answered while another process keeps the database from being written, on each kind."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from assistant.application.people.credentials import digest, new_secret
from assistant.application.workspace.create import make_workspace
from assistant.domain.permissions import Scope
from assistant.domain.review_work import Role
from assistant.store.people.api_tokens import ApiTokenStore
from assistant.store.people.sessions import SessionStore
from assistant.store.tables.people import api_tokens, sessions
from assistant.web.app import create_app
from assistant.web.server.options import ServeOptions
from assistant.wiring.workspace import Workspace
from tests.postgres import PostgresServer
from tests.web.conftest import PORT, browser, make_user, sign_in
from tests.web.test_sweep import _paths
from tests.workspaces import MadeUp

LONG_AGO = "2020-01-01T00:00:00.000+00:00"
HANGS = 10  # seconds after which an answer is taken for one that waits for the lock, which is never given back
TWO_DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=TWO_DATABASES)
def served(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A workspace in which people have worked, on each kind of database."""
    monkeypatch.setenv("ASSISTANT__EMBEDDER__NAME", "hashing")
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        monkeypatch.setenv("ASSISTANT_DATABASE_URL", server.migrated_url())
    make_workspace(tmp_path / "workspace")
    with Workspace.open(tmp_path / "workspace") as opened:
        made = MadeUp(opened, 12)
        made.work(6)
        yield opened
        made.close()


@contextmanager
def no_writing(workspace: Workspace) -> Iterator[None]:
    """As if another process were in the middle of writing: whoever writes waits until the end of the block."""
    if workspace.database.is_sqlite:
        other = sqlite3.connect(workspace.state / "assistant.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
        other.close()
        return
    with workspace.database.write() as connection:
        for name in sa.inspect(connection).get_table_names():
            connection.execute(sa.text(f'LOCK TABLE "{name}" IN EXCLUSIVE MODE'))
        yield


def answers(pool: ThreadPoolExecutor, client: TestClient, paths: list[str]) -> dict[str, int]:
    """The status of each address; 0 for the first that hangs, after which nothing more is asked."""
    found: dict[str, int] = {}
    for path in paths:
        try:
            found[path] = pool.submit(client.get, path).result(timeout=HANGS).status_code
        except TimeoutError:
            return found | {path: 0}
    return found


def aged(workspace: Workspace) -> None:
    """Sessions and tokens were used last so long ago that their use now is to be noted."""
    with workspace.database.write() as connection:
        connection.execute(sa.update(sessions).values(last_seen_at=LONG_AGO))
        connection.execute(sa.update(api_tokens).values(last_used_at=LONG_AGO))


def by_session(workspace: Workspace, client: TestClient) -> None:
    sign_in(client, workspace, make_user(workspace, "root", Role.ADMIN))


def by_token(workspace: Workspace, client: TestClient) -> None:
    secret = new_secret()
    user = make_user(workspace, "root", Role.ADMIN)
    scopes = [scope.value for scope in Scope]
    ApiTokenStore(workspace.database).add(user, name="bot", digest=digest(secret), scopes=scopes, actor="tests")
    client.headers["authorization"] = f"Bearer {secret}"


@pytest.mark.parametrize("enter", [by_session, by_token])
def test_every_address_that_is_read_answers_while_nothing_can_be_written(
    served: Workspace, enter: Callable[[Workspace, TestClient], None]
) -> None:
    app = create_app(served, ServeOptions(port=PORT, idle_seconds=1e10))
    client, paths = browser(app), _paths(served, most=1)
    assert served.queue  # made when a server starts
    enter(served, client)
    with ThreadPoolExecutor(1) as pool, client:
        answers(pool, client, paths[:1])
        aged(served)
        with no_writing(served):
            found = answers(pool, client, paths)
    unwell = {path: status for path, status in found.items() if status not in range(200, 500)}
    assert unwell == (
        {"/healthz": 503} if served.database.is_sqlite else {}
    )  # its right answer: nothing can be written
    assert len(found) == len(paths) > 60


def test_what_could_not_be_noted_while_locked_is_noted_afterwards(served: Workspace) -> None:
    app = create_app(served, ServeOptions(port=PORT, idle_seconds=1e10))
    client = browser(app)
    secret = sign_in(client, served, make_user(served, "root", Role.ADMIN))
    aged(served)
    with no_writing(served):
        assert client.get("/api/v1/items").status_code == 200
    served.last_uses.close()
    session = SessionStore(served.database).find(digest(secret), idle_seconds=1e10)
    assert session is not None
    assert session.last_seen_at > LONG_AGO
