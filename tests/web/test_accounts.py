"""Managing accounts: only by who has just shown that it is them; sessions and tokens that are seen, ended, and end."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.application.people.credentials import digest, new_token
from assistant.application.people.passwords import hash_password
from assistant.application.people.sessions import device_of
from assistant.domain.review_work import Role
from assistant.store.audit import log as audit
from assistant.store.people.api_tokens import ApiTokenStore
from assistant.store.people.sessions import SessionStore
from assistant.store.people.users import UserStore
from assistant.store.tables.people import api_tokens, sessions
from assistant.wiring.workspace import Workspace
from tests.web.conftest import PASSWORD, SignedIn, browser, make_user, sign_in
from tests.web.pages.reading import words

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
GOOD = "vexed quokka lamp orbit"
LONG_AGO = "2026-01-01T00:00:00.000+00:00"


@pytest.fixture
def boss(app: FastAPI, workspace: Workspace) -> TestClient:
    """An admin with a password, signed in some time ago."""
    client = browser(app)
    user = make_user(workspace, "boss", Role.ADMIN, password_hash=hash_password(PASSWORD))
    make_user(workspace, "ana", Role.REVIEWER)
    sign_in(client, workspace, user)
    age(workspace)
    return client


def age(workspace: Workspace) -> None:
    with workspace.database.write() as connection:
        connection.execute(sa.update(sessions).values(confirmed_at=LONG_AGO))


def token(workspace: Workspace, name: str, *scopes: str, days: float = 90) -> dict[str, str]:
    secret, user = new_token(), UserStore(workspace.database).get(name)
    ApiTokenStore(workspace.database).add(
        user, name="t", digest=digest(secret), scopes=scopes, actor="tests", days=days
    )
    return {"authorization": f"Bearer {secret}"}


SENSITIVE: list[tuple[str, str, Any, Any]] = [
    ("PUT", "/api/v1/users/ana/password", {"password": GOOD}, None),
    ("POST", "/api/v1/users", {"name": "eve"}, None),
    ("PATCH", "/api/v1/users/ana", {"role": "admin"}, None),
    ("PATCH", "/api/v1/users/ana", {"disabled": True}, None),
    ("POST", "/api/v1/tokens", {"user": "boss", "name": "t", "scopes": ["read"]}, None),
    ("GET", "/api/v1/users/ana/sessions", None, None),
    ("DELETE", "/api/v1/users/ana/sessions", None, None),
    ("DELETE", "/api/v1/me/sessions", None, None),
    ("GET", "/people/new", None, None),
    ("POST", "/people/new", None, {"name": "eve", "role": "admin"}),
    ("POST", "/people/ana/change", None, {"role": "admin"}),
    ("POST", "/people/ana/disable", None, {"x": "1"}),
    ("GET", "/people/ana/sessions", None, None),
    ("POST", "/people/ana/sessions/end-all", None, {"x": "1"}),
    ("GET", "/tokens", None, None),
    ("POST", "/tokens", None, {"user": "boss", "name": "t", "scope": "read"}),
    ("POST", "/profile/sessions/end-all", None, {"x": "1"}),
]


@pytest.mark.parametrize(("method", "path", "json", "data"), SENSITIVE)
def test_a_session_that_lies_open_manages_nobody_until_the_password_is_given(
    boss: TestClient, workspace: Workspace, method: str, path: str, json: Any, data: Any
) -> None:
    before = [(one.name, one.role, one.disabled) for one in UserStore(workspace.database).all()]
    refused = boss.request(method, path, json=json, data=data)
    if path.startswith("/api/"):
        assert (refused.status_code, refused.json()["code"]) == (403, "confirm")
    else:
        assert refused.status_code == 303
        assert refused.headers["location"].startswith("/confirm?next=/")
    assert [(one.name, one.role, one.disabled) for one in UserStore(workspace.database).all()] == before
    assert boss.post("/confirm", data={"password": PASSWORD, "next": "/people"}).headers["location"] == "/people"
    assert boss.request(method, path, json=json, data=data).status_code in {200, 201, 204, 303}


def test_what_is_not_sensitive_asks_for_nothing(boss: TestClient) -> None:
    assert boss.get("/people").status_code == 200
    assert boss.get("/api/v1/tokens").status_code == 200
    assert boss.patch("/api/v1/users/ana", json={"team": "night"}).status_code == 200
    assert boss.get("/profile/sessions").status_code == 200


def test_confirming_gives_the_session_a_new_cookie_and_leaves_open_pages_working(
    app: FastAPI, boss: TestClient
) -> None:
    thief = browser(app)
    thief.cookies.update(boss.cookies)
    wrong = boss.post("/api/v1/me/confirm", json={"password": "wrong"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "password")
    assert boss.post("/api/v1/me/confirm", json={"password": PASSWORD}).status_code == 204
    assert boss.get("/people/new").status_code == 200  # by the CSRF token of before, as well
    assert boss.post("/profile/switch", data={"theme": "dark"}).status_code == 303
    assert thief.get("/people").status_code == 303
    assert thief.get("/people").headers["location"].startswith("/login")


def test_guessing_at_the_confirmation_is_limited_as_a_login_is(boss: TestClient, workspace: Workspace) -> None:
    statuses = [boss.post("/confirm", data={"password": f"guess {number}"}).status_code for number in range(6)]
    assert statuses == [400] * 5 + [429]
    workspace.read_log.close()
    told = audit.entries(workspace.database, action="login.refused")
    assert [(one.actor, one.detail["why"]) for one in told] == [("boss", "limited"), ("boss", "confirm")]


def test_a_person_without_a_password_is_led_to_a_new_link(app: FastAPI, workspace: Workspace) -> None:
    client = browser(app)
    sign_in(client, workspace, make_user(workspace, "boss", Role.ADMIN))
    assert client.get("/people/new").status_code == 200  # just came by their link
    age(workspace)
    assert "assistant users link boss" in words(client.get("/confirm?next=/people/new"))


@pytest.mark.parametrize(("scopes", "status"), [(("read", "label", "manage", "admin"), 403), (("accounts",), 204)])
def test_a_token_resets_a_password_only_by_a_scope_of_its_own(
    app: FastAPI, workspace: Workspace, boss: TestClient, scopes: tuple[str, ...], status: int
) -> None:
    told = browser(app).put(
        "/api/v1/users/boss/password", json={"password": GOOD}, headers=token(workspace, "boss", *scopes)
    )
    assert told.status_code == status
    assert boss.get("/api/v1/tokens").status_code == (401 if status == 204 else 200)


def test_a_token_that_may_read_signs_nobody_out(app: FastAPI, workspace: Workspace, boss: TestClient) -> None:
    ours = token(workspace, "boss", "read", "admin")
    for path in ("/api/v1/me/sessions", f"/api/v1/me/sessions/{'0' * 16}", "/api/v1/users/boss/sessions"):
        assert browser(app).delete(path, headers=ours).json()["code"] == "scope_missing", path
    assert browser(app).post("/api/v1/me/confirm", headers=ours, json={"password": PASSWORD}).status_code == 409
    assert boss.get("/").status_code == 200


def test_one_sees_where_one_is_signed_in_and_ends_one_or_all(app: FastAPI, workspace: Workspace) -> None:
    make_user(workspace, "ana", password_hash=hash_password(PASSWORD))
    here, phone, other = (browser(app, address=f"10.0.0.{number}") for number in (1, 2, 3))
    for client in (phone, other, here):
        client.headers["user-agent"] = FIREFOX
        assert client.post("/login", data={"name": "ana", "password": PASSWORD}).status_code == 303
    rows = here.get("/api/v1/me/sessions").json()["rows"]
    assert {(row["device"], row["address"]) for row in rows} == {
        ("Firefox, Linux", f"10.0.0.{number}") for number in (1, 2, 3)
    }
    assert [row["address"] for row in rows if row["current"]] == ["10.0.0.1"]
    page = words(here.get("/profile/sessions"))
    assert "Firefox, Linux this session 10.0.0.1" in page
    csrf = {"X-CSRF-Token": here.get("/profile/sessions").text.partition('csrf_token" value="')[2].partition('"')[0]}
    lost = next(row["id"] for row in rows if row["address"] == "10.0.0.2")
    assert here.delete(f"/api/v1/me/sessions/{lost}", headers=csrf).status_code == 204
    assert here.delete(f"/api/v1/me/sessions/{lost}", headers=csrf).status_code == 404
    assert [client.get("/").status_code for client in (here, phone, other)] == [200, 303, 200]
    assert here.post("/profile/sessions/end-all", headers=csrf).headers["location"] == "/login"
    assert [client.get("/").status_code for client in (here, other)] == [303, 303]


def test_nobody_ends_the_session_of_somebody_else_by_its_number(app: FastAPI, workspace: Workspace) -> None:
    ana, bo = browser(app), browser(app)
    sign_in(ana, workspace, make_user(workspace, "ana"))
    sign_in(bo, workspace, make_user(workspace, "bo"))
    number = ana.get("/api/v1/me/sessions").json()["rows"][0]["id"]
    assert bo.delete(f"/api/v1/me/sessions/{number}").status_code == 404
    assert bo.post("/profile/sessions/end", data={"session": number}).status_code == 303
    assert ana.get("/").status_code == 200


@pytest.mark.parametrize("act", ["role", "disabled", "password", "sessions"])
def test_what_an_admin_does_to_an_account_ends_its_sessions(
    app: FastAPI, workspace: Workspace, boss: TestClient, act: str
) -> None:
    ana = browser(app)
    sign_in(ana, workspace, UserStore(workspace.database).get("ana"))
    boss.post("/confirm", data={"password": PASSWORD})
    if act == "password":
        boss.put("/api/v1/users/ana/password", json={"password": GOOD})
    elif act == "sessions":
        assert boss.delete("/api/v1/users/ana/sessions").json() == {"sessions_ended": 1}
    else:
        boss.patch("/api/v1/users/ana", json={act: "lead" if act == "role" else True})
    assert ana.get("/").status_code == 303
    assert boss.get("/").status_code == 200


def test_an_expired_token_says_so_to_whoever_has_it_and_an_unknown_one_says_nothing(
    app: FastAPI, workspace: Workspace
) -> None:
    make_user(workspace, "ana", Role.LEAD)
    ours = token(workspace, "ana", "read", days=1)
    client = browser(app)
    fresh = client.get("/api/v1/me", headers=ours)
    assert fresh.status_code == 200
    assert len(fresh.json()["token_expires_at"]) == len("2026-02-03T00:00:00.000+00:00")
    with workspace.database.write() as connection:
        connection.execute(sa.update(api_tokens).values(expires_at="2026-02-03T00:00:00.000+00:00"))
    told = client.get("/api/v1/me", headers=ours)
    assert (told.status_code, told.json()["code"]) == (401, "token_expired")
    assert "expired on 2026-02-03" in told.json()["detail"]
    assert "An admin can create another" in told.json()["detail"]
    unknown = client.get("/api/v1/me", headers={"authorization": f"Bearer {new_token()}"})
    assert (unknown.status_code, unknown.json()["code"]) == (401, "sign_in")
    assert client.get("/healthz", headers=ours).status_code == 200


def test_a_token_lasts_ninety_days_or_as_long_as_is_said(boss: TestClient, workspace: Workspace) -> None:
    boss.post("/confirm", data={"password": PASSWORD})
    body = {"user": "ana", "name": "t", "scopes": ["read"]}
    made = boss.post("/api/v1/tokens", json=body).json()
    with workspace.database.read() as connection:
        row = connection.execute(sa.select(api_tokens)).one()
        days = connection.execute(
            sa.select(sa.func.julianday(api_tokens.c.expires_at) - sa.func.julianday(api_tokens.c.created_at))
        ).scalar_one()
    assert made["expires_at"] == row.expires_at
    assert days == pytest.approx(90, abs=0.001)
    assert boss.post("/api/v1/tokens", json=body | {"days": 367}).status_code == 422
    assert boss.post("/api/v1/tokens", json=body | {"days": 0}).status_code == 422
    page = boss.post("/tokens", data={"user": "ana", "name": "nightly", "scope": ["read"], "days": "7"})
    assert "lat_" in page.text
    assert "lat_" not in boss.get("/tokens").text
    assert boss.get("/api/v1/tokens").json()["rows"][0]["state"] == "open"


def test_who_was_refused_what_was_taken_and_who_was_looked_at_is_in_the_log(
    app: FastAPI, workspace: Workspace, signed_in: SignedIn
) -> None:
    make_user(workspace, "ana", password_hash=hash_password(PASSWORD))
    for name, password in (("ana", "wrong"), ("ana", "wrong"), ("my-secret-phrase", "x")):
        browser(app, address="10.0.0.9").post("/login", data={"name": name, "password": password})
    lead = signed_in(Role.LEAD)
    for _ in range(2):
        assert lead.get("/people/ana?days=7").status_code == 200
        assert lead.get("/runs.csv?state=x").status_code == 200
    assert lead.get("/audit").status_code == 403
    reading = token(workspace, "ana", "read")
    for _ in range(3):
        browser(app).get("/api/v1/me", headers=reading)
    browser(app).get("/api/v1/me", headers={"authorization": "Bearer lat_made-up"})
    workspace.read_log.close()
    found = {
        (one.action, one.actor, one.subject): one.detail
        for one in audit.entries(workspace.database, limit=200)
        if one.action.split(".")[0] in {"login", "token", "people", "file", "access"} and one.action != "token.add"
    }
    assert set(found) == {
        ("login.refused", "ana", "user:ana"),
        ("login.refused", "unknown", "user:unknown"),
        ("people.look", "lead", "user:ana"),
        ("file.download", "lead", "file:runs.csv"),
        ("access.refused", "lead", "permission:see_audit"),
        ("token.use", "ana", "token:1"),
        ("token.refused", "unknown", "user:unknown"),
    }
    assert found["login.refused", "ana", "user:ana"] == {"why": "failed", "address": "10.0.0.9"}
    assert found["file.download", "lead", "file:runs.csv"]["filters"] == ["state"]
    assert "my-secret-phrase" not in str(found)


def test_sessions_of_the_past_are_not_listed(workspace: Workspace, app: FastAPI) -> None:
    user = make_user(workspace, "ana")
    sign_in(browser(app), workspace, user, seconds=-1)
    assert SessionStore(workspace.database).of_user(user.id, idle_seconds=3600) == []


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (FIREFOX, "Firefox, Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140",
            "Edge, Windows",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605 Version/18 Safari/605", "Safari, macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) CriOS/140 Mobile Safari/604", "Chrome, iPhone"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("<script>\x00\u202e", "<script>??"),
        ("", ""),
    ],
)
def test_a_browser_in_two_words(agent: str, device: str) -> None:
    assert device_of(agent) == device
