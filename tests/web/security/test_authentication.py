"""What must not come in: forged requests, forged roles, tokens without the scope, hosts that aren't ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI, Form, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.testclient import TestClient

from assistant.application.people.credentials import digest, new_token
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal, Role
from assistant.store.people.api_tokens import ApiTokenStore
from assistant.store.people.users import UserStore
from assistant.web import api, pages
from assistant.web.app import _routers, create_app
from assistant.web.security.authentication import CSRF_HEADER, Current, current, needs
from assistant.web.server.options import ServeOptions
from assistant.web.server.public_routes import is_open
from assistant.wiring.workspace import Workspace
from tests.web.conftest import BASE_URL, PORT, SignedIn, browser, make_user, sign_in


class Note(BaseModel):
    text: str


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    """With a few addresses of the tests' own."""
    router = APIRouter()

    @router.get("/api/v1/tests/who")
    def who(principal: Current) -> dict[str, str]:
        return {"name": principal.name, "role": principal.role.value}

    @router.get("/api/v1/tests/people")
    def people(_: Annotated[Principal, Depends(needs(Permission.SEE_PEOPLE))]) -> dict[str, str]:
        return {}

    @router.post("/api/v1/tests/note")
    def note(_: Current, body: Note) -> dict[str, int]:
        return {"length": len(body.text)}

    @router.post("/tests/form")
    def form(_: Current, text: Annotated[str, Form()]) -> dict[str, str]:
        return {"text": text}

    @router.get("/api/v1/tests/broken")
    @router.get("/tests/broken")
    def broken(request: Request, _: Current) -> None:
        raise RuntimeError(f"a secret in the words of an error: {request.headers}")

    app.include_router(router)
    return app


def token(workspace: Workspace, name: str, role: Role, *scopes: str) -> dict[str, str]:
    """Headers of a program."""
    secret = new_token()
    user = make_user(workspace, name, role)
    ApiTokenStore(workspace.database).add(user, name="t", digest=digest(secret), scopes=scopes, actor="tests")
    return {"authorization": f"Bearer {secret}"}


def test_every_address_is_marked_open_or_says_who_may_use_it() -> None:
    for router in (*_routers(pages), *_routers(api)):
        for route in router.routes:
            assert isinstance(route, APIRoute)
            calls = [dependency.call for dependency in route.dependant.dependencies]
            asks = any(call is current or hasattr(call, "__permission__") for call in calls)
            assert asks or is_open(route.endpoint), f"{route.methods} {route.path}"


def test_only_the_door_itself_is_open() -> None:
    addresses = {
        (method, route.path)
        for router in (*_routers(pages), *_routers(api))
        for route in router.routes
        if isinstance(route, APIRoute) and is_open(route.endpoint)
        for method in route.methods or ()
    }
    assert addresses == {("GET", "/login"), ("POST", "/login"), ("GET", "/login/link"), ("POST", "/logout")}


def test_without_a_login_people_are_led_to_it_and_programs_are_told(nobody: TestClient) -> None:
    assert nobody.get("/").headers["location"] == "/login"
    answer = nobody.get("/api/v1/tests/who")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["code"] == "sign_in"
    part = nobody.get("/", headers={"hx-request": "true"})
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/login")


@pytest.mark.parametrize("given", [None, "", "wrong", "é"])
def test_an_unsafe_request_without_the_pages_token_is_refused(signed_in: SignedIn, given: str | None) -> None:
    client = signed_in()
    right = client.headers.pop(CSRF_HEADER)
    headers = {} if given is None else {CSRF_HEADER: given.encode()}
    refused = client.post("/api/v1/tests/note", json={"text": "x"}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    assert client.post("/api/v1/tests/note", json={"text": "x"}, headers={CSRF_HEADER: right}).json() == {"length": 1}


def test_a_form_brings_the_token_in_a_field(signed_in: SignedIn) -> None:
    client = signed_in()
    right = client.headers.pop(CSRF_HEADER)
    assert client.post("/tests/form", data={"text": "x"}).status_code == 403
    assert client.post("/tests/form", data={"text": "x", "csrf_token": right}).json() == {"text": "x"}
    files = {"csrf_token": (None, right), "text": (None, "y")}
    assert client.post("/tests/form", files=files).json() == {"text": "y"}
    assert client.post("/tests/form", files={"csrf_token": ("a.txt", right), "text": (None, "y")}).status_code == 403


def test_another_ones_token_does_not_fit(signed_in: SignedIn) -> None:
    ana, bo = signed_in(name="ana"), signed_in(name="bo")
    headers = {CSRF_HEADER: bo.headers[CSRF_HEADER]}
    assert ana.post("/api/v1/tests/note", json={"text": "x"}, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/tests/note", "/login"])
def test_what_another_site_sends_is_refused_even_before_the_login(
    signed_in: SignedIn, headers: dict[str, str], path: str
) -> None:
    refused = signed_in().post(path, json={"text": "x"}, headers=headers)
    assert refused.status_code == 403
    assert "another site" in refused.text


def test_what_our_own_pages_send_comes_in(signed_in: SignedIn) -> None:
    headers = {"origin": BASE_URL, "sec-fetch-site": "same-origin"}
    assert signed_in().post("/api/v1/tests/note", json={"text": "x"}, headers=headers).status_code == 200


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ANALYST, Role.EXTERNAL])
def test_a_role_cannot_be_forged(signed_in: SignedIn, role: Role) -> None:
    client = signed_in(role)
    forged = {"x-role": "admin", "x-user": "root", "x-forwarded-user": "root", "cookie-role": "admin"}
    client.cookies.set("role", "admin", domain="127.0.0.1")
    answer = client.get("/api/v1/tests/people?role=admin&user=admin", headers=forged)
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")
    assert client.get("/api/v1/tests/who?role=admin", headers=forged).json() == {"name": role.value, "role": role.value}


