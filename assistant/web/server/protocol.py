"""HTTP/1.1 as uvicorn speaks it, with what it leaves out: time limits, and one host a request.

uvicorn waits for ever for the rest of a request and for the other side to take an answer, and drops the host of a
request line that names one (`GET http://other/ HTTP/1.1`).
"""

from __future__ import annotations

import asyncio
import math
import time
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from assistant.settings import ServerSettings
from assistant.web.server.connections import Connections, Phase

LARGEST_HEAD = 64 * 1024
_TAKEN = 64 * 1024  # bytes of an answer that the other side has to take within `answer_seconds`
_AT_THE_END = 2.0  # seconds that half a request has left when the server ends
_PLAIN = "HTTP/1.1 {}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{}"
_SAID = {
    "head": ("408 Request Timeout", "The request took too long to arrive."),
    "body": ("408 Request Timeout", "The request took too long to arrive."),
    "too_long": ("431 Request Header Fields Too Large", "The head of the request is too long."),
    "refused": ("503 Service Unavailable\r\nRetry-After: 2", "Too many connections. Try again in a moment."),
}


class TimedProtocol(HttpToolsProtocol):
    """One connection.

    Args:
        connections: where it counts.
        given: what uvicorn hands to its protocols.

    Attributes:
        host: the address of the other side.
        standing: its phase and when that began, in seconds of the monotonic clock.
    """

    def __init__(self, connections: Connections, **given: Any) -> None:
        super().__init__(**given)
        self.host = ""
        self.standing = (Phase.HEAD, time.monotonic())
        self._counted = connections
        self._awaits = ""  # of a message: `head`, `body`, or nothing between two
        self._head_bytes = 0
        self._seen: object = (Phase.HEAD, None)  # the phase and the request it belongs to, when last looked at
        self._looked = self.standing[1]
        self._left: tuple[float, int] | None = None  # when, and how many bytes of an answer weren't taken then

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count it, or refuse it."""
        super().connection_made(transport)
        self.host = self.client[0] if self.client else ""
        if not self._counted.enter(self):
            self.cut("refused")

    def connection_lost(self, exc: Exception | None) -> None:
        """It counts no longer."""
        self._counted.leave(self)
        super().connection_lost(exc)
        self._unset_keepalive_if_required()

    def data_received(self, data: bytes) -> None:
        """Take the next bytes; a head that has no end is refused."""
        before = self._head_bytes if self._awaits == "head" else 0
        super().data_received(data)
        self._head_bytes = before + len(data)
        if self._awaits == "head" and self._head_bytes > LARGEST_HEAD:
            self._counted.leave(self)
            self._counted.closed["too_long"] += 1
            self.cut("too_long")
        self._note()

    def on_message_begin(self) -> None:
        """A head begins."""
        self._awaits = "head"
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A head is whole. The host of its request line counts like one in `Host`: two that differ are refused."""
        self._awaits = "body"
        named, self.url = _parted(self.url)
        if named is not None and [value.lower() for name, value in self.headers if name == b"host"] != [named]:
            self.headers.append((b"host", named))
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """A message is whole."""
        self._awaits = ""
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """An answer is written, though perhaps not taken."""
        super().on_response_complete()
        self._note()

    def resume_writing(self) -> None:
        """The other side has taken some of an answer."""
        self._left = None
        super().resume_writing()

    def shutdown(self) -> None:
        """Finish what is under way; whoever keeps us waiting isn't waited for."""
        super().shutdown()
        self.loop.call_later(_AT_THE_END, self._end_waiting)

    def overdue(self, limits: ServerSettings, now: float) -> str:
        """What took too long: `head`, `body`, `answer` or `idle`; empty where nothing did."""
        self._note(now)
        (phase, since), passed = self.standing, now - self._looked
        self._looked = now
        if phase is Phase.ANSWER:
            return "answer" if self._takes_too_little(limits.answer_seconds, now) else ""
        self._left = None
        if phase is Phase.BODY and self.flow.read_paused:  # we are the slow one
            self.standing = (phase, since := min(now, since + passed))
        allowed = {
            Phase.HEAD: limits.head_seconds,
            Phase.BODY: limits.body_seconds,
            Phase.IDLE: limits.keep_alive_seconds,
        }
        return phase.name.lower() if now - since > allowed.get(phase, math.inf) else ""

    def cut(self, reason: str) -> None:
        """Close it at once, with a word on why where a request is under way and no answer has begun."""
        begun = self.cycle is not None and not self.cycle.response_complete and self.cycle.response_started
        silent = reason == "head" and not self._awaits  # it never said anything
        if reason in _SAID and not begun and not silent and not self.transport.is_closing():
            status, text = _SAID[reason]
            self.transport.write(_PLAIN.format(status, len(text), text).encode())
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            self.transport.close()

    def _end_waiting(self) -> None:
        phase = self._phase()
        if phase in {Phase.BODY, Phase.ANSWER}:
            self.cut(phase.name.lower())

    def _note(self, now: float | None = None) -> None:
        """Notice when a phase ends and another one begins."""
        phase = self._phase()
        seen = (phase, self.cycle)
        if seen != self._seen:
            self._seen, self.standing = seen, (phase, time.monotonic() if now is None else now)

    def _phase(self) -> Phase:
        if self.transport.get_write_buffer_size():
            return Phase.ANSWER
        if self.cycle is not None and not self.cycle.response_complete:
            return Phase.BODY if self.cycle.more_body else Phase.WORK
        if self._awaits == "body":
            return Phase.BODY
        return Phase.HEAD if self._awaits or self.cycle is None else Phase.IDLE

    def _takes_too_little(self, seconds: float, now: float) -> bool:
        waiting = self.transport.get_write_buffer_size()
        if self._left is None:
            self._left = (now, waiting)
        began, then = self._left
        if now - began <= seconds:
            return False
        self._left = (now, waiting)
        return then - waiting < min(_TAKEN, then)


def _parted(target: bytes) -> tuple[bytes | None, bytes]:
    """The host in a request line, lower case, with whatever else stands there (None without one), and the path."""
    if target.startswith(b"/") or b"://" not in target:
        return None, target
    rest = target.partition(b"://")[2]
    ends = [place for end in (b"/", b"?", b"#") if (place := rest.find(end)) >= 0]
    host, path = rest[: min(ends, default=len(rest))], rest[min(ends, default=len(rest)) :]
    return host.lower(), path if path.startswith(b"/") else b"/" + path
