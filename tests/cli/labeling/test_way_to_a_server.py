"""The way to a server: proxies of the environment, Azure's addresses, in the job and in `doctor`."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import numpy as np
import orjson
import pytest

from assistant.models.embedders.openai import OpenAIEmbedder
from tests.cli.conftest import Assistant, Loopback, Server
from tests.cli.files import ingest
from tests.cli.servers import Listener, QuietHandler, Reply, completion
from tests.reply_cases import shared_cases

JOB = ("prelabel", "--model", "openai:dev", "--json")
FAR = "http://model.example.test/v1"  # a name that leads nowhere but through the proxy


class Proxy(Listener):
    """An HTTP proxy: sends what it gets to one server (host:port), whatever host is asked for; remembers targets."""

    def __init__(self, origin: str) -> None:
        self.targets: list[str] = []
        self.logins: list[str | None] = []

        class Handler(QuietHandler):
            def do_POST(handler) -> None:  # noqa: N802, N805 - the library's name; `self` is the proxy
                self.targets.append(handler.path)
                self.logins.append(handler.headers.get("Proxy-Authorization"))
                length = int(handler.headers.get("Content-Length") or 0)
                path = "/" + handler.path.partition("://")[2].partition("/")[2]
                headers = {name: value for name, value in handler.headers.items() if name != "Proxy-Authorization"}
                server = HTTPConnection(origin, timeout=20)
                server.request(handler.command, path, handler.rfile.read(length), headers)
                body = server.getresponse().read()
                server.close()
                handler.send_response(200)
                handler.send_header("Content-Type", "application/json")
                handler.send_header("Content-Length", str(len(body)))
                handler.end_headers()
                handler.wfile.write(body)

            do_GET = do_POST  # noqa: N815 - the library's names

            def do_CONNECT(handler) -> None:  # noqa: N802, N805 - the library's names
                self.targets.append(handler.path)
                handler.send_error(403, "Not allowed here")

        super().__init__(Handler)


@pytest.fixture
def proxy() -> Iterator[Callable[[str], Proxy]]:
    """Starts proxies to a server."""
    proxies: list[Proxy] = []

    def start(origin: str) -> Proxy:
        proxies.append(Proxy(origin))
        return proxies[-1]

    yield start
    for one in proxies:
        one.stop()


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    monkeypatch.setenv("ASSISTANT__MODEL__OUTAGE_SECONDS", "0")


def test_a_proxy_leads_to_the_server_in_the_job_and_in_doctor(
    assistant: Assistant,
    workspace: Path,
    dev_server: Server,
    proxy: Callable[[str], Proxy],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared_cases()  # proxy-ignored
    through = proxy(dev_server().base_url.removesuffix("/v1").removeprefix("http://"))
    monkeypatch.setenv("OPENAI_BASE_URL", FAR)
    monkeypatch.setenv("HTTP_PROXY", f"http://me:pass%20word@{through.place}")
    ingest(assistant, workspace, [{"id": "a", "text": "one"}, {"id": "b", "text": "two"}])
    assert assistant(*JOB, "-w", workspace).status == 0
    assert through.targets == [f"{FAR}/chat/completions"] * 2
    assert set(through.logins) == {"Basic bWU6cGFzcyB3b3Jk"}  # me:pass word
    said = assistant("doctor", "--model", "openai:dev", "-w", workspace)
    assert f"dev answers at model.example.test through the proxy {through.place}" in " ".join(said.stdout.split())
    assert "pass%20word" not in said.stdout
    with closing(OpenAIEmbedder("dev", base_url=FAR, api_key="k")) as embedder:
        assert len(embedder.embed(["one"])) == 1
    assert through.targets[-1] == f"{FAR}/embeddings"


def test_no_proxy_and_this_machine_are_reached_directly(
    assistant: Assistant,
    workspace: Path,
    loopback: Loopback,
    proxy: Callable[[str], Proxy],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = loopback(lambda _: Reply(completion()))
    through = proxy(server.origin.removeprefix("http://"))
    monkeypatch.setenv("http_proxy", f"http://{through.place}")
    ingest(assistant, workspace, [{"id": "a", "text": "one"}])
    assert assistant(*JOB, "-w", workspace).status == 0
    assert (len(server.asked), through.targets) == (1, [])
    monkeypatch.setenv("OPENAI_BASE_URL", FAR)
    monkeypatch.setenv("no_proxy", ".example.test")
    said = assistant(*JOB, "--retry-failed", "-w", workspace)
    assert through.targets == []
    assert said.status == 0  # nothing was left to ask
    ingest(assistant, workspace, [{"id": "b", "text": "two"}])
    said = assistant(*JOB, "-w", workspace)
    assert "model.example.test can't be reached" in said.stderr
    assert through.targets == []


def test_a_proxy_that_refuses_or_is_not_there_is_named(
    assistant: Assistant, workspace: Path, proxy: Callable[[str], Proxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    through = proxy("127.0.0.1:9")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://model.example.test/v1")
    monkeypatch.setenv("HTTPS_PROXY", through.place)  # without http:// it is a proxy, too
    ingest(assistant, workspace, [{"id": "a", "text": "one"}])
    said = assistant(*JOB, "-w", workspace)
    assert f"the proxy {through.place} does not connect to model.example.test: 403" in said.stderr
    assert through.targets == ["model.example.test:443"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{free.getsockname()[1]}")
    said = assistant(*JOB, "-w", workspace)
    assert "the proxy 127.0.0.1:" in said.stderr
    assert "can't be reached" in said.stderr
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:1080")
    said = assistant(*JOB, "-w", workspace)
    assert "HTTPS_PROXY: the proxy's address is no http(s) URL" in said.stderr
    assert "Traceback" not in said.stderr


def test_azures_address_keeps_its_api_version_and_sends_its_own_key_header(
    assistant: Assistant, workspace: Path, dev_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared_cases()  # azure-url
    serving = dev_server(key="azure-key-12345")
    deployment = f"{serving.base_url.removesuffix('/v1')}/openai/deployments/dev"
    monkeypatch.setenv("OPENAI_API_KEY", "azure-key-12345")
    ingest(assistant, workspace, [{"id": "a", "text": "one"}, {"id": "b", "text": "two"}])
    monkeypatch.setenv("OPENAI_BASE_URL", deployment)
    said = assistant(*JOB, "-w", workspace)
    assert said.status not in {0, 3}
    assert "Resource not found" in said.stderr
    # As the portal shows it, with the path of the chat completions.
    monkeypatch.setenv("OPENAI_BASE_URL", f"{deployment}/chat/completions?api-version=2024-10-21")
    said = assistant(*JOB, "-w", workspace)
    assert (said.status, said.json["statuses"]["labelled"]) == (0, 2)
    said = assistant("doctor", "--model", "openai:dev", "-w", workspace)
    assert "dev answers at 127.0.0.1" in " ".join(said.stdout.split())


def test_azures_embeddings_are_asked_for_in_the_same_way(loopback: Loopback) -> None:
    vectors = orjson.dumps({"data": [{"index": 0, "embedding": [0.6, 0.8]}], "model": "dev", "object": "list"})
    server = loopback(lambda _: Reply(vectors))
    address = f"{server.origin}/openai/deployments/dev?api-version=2024-10-21"
    with closing(OpenAIEmbedder("dev", base_url=address, api_key="azure-key-12345")) as embedder:
        assert embedder.embed(["one"]).tolist() == pytest.approx(np.array([[0.6, 0.8]]))
    (asked,) = server.asked
    assert asked.target == "/openai/deployments/dev/embeddings?api-version=2024-10-21"
    assert (asked.headers["api-key"], asked.headers.get("authorization")) == ("azure-key-12345", None)