def test_profile_takes_no_role(signed_in: SignedIn, workspace: Workspace) -> None:
    client = signed_in(Role.REVIEWER)
    fields = {"ui_language": "zh", "theme": "dark", "keys": "prodigy", "page_size": "25", "role": "admin"}
    assert client.post("/profile", data=fields).status_code == 303
    user = UserStore(workspace.database).get("reviewer")
    assert user.role is Role.REVIEWER
    assert dict(user.preferences) == {"ui_language": "zh", "theme": "dark", "keys": "prodigy", "page_size": 25}
    page = client.get("/profile?saved=1").text
    assert '<html lang="zh-Hans" data-theme="dark">' in page
    assert "已保存" in page


def test_a_changed_role_counts_from_the_next_request_on(signed_in: SignedIn, workspace: Workspace) -> None:
    client = signed_in(Role.LEAD, name="ana")
    assert client.get("/api/v1/tests/people").status_code == 200
    UserStore(workspace.database).change("ana", role=Role.REVIEWER, actor="tests")
    assert client.get("/api/v1/tests/people").status_code == 401  # their sessions have ended
    assert signed_in(Role.REVIEWER, name="ana").get("/api/v1/tests/people").status_code == 403
    UserStore(workspace.database).change("ana", disabled=True, actor="tests")
    assert client.get("/api/v1/tests/people").status_code == 401


def test_a_token_needs_its_owners_role_and_the_scope(nobody: TestClient, workspace: Workspace) -> None:
    read = nobody.get("/api/v1/tests/people", headers=token(workspace, "ana", Role.LEAD, "read", "label"))
    assert (read.status_code, read.json()["code"]) == (403, "scope_missing")
    assert "“manage”" in read.json()["detail"]
    manage = nobody.get("/api/v1/tests/people", headers=token(workspace, "ana", Role.LEAD, "manage"))
    assert manage.status_code == 200
    reviewer = nobody.get("/api/v1/tests/people", headers=token(workspace, "bo", Role.REVIEWER, "manage", "admin"))
    assert (reviewer.status_code, reviewer.json()["code"]) == (403, "role_missing")


def test_a_token_needs_no_csrf_token_and_never_falls_back_to_a_session(
    signed_in: SignedIn, nobody: TestClient, workspace: Workspace
) -> None:
    headers = token(workspace, "bot", Role.REVIEWER, "label")
    assert nobody.post("/api/v1/tests/note", json={"text": "xy"}, headers=headers).json() == {"length": 2}
    client = signed_in()
    for wrong in ("Bearer lat_made-up", "Bearer", "Basic YTpi", "", f"Bearer {'x' * 5000}"):
        assert client.get("/api/v1/tests/who", headers={"authorization": wrong}).status_code == 401


def test_a_token_that_was_revoked_opens_nothing(nobody: TestClient, workspace: Workspace) -> None:
    headers = token(workspace, "bot", Role.REVIEWER, "read")
    assert nobody.get("/api/v1/tests/who", headers=headers).status_code == 200
    workspace.last_uses.close()  # what was noted is written
    store = ApiTokenStore(workspace.database)
    [known] = store.all()
    assert known.last_used_at is not None
    store.revoke(known.id, actor="tests")
    store.revoke(known.id, actor="tests")
    assert nobody.get("/api/v1/tests/who", headers=headers).status_code == 401


def test_a_token_without_any_scope_opens_nothing(nobody: TestClient, workspace: Workspace) -> None:
    assert nobody.get("/api/v1/tests/who", headers=token(workspace, "bot", Role.ADMIN)).status_code == 401


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8760", "", "[::2]"])
def test_a_name_elsewhere_that_was_pointed_here_is_refused(nobody: TestClient, host: str) -> None:
    refused = nobody.get("/healthz", headers={"host": host})
    assert refused.status_code == 421
    assert "database" not in refused.text


@pytest.mark.parametrize("host", ["127.0.0.1:8760", "localhost:1", "LOCALHOST", "[::1]:8760", "[::1]"])
def test_this_machines_own_names_are_served(nobody: TestClient, host: str) -> None:
    assert nobody.get("/healthz", headers={"host": host}).status_code == 200


