"""One person on their own machine: no users, no passwords, a link."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from assistant.application.people.sign_in import issue_login_link
from assistant.domain.review_work import Role
from assistant.errors import InputError
from assistant.store.people.users import UserStore
from assistant.web.server.options import ServeOptions
from assistant.wiring.workspace import Workspace


def link_path(workspace: Workspace, name: str) -> str:
    return ServeOptions().login_url(issue_login_link(workspace, name, actor="tests"))


def test_the_first_link_makes_an_admin_and_later_ones_nobody_new(workspace: Workspace) -> None:
    link_path(workspace, "owner")
    assert UserStore(workspace.database).get("owner").role is Role.ADMIN
    with pytest.raises(InputError, match="user_not_among_others"):
        link_path(workspace, "stranger")


def test_without_passwords_the_login_page_shows_the_way_to_a_link(nobody: TestClient) -> None:
    text = nobody.get("/login").text
    assert "assistant users link" in text
    assert 'type="password"' not in text
