"""No request brings more than the server wants to hold."""

from __future__ import annotations

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.messages.language import marked
from assistant.web.problems import Problem, respond

_DRAINED = 64 * 1024 * 1024  # read and thrown away, so that the sender gets to read our answer


class BodyLimit:
    """Answers 413 to what is too large: at once where the length is told, else when it is reached.

    Args:
        app: what is protected.
        largest: bytes.
    """

    def __init__(self, app: ASGIApp, largest: int) -> None:
        self._app = app
        self._largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _length(scope) > self._largest:
            await _drain(receive)
            await respond(Request(scope), too_large(self._largest))(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._largest:
                if message.get("more_body", False):
                    await _drain(receive)
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)


def too_large(largest: int) -> Problem:
    """What is told."""
    return Problem(
        413,
        marked(
            "A request may carry up to %(megabytes)s MB. Send less at once; import large "
            "content on the server's command line."
        ),
        code="too_large",
        values={"megabytes": f"{largest / 1024 / 1024:g}"},
        headers={"Connection": "close"},
    )


def _length(scope: Scope) -> int:
    told = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(told) if told.isdigit() else 0


async def _drain(receive: Receive) -> None:
    left = _DRAINED
    while left > 0:
        message = await receive()
        left -= len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return
