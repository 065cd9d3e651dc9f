"""Where a model server is, which way leads there, and what a failure below HTTP means."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict
from urllib.parse import parse_qs, urlsplit

import aiohttp

from assistant.errors import FatalModelError, ModelError, RetryableModelError, SettingsError
from assistant.models.http.refusals import scrub

OPENAI_URL = "https://api.openai.com/v1"
URL_HINT = "Check OPENAI_BASE_URL; most end in /v1."
_PROXY_HINT = "Check HTTP_PROXY and HTTPS_PROXY, or add the server to NO_PROXY."
_SIGNED_TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.")  # of a login, which Azure takes as a bearer token
_PROXY_LOGIN = 407


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A server that was found usable.

    Args:
        base_url: up to and including `/v1`, without a slash at the end.
        name: host and port for messages; never the user name or password some write into URLs.
        key: the bearer token, None for a server on loopback that needs none; not part of the repr.
        query: what stands behind every path, without the question mark: Azure's `api-version=...`.
        proxy: the URL of the proxy that leads there, None for the direct way; it may hold a password.
    """

    base_url: str
    name: str
    key: str | None = field(repr=False)
    query: str = ""
    proxy: str | None = field(default=None, repr=False)

    def url(self, path: str) -> str:
        """The address of a path below the base, which begins with a slash."""
        return f"{self.base_url}{path}?{self.query}" if self.query else f"{self.base_url}{path}"

    @property
    def way(self) -> str:
        """How it is reached, for messages: empty for the direct way."""
        return f" through the proxy {_place(self.proxy)}" if self.proxy else ""

    @property
    def key_headers(self) -> dict[str, str]:
        """The header that holds the key: a bearer token, or Azure's own where the address names an API version."""
        if not self.key:
            return {}
        if "api-version" in parse_qs(self.query) and not _SIGNED_TOKEN.match(self.key):
            return {"api-key": self.key}
        return {"Authorization": f"Bearer {self.key}"}


def server_address(base_url: str, key: str | None, environ: Mapping[str, str] | None = None) -> ServerAddress:
    """Check an address and its key, and find the way there.

    Args:
        base_url: up to and including `/v1`; the whole address of the chat completions will do, and so will a query.
        key: the bearer token; None, or empty, for none.
        environ: where the proxies are named; the process's own when None.

    Raises:
        SettingsError: no http(s) URL, a key that can't be one, none for a server that isn't on loopback, or a proxy
            that can't be used.
    """
    path, _, query = base_url.strip().partition("#")[0].partition("?")
    path = path.rstrip("/").removesuffix("/chat/completions").rstrip("/")
    host, name = _checked_url(path, "OPENAI_BASE_URL", f"For example {OPENAI_URL}", {"http", "https"})
    key = (key or "").strip()
    if not key and not is_loopback(host):
        raise SettingsError("model_key_missing", where="OPENAI_API_KEY", server=name)
    if not key.isascii() or not key.isprintable() or " " in key:
        raise SettingsError("key_unsendable", where="OPENAI_API_KEY", hint="Copy it again, without line breaks.")
    return ServerAddress(path, name, key or None, query, environment_proxy(path, environ))


