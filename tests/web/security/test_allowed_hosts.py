"""One host a request, written as browsers write it, and one of ours; everything else is another server's."""

from __future__ import annotations

import socket

import pytest

from assistant.web.app import create_app
from assistant.web.security.allowed_hosts import plain_host
from assistant.web.server.options import ServeOptions
from assistant.wiring.workspace import Workspace
from tests.web.conftest import PORT, browser
from tests.web.serving import Server, serving

PUBLIC = "https://labels.example.com"
NOT_A_HOST = [
    *("127.0.0.1:8801@evil", "evil@127.0.0.1", "u:p@127.0.0.1:8760", "127.0.0.1, evil", "127.0.0.1,evil"),
    *("127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:80x", "127.0.0.1:+80", "127.0.0.1:8760:1"),
    *("127.0.0.1.", "localhost.", ".localhost", "localhost..", "-localhost", " localhost", "local host", "localhost\t"),
    *("localhost/", "localhost?", "localhost#", "http://localhost", "//localhost", "localhost%00", "%6cocalhost"),
    *(
        "::1",
        "[::1",
        "::1]",
        "[::1].",
        "[::1]x",
        "[::1]:",
        "[::1%25lo]",
        "[::1%lo]",
        "[]",
        "[localhost]",
        "[127.0.0.1]",
    ),
    *("127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "127.0.0.01", "[::ffff:127.0.0.1]", "[1::2::3]"),
    *("localhost\\", "localhost;", "localhost'", "*", "", "ⓛocalhost", "localhost\u00a0", "lоcalhost"),
]


@pytest.mark.parametrize("host", NOT_A_HOST)
@pytest.mark.parametrize("public_url", ["", PUBLIC])
def test_what_is_not_one_of_our_hosts_is_refused_everywhere(workspace: Workspace, host: str, public_url: str) -> None:
    app = create_app(workspace, ServeOptions(port=PORT, team=True, public_url=public_url))
    for path in ("/login", "/api/v1/runs", "/static/x/app.css"):
        assert browser(app).get(path, headers={"host": host.encode()}).status_code == 421, path


@pytest.mark.parametrize(
    "host", ["labels.example.com", "LABELS.example.com:443", "127.0.0.1:8760", "[0:0:0:0:0:0:0:1]:1"]
)
def test_our_own_hosts_are_served_however_they_are_written(workspace: Workspace, host: str) -> None:
    app = create_app(workspace, ServeOptions(port=PORT, team=True, public_url=PUBLIC))
    assert browser(app).get("/login", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    ("public_url", "host"),
    [
        ("https://标注.example.com", "xn--8dc.example.com"),  # wrong: another name
        ("https://[2001:DB8:0::1]:8443", "[2001:db8::2]:8443"),
        ("https://labels.example.com.", "labels.example.com.evil"),
    ],
)
def test_a_name_near_the_declared_one_is_not_it(workspace: Workspace, public_url: str, host: str) -> None:
    app = create_app(workspace, ServeOptions(host="0.0.0.0", port=PORT, public_url=public_url))  # noqa: S104
    assert browser(app).get("/login", headers={"host": host}).status_code == 421


@pytest.mark.parametrize(
    ("public_url", "host"),
    [
        ("https://标注.example.com", "标注".encode("idna").decode() + ".example.com"),
        ("https://[2001:DB8:0::1]:8443", "[2001:db8::1]:8443"),
        ("https://labels.example.com.", "labels.example.com"),
    ],
)
def test_a_declared_name_is_known_as_browsers_send_it(workspace: Workspace, public_url: str, host: str) -> None:
    app = create_app(workspace, ServeOptions(host="0.0.0.0", port=PORT, public_url=public_url))  # noqa: S104
    assert browser(app).get("/login", headers={"host": host}).status_code == 200


def test_where_any_host_is_served_it_still_has_to_be_one(workspace: Workspace) -> None:
    client = browser(create_app(workspace, ServeOptions(host="0.0.0.0", port=PORT, team=True)))  # noqa: S104
    assert client.get("/login", headers={"host": "anything.example:81"}).status_code == 200
    assert client.get("/login", headers={"host": "anything.example@evil"}).status_code == 421


def test_a_host_without_its_port() -> None:
    given = {
        b"Labels.Example.com:8443": "labels.example.com",
        b"[2001:DB8:0:0::1]:1": "2001:db8::1",
        b"a_b-c.d": "a_b-c.d",
    }
    assert {host: plain_host(host) for host in given} == given


def told(server: Server, head: str) -> int:
    """The status of the answer to a head as it is."""
    with socket.create_connection(("127.0.0.1", int(server.base_url.rpartition(":")[2])), timeout=30) as there:
        there.sendall(head.replace("\n", "\r\n").encode() + b"Connection: close\r\n\r\n")
        return int(there.recv(65536).split()[1])


def test_request_lines_and_headers_that_name_several_hosts_are_refused(workspace: Workspace) -> None:
    with serving(workspace.folder) as server:
        port = server.base_url.rpartition(":")[2]
        ours = f"127.0.0.1:{port}"
        statuses = {
            head: told(server, head)
            for head in (
                f"GET http://evil.example/login HTTP/1.1\nHost: {ours}\n",
                f"GET http://{ours}@evil.example/login HTTP/1.1\nHost: {ours}\n",
                f"GET https://evil.example?x=/login HTTP/1.1\nHost: {ours}\n",
                f"GET http://evil.example HTTP/1.1\nHost: {ours}\n",
                f"GET http://{ours}/login HTTP/1.1\nHost: evil.example\n",
                f"GET /login HTTP/1.1\nHost: {ours}\nHost: {ours}\n",
                f"GET /login HTTP/1.1\nHost: {ours}\nHost: evil.example\n",
                "GET /login HTTP/1.1\n",
                "GET /login HTTP/1.0\n",
            )
        }
        assert statuses == dict.fromkeys(statuses, 421)
        assert told(server, f"GET http://{ours.upper()}/login HTTP/1.1\nHost: {ours}\n") == 200
        assert told(server, f"GET /login HTTP/1.1\nHost: {ours}\n") == 200
