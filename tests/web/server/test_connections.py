"""Connections that never end a request, or never take an answer: the server stays there for everybody else."""

from __future__ import annotations

import os
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import httpx2 as httpx
import pytest

from assistant.errors import InputError
from assistant.settings import ServerSettings
from assistant.web.presentation.assets import FOLDER
from assistant.web.server.connections import Connections, Phase, TrustedProxies
from assistant.web.server.options import ServeOptions
from assistant.wiring.workspace import Workspace
from tests.web.serving import Server, serving

DESCRIPTORS = 1024
HELD = 1200
FOR_EVER = {f"ASSISTANT__SERVER__{name}_SECONDS": "3600" for name in ("HEAD", "BODY", "ANSWER", "KEEP_ALIVE")}
HEAD = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
BODY = b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
BODY += b"Content-Length: 1000\r\n\r\nname=ana"
BOUND = 30  # seconds after which a test has failed; all that is tested takes a fraction of it


@contextmanager
def few_descriptors() -> Iterator[None]:
    """Processes that are started meanwhile may open 1,024 files, this one keeps what it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 2 * HELD)), hard))


def connect(server: Server, *, source: str = "127.0.0.1", buffer: int = 0) -> socket.socket:
    there = socket.socket()
    there.settimeout(BOUND)
    if buffer:
        there.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    there.bind((source, 0))
    there.connect(("127.0.0.1", int(server.base_url.rpartition(":")[2])))
    return there


def received(there: socket.socket) -> bytes:
    """All there is until the other side closes."""
    told = b""
    while True:
        try:
            part = there.recv(65536)
        except ConnectionError:
            return told
        if not part:
            return told
        told += part


def answered(there: socket.socket) -> bytes:
    """The answer of `/healthz`, to its last byte: head and body may come apart."""
    told = b""
    while not told.endswith(b"}"):
        part = there.recv(65536)
        assert part, told
        told += part
    return told


def static_path() -> str:
    largest = max((path for path in FOLDER.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    return f"/static/x/{largest.relative_to(FOLDER)}"


@pytest.mark.parametrize(
    "sent", [b"", HEAD, BODY, HEAD + b"\r\n", b"answer"], ids=["none", "head", "body", "idle", "slow"]
)
def test_twelve_hundred_connections_that_hold_on_for_ever_shut_nobody_out(workspace: Workspace, sent: bytes) -> None:
    """From one address each and from many: by its own limit, and by the descriptors there are."""
    if sent == b"answer":
        sent = f"GET {static_path()} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode() * 6
    with ExitStack() as closing:
        with few_descriptors():
            server = closing.enter_context(serving(workspace.folder, **FOR_EVER))
        for number in range(HELD):
            there = closing.enter_context(connect(server, source=f"127.0.0.{number % 9 + 1}", buffer=4096))
            with ExitStack() as cut_meanwhile:
                cut_meanwhile.push(lambda kind, *_: kind is not None and issubclass(kind, ConnectionError))
                there.sendall(sent)
        assert len(os.listdir(f"/proc/{server.process.pid}/fd")) < DESCRIPTORS - 100  # left for the database
        for path in ("/healthz", "/login"):
            assert httpx.get(server.base_url + path, timeout=BOUND).status_code == 200
        assert server.stop() == 0


@pytest.mark.parametrize("sent", [HEAD, BODY], ids=["head", "body"])
def test_half_a_request_is_cut_though_a_byte_comes_every_now_and_then(workspace: Workspace, sent: bytes) -> None:
    limits = {"ASSISTANT__SERVER__HEAD_SECONDS": "0.5", "ASSISTANT__SERVER__BODY_SECONDS": "0.5"}
    with serving(workspace.folder, **FOR_EVER | limits) as server, connect(server) as there:
        there.sendall(sent)
        there.settimeout(0.05)
        told, until = b"", time.monotonic() + BOUND
        while not told and time.monotonic() < until:
            there.sendall(b"x")
            try:
                told = there.recv(65536)
            except TimeoutError:
                continue
        assert told.startswith(b"HTTP/1.1 408 ")
        assert b"Connection: close" in told
        log = (workspace.state / "serve.log").read_text("utf-8")
        assert '"level":"error"' not in log


def test_a_second_head_that_never_ends_is_cut_like_a_first_one(workspace: Workspace) -> None:
    limits = {"ASSISTANT__SERVER__HEAD_SECONDS": "0.5"}
    with serving(workspace.folder, **FOR_EVER | limits) as server, connect(server) as there:
        there.sendall(HEAD + b"\r\n")
        assert answered(there).startswith(b"HTTP/1.1 200 ")
        there.sendall(HEAD)
        assert received(there).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("sent", [b"", b"\r\n"], ids=["silent", "empty lines"])
def test_an_answered_connection_without_a_new_request_is_closed_silently(workspace: Workspace, sent: bytes) -> None:
    limits = {"ASSISTANT__SERVER__KEEP_ALIVE_SECONDS": "1"}
    with serving(workspace.folder, **FOR_EVER | limits) as server, connect(server) as there:
        there.sendall(HEAD + b"\r\n")
        assert answered(there).startswith(b"HTTP/1.1 200 ")
        there.sendall(sent)
        assert received(there) == b""


def test_who_does_not_take_an_answer_is_cut(workspace: Workspace) -> None:
    limits = {"ASSISTANT__SERVER__ANSWER_SECONDS": "0.5"}
    with serving(workspace.folder, **FOR_EVER | limits) as server, connect(server, buffer=4096) as there:
        there.sendall(f"GET {static_path()} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode() * 100)
        until = time.monotonic() + BOUND
        log = workspace.state / "serve.log"
        while '"connections_closed":{"answer":1}' not in log.read_text("utf-8") and time.monotonic() < until:
            time.sleep(0.05)
        assert '"connections_closed":{"answer":1}' in log.read_text("utf-8")


def test_a_head_without_end_is_refused(workspace: Workspace) -> None:
    with serving(workspace.folder, **FOR_EVER) as server, connect(server) as there:
        there.sendall(HEAD + b"X: " + b"x" * 70_000)
        assert received(there).startswith(b"HTTP/1.1 431 ")


def test_half_a_body_does_not_keep_the_server_from_ending(workspace: Workspace) -> None:
    with serving(workspace.folder, **FOR_EVER) as server, connect(server) as there:
        there.sendall(BODY)
        assert httpx.get(f"{server.base_url}/healthz").status_code == 200
        server.process.terminate()
        assert server.process.wait(BOUND) == 0


@dataclass(eq=False)
class Held:
    """A connection that stands still."""

    host: str
    phase: Phase
    age: float = 100.0
    cut_for: list[str] = field(default_factory=list)

    @property
    def standing(self) -> tuple[Phase, float]:
        return self.phase, time.monotonic() - self.age

    def cut(self, reason: str) -> None:
        self.cut_for.append(reason)

    def overdue(self, limits: ServerSettings, now: float) -> str:
        return "head" if now - self.standing[1] > limits.head_seconds else ""


def connections(*proxies: str, most: int = 16, each: int = 4, descriptors: int = 10_000) -> Connections:
    limits = ServerSettings(connections=most, connections_per_address=each)
    return Connections(limits, TrustedProxies(proxies), descriptors)


def test_the_one_that_kept_us_waiting_longest_makes_room_and_never_one_that_is_worked_at() -> None:
    held = [
        Held("192.0.2.1", Phase.WORK, 500),
        Held("192.0.2.1", Phase.IDLE, 300),
        Held("192.0.2.1", Phase.HEAD, 2),
        Held("192.0.2.1", Phase.HEAD, 0.1),
    ]
    counted = connections()
    assert all(counted.enter(one) for one in held)
    assert counted.enter(Held("192.0.2.1", Phase.WORK))
    assert [one.cut_for for one in held] == [[], [], ["crowded"], []]  # a head that is seconds old
    assert counted.enter(Held("192.0.2.1", Phase.WORK))
    assert [one.cut_for for one in held] == [[], ["crowded"], ["crowded"], []]  # idle before a head just begun
    assert counted.enter(Held("192.0.2.1", Phase.WORK))
    assert held[3].cut_for == ["crowded"]
    assert not counted.enter(Held("192.0.2.1", Phase.HEAD))  # all four are worked at
    assert counted.enter(Held("192.0.2.2", Phase.HEAD))
    assert counted.closed == {"crowded": 3, "refused": 1}


def test_a_trusted_proxy_is_many_people_and_other_addresses_go_first() -> None:
    counted = connections("10.0.0.0/24", most=16, each=4)
    proxied = [Held("10.0.0.2", Phase.IDLE, 900) for _ in range(12)]
    strangers = [Held("192.0.2.1", Phase.IDLE, 5) for _ in range(4)]
    assert all(counted.enter(one) for one in (*proxied, *strangers))
    assert counted.enter(Held("10.0.0.2", Phase.WORK))
    assert [len(one.cut_for) for one in strangers].count(1) == 1
    assert not any(one.cut_for for one in proxied)


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),  # what one customer has
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_addresses_of_one_party_count_together(first: str, second: str, alike: bool) -> None:
    counted = connections(each=4)
    assert all(counted.enter(Held(first, Phase.WORK)) for _ in range(4))
    assert counted.enter(Held(second, Phase.WORK)) is not alike


def test_what_is_overdue_is_closed_and_leaves_its_place() -> None:
    counted = connections(each=4)
    held = [Held("192.0.2.1", Phase.HEAD, age) for age in (11, 9)]
    assert all(counted.enter(one) for one in held)
    assert counted.end_overdue() == {"head": 1}
    assert [one.cut_for for one in held] == [["head"], []]
    assert counted.end_overdue() == {}


@pytest.mark.parametrize(("descriptors", "most"), [(1024, 768), (512, 352), (256, 96), (100, 16), (1_000_000, 1000)])
def test_descriptors_are_left_for_the_database(descriptors: int, most: int) -> None:
    """A quarter, and no fewer than 160; 1,000 connections are the setting."""
    assert connections(most=1000, descriptors=descriptors).most == most


@pytest.mark.parametrize("given", ["10.0.0.2/8", "nginx", "10.0.0", ""])
def test_a_proxy_that_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(InputError, match="proxy_unfit") as refused:
        ServeOptions(trusted_proxies=(given,))
    assert refused.value.where == f"--trusted-proxy {given}"