def environment_proxy(url: str, environ: Mapping[str, str] | None = None) -> str | None:
    """The proxy that the environment names for a URL; None where there is none, and for this machine itself.

    `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` are read, names in lower case first. `NO_PROXY` holds host
    names (with all names below them), `host:port`, addresses, networks such as `10.0.0.0/8`, or `*`.

    Raises:
        SettingsError: the proxy is no http(s) URL.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    found = _variables(os.environ if environ is None else environ)
    name = next((name for name in (f"{parts.scheme}_proxy", "all_proxy") if found.get(name)), None)
    if (
        name is None
        or is_loopback(host)
        or _is_direct(host, parts.netloc.rpartition("@")[2], found.get("no_proxy", ""))
    ):
        return None
    proxy = found[name] if "://" in found[name] else f"http://{found[name]}"
    _checked_url(proxy, name.upper(), "Only http:// and https:// proxies can be used.", {"http", "https"})
    return proxy


def _variables(environ: Mapping[str, str]) -> dict[str, str]:
    named = {name.lower(): value.strip() for name, value in environ.items() if name.lower().endswith("_proxy")}
    return named | {name: value.strip() for name, value in environ.items() if name in named}


def _is_direct(host: str, netloc: str, no_proxy: str) -> bool:
    """Whether `NO_PROXY` names a host: alone or with its port, by a domain above it, or by a network it is in."""
    names = [one.strip().lower().lstrip("*").lstrip(".") for one in no_proxy.split(",")]
    if "*" in {one.strip() for one in no_proxy.split(",")} or any(_is_at(host, one) or netloc == one for one in names):
        return True
    try:
        address = ipaddress.ip_address(host)
        return any(address in ipaddress.ip_network(one, strict=False) for one in names if "/" in one)
    except ValueError:
        return False


def _is_at(host: str, name: str) -> bool:
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _checked_url(url: str, where: str, hint: str, schemes: set[str]) -> tuple[str, str]:
    """(host, host and port) of a URL. Raises SettingsError where it is none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in schemes:
        if where == "OPENAI_BASE_URL":
            raise SettingsError("server_url_unfit", where=where, hint=hint)
        raise SettingsError("proxy_url_unfit", where=where, hint=hint)
    return host, host if port is None else f"{host}:{port}"


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def unreachable(server: ServerAddress, why: str) -> RetryableModelError:
    """Nothing answers at the address (reason `connection`)."""
    said = scrub(why, server.key)
    if server.proxy:
        error = RetryableModelError(
            "model_unreachable_by_proxy", reason="connection", model=server.name, proxy=_place(server.proxy), said=said
        )
    else:
        error = RetryableModelError("model_unreachable", reason="connection", model=server.name, said=said)
    error.hint = f"Is it running? {URL_HINT}"
    return error


def transport_error(server: ServerAddress, error: aiohttp.ClientError | OSError) -> ModelError:
    """What a failure below HTTP means: fatal for certificates and addresses, else worth asking again."""
    if isinstance(error, (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError)):
        return FatalModelError(
            "certificate_refused",
            server=server.name,
            said=scrub(str(error), server.key),
            hint="Set SSL_CERT_FILE to the authority's certificates, or use http:// if the server has no TLS.",
        )
    if isinstance(error, aiohttp.InvalidURL):
        return FatalModelError("server_unconnectable", server=server.name, hint=URL_HINT)
    if isinstance(error, aiohttp.ClientPayloadError):
        return RetryableModelError("reply_broken_off", reason="truncated", server=server.name)
    if isinstance(error, (aiohttp.ClientHttpProxyError, aiohttp.ClientProxyConnectionError)):
        return _proxy_error(server, error)
    if isinstance(error, aiohttp.ClientConnectorError):
        return unreachable(server, error.os_error.strerror or str(error.os_error))
    return RetryableModelError("connection_closed", reason="reset", server=server.name)


def _proxy_error(
    server: ServerAddress, error: aiohttp.ClientHttpProxyError | aiohttp.ClientProxyConnectionError
) -> ModelError:
    """What a proxy's failure means: it refuses for good, or it is away like a server."""
    proxy = _place(server.proxy or "")
    if isinstance(error, aiohttp.ClientHttpProxyError):
        if error.status == _PROXY_LOGIN:
            return FatalModelError("proxy_login_missing", proxy=proxy, hint=f"Write it into its URL. {_PROXY_HINT}")
        what = "proxy_refuses"
        facts: dict[str, object] = {
            "proxy": proxy,
            "server": server.name,
            "status": error.status,
            "said": scrub(error.message, None),
        }
        if error.status < 500:  # it refuses; otherwise it failed to connect
            return FatalModelError(what, hint=_PROXY_HINT).with_values(facts)
    else:
        what = "proxy_unreachable"
        facts = {"proxy": proxy, "said": scrub(error.os_error.strerror or str(error.os_error), None)}
    failure = RetryableModelError(what, reason="connection").with_values(facts)
    failure.hint = _PROXY_HINT
    return failure


class OpenAIAccess(TypedDict):
    """Where an OpenAI-compatible server is, and its key."""

    base_url: str
    key: str | None


def openai_access() -> OpenAIAccess:
    """From the environment, the one place secrets come from."""
    return {
        "base_url": os.environ.get("OPENAI_BASE_URL") or OPENAI_URL,
        "key": os.environ.get("OPENAI_API_KEY") or None,
    }
