"""Servers on loopback that answer as a test says, whole HTTP replies included, and remember what they were asked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

JSON = "application/json"


@dataclass(frozen=True)
class Asked:
    """One request: the target as it stood in the request line, headers with names in lower case, the JSON body."""

    target: str
    headers: dict[str, str]
    payload: dict[str, Any]
    number: int

    @property
    def item(self) -> str:
        """The item's id, where its text ends with `sold by ID`."""
        found = self.payload["messages"][-1]["content"].rpartition("sold by ")[2].split()
        return found[0] if found else ""


@dataclass(frozen=True)
class Reply:
    """One reply."""

    body: bytes
    status: int = 200
    kind: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


Answer = Callable[[Asked], Reply]


class QuietHandler(BaseHTTPRequestHandler):
    """A handler that prints nothing."""

    def log_message(self, format: str, *values: object) -> None:  # noqa: A002 - the library's names
        """Say nothing."""


class Listener:
    """A server on a free port of loopback, in threads until it is stopped.

    Args:
        handler: answers one connection.
    """

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.place = f"127.0.0.1:{self.http.server_port}"
        self.origin = f"http://{self.place}"
        self.thread = threading.Thread(target=self.http.serve_forever)
        self.thread.start()

    def stop(self) -> None:
        """Close the listener and end the thread."""
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()


class LoopbackServer(Listener):
    """Answers requests by a function.

    Args:
        answer: gives the reply to a request.
    """

    def __init__(self, answer: Answer) -> None:
        self.asked: list[Asked] = []
        lock = threading.Lock()

        class Handler(QuietHandler):
            def do_POST(handler) -> None:  # noqa: N805 - `self` is the server
                raw = handler.rfile.read(int(handler.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in handler.headers.items()}
                with lock:
                    asked = Asked(handler.path, headers, orjson.loads(raw), len(self.asked) + 1)
                    self.asked.append(asked)
                reply = answer(asked)
                handler.send_response(reply.status)
                for name, value in {"Content-Type": reply.kind, "Content-Length": str(len(reply.body))}.items():
                    handler.send_header(name, value)
                for name, value in reply.headers.items():
                    handler.send_header(name, value)
                handler.end_headers()
                handler.wfile.write(reply.body)

        super().__init__(Handler)


def completion(content: str | None = '{"label": "spam", "clauses": []}', **choice: Any) -> bytes:
    """A chat completion as JSON bytes; `choice` replaces parts of its only choice."""
    message = {"role": "assistant", "content": content} | choice.pop("message", {})
    chosen = {"index": 0, "finish_reason": "stop", "message": message} | choice
    usage = {"prompt_tokens": 100, "completion_tokens": 20}
    return orjson.dumps({"model": "dev", "choices": [chosen], "usage": usage})


def problem(message: str, status: int = 400, code: str = "", kind: str = "invalid_request_error") -> Reply:
    """An error reply in OpenAI's form."""
    error = {"message": message, "type": kind, "code": code or None, "param": None}
    return Reply(orjson.dumps({"error": error}), status)
