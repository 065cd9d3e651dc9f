"""How the pages are served."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from assistant.errors import InputError

PORT = 8760
LARGEST_BODY = 4 * 1024 * 1024
LARGEST_NOTE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """How the pages are served; the defaults are those of one person on their own machine.

    Args:
        host: the address to listen on.
        port: the port; 0 takes a free one.
        team: people sign in with a password; no link is printed.
        public_url: what people type, where it is not the host and port, e.g. `https://labels.example.com`.
        trusted_proxies: addresses or networks whose X-Forwarded-For and -Proto count; none by default.
        metrics_token: the bearer token that opens /metrics from elsewhere; empty for loopback only.
        idle_seconds: a session unused for so long ends.
        session_seconds: a session ends after so long in any case.
        link_seconds: how long a login link can be used.
        largest_body: bytes a request may bring.
        lease_sweep_seconds: how often tasks whose lease ended go back to the queue.

    Raises:
        InputError: a public URL that is none.
    """

    host: str = "127.0.0.1"
    port: int = PORT
    team: bool = False
    public_url: str = ""
    trusted_proxies: tuple[str, ...] = ()
    metrics_token: str = ""
    idle_seconds: float = 8 * 3600
    session_seconds: float = 7 * 24 * 3600
    link_seconds: float = 15 * 60
    largest_body: int = LARGEST_BODY
    lease_sweep_seconds: float = 15.0

    def __post_init__(self) -> None:
        """Refuse a public URL without scheme or host."""
        parts = urlsplit(self.public_url)
        if self.public_url and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise InputError(
                f"{self.public_url} is no address of a site",
                where="--public-url",
                hint="e.g. https://labels.example.com",
            )

    @property
    def local(self) -> bool:
        """Whether only this machine can reach it."""
        return is_loopback(self.host)

    @property
    def base_url(self) -> str:
        """What people type, without a slash at the end."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def secure(self) -> bool:
        """Whether people come by https."""
        return self.base_url.startswith("https://")

    @property
    def allowed_hosts(self) -> frozenset[str] | None:
        """Names a request may give in `Host`; None for any, where the host is open to a network without a public URL.

        A page elsewhere that lets its own name point at 127.0.0.1 (DNS rebinding) comes with its own name.
        """
        public = urlsplit(self.public_url).hostname
        if self.local:
            return frozenset({"127.0.0.1", "localhost", "::1", self.host.lower(), *([public] if public else [])})
        return frozenset({public}) if public else None


def is_loopback(host: str) -> bool:
    """Whether an address or name means this machine only."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
