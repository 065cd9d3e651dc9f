"""Every request has a number, is timed, counted and written to the log, without content or secrets.

The number is the one a proxy before us gave it, where it did. What no handler caught ends here: the log gets where it
happened, whoever asked gets a page with the number.
"""

from __future__ import annotations

import re
import secrets
import time

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.failures import logged
from assistant.web.context import Site, address, visit
from assistant.web.problems import Problem, respond
from assistant.web.server.log import LOG
from assistant.web.server.project_path import named_project

_LEFT = 499  # as nginx writes it: no answer, since whoever asked is gone
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


# What proxies send: 32 hexadecimal digits, a UUID, `1-67891233-abcdef012345678912345678`; nothing that means anything
# in a log, a page or a terminal.
_NUMBER = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:=@+/-]{0,127}")


class Access:
    """Everything else but the headers is inside of it.

    Args:
        app: everything else.
        site: whose counters it feeds.
    """

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on and write it down."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number = _number_of(scope)
        scope.setdefault("state", {})["request_id"] = number
        began, status = time.perf_counter(), 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = number
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except ClientDisconnect:  # whoever asked has left, or was cut off
            status = status or _LEFT
        except Exception as error:  # noqa: BLE001 - the last door: whatever it is, it is told in words
            LOG.error({"id": number} | logged(error))
            if not status:
                await respond(Request(scope), Problem(500))(scope, receive, noted)
        finally:
            self._write(scope, number, status, time.perf_counter() - began)

    def _write(self, scope: Scope, number: str, status: int, seconds: float) -> None:
        request = Request(scope)
        route = getattr(scope.get("route"), "path", "") or "none"
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._site.metrics.request(method, route, status, seconds)
        principal = visit(request).principal
        line = {
            "id": number,
            "method": scope["method"][:10],
            "path": scope["path"][:200],  # without the query: it may hold a secret
            **({"project": key[:60]} if (key := named_project(scope)) else {}),
            "status": status,
            "ms": round(seconds * 1000, 1),
            "user": principal.name if principal else None,
            "from": address(request),
        }
        LOG.info(line)


def _number_of(scope: Scope) -> str:
    """The request's number in the log of the proxy before us, so that both can be joined; else one of our own."""
    given = [value for name, value in scope["headers"] if name == b"x-request-id"]
    if len(given) == 1 and _NUMBER.fullmatch(given[0]):
        return str(given[0].decode())
    return secrets.token_hex(8)
