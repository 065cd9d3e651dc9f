"""Where a model server is, and what a failure below HTTP means there."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp

from assistant.errors import FatalModelError, ModelError, RetryableModelError, SettingsError
from assistant.models.http_errors import scrub

OPENAI_URL = "https://api.openai.com/v1"
URL_HINT = "Check OPENAI_BASE_URL; most end in /v1."


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A server that was found usable.

    Args:
        base_url: up to and including `/v1`, without a slash at the end.
        name: host and port for messages; never the user name or password some write into URLs.
        key: the bearer token, None for a server on loopback that needs none; not part of the repr.
    """

    base_url: str
    name: str
    key: str | None = field(repr=False)


def server_address(base_url: str, key: str | None) -> ServerAddress:
    """Check an address and its key.

    Raises:
        SettingsError: no http(s) URL, a key that can't be one, or none for a server that isn't on loopback.
    """
    base_url = base_url.strip().rstrip("/")
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingsError(
            "the model server's address is no http(s) URL", where="OPENAI_BASE_URL", hint=f"For example {OPENAI_URL}"
        )
    name = parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}"
    key = (key or "").strip()
    if not key and not is_loopback(parts.hostname):
        raise SettingsError(
            f"no key for {name}",
            where="OPENAI_API_KEY",
            hint="Set it in the environment (to `none` for a server without keys), or use --model local.",
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise SettingsError(
            "the key has characters that no key has", where="OPENAI_API_KEY", hint="Copy it again, without line breaks."
        )
    return ServerAddress(base_url, name, key or None)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def unreachable(server: ServerAddress, why: str) -> RetryableModelError:
    """Nobody answers at the address (reason `connection`)."""
    error = RetryableModelError(f"{server.name} can't be reached: {scrub(why, server.key)}", reason="connection")
    error.hint = f"Is it running? {URL_HINT}"
    return error


def transport_error(server: ServerAddress, error: aiohttp.ClientError | OSError) -> ModelError:
    """What a failure below HTTP means: fatal for certificates and addresses, else worth asking again."""
    if isinstance(error, (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError)):
        return FatalModelError(
            f"the certificate of {server.name} can't be verified: {scrub(str(error), server.key)}",
            hint="Set SSL_CERT_FILE to the authority's certificates, or use http:// if the server has no TLS.",
        )
    if isinstance(error, aiohttp.InvalidURL):
        return FatalModelError(f"{server.name} is no address to connect to", hint=URL_HINT)
    if isinstance(error, aiohttp.ClientPayloadError):
        return RetryableModelError(f"{server.name} broke off in the middle of a reply", reason="truncated")
    if isinstance(error, aiohttp.ClientConnectorError):
        return unreachable(server, error.os_error.strerror or str(error.os_error))
    return RetryableModelError(f"{server.name} closed the connection instead of answering", reason="reset")
