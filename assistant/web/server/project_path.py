"""The project in the address: inside, every path is that of a project's own page or API address.

Pages of a project lie below `/p/KEY`, its API below `/api/v1/projects/KEY`. Handlers and templates need not know: what
comes in loses the project, which the request remembers, and addresses that go out get it back: of redirects here, of
pages in `in_page`. An address without a project stays as it is; which one it means then is decided at the door.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.web.server.root_path import ADDRESS_HEADERS, ATTRIBUTE, own_origins

PAGES = "/p"
API = "/api/v1"
API_PROJECTS = f"{API}/projects"
ITSELF = f"{API}/project"
"""Where the API's address of the project itself is, inside."""

_KEY = "assistant.project"
_API = "assistant.project_api"
# Files are the same for all projects; an address that names a project means that one.
_ATTRIBUTES = re.compile(ATTRIBUTE + r"(/(?!/|p/|static/))")


@dataclass(frozen=True, slots=True)
class ProjectAddress:
    """What an address says about its project.

    Args:
        key: the project's; empty where none is named.
        api: whether it was named as addresses of the API name it.
        path: the address inside the project.
    """

    key: str
    api: bool
    path: str

    @classmethod
    def of(cls, path: str) -> ProjectAddress:
        """Taken apart. The key is whatever stands in its place: whether there is such a project is for others."""
        key, inner = _parted(path, PAGES)
        named, rest = _parted(inner, API_PROJECTS)
        if named:
            return cls(named, api=True, path=f"{API}{rest}" if rest != "/" else ITSELF)
        return cls(key, api=False, path=inner)

    def public(self, address: str) -> str:
        """An address inside as it is outside, below the same project."""
        if not self.key or not address.startswith("/") or address.startswith(("//", f"{PAGES}/", "/static/")):
            return address
        if not self.api:
            return f"{PAGES}/{quote(self.key)}{address}"
        if not address.startswith(f"{API}/"):
            return address
        return f"{API_PROJECTS}/{quote(self.key)}{address.removeprefix(API)}"


class ProjectPath:
    """Takes the project off requests and puts it back on redirects.

    Args:
        app: everything else.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        address = ProjectAddress.of(scope["path"]) if scope["type"] == "http" else None
        if address is None or not address.key:
            await self._app(scope, receive, send)
            return
        scope["path"] = address.path
        scope.pop("raw_path", None)
        scope[_KEY], scope[_API] = address.key, address.api
        own = own_origins(scope)

        async def outward(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [(name, _header(name, value, address, own)) for name, value in message["headers"]]
            await send(message)

        await self._app(scope, receive, outward)


def named_project(scope: Scope) -> str:
    """The key of the project that the address names; empty where it names none."""
    return str(scope.get(_KEY, ""))


def in_page(page: str, scope: Scope) -> str:
    """A page whose addresses lie below the project that its own address names."""
    if (key := named_project(scope)) and not scope[_API]:
        return _ATTRIBUTES.sub(lambda found: f"{found[1]}{PAGES}/{quote(key)}{found[2]}", page)
    return page


def documented(path: str) -> str:
    """An address of the API inside a project as its description names it: `/api/v1/projects/{project}/...`."""
    return f"{API_PROJECTS}/{{project}}" + ("" if path == ITSELF else path.removeprefix(API))


def _parted(path: str, before: str) -> tuple[str, str]:
    """The key that follows a prefix and the path behind it; no key and the path itself where there is none."""
    if not path.startswith(f"{before}/"):
        return "", path
    key, _, rest = path[len(before) + 1 :].partition("/")
    return (key, f"/{rest}") if key else ("", path)


def _header(name: bytes, value: bytes, address: ProjectAddress, own: tuple[bytes, ...]) -> bytes:
    if name.lower() not in ADDRESS_HEADERS:
        return value
    begins = next((origin for origin in own if value.startswith(origin + b"/")), b"")
    return address.public(value[len(begins) :].decode("latin-1")).encode("latin-1")
