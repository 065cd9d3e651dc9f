"""Signing in by password and by link, and everything that must not work."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.application.people.credentials import clean_name
from assistant.application.people.login_limits import LoginLimits
from assistant.application.people.passwords import hash_password, password_fits
from assistant.application.people.sign_in import issue_login_link
from assistant.domain.review_work import Role
from assistant.errors import InputError
from assistant.store.audit import log as audit
from assistant.store.people.login_attempts import AttemptStore
from assistant.store.people.users import UserStore
from assistant.store.tables.people import login_links, sessions
from assistant.web.app import create_app
from assistant.web.server.options import ServeOptions
from assistant.wiring.workspace import Workspace
from tests.web.conftest import BASE_URL, PASSWORD, PORT, browser, give, make_user, sign_in

pytestmark = pytest.mark.usefixtures("ana")
COOKIE = f"assistant-session-{PORT}"


@pytest.fixture
def ana(workspace: Workspace) -> None:
    make_user(workspace, "ana", Role.LEAD, password_hash=hash_password(PASSWORD), display_name="Ana")


def enter(client: TestClient, name: str, password: str, **fields: str) -> int:
    return client.post("/login", data={"name": name, "password": password, **fields}).status_code


def link_path(workspace: Workspace, name: str = "ana", **options: float) -> str:
    served = ServeOptions(port=PORT, **options)  # type: ignore[arg-type]
    url = served.login_url(issue_login_link(workspace, name, actor="tests", seconds=served.link_seconds))
    return url.removeprefix(BASE_URL)


def test_a_password_opens_the_door_and_leads_to_the_page_that_was_asked_for(nobody: TestClient) -> None:
    asked = nobody.get("/profile")
    assert (asked.status_code, asked.headers["location"]) == (303, "/login?next=/profile")
    assert '<input type="hidden" name="next" value="/profile">' in nobody.get("/login?next=/profile").text
    answer = nobody.post("/login", data={"name": " ANA ", "password": PASSWORD, "next": "/profile"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/profile")
    assert "Ana" in nobody.get("/profile").text


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(nobody: TestClient) -> None:
    answer = nobody.post("/login", data={"name": "ana", "password": PASSWORD})
    told = answer.headers["set-cookie"]
    assert re.match(rf"{COOKIE}=[\w-]{{43}}; HttpOnly; Max-Age=604800; Path=/; SameSite=lax$", told)


def test_behind_https_the_cookie_is_secure_and_bound_to_the_host(workspace: Workspace) -> None:
    app = create_app(workspace, ServeOptions(port=PORT, team=True, public_url="https://labels.example.com"))
    client = browser(app, base_url="https://labels.example.com")
    answer = client.post("/login", data={"name": "ana", "password": PASSWORD})
    assert answer.headers["set-cookie"].startswith("__Host-assistant-session=")
    assert "; Secure" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert client.get("/").status_code == 200


def test_unknown_name_wrong_password_and_shut_out_get_the_same_answer(app: FastAPI, workspace: Workspace) -> None:
    make_user(workspace, "gone", password_hash=hash_password(PASSWORD))
    UserStore(workspace.database).change("gone", disabled=True, actor="tests")
    make_user(workspace, "keyless")
    pages = {}
    for name, password in (("ana", "wrong password"), ("who", PASSWORD), ("gone", PASSWORD), ("keyless", "")):
        answer = browser(app).post("/login", data={"name": name, "password": password})
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers
        pages[name] = answer.text.replace(f'value="{name}"', "")
    assert len(set(pages.values())) == 1


def test_a_thousand_logins_a_minute_are_refused_told_and_logged(
    app: FastAPI, workspace: Workspace, nobody: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    app.state.site.logins = LoginLimits(AttemptStore(workspace.database, lambda: 0.0))  # all within one moment
    caplog.set_level("WARNING", "assistant.web")
    statuses = [enter(nobody, "ana", f"guess number {number}") for number in range(1000)]
    assert statuses.count(401) == 5
    assert statuses.count(429) == 995
    refused = nobody.post("/login", data={"name": "ana", "password": PASSWORD})
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) in range(1, 31)
    assert "Too many attempts. Wait" in refused.text
    assert sum("limited" in str(record.msg) for record in caplog.records) == 996
    assert "guess number" not in caplog.text
    counted = nobody.get("/metrics").text
    assert 'assistant_logins_total{outcome="failed"} 5.0' in counted
    assert 'assistant_logins_total{outcome="limited"} 996.0' in counted


def test_signing_in_makes_a_new_session_and_ends_the_one_the_browser_came_with(
    app: FastAPI, workspace: Workspace
) -> None:
    client, thief = browser(app), browser(app)
    before = sign_in(client, workspace, make_user(workspace, "ana"))
    give(thief, before)
    assert thief.get("/").status_code == 200
    assert enter(client, "ana", PASSWORD) == 303
    assert client.cookies[COOKIE] != before
    assert client.get("/").status_code == 200
    assert thief.get("/").status_code == 303


def test_a_session_that_was_planted_is_worth_nothing(nobody: TestClient) -> None:
    give(nobody, "planted-by-somebody-else")
    assert enter(nobody, "ana", PASSWORD) == 303
    assert nobody.cookies[COOKIE] != "planted-by-somebody-else"


def test_signing_out_ends_the_session_on_the_server(app: FastAPI, workspace: Workspace) -> None:
    client, copy = browser(app), browser(app)
    give(copy, sign_in(client, workspace, make_user(workspace, "ana")))
    assert client.post("/logout").status_code == 303
    assert copy.get("/").status_code == 303


@pytest.mark.parametrize("hours", [1, 24])
def test_what_was_opened_before_the_clock_was_set_back_does_not_live_longer_for_it(
    app: FastAPI, workspace: Workspace, hours: int
) -> None:
    """To a clock that was set back an hour, what was opened before began an hour from now."""
    ahead = (datetime.now(UTC) + timedelta(hours=hours)).isoformat(timespec="milliseconds")
    client, path = browser(app), link_path(workspace)
    sign_in(client, workspace, make_user(workspace, "ana"))
    assert client.get("/").status_code != 303
    with workspace.database.write() as connection:
        connection.execute(sessions.update().values(created_at=ahead))
        connection.execute(login_links.update().values(created_at=ahead))
    assert client.get("/").status_code == 303
    assert browser(app).get(path).status_code == 403


@pytest.mark.parametrize("hours", [1, 24])
def test_a_last_use_from_before_the_clock_was_set_back_keeps_no_session_alive(
    app: FastAPI, workspace: Workspace, hours: int
) -> None:
    ahead = (datetime.now(UTC) + timedelta(hours=hours)).isoformat(timespec="milliseconds")
    client = browser(app)
    sign_in(client, workspace, make_user(workspace, "ana"))
    with workspace.database.write() as connection:
        connection.execute(sessions.update().values(last_seen_at=ahead))
    client.get("/profile")
    workspace.last_uses.close()  # notes that are under way
    with workspace.database.read() as connection:
        assert connection.execute(sa.select(sessions.c.last_seen_at)).scalar_one() < ahead


def test_a_session_ends_when_unused_for_too_long_and_at_its_end(workspace: Workspace) -> None:
    user = make_user(workspace, "ana")
    idle = browser(create_app(workspace, ServeOptions(port=PORT, idle_seconds=0)))
    sign_in(idle, workspace, user)
    assert idle.get("/").status_code == 303
    old = browser(create_app(workspace, ServeOptions(port=PORT)))
    sign_in(old, workspace, user, seconds=-1)
    assert old.get("/").status_code == 303


def test_a_new_password_ends_the_sessions_elsewhere(app: FastAPI, workspace: Workspace) -> None:
    here, elsewhere = browser(app), browser(app)
    for client in (here, elsewhere):
        sign_in(client, workspace, make_user(workspace, "ana"))
    fields = {"present": PASSWORD, "new": "another good password", "again": "another good password"}
    assert here.post("/profile/password", data=fields).status_code == 200
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 303
    assert enter(browser(app), "ana", PASSWORD) == 401
    assert enter(browser(app), "ana", "another good password") == 303


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"present": "wrong"}, "Incorrect current password"),
        ({"again": "different from it"}, "don't match"),
        ({"new": "short", "again": "short"}, "12 to 1,024"),
    ],
)
def test_a_new_password_that_will_not_do_is_refused(
    app: FastAPI, workspace: Workspace, fields: dict[str, str], told: str
) -> None:
    client = browser(app)
    sign_in(client, workspace, make_user(workspace, "ana"))
    whole = {"present": PASSWORD, "new": "another good password", "again": "another good password"} | fields
    answer = client.post("/profile/password", data=whole)
    assert answer.status_code == 400
    assert told in answer.text
    assert password_fits(PASSWORD, UserStore(workspace.database).password_hash("ana"))


@pytest.mark.parametrize(
    "onward",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a b",
        "/\nx",
        "",
        "\\\\evil",
    ],
)
def test_the_way_back_never_leads_to_another_site(nobody: TestClient, onward: str) -> None:
    answer = nobody.post("/login", data={"name": "ana", "password": PASSWORD, "next": onward})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a_login_link_works_once_and_leaves_the_address(app: FastAPI, workspace: Workspace) -> None:
    path, client = link_path(workspace), browser(app)
    answer = client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert client.get("/").status_code == 200
    again = browser(app).get(path)
    assert again.status_code == 403
    assert "has been used or has expired" in again.text
    assert "set-cookie" not in again.headers


def test_a_link_opened_twice_by_one_browser_is_no_error(app: FastAPI, workspace: Workspace) -> None:
    path, client = link_path(workspace), browser(app)
    assert client.get(path).status_code == 303
    assert client.get(path).headers["location"] == "/"


def test_a_login_link_expires(nobody: TestClient, workspace: Workspace) -> None:
    assert nobody.get(link_path(workspace, link_seconds=-1)).status_code == 403


def test_a_link_of_somebody_shut_out_opens_nothing(nobody: TestClient, workspace: Workspace) -> None:
    make_user(workspace, "boss", Role.ADMIN)
    path = link_path(workspace)
    UserStore(workspace.database).change("ana", disabled=True, actor="boss")
    assert nobody.get(path).status_code == 403


def test_a_made_up_link_opens_nothing_and_a_look_at_its_head_does_not_use_one_up(
    app: FastAPI, workspace: Workspace
) -> None:
    assert browser(app).get("/login/link?token=made-up").status_code == 403
    assert browser(app).get("/login/link").status_code == 403
    path = link_path(workspace)
    assert browser(app).head(path).status_code == 405
    assert browser(app).get(path).status_code == 303


def test_logins_and_logouts_are_in_the_log_of_changes_without_secrets(app: FastAPI, workspace: Workspace) -> None:
    client = browser(app)
    client.get(link_path(workspace))
    client.headers["x-csrf-token"] = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/").text)[1]  # type: ignore[index]
    client.post("/logout")
    told = [(one.actor, one.action, one.subject) for one in audit.entries(workspace.database)]
    assert told == [
        ("ana", "session.end", "user:ana"),
        ("ana", "session.open", "user:ana"),
        ("tests", "link.issue", "user:ana"),
        ("tests", "user.add", "user:ana"),
    ]
    assert audit.verify(workspace.database).broken_at is None


def test_no_secret_is_in_the_database(app: FastAPI, workspace: Workspace) -> None:
    path, client = link_path(workspace), browser(app)
    client.get(path)
    stored = b"".join(file.read_bytes() for file in workspace.state.glob("assistant.db*"))
    assert path.partition("token=")[2].encode() not in stored
    assert client.cookies[COOKIE].encode() not in stored
    assert PASSWORD.encode() not in stored
    assert b"$argon2id$" in stored


@pytest.mark.parametrize("name", ["", " ", "a b", "<script>", "x" * 65, "a/b", "a\0b", "ana;drop"])
def test_names_that_cannot_be_names_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="user_name_unfit"):
        clean_name(name)


def test_names_are_told_apart_after_folding() -> None:
    assert clean_name(" Ａna ") == clean_name("ANA") == "ana"
    assert clean_name("李雷") == "李雷"


def test_the_login_page_speaks_chinese_where_it_is_asked_to(nobody: TestClient) -> None:
    answer = nobody.get("/login?lang=zh")
    assert '<html lang="zh-Hans"' in answer.text
    assert "<h1>登录</h1>" in answer.text
    assert "登录" in nobody.get("/login").text  # remembered
    assert "登录" in browser(nobody.app, headers={"accept-language": "zh-CN"}).get("/login").text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("public_url", "scheme", "cookie"),
    [
        ("https://labels.example.com", "http", "__Host-assistant-session"),
        ("https://labels.example.com:8444", "http", "__Host-assistant-session"),
        ("http://labels.example.com:8080", "http", "assistant-session"),
        ("http://labels.example.com", "https", "assistant-session"),  # a proxy may say what it likes
        ("https://example.com/team/labels", "http", "__Secure-assistant-session-team-labels"),
        ("http://example.com/labels", "http", "assistant-session-labels"),
    ],
)
def test_two_processes_behind_one_public_url_share_a_session_as_it_says(
    workspace: Workspace, public_url: str, scheme: str, cookie: str
) -> None:
    first, second = (
        browser(create_app(workspace, ServeOptions(port=port, team=True, public_url=public_url)))
        for port in (8763, 8764)
    )
    answer = first.post(f"{scheme}://127.0.0.1/login", data={"name": "ana", "password": PASSWORD})
    given = answer.headers["set-cookie"]
    assert given.split("=")[0] == cookie
    assert ("; Secure" in given) == public_url.startswith("https")
    assert ("strict-transport-security" in answer.headers) == public_url.startswith("https")
    held = {"cookie": given.split(";")[0]}
    for client in (first, second):
        assert client.get("/", headers=held).status_code == 200


@pytest.mark.parametrize(
    ("public_url", "proxies", "warned"),
    [
        ("https://labels.example.com", (), True),
        ("http://labels.example.com", (), True),
        ("https://labels.example.com", ("127.0.0.1",), False),
        ("http://127.0.0.1:8760", (), False),  # where it listens: nothing stands before it
        ("", (), False),
    ],
)
def test_a_proxy_whose_word_does_not_count_is_warned_of(
    public_url: str, proxies: tuple[str, ...], warned: bool
) -> None:
    options = ServeOptions(port=PORT, public_url=public_url, trusted_proxies=proxies)
    assert options.unheard_proxy is warned
