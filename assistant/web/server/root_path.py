"""The public address, kept in one place: inside, every path begins at `/`; outside, below `--public-url`.

A proxy may give this site a path of its own, `https://example.com/labels`. Handlers and templates need not know: what
comes in loses that path (most proxies have taken it off already, some haven't), and every address that goes out gets
it: of redirects and cookies here, of pages in `Root.in_page`. Scripts take it from where they were loaded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ADDRESS_HEADERS = frozenset({b"location", b"content-location", b"hx-redirect", b"hx-push-url", b"hx-replace-url"})
# In a page, texts are escaped: a quotation mark after one of these names is always that of an attribute.
ATTRIBUTE = r"""(\s(?:href|src|action|formaction|poster|hx-(?:get|post|put|patch|delete|push-url|replace-url))=["'])"""
_ATTRIBUTES = re.compile(ATTRIBUTE + "(/(?!/))")
_COOKIE_PATH = re.compile(rb"(;\s*path=)/(?=;|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Root:
    """The path that all public addresses begin with.

    Args:
        path: percent-encoded, e.g. `/labels`; empty where there is none.
    """

    path: str

    def public(self, address: str) -> str:
        """An address of ours as people see it; one of another site stays as it is."""
        return self.path + address if address.startswith("/") and not address.startswith("//") else address

    def in_page(self, page: str) -> str:
        """A page whose addresses begin with the path."""
        return _ATTRIBUTES.sub(lambda found: f"{found[1]}{self.path}{found[2]}", page) if self.path else page

    def inside(self, path: str) -> str:
        """A path without ours, which a proxy that keeps it, or a browser on this machine, has left on (decoded)."""
        ours = unquote(self.path)
        if not ours or not (path == ours or path.startswith(f"{ours}/")):
            return path
        return path[len(ours) :] or "/"


NO_PATH = Root("")


class RootPath:
    """Takes the public path off requests and puts it on redirects and cookies; the declared scheme is the scheme.

    Args:
        app: everything else.
        root: the path.
        scheme: of the public URL, `http` or `https`, whatever a proxy speaks with us or says; empty where none is
            declared: then a request's own counts, or what a trusted proxy says of it.
        takes_off: whether a path that begins with ours still has it on; False where ours is one the app has, too, so
            that only a proxy that takes it off can be meant.
    """

    def __init__(self, app: ASGIApp, root: Root, *, scheme: str, takes_off: Callable[[], bool]) -> None:
        self._app = app
        self._root = root
        self._scheme = scheme
        self._takes_off = takes_off

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._scheme:
            scope["scheme"] = self._scheme
        if not self._root.path:
            await self._app(scope, receive, send)
            return
        if self._takes_off():
            scope["path"] = self._root.inside(scope["path"])
            scope.pop("raw_path", None)
        own = own_origins(scope)

        async def outward(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [(name, self._header(name, value, own)) for name, value in message["headers"]]
            await send(message)

        await self._app(scope, receive, outward)

    def _header(self, name: bytes, value: bytes, own: tuple[bytes, ...]) -> bytes:
        lowered = name.lower()
        if lowered == b"set-cookie":
            return _COOKIE_PATH.sub(rb"\g<1>" + self._root.path.encode(), value)
        if lowered in ADDRESS_HEADERS:
            begins = next((origin for origin in own if value.startswith(origin + b"/")), b"")
            return self._root.public(value[len(begins) :].decode("latin-1")).encode("latin-1")
        return value


def own_origins(scope: Scope) -> tuple[bytes, ...]:
    """How an absolute address of this server would begin, as the framework writes it for a missing or extra slash."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    return tuple(scheme + b"://" + host for host in hosts for scheme in (b"http", b"https"))
