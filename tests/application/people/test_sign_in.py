"""Signing in: the same result for all who may not, and links that work once."""

from __future__ import annotations

import pytest

from assistant.application.people.accounts import NewUser, add_user, deactivate_user, find_user
from assistant.application.people.login_limits import LoginLimits, Wait
from assistant.application.people.sign_in import (
    account_name,
    check_password,
    issue_login_link,
    known_account,
    use_login_link,
)
from assistant.domain.review_work import Role
from assistant.errors import AssistantError
from assistant.wiring.workspace import Workspace

RIGHT = "vexed tapir lamp orbit"


def test_only_the_right_password_of_an_active_user_signs_in(workspace: Workspace) -> None:
    limits = LoginLimits(workspace.login_attempts)
    for name in ("ana", "bo"):
        add_user(workspace, NewUser(name=name, password=RIGHT), actor="tests")
    deactivate_user(workspace, "bo", actor="tests")
    tries = (("ana", RIGHT), ("ana", "another"), ("bo", RIGHT), ("cy", RIGHT))
    results = [check_password(workspace, limits, name, password, "10.0.0.1") for name, password in tries]
    assert [getattr(one, "name", one) for one in results] == ["ana", None, None, None]


def test_after_five_wrong_passwords_from_one_address_the_right_one_waits_too(workspace: Workspace) -> None:
    limits = LoginLimits(workspace.login_attempts)
    add_user(workspace, NewUser(name="ana", password=RIGHT), actor="tests")
    for _ in range(5):
        assert check_password(workspace, limits, "ana", "wrong", "10.0.0.1") is None
    waits = check_password(workspace, limits, "ana", RIGHT, "10.0.0.1")
    assert isinstance(waits, Wait)
    assert waits.limit == "account_and_address"


def test_the_first_link_makes_an_admin_and_later_ones_no_new_user(workspace: Workspace) -> None:
    secret = issue_login_link(workspace, "owner", actor="owner")
    assert find_user(workspace, "owner").role is Role.ADMIN
    signed_in = use_login_link(workspace, secret)
    assert signed_in is not None
    assert (signed_in.name, use_login_link(workspace, secret)) == ("owner", None)
    with pytest.raises(AssistantError) as refused:
        issue_login_link(workspace, "stranger", actor="stranger")
    assert (refused.value.code, refused.value.values["others"]) == ("user_not_among_others", ["owner"])


def test_what_is_typed_as_a_name_is_kept_only_where_it_is_a_users(workspace: Workspace) -> None:
    add_user(workspace, NewUser(name="ana"), actor="tests")
    assert [account_name(typed) for typed in (" ANA ", "a b", "")] == ["ana", "", ""]
    assert [known_account(workspace, name) for name in ("ana", "my secret")] == ["ana", ""]
