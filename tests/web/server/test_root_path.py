"""A site below a path of a proxy: every address stays below it, and without a path nothing changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx2 as httpx
import pytest

from assistant.application.people.credentials import digest, new_token
from assistant.application.people.passwords import hash_password
from assistant.application.people.sign_in import issue_login_link
from assistant.domain.review_work import Role
from assistant.errors import InputError
from assistant.store.people.api_tokens import ApiTokenStore
from assistant.web.app import create_app
from assistant.web.presentation.assets import FOLDER
from assistant.web.server.options import ServeOptions
from assistant.web.server.root_path import Root
from assistant.wiring.workspace import Workspace
from tests.browser.made_up import serving
from tests.reply_cases import shared_cases
from tests.web.conftest import PASSWORD, browser, make_user
from tests.web.proxy import Proxy, proxying
from tests.workspaces import made_up_in

_ALIKE = 3  # pages of one kind that are opened: /runs/r1 and /runs/r2, not all that there are


@pytest.fixture
def worked(workspace: Workspace) -> Iterator[Workspace]:
    """A workspace in which people have worked, so that its lists have rows and its rows have links."""
    made = made_up_in(workspace, 12)
    made.work()
    make_user(workspace, "root", Role.ADMIN, password_hash=hash_password(PASSWORD))
    yield workspace
    made.close()


class Site:
    """A workspace behind a proxy, and a browser before it."""

    def __init__(self, workspace: Workspace, proxy: Proxy, client: httpx.Client, port: int) -> None:
        self.workspace, self.proxy, self.client, self.port = workspace, proxy, client, port

    def sign_in(self) -> httpx.Response:
        """By the link that is printed."""
        options = ServeOptions(port=self.port, public_url=self.proxy.public_url)
        page = self.client.get(
            options.login_url(issue_login_link(self.workspace, "root", actor="root")), follow_redirects=True
        )
        self.client.headers["x-csrf-token"] = page.text.split('name="csrf-token" content="')[1].split('"')[0]
        return page


@pytest.fixture
def behind(worked: Workspace) -> Iterator[object]:
    """`behind(Proxy("/labels"))`: the workspace behind a proxy."""
    with ExitStack() as closing:

        def start(proxy: Proxy) -> Site:
            closing.enter_context(proxying(proxy))
            proxy.site_url = closing.enter_context(serving(worked, public_url=proxy.public_url))
            client = closing.enter_context(httpx.Client(base_url=proxy.public_url + "/", timeout=60))
            return Site(worked, proxy, client, int(proxy.site_url.rpartition(":")[2]))

        yield start


class _Addresses(HTMLParser):
    """What a page leads to: links, files and parts of pages; and what its forms are sent to."""

    def __init__(self) -> None:
        super().__init__()
        self.got: set[str] = set()
        self.sent: set[str] = set()

    def handle_starttag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value for name, value in attrs if value is not None}
        for name in ("href", "src", "hx-get"):
            if name in given:
                self.got.add(given[name])
        if "action" in given:
            self.sent.add(given["action"])


def crawl(site: Site, page: httpx.Response) -> tuple[set[str], set[str]]:
    """Everything that can be reached from a page: addresses that were opened, and those that forms are sent to."""
    waiting, opened, sent, kinds = [(str(page.url), page)], {str(page.url)}, set[str](), dict[str, int]()
    while waiting:
        url, answer = waiting.pop()
        assert answer.status_code == 200, (url, answer.status_code)
        kind = answer.headers.get("content-type", "")
        if kind.startswith("text/html"):
            found = _Addresses()
            found.feed(answer.text)
            got = found.got
            sent |= {urljoin(url, address) for address in found.sent}
        elif kind.startswith("text/javascript"):
            got = set(re.findall(r'^import .*? from "([^"]+)";', answer.text, re.MULTILINE))
        else:
            got = set()
        for address in sorted(got):
            full = urljoin(url, address).partition("#")[0]
            alike = re.sub(r"\d+|=[^&]*", "N", full)
            if full in opened or kinds.get(alike, 0) >= _ALIKE:
                continue
            assert full.startswith(site.proxy.public_url + "/"), (url, address)
            opened.add(full)
            kinds[alike] = kinds.get(alike, 0) + 1
            waiting.append((full, site.client.get(full, follow_redirects=True)))
    return opened, sent


@pytest.mark.parametrize(
    "proxy",
    [
        Proxy("/labels"),
        Proxy("/team/labels", keeps_host=False),
        Proxy("/labels", strips=False),
        Proxy("/review"),  # a path that is an address of ours, too
        Proxy(""),
    ],
    ids=["strips", "two parts, own host", "keeps the path", "a path of ours", "no path"],
)
def test_every_address_of_every_page_stays_below_the_path_and_opens(behind: object, proxy: Proxy) -> None:
    site = behind(proxy)  # type: ignore[operator]
    opened, sent = crawl(site, site.sign_in())
    paths = {urlsplit(url).path.removeprefix(proxy.path) for url in opened}
    wanted = {"/", "/review", "/disagreements", "/queue", "/queue/tasks", "/runs", "/runs/r1", "/runs/r1/items"}
    wanted |= {"/quality", "/prompts", "/policy", "/people", "/people/ana", "/gold", "/audit", "/profile", "/jobs/new"}
    wanted |= {"/people.csv", "/people.xlsx", "/disagreements.csv", "/quality/panel"}
    assert wanted - paths == set()
    assert {"app.css", "review/main.js", "review/api.js", "address.js", "icon.svg"} <= {
        path.split("/", 3)[3] for path in paths if path.startswith("/static/")
    }
    assert {urlsplit(url).path.removeprefix(proxy.path) for url in sent} >= {"/logout", "/profile", "/gold"}
    assert all(url.startswith(proxy.public_url + "/") for url in sent)
    assert proxy.elsewhere == []


@pytest.mark.parametrize("proxy", [Proxy("/labels"), Proxy("/labels", strips=False), Proxy("/a/b", keeps_host=False)])
def test_people_are_led_to_the_login_and_back_and_their_forms_are_taken(behind: object, proxy: Proxy) -> None:
    site = behind(proxy)  # type: ignore[operator]
    origin = {"origin": proxy.base_url}
    asked = site.client.get(f"{proxy.public_url}/profile")
    assert (asked.status_code, asked.headers["location"]) == (303, f"{proxy.path}/login?next=/profile")
    part = site.client.get(f"{proxy.public_url}/profile", headers={"hx-request": "true"})
    assert (part.status_code, part.headers["hx-redirect"]) == (401, f"{proxy.path}/login")
    fields = {"name": "root", "password": PASSWORD, "next": "/profile"}
    entered = site.client.post(f"{proxy.public_url}/login", data=fields, headers=origin)
    assert (entered.status_code, entered.headers["location"]) == (303, f"{proxy.path}/profile")
    assert f"; Path={proxy.path};" in entered.headers["set-cookie"]
    page = site.client.get(f"{proxy.public_url}/profile")
    csrf = page.text.split('name="csrf-token" content="')[1].split('"')[0]
    switched = site.client.post(
        f"{proxy.public_url}/profile/switch",
        data={"theme": "dark", "next": "/profile", "csrf_token": csrf},
        headers=origin,
    )
    assert (switched.status_code, switched.headers["location"]) == (303, f"{proxy.path}/profile")
    forged = {"theme": "dark", "csrf_token": csrf}
    elsewhere = {"origin": "http://evil.example"}
    assert site.client.post(f"{proxy.public_url}/profile/switch", data=forged, headers=elsewhere).status_code == 403
    slash = site.client.get(f"{proxy.public_url}/queue/")
    assert slash.headers["location"] == f"{proxy.path}/queue"
    left = site.client.post(f"{proxy.public_url}/logout", data={"csrf_token": csrf}, headers=origin)
    assert left.headers["location"] == f"{proxy.path}/login"
    assert site.client.get(f"{proxy.public_url}/profile").status_code == 303
    assert len(site.client.cookies) == 0
    assert proxy.elsewhere == []


def test_the_path_alone_and_with_a_slash_is_the_start_page(behind: object) -> None:
    site = behind(Proxy("/labels"))  # type: ignore[operator]
    site.sign_in()
    for address in (site.proxy.public_url, f"{site.proxy.public_url}/"):
        assert "Welcome" in site.client.get(address).text


def test_programs_find_the_api_below_the_path_and_its_description_says_so(behind: object) -> None:
    site = behind(Proxy("/labels"))  # type: ignore[operator]
    secret = new_token()
    holder = make_user(site.workspace, "bot", Role.ADMIN)
    ApiTokenStore(site.workspace.database).add(holder, name="t", digest=digest(secret), scopes=("read",), actor="tests")
    description = site.client.get(f"{site.proxy.public_url}/api/v1/openapi.json")
    [server] = description.json()["servers"]
    called = urljoin(str(description.url), server["url"]) + "/api/v1/runs"
    assert called == f"{site.proxy.public_url}/api/v1/runs"
    answer = httpx.get(called, headers={"authorization": f"Bearer {secret}"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["rows"]


def test_the_site_itself_can_be_opened_on_its_machine_with_and_without_the_path(behind: object) -> None:
    site = behind(Proxy("/labels"))  # type: ignore[operator]
    for path in ("/healthz", "/labels/healthz", "/login", "/labels/login"):
        assert httpx.get(site.proxy.site_url + path).status_code == 200


@pytest.mark.parametrize(
    ("public_url", "name", "path"),
    [
        ("https://labels.example.com", "__Host-assistant-session", "/"),
        ("HTTPS://Labels.example.com:443/", "__Host-assistant-session", "/"),
        ("https://example.com/labels/", "__Secure-assistant-session-labels", "/labels"),
        ("http://example.com/labels", "assistant-session-labels", "/labels"),
    ],
)
def test_cookies_are_those_of_the_public_address_though_the_proxy_speaks_plain_http(
    worked: Workspace, public_url: str, name: str, path: str
) -> None:
    app = create_app(worked, ServeOptions(team=True, public_url=public_url))
    answer = browser(app).post("/login", data={"name": "root", "password": PASSWORD})
    cookie, *attributes = answer.headers["set-cookie"].split("; ")
    assert cookie.split("=")[0] == name
    assert f"Path={path}" in attributes
    assert ("Secure" in attributes) == public_url.lower().startswith("https")
    assert ("strict-transport-security" in answer.headers) == public_url.lower().startswith("https")
    again = browser(app).get("/", headers={"cookie": cookie})
    assert again.status_code == 200
    chosen = browser(app).get("/login?lang=zh").headers["set-cookie"]
    assert f"Path={path}" in chosen.split("; ")


def test_the_case_of_the_findings_has_its_right_value(behind: object) -> None:
    assert "stripping proxy" in (shared_cases() / "serve-subpath" / "README").read_text("utf-8")
    site = behind(Proxy("/labels"))  # type: ignore[operator]
    page = site.sign_in()
    assert str(page.url) == f"{site.proxy.public_url}/"
    assert {cookie.path for cookie in site.client.cookies.jar} == {"/labels"}
    assert 'href="/labels/static/' in page.text
    assert not re.search(r'(?:href|src|action)="/(?!labels/)', page.text)


@pytest.mark.parametrize(
    "public_url",
    [
        *(
            "https://example.com/a//b",
            "https://example.com/../a",
            "https://example.com/a?b=c",
            "https://example.com/#a",
        ),
        *("https://u:p@example.com/a", "https://example.com:port", "https://example.com:99999", "https://[::1"),
        *("https://example.com/a b", "https://example.com/a%00b", "https://example.com/%2e%2e/a", "https://x/a\\b"),
    ],
)
def test_an_address_no_site_can_have_is_refused_with_the_option_and_a_reason(public_url: str) -> None:
    with pytest.raises(InputError, match="public_url_unfit") as refused:
        ServeOptions(public_url=public_url)
    assert refused.value.where == "--public-url"


@pytest.mark.parametrize(
    ("public_url", "base_url", "root"),
    [
        ("https://example.com", "https://example.com", ""),
        ("https://example.com/", "https://example.com", ""),
        ("https://example.com/labels/", "https://example.com/labels", "/labels"),
        ("https://Example.com:8443/a/b", "https://example.com:8443/a/b", "/a/b"),
        ("http://example.com/标注", "http://example.com/%E6%A0%87%E6%B3%A8", "/%E6%A0%87%E6%B3%A8"),
        ("http://[::1]:80/x", "http://[::1]/x", "/x"),
    ],
)
def test_the_public_address_is_written_as_browsers_write_it(public_url: str, base_url: str, root: str) -> None:
    options = ServeOptions(public_url=public_url)
    assert (options.base_url, options.root) == (base_url, root)


def test_only_addresses_in_attributes_get_the_path() -> None:
    root = Root("/labels")
    page = (
        '<a href="/x">/x href="#"</a> <img src=\'/y\'> <a href="//other/z"></a> <a href="https://o/"></a> '
        '<form action="/f" hx-get="/g" data-href="/h"> <input value="/v"> &#34; href=&#34;/t&#34; <a href="?a=/b">'
    )
    assert root.in_page(page) == (
        '<a href="/labels/x">/x href="#"</a> <img src=\'/labels/y\'> <a href="//other/z"></a> '
        '<a href="https://o/"></a> '
        '<form action="/labels/f" hx-get="/labels/g" data-href="/h"> <input value="/v"> &#34; href=&#34;/t&#34; '
        '<a href="?a=/b">'
    )
    assert Root("").in_page(page) == page
    paths = ["/labels", "/labels/", "/labels/x", "/labelsx", "/x", "/"]
    assert [root.inside(path) for path in paths] == ["/", "/", "/x", "/labelsx", "/x", "/"]


def test_scripts_send_browsers_nowhere_but_through_the_one_function_that_knows_the_path() -> None:
    """`ask` passes its path through it, too; a new script that asks by itself has to."""
    goes = r"\b(?:fetch\(|location\.(?:assign|replace)\(|location(?:\.href)?\s*=\s|new EventSource\()(?!address\()"
    names = r"(?:\b(?:src|href|action|poster)\s*[:=]|\breturn)\s*[\"'`]/[a-z]"
    for path in FOLDER.rglob("*.js"):
        if path.parent.name != "vendor":
            assert not re.findall(f"{goes}|{names}", path.read_text(encoding="utf-8")), path.name
