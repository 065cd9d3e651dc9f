"""Accounts are changed in one step each, by the same rules whoever asks: a page, a program or a command."""

from __future__ import annotations

import pytest

from assistant.application.people.accounts import (
    NewUser,
    UserChanges,
    add_user,
    add_users,
    change_user,
    deactivate_user,
    find_user,
    list_users,
    reactivate_user,
    set_password,
)
from assistant.application.people.passwords import UnfitPasswordError
from assistant.application.people.sessions import NewSession, begin_session, list_sessions, use_session
from assistant.application.people.tokens import NewToken, issue_token, list_tokens
from assistant.application.workspace.audit_anchors import list_changes
from assistant.domain.review_work import Role
from assistant.errors import ConflictError, InvalidValueError
from assistant.wiring.workspace import Workspace

GOOD = "vexed tapir lamp orbit"


def code(error: pytest.ExceptionInfo[Exception]) -> str:
    return str(getattr(error.value, "code", ""))


def actions(workspace: Workspace) -> list[str]:
    """What was logged, oldest first."""
    return [one.action for one in reversed(list_changes(workspace, limit=50))]


def test_a_change_that_is_refused_in_part_changes_nothing(workspace: Workspace) -> None:
    add_user(workspace, NewUser(name="root", role=Role.ADMIN), actor="tests")
    with pytest.raises(ConflictError) as refused:
        change_user(workspace, "root", UserChanges(display_name="Root", disabled=True), actor="tests")
    assert code(refused) == "last_admin"
    assert (find_user(workspace, "root").display_name, find_user(workspace, "root").disabled) == ("root", False)
    assert actions(workspace) == ["user.add"]


def test_a_user_who_is_deactivated_is_out_everywhere_and_stays_so_for_tokens(workspace: Workspace) -> None:
    user = add_user(workspace, NewUser(name="ana"), actor="tests")
    secret = begin_session(workspace, user, NewSession(how="link", seconds=60))
    issue_token(workspace, NewToken(user="ana", name="dashboard", scopes=frozenset({"read"})), actor="tests")
    deactivate_user(workspace, "ana", actor="tests")
    deactivate_user(workspace, "ana", actor="tests")  # the same again changes nothing, and is not logged
    assert use_session(workspace, secret, idle_seconds=60) is None
    reactivate_user(workspace, "ana", actor="tests")
    assert use_session(workspace, secret, idle_seconds=60) is None
    assert list_sessions(workspace, "ana") == []
    assert [one.state for one in list_tokens(workspace)] == ["revoked"]
    assert actions(workspace) == ["user.add", "session.open", "token.add", "user.disable", "user.enable"]


def test_a_misspelt_label_to_opt_out_of_is_refused_since_it_would_protect_no_one(workspace: Workspace) -> None:
    with pytest.raises(InvalidValueError) as refused:
        add_user(workspace, NewUser(name="ana", opt_outs=["hatred"]), actor="tests")
    assert (code(refused), list_users(workspace)) == ("opt_outs_unknown", [])
    add_user(workspace, NewUser(name="ana", opt_outs=["hate"]), actor="tests")
    with pytest.raises(InvalidValueError):
        change_user(workspace, "ana", UserChanges(opt_outs=["hate", "hatred"]), actor="tests")
    assert find_user(workspace, "ana").opt_outs == ("hate",)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("quokka-quokka-7", "password_guessable"),
        ("short", "password_length"),
        ("ana.maria.ortiz1", "password_is_the_name"),
    ],
)
def test_a_password_made_of_the_workspace_or_the_user_is_refused_on_every_way(
    workspace: Workspace, password: str, why: str
) -> None:
    new = NewUser(name="ana.maria.ortiz", password=password)
    with pytest.raises(UnfitPasswordError) as refused:
        add_user(workspace, new, actor="tests")
    assert (code(refused), list_users(workspace)) == (why, [])
    add_user(workspace, NewUser(name="ana.maria.ortiz"), actor="tests")
    with pytest.raises(UnfitPasswordError) as refused:
        set_password(workspace, "ana.maria.ortiz", password, actor="tests")
    assert (code(refused), find_user(workspace, "ana.maria.ortiz").has_password) == (why, False)


def test_a_new_password_ends_all_sessions_but_the_one_it_was_changed_in(workspace: Workspace) -> None:
    user = add_user(workspace, NewUser(name="ana"), actor="tests")
    here, there = (begin_session(workspace, user, NewSession(how="link", seconds=60)) for _ in range(2))
    kept = use_session(workspace, here, idle_seconds=60)
    assert kept is not None
    set_password(workspace, "ana", GOOD, actor="ana", keep_session=kept.digest)
    assert use_session(workspace, here, idle_seconds=60) is not None
    assert use_session(workspace, there, idle_seconds=60) is None


def test_several_users_are_added_all_or_none(workspace: Workspace) -> None:
    add_user(workspace, NewUser(name="bo"), actor="tests")
    with pytest.raises(ConflictError) as refused:
        add_users(workspace, [NewUser(name="ana"), NewUser(name="BO")], actor="tests")
    assert (code(refused), [one.name for one in list_users(workspace)]) == ("user_exists", ["bo"])
