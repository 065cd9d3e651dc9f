"""Requests must name one host, and one that is ours: a name elsewhere that was pointed at this machine is refused."""

from __future__ import annotations

import ipaddress
import re

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.messages.language import marked
from assistant.web.problems import FOR_MACHINES, Problem, respond

# A host as browsers write it (RFC 9110, 7.2), without what else the grammar of addresses permits: no user, no final
# dot, no empty port, nothing percent-encoded.
_HOST = re.compile(
    rb"(?:\[(?P<six>[0-9a-f:.]{2,45})\]|(?P<name>[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?))(?::(?P<port>[0-9]{1,5}))?"
)


class HostCheck:
    """Refuses requests whose `Host` isn't allowed, isn't one, or isn't the only one.

    Args:
        app: what is protected.
        allowed: names without ports, lower case, IP addresses in their shortest form; None lets any well-formed one
            pass.
        probed: whether addresses for machines (`/livez`, `/metrics` ...) also answer by any IP address and as
            `localhost`, as probes and scrapers ask: neither can be pointed here from elsewhere, as a name can.
    """

    def __init__(self, app: ASGIApp, allowed: frozenset[str] | None, *, probed: bool) -> None:
        self._app = app
        self._allowed = allowed
        self._probed = probed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at one request."""
        if scope["type"] == "http" and not self._fits(scope):
            problem = Problem(
                421,
                marked(
                    "This server doesn't answer to that host name. Use the address it printed, or start "
                    "it with this one as its public address."
                ),
                title=marked("Wrong server address"),
                code="host",
            )
            await respond(Request(scope), problem)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _fits(self, scope: Scope) -> bool:
        for_machines = self._probed and scope["path"] in FOR_MACHINES
        given = [value for name, value in scope["headers"] if name == b"host"]
        if not given and for_machines:
            return True  # a probe in HTTP/1.0
        host = plain_host(given[0]) if len(given) == 1 else None
        if host is None:
            return False
        if self._allowed is None or host in self._allowed:
            return True
        return for_machines and (host == "localhost" or _is_ip(host))


def plain_host(given: bytes) -> str | None:
    """A `Host` without its port: a name, or an IP address in its shortest form; None for what is no host at all."""
    found = _HOST.fullmatch(given.lower())
    if found is None or (found["port"] and not 0 < int(found["port"]) < 65536):
        return None
    if found["name"]:
        return str(found["name"].decode())
    try:
        return str(ipaddress.IPv6Address(found["six"].decode()))
    except ValueError:
        return None


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
