"""People and tokens over the API."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.application.people.passwords import password_fits
from assistant.domain.review_work import Role
from assistant.store.people.users import UserStore
from tests.web.api.conftest import Program, changes, newest
from tests.web.conftest import browser
from tests.workspaces import MadeUp

USERS = "/api/v1/users"
TOKENS = "/api/v1/tokens"
GOOD = "a long enough phrase"


@pytest.fixture
def admin(program: Program) -> TestClient:
    return program(Role.ADMIN)


def test_somebody_is_added_and_signs_in_with_what_was_given(admin: TestClient, made_up: MadeUp) -> None:
    body = {"name": "Dee", "role": "lead", "password": GOOD, "languages": ["en", "zh-Hans"], "opt_outs": ["hate"]}
    added = admin.post(USERS, json=body)
    assert added.status_code == 201, added.text
    assert (added.json()["name"], added.json()["has_password"]) == ("dee", True)
    assert GOOD not in added.text
    assert "argon2" not in admin.get(f"{USERS}/dee").text
    assert password_fits(GOOD, UserStore(made_up.workspace.database).password_hash("dee"))
    entry = newest(made_up.workspace, "user.add")
    assert (entry.actor, entry.subject, entry.detail["role"]) == ("admin.bot", "user:dee", "lead")
    again = admin.post(USERS, json=body)
    assert (again.status_code, again.json()["code"]) == (409, "name_taken")


def test_the_list_is_paged_and_holds_no_secret(admin: TestClient) -> None:
    whole = admin.get(USERS, params={"limit": 200}).json()["rows"]
    first = admin.get(USERS, params={"limit": 3}).json()
    admin.post(USERS, json={"name": "late.comer"})
    second = admin.get(USERS, params={"limit": 200, "cursor": first["next"]}).json()
    assert [row["name"] for row in first["rows"] + second["rows"]] == [row["name"] for row in whole]
    assert not {"password_hash", "password", "preferences"} & set(whole[0])


def test_a_change_counts_from_the_next_request_on(admin: TestClient, program: Program, made_up: MadeUp) -> None:
    ana = program(Role.REVIEWER, name="ana")
    assert ana.get(USERS).status_code == 403
    changed = admin.patch(f"{USERS}/ana", json={"role": "lead", "skills": ["expert"], "team": None})
    assert (changed.json()["role"], changed.json()["skills"], changed.json()["team"]) == ("lead", ["expert"], "days")
    assert ana.get(USERS).status_code == 200
    assert newest(made_up.workspace, "user.change").detail["role"] == ["reviewer", "lead"]
    assert admin.patch(f"{USERS}/ana", json={"role": "lead"}).status_code == 200
    assert changes(made_up.workspace, "user.change") == 1


def test_somebody_shut_out_is_out_at_once_and_once(admin: TestClient, program: Program, made_up: MadeUp) -> None:
    bo = program(Role.REVIEWER, name="bo")
    assert bo.get("/api/v1/me").json()["name"] == "bo"
    for _ in range(2):
        assert admin.patch(f"{USERS}/bo", json={"disabled": True}).json()["disabled"] is True
    assert bo.get("/api/v1/me").status_code == 401
    assert changes(made_up.workspace, "user.disable") == 1
    assert admin.patch(f"{USERS}/bo", json={"disabled": False}).json()["disabled"] is False


@pytest.mark.parametrize("change", [{"disabled": True}, {"role": "lead"}, {"disabled": True, "team": "x"}])
def test_the_last_admin_stays(admin: TestClient, made_up: MadeUp, change: dict[str, Any]) -> None:
    refused = admin.patch(f"{USERS}/admin.bot", json=change)
    assert (refused.status_code, refused.json()["code"]) == (409, "last_admin")
    assert UserStore(made_up.workspace.database).get("admin.bot").team == ""


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"name": ""}, "body.name"),
        ({"name": "x" * 65}, "body.name"),
        ({"role": "root"}, "body.role"),
        ({"password": "short"}, "body.password"),
        ({"password": "x" * 1025}, "body.password"),
        ({"languages": ["en_US!"]}, "body.languages.0"),
        ({"languages": "en"}, "body.languages"),
        ({"skills": ["a\nb"]}, "body.skills.0"),
        ({"team": "a\0b"}, "body.team"),
        ({"password_hash": "x"}, "body.password_hash"),
        ({"id": 1}, "body.id"),
    ],
)
def test_what_is_wrong_is_told_by_place(admin: TestClient, wrong: dict[str, Any], where: str) -> None:
    refused = admin.post(USERS, json={"name": "new"} | wrong)
    assert refused.status_code == 422
    assert [one["where"] for one in refused.json()["errors"]] == [where]
    assert not any(str(value) in refused.text for value in wrong.values() if len(str(value)) > 20)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"name": "two words"}, "unfit"),
        ({"name": "../etc"}, "unfit"),
        ({"name": "carolinesmith", "password": "carolinesmith1"}, "unfit"),
        ({"opt_outs": ["hatee"]}, "labels"),
    ],
)
def test_what_does_not_fit_here_is_told(admin: TestClient, wrong: dict[str, Any], code: str) -> None:
    refused = admin.post(USERS, json={"name": "new"} | wrong)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


def test_a_new_password_ends_sessions_and_is_told_to_nobody(admin: TestClient, made_up: MadeUp) -> None:
    done = admin.put(f"{USERS}/ana/password", json={"password": GOOD})
    assert (done.status_code, done.content) == (204, b"")
    assert newest(made_up.workspace, "user.password").subject == "user:ana"
    assert admin.put(f"{USERS}/nobody/password", json={"password": GOOD}).status_code == 404


@pytest.mark.parametrize(
    ("role", "scopes", "sees", "manages"),
    [
        (Role.ADMIN, ("admin", "accounts"), 403, 404),
        (Role.ADMIN, ("read", "manage", "label"), 200, 403),
        (Role.MANAGER, (), 200, 403),
        (Role.LEAD, (), 200, 403),
        (Role.ANALYST, (), 403, 403),
        (Role.REVIEWER, (), 403, 403),
    ],
)
def test_who_sees_people_and_who_manages_them(
    program: Program, role: Role, scopes: tuple[str, ...], sees: int, manages: int
) -> None:
    client = program(role, *scopes)
    assert client.get(USERS).status_code == sees
    assert client.patch(f"{USERS}/nobody", json={"role": "admin"}).status_code == manages
    assert client.get(TOKENS).status_code == (200 if manages == 404 else 403)
    assert client.post(TOKENS, json={"user": "nobody", "name": "t", "scopes": ["read"]}).status_code == manages


def test_everybody_learns_what_they_may_do(program: Program) -> None:
    told = program(Role.REVIEWER, "read").get("/api/v1/me").json()
    assert told["permissions"] == ["own", "read_policy"]
    assert told["scopes"] == ["read"]


def test_a_token_shows_its_secret_once_and_opens_until_it_is_revoked(
    admin: TestClient, app: FastAPI, made_up: MadeUp
) -> None:
    made = admin.post(TOKENS, json={"user": "lea", "name": "dashboard", "scopes": ["read", "manage", "read"]})
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    token = made.json()
    assert token["scopes"] == ["manage", "read"]
    client = browser(app)
    client.headers["authorization"] = f"Bearer {token['token']}"
    assert client.get("/api/v1/me").json()["name"] == "lea"
    assert token["token"] not in admin.get(TOKENS).text
    assert newest(made_up.workspace, "token.add").detail["user"] == "lea"
    for _ in range(2):
        assert admin.delete(f"{TOKENS}/{token['id']}").status_code == 204
    assert client.get("/api/v1/me").status_code == 401
    assert changes(made_up.workspace, "token.revoke") == 1
    assert admin.get(TOKENS, params={"limit": 1}).json()["rows"][0]["revoked_at"]


def test_tokens_that_would_open_nothing_are_not_made(admin: TestClient) -> None:
    admin.patch(f"{USERS}/bo", json={"disabled": True})
    body = {"user": "bo", "name": "t", "scopes": ["read"]}
    assert admin.post(TOKENS, json=body).json()["code"] == "disabled"
    assert admin.post(TOKENS, json=body | {"scopes": []}).status_code == 422
    assert admin.post(TOKENS, json=body | {"scopes": ["root"]}).json()["errors"][0]["where"] == "body.scopes.0"
    assert admin.delete(f"{TOKENS}/99999").json()["code"] == "no_token"
