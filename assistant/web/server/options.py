"""How the pages are served."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, quote, unquote, urlsplit

from assistant.application.people.sessions import IDLE_SECONDS
from assistant.application.people.sign_in import LINK_SECONDS
from assistant.errors import InputError
from assistant.web.server.connections import TrustedProxies

PORT = 8760
LARGEST_BODY = 4 * 1024 * 1024
LARGEST_NOTE = 10_000
_DEFAULT_PORTS = {"http": 80, "https": 443}
_NOT_IN_A_PATH = re.compile(r"[\x00-\x20\x7f\\?#]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """How the pages are served; the defaults are those of one person on their own machine.

    Args:
        host: the address to listen on.
        port: the port; 0 takes a free one.
        team: people sign in with a password; no link is printed.
        public_url: what people type, where it is not the host and port, e.g. `https://labels.example.com` or, where
            a proxy has other sites beside this one, `https://example.com/labels`.
        trusted_proxies: addresses or networks whose X-Forwarded-For and -Proto count; none by default.
        metrics_token: the bearer token that opens /metrics from elsewhere; empty for loopback only.
        idle_seconds: a session unused for so long ends.
        session_seconds: a session ends after so long in any case.
        link_seconds: how long a login link can be used.
        confirm_seconds: so long after their password or link a person may manage accounts without giving it again.
        largest_body: bytes a request may bring.
        lease_sweep_seconds: how often tasks whose lease ended go back to the queue.

    Raises:
        InputError: a public URL that is none, or a proxy that is neither an address nor a network.
    """

    host: str = "127.0.0.1"
    port: int = PORT
    team: bool = False
    public_url: str = ""
    trusted_proxies: tuple[str, ...] = ()
    metrics_token: str = ""
    idle_seconds: float = IDLE_SECONDS
    session_seconds: float = 7 * 24 * 3600
    link_seconds: float = LINK_SECONDS
    confirm_seconds: float = 10 * 60
    largest_body: int = LARGEST_BODY
    lease_sweep_seconds: float = 15.0

    def __post_init__(self) -> None:
        """Refuse a public URL that isn't scheme, host, perhaps port, and perhaps a path."""
        reason = _wrong_with(self.public_url) if self.public_url else ""
        if reason:
            raise InputError("public_url_unfit", where="--public-url", address=self.public_url, why=reason)
        for given in self.trusted_proxies:
            _refuse_unknown_proxy(given)

    @property
    def local(self) -> bool:
        """Whether only this machine can reach it."""
        return is_loopback(self.host)

    @property
    def private(self) -> bool:
        """Whether it is for one machine only: no network reaches it, and no proxy stands before it."""
        return self.local and not self.public_url

    @property
    def base_url(self) -> str:
        """What people type, without a slash at the end."""
        return self.origin + self.root

    def login_url(self, secret: str) -> str:
        """The address that signs in whoever has this link's secret."""
        return f"{self.base_url}/login/link?token={secret}"

    @property
    def origin(self) -> str:
        """Scheme, host and port of what people type, as browsers write them in `Origin`."""
        if not self.public_url:
            listens = f"[{self.host}]" if ":" in self.host else self.host
            return f"http://{listens}:{self.port}"
        parts = urlsplit(self.public_url)
        name = parts.hostname or ""
        host = f"[{name}]" if ":" in name else name
        port = "" if parts.port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{parts.port}"
        return f"{parts.scheme}://{host}{port}"

    @property
    def root(self) -> str:
        """The path all public addresses begin with, percent-encoded, e.g. `/labels`; empty without one."""
        return quote(unquote(urlsplit(self.public_url).path.rstrip("/")))

    @property
    def declared_scheme(self) -> str:
        """`http` or `https`, as the public URL says; empty without one."""
        return urlsplit(self.public_url).scheme

    @property
    def cookie(self) -> str:
        """What this site's cookies are called, before a prefix: as what people type says, not where a process listens.

        Several processes behind one public URL share it. Without one it holds the port: that is what tells two sites on
        one machine apart.
        """
        if not self.public_url:
            return f"assistant-session-{self.port}"
        return "-".join(("assistant-session", *self.root.split("/")[1:]))

    @property
    def unheard_proxy(self) -> bool:
        """Whether a proxy seems to stand before this whose word on who asks doesn't count: all seem to be one."""
        return bool(self.public_url) and not self.trusted_proxies and self.origin != replace(self, public_url="").origin

    @property
    def allowed_hosts(self) -> frozenset[str] | None:
        """Names a request may give in `Host`; None for any, where the host is open to a network without a public URL.

        A page elsewhere that lets its own name point at 127.0.0.1 (DNS rebinding) comes with its own name.
        """
        name = urlsplit(self.public_url).hostname
        public = {_as_sent(name)} if name else set()
        if self.local:
            return frozenset({"127.0.0.1", "localhost", "::1", _as_sent(self.host), *public})
        return frozenset(public) if public else None


def _as_sent(host: str) -> str:
    """A host as browsers send it in `Host`: an IP address in its shortest form, a name in lower case and ASCII."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return (host if host.isascii() else host.encode("idna").decode()).lower().rstrip(".")


def _refuse_unknown_proxy(given: str) -> None:
    """A name, or a network with bits beyond its prefix, would never be that of a connection, without a word."""
    try:
        TrustedProxies([given])
    except ValueError as error:
        raise InputError("proxy_unfit", where=f"--trusted-proxy {given}", why=str(error)) from None


def _wrong_with(public_url: str) -> str:
    """What keeps an address from being that of a site; empty where nothing does."""
    try:
        parts = urlsplit(public_url)
        port_is_given = parts.port is not None and parts.port > 0
    except ValueError as error:  # a port out of range, half an IPv6 address
        return str(error)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return "it needs http:// or https:// and a host"
    if parts.port is not None and not port_is_given:
        return "port 0 is not a port"
    if parts.username is not None or "?" in public_url or "#" in public_url:
        return "a user, a query or a fragment can't be part of it"
    return _wrong_with_path(parts)


def _wrong_with_path(parts: SplitResult) -> str:
    path = unquote(parts.path.rstrip("/"))
    if _NOT_IN_A_PATH.search(path) or "\ufffd" in path:
        return "its path holds characters that can't stand there"
    if any(part in {"", ".", ".."} for part in path.split("/")[1:]):
        return "its path has an empty part or one of dots"
    return ""


def is_loopback(host: str) -> bool:
    """Whether an address or name means this machine only."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