def test_behind_a_proxy_its_public_name_is_served_and_others_are_not(workspace: Workspace) -> None:
    options = ServeOptions(host="0.0.0.0", port=PORT, team=True, public_url="https://labels.example.com")  # noqa: S104
    client = browser(create_app(workspace, options))
    assert client.get("/healthz", headers={"host": "labels.example.com"}).status_code == 200
    assert client.get("/login", headers={"host": "10.0.0.7"}).status_code == 421


@pytest.mark.parametrize(
    "path", ["/login", "/nothing/here", "/api/v1/nothing", "/healthz", "/static/x/app.css", "/tests/broken"]
)
def test_every_answer_tells_the_browser_to_run_nothing_that_is_not_ours(signed_in: SignedIn, path: str) -> None:
    headers = signed_in().get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert len(headers["x-request-id"]) == 16
    assert "strict-transport-security" not in headers
    assert "server" not in headers


def test_an_unexpected_error_shows_a_number_and_nothing_else(
    signed_in: SignedIn, caplog: pytest.LogCaptureFixture
) -> None:
    client = signed_in()
    page, problem = client.get("/tests/broken"), client.get("/api/v1/tests/broken")
    for answer in (page, problem):
        assert answer.status_code == 500
        assert "Something went wrong" in answer.text
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text
        assert answer.headers["x-request-id"] in answer.text
    logged = [record.msg for record in caplog.records if isinstance(record.msg, dict) and "error" in record.msg]
    assert [line["error"] for line in logged] == ["RuntimeError", "RuntimeError"]
    assert any("test_authentication.py" in frame for frame in logged[0]["lines"])
    assert "secret" not in str(logged)


def test_too_large_a_request_is_refused_before_it_is_read_and_while(signed_in: SignedIn) -> None:
    client = signed_in()
    whole = client.post("/api/v1/tests/note", json={"text": "x" * 10_000_000})
    assert (whole.status_code, whole.json()["code"]) == (413, "too_large")
    assert "may carry up to 4 MB" in whole.json()["detail"]

    def parts() -> Iterator[bytes]:
        yield b'{"text":"'
        for _ in range(100):
            yield b"x" * 100_000
        yield b'"}'

    headers = {"content-type": "application/json"}
    told = client.post("/api/v1/tests/note", content=parts(), headers=headers)
    assert (told.status_code, told.json()["status"]) == (413, 413)
    fits = client.post("/api/v1/tests/note", json={"text": "x" * 3_000_000})
    assert fits.json() == {"length": 3_000_000}


def test_a_refused_input_names_the_place_and_does_not_repeat_the_content(signed_in: SignedIn) -> None:
    client = signed_in()
    refused = client.post("/api/v1/tests/note", json={"text": {"private": "content"}})
    told = refused.json()
    assert refused.status_code == 422
    assert told["errors"] == [{"where": "body.text", "what": "Input should be a valid string"}]
    assert "private" not in refused.text
    broken = client.post("/api/v1/tests/note", content=b"{not json", headers={"content-type": "application/json"})
    assert broken.status_code == 422
    assert client.put("/api/v1/tests/note").status_code == 405


def test_html_in_names_is_shown_as_text(signed_in: SignedIn) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'"
    client = signed_in(Role.ADMIN, name="evil", display_name=evil)
    for path in ("/", "/profile"):
        text = client.get(path).text
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "&lt;script&gt;alert(1)" in text
    failed = client.post("/login", data={"name": evil, "password": "x"})
    assert "&lt;script&gt;" in failed.text
    assert "<script>alert" not in failed.text


def test_messages_are_in_the_readers_language(signed_in: SignedIn, workspace: Workspace) -> None:
    client = signed_in(Role.REVIEWER, name="lei")
    UserStore(workspace.database).set_preferences("lei", {"ui_language": "zh"}, actor="lei")
    told = client.get("/api/v1/tests/people").json()
    assert told["title"] == "没有权限"
    assert "标注员" in told["detail"]
    assert "组长" in told["detail"]


def test_externals_belong_to_the_queues_assigned_to_them(workspace: Workspace) -> None:
    user = make_user(workspace, "partner", Role.EXTERNAL, queues=["partner-zh"], team="partner")
    assert user.principal().queues == {"partner-zh", "partner"}


def test_an_address_that_is_not_there_still_knows_who_asks(signed_in: SignedIn, workspace: Workspace) -> None:
    client = signed_in(name="lei", display_name="Lei")
    UserStore(workspace.database).set_preferences("lei", {"ui_language": "zh", "theme": "dark"}, actor="lei")
    page = client.get("/nothing/here")
    assert page.status_code == 404
    assert '<html lang="zh-Hans" data-theme="dark">' in page.text
    assert "Lei" in page.text


def test_the_menu_shows_what_a_role_may_open(app: FastAPI, workspace: Workspace) -> None:
    client = browser(app)
    sign_in(client, workspace, make_user(workspace, "ana", Role.REVIEWER))
    app.state.site.paths |= {"/review", "/people", "/policy"}
    text = client.get("/").text
    assert 'href="/review"' in text
    assert 'href="/policy"' in text
    assert 'href="/people"' not in text
