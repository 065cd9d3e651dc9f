"""A real Chroma server on loopback, which a test can stop and start again on the same port."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.cli.servers import Listener, QuietHandler


class ChromaProcess:
    """`chroma run` on a folder; `url` stays the same however often it is started."""

    def __init__(self, directory: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it and wait until it listens."""
        command = [str(Path(sys.executable).parent / "chroma"), "run", "--path", str(self._directory)]
        self._process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(self._port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(3000):
            assert self._process.poll() is None
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), timeout=1):
                return
            time.sleep(0.1)
        raise AssertionError("the Chroma server never listened")

    def kill(self) -> None:
        """End it as a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextlib.contextmanager
def chroma_server(directory: Path) -> Iterator[ChromaProcess]:
    """A running server, ended with the block."""
    server = ChromaProcess(directory)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@contextlib.contextmanager
def asking_proxy(target: str, *, path: str, header: tuple[str, str]) -> Iterator[str]:
    """A proxy that gives a server a path and lets in who sends one header; its URL, path included."""

    class Handler(QuietHandler):
        def _pass_on(self) -> None:
            if self.headers.get(header[0]) != header[1]:
                self._reply(401, b"who are you?")
            elif not self.path.startswith(f"{path}/"):
                self._reply(404, b"nothing here")
            else:
                size = int(self.headers.get("content-length") or 0)
                body = self.rfile.read(size) if size else None
                kind = {"Content-Type": "application/json"}
                asked = Request(target + self.path.removeprefix(path), body, kind, method=self.command)  # noqa: S310 - the tests' own server
                try:
                    with urlopen(asked) as answer:  # noqa: S310 - as above
                        self._reply(answer.status, answer.read())
                except HTTPError as error:
                    with error:
                        self._reply(error.code, error.read())

        def _reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = do_PUT = _pass_on  # noqa: N815 - names of the library

    handler: type[BaseHTTPRequestHandler] = Handler
    listener = Listener(handler)
    try:
        yield f"{listener.origin}{path}"
    finally:
        listener.stop()
