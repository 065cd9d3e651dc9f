"""Tokens are issued by one set of rules, and open what they should for as long as they should."""

from __future__ import annotations

import pytest

from assistant.application.people.accounts import NewUser, add_user, deactivate_user
from assistant.application.people.tokens import NewToken, issue_token, list_tokens, revoke_token, use_token
from assistant.errors import AssistantError, NotFoundError
from assistant.wiring.workspace import Workspace

READ = frozenset({"read"})


@pytest.fixture
def users(workspace: Workspace) -> Workspace:
    for name in ("ana", "bo"):
        add_user(workspace, NewUser(name=name), actor="tests")
    return workspace


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (NewToken(user="cy", name="x", scopes=READ), "user_not_found"),
        (NewToken(user="bo", name="x", scopes=READ), "user_disabled"),
        (NewToken(user="ana", name="x", scopes=frozenset()), "token_without_scope"),
        (NewToken(user="ana", name="x", scopes=frozenset({"read", "root"})), "scopes_unknown"),
        (NewToken(user="ana", name="x", scopes=READ, days=367), "token_lifetime_out_of_range"),
    ],
)
def test_a_token_that_could_open_nothing_or_too_much_is_not_issued(users: Workspace, new: NewToken, why: str) -> None:
    deactivate_user(users, "bo", actor="tests")
    with pytest.raises(AssistantError) as refused:
        issue_token(users, new, actor="tests")
    assert (refused.value.code, list_tokens(users)) == (why, [])


def test_a_token_names_its_user_until_it_is_revoked(users: Workspace) -> None:
    issued = issue_token(users, NewToken(user="ana", name="dashboard", scopes=READ), actor="tests")
    holder = use_token(users, issued.secret)
    assert holder is not None
    assert (holder.user.name, holder.scopes, holder.expired) == ("ana", ("read",), False)
    revoke_token(users, issued.token.id, actor="tests")
    revoke_token(users, issued.token.id, actor="tests")  # once is enough
    assert use_token(users, issued.secret) is None
    assert use_token(users, "") is None


def test_a_token_of_another_user_is_not_there_for_someone_who_may_end_only_their_own(users: Workspace) -> None:
    issued = issue_token(users, NewToken(user="ana", name="dashboard", scopes=READ), actor="tests")
    with pytest.raises(NotFoundError):
        revoke_token(users, issued.token.id, actor="bo", of="bo")
    assert [one.state for one in list_tokens(users)] == ["open"]
    revoke_token(users, issued.token.id, actor="ana", of="ana")
    assert [one.state for one in list_tokens(users)] == ["revoked"]
