"""The whole program in this process: commands as a person types them, and servers on loopback."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from assistant.bundled import bundled
from assistant.cli.main import run
from assistant.models.dev.options import DevServerOptions
from assistant.models.dev.server import DevServer
from assistant.store.certification import nonces
from tests.cli.servers import Answer, LoopbackServer

POSTS = bundled("examples") / "posts.csv"


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    status: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)


Assistant = Callable[..., Said]


@pytest.fixture(autouse=True)
def repeatable_nonces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nonces counted up: a guarantee that fails by chance in one campaign of twenty makes no test. See test_nonces."""
    numbers = count()
    monkeypatch.setattr(nonces, "fresh_value", lambda: f"{next(numbers):032x}")


@pytest.fixture
def assistant(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Assistant:
    """Runs `assistant WORDS`."""
    monkeypatch.setenv("ASSISTANT__EMBEDDER__NAME", "hashing")  # quick; the embedded one has a test of its own
    monkeypatch.setenv("COLUMNS", "160")

    def call(*words: str | Path) -> Said:
        monkeypatch.setattr(sys, "argv", ["assistant", *map(str, words)])
        capsys.readouterr()
        status = 0
        try:
            run()
        except SystemExit as left:
            status = left.code if isinstance(left.code, int) else 1
        captured = capsys.readouterr()
        return Said(status, captured.out, captured.err)

    return call


@pytest.fixture
def workspace(assistant: Assistant, tmp_path: Path) -> Path:
    """A fresh workspace with the example policy."""
    folder = tmp_path / "workspace"
    assert assistant("init", folder).status == 0
    return folder


@pytest.fixture
def filled(assistant: Assistant, workspace: Path) -> Path:
    """A workspace with the example posts, 80 of them settled."""
    assert assistant("ingest", POSTS, "-w", workspace).status == 0
    raters = ("--each-rater", "label_a", "--each-rater", "label_b")
    assert assistant("labels", "import", POSTS, *raters, "-w", workspace).status == 0
    assert assistant("precedents", "add", "--agreed", "--limit", "80", "-w", workspace).status == 0
    return workspace


@dataclass
class Serving:
    """A test server under way."""

    server: DevServer
    base_url: str

    @property
    def counts(self) -> dict[str, Any]:
        return self.server.log.counts()


Server = Callable[..., Serving]


@pytest.fixture
def dev_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Serving]]:
    """Starts OpenAI-compatible servers on loopback in a thread, and points the environment at the last one."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    servers: list[DevServer] = []

    def start(**options: Any) -> Serving:
        server = DevServer(DevServerOptions(**options))
        base_url = asyncio.run_coroutine_threadsafe(server.start(), loop).result(120)
        servers.append(server)
        monkeypatch.setenv("OPENAI_BASE_URL", base_url)
        return Serving(server, base_url)

    yield start
    for server in servers:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(120)
    asyncio.run_coroutine_threadsafe(_end_what_is_left(), loop).result(120)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


Loopback = Callable[[Answer], LoopbackServer]


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """Starts a server of one's own replies and points the environment at it."""
    servers: list[LoopbackServer] = []

    def start(answer: Answer) -> LoopbackServer:
        servers.append(LoopbackServer(answer))
        monkeypatch.setenv("OPENAI_BASE_URL", f"{servers[-1].origin}/v1")
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


async def _end_what_is_left() -> None:
    """Questions whose asker was killed still wait for their answer."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
