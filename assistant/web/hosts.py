"""Requests must name a host that is ours: a name elsewhere that was pointed at this machine is refused."""

from __future__ import annotations

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.web.language import marked
from assistant.web.problems import Problem, respond


class HostCheck:
    """Refuses requests whose `Host` isn't allowed.

    Args:
        app: what is protected.
        allowed: names without ports, lower case; None lets any pass.
    """

    def __init__(self, app: ASGIApp, allowed: frozenset[str] | None) -> None:
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at one request."""
        if scope["type"] == "http" and self._allowed is not None and not self._fits(scope):
            problem = Problem(
                421,
                marked(
                    "This server isn't reached by that name. Use the address it printed, or start it with --public-url."
                ),
                title=marked("This is another server"),
                code="host",
            )
            await respond(Request(scope), problem)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _fits(self, scope: Scope) -> bool:
        hosts = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"host"]
        return len(hosts) == 1 and _name(hosts[0]) in (self._allowed or ())


def _name(host: str) -> str:
    """Without port and brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]
