"""Who may do what: every role and every permission, written out."""

from __future__ import annotations

import pytest

from assistant.domain.permissions import (
    SCOPES,
    Permission,
    Scope,
    may,
    may_give,
    role_may,
    roles_that_may,
    unknown_scopes,
)
from assistant.domain.review_work import Principal, Role

# Rows as the documentation promises them: x may, . may not.
_COLUMNS = (Role.ADMIN, Role.MANAGER, Role.LEAD, Role.REVIEWER, Role.ANALYST, Role.EXTERNAL)
_TABLE = {
    "own": "xxxxxx",
    "read_policy": "xxxxxx",
    "review": "xxxx.x",
    "see_queue": "xxx.x.",
    "steer_queue": "xxx...",
    "see_disagreements": "xxx.x.",
    "adjudicate": "xxx...",
    "see_quality": "xxx.x.",
    "see_runs": "xxx.x.",
    "steer_runs": "xx....",
    "see_prompts": "xxx.x.",
    "see_figures": "xxx.x.",
    "see_people": "xxx...",
    "staff": "xxx...",
    "manage_gold": "xxx...",
    "export": "xxx.x.",
    "see_audit": "xx....",
    "steer_project": "xx....",
    "manage_projects": "x.....",
    "erase": "x.....",
    "change_policy": "xx....",
    "manage_users": "x.....",
    "manage_access": "x.....",
}
_CASES = [
    (role, Permission(name), mark == "x")
    for name, marks in _TABLE.items()
    for role, mark in zip(_COLUMNS, marks, strict=True)
]


def test_the_table_names_every_permission_and_role() -> None:
    assert set(_TABLE) == {permission.value for permission in Permission}
    assert set(_COLUMNS) == set(Role)
    assert set(SCOPES) == set(Permission)


@pytest.mark.parametrize(("role", "permission", "allowed"), _CASES)
def test_a_role_may_do_what_the_table_says_and_nothing_else(role: Role, permission: Permission, allowed: bool) -> None:
    assert role_may(role, permission) is allowed
    assert may(Principal(1, "ana", role), permission) is allowed
    assert (role in roles_that_may(permission)) is allowed


@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize(("role", "permission", "allowed"), _CASES)
def test_a_token_does_no_more_than_its_owner_and_its_scope(
    role: Role, permission: Permission, allowed: bool, scope: Scope
) -> None:
    principal = Principal(1, "ana", role, scopes=frozenset({scope.value}))
    assert may(principal, permission) is (allowed and SCOPES[permission] is scope)


def test_nobody_gives_a_role_above_their_own() -> None:
    given = {own: "".join("x" if may_give(own, role) else "." for role in _COLUMNS) for own in _COLUMNS}
    assert given == {
        Role.ADMIN: "xxxxxx",
        Role.MANAGER: ".xxxxx",
        Role.LEAD: "..xxxx",
        Role.REVIEWER: "......",
        Role.ANALYST: "......",
        Role.EXTERNAL: "......",
    }
    assert not may_give(None, Role.EXTERNAL)


def test_scopes_that_are_none_are_named() -> None:
    assert unknown_scopes({"read", "everything", "root"}) == ["everything", "root"]
