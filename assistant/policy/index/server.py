"""How a Chroma server is reached: its address, what it asks for, and how long it may be gone."""

from __future__ import annotations

import base64
import os
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Event
from time import monotonic
from typing import Self, TypeVar
from urllib.parse import quote, urlsplit

from assistant.errors import VectorIndexError
from assistant.settings import StorageSettings
from assistant.steps import step

TOKEN_VARIABLE = "ASSISTANT_CHROMA_TOKEN"  # noqa: S105 - the name of a variable
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 2.0  # seconds between two tries
_AWAY = frozenset({502, 503, 504})  # what a proxy answers for a server that is gone
_WELL, _MISSING = 200, 404
DEFAULT_TENANT, DEFAULT_DATABASE = "default_tenant", "default_database"  # Chroma's own
_REFUSED = frozenset({401, 403})
_KNOCK_SECONDS = 10.0
ANSWER_SECONDS = 60.0
"""How long an answer may take before the server counts as gone; 5,000 entries take it 4 s."""

Result = TypeVar("Result")


class TokenHeader(StrEnum):
    """How a server wants to be given the token."""

    BEARER = "bearer"  # Authorization: Bearer TOKEN
    CHROMA = "x-chroma-token"  # X-Chroma-Token: TOKEN
    BASIC = "basic"  # Authorization: Basic, of a token USER:PASSWORD


@dataclass(frozen=True, slots=True)
class ChromaServer:
    """A Chroma server.

    Args:
        url: `http://HOST:PORT` or `https://HOST`, with a path where a proxy gives it one; no port means 8000 for http.
        token: the secret it asks for; empty for none.
        header: how it is given.
        tenant, database: whose collections; empty for Chroma's default.
        wait_seconds: how long a server that is gone is waited for, once it has answered or is first asked.
    """

    url: str
    token: str = field(default="", repr=False)
    header: TokenHeader = TokenHeader.BEARER
    tenant: str = ""
    database: str = ""
    wait_seconds: float = 0.0

    @classmethod
    def of(cls, settings: StorageSettings) -> Self:
        """The server of the settings, its token from the environment."""
        return cls(
            settings.chroma_url,
            token=os.environ.get(TOKEN_VARIABLE, ""),
            header=TokenHeader(settings.chroma_token_header),
            tenant=settings.chroma_tenant,
            database=settings.chroma_database,
            wait_seconds=settings.chroma_wait_seconds,
        )

    @property
    def address(self) -> str:
        """Scheme, host, port and path. Raises VectorIndexError where the URL is none of a server."""
        try:
            parts = urlsplit(self.url)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise VectorIndexError("chroma_url_unfit", where=self.url)
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return f"{parts.scheme}://{host}:{port or (443 if parts.scheme == 'https' else 8000)}{parts.path.rstrip('/')}"

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        if not self.token:
            return {}
        if self.header is TokenHeader.CHROMA:
            return {"X-Chroma-Token": self.token}
        if self.header is TokenHeader.BASIC:
            return {"Authorization": f"Basic {base64.b64encode(self.token.encode()).decode()}"}
        return {"Authorization": f"Bearer {self.token}"}

    def knock(self) -> None:
        """Ask for a sign of life and for the database.

        Raises:
            VectorIndexError: another service answers, or there is no such tenant or database.
            httpx.HTTPError: there is no answer, the server is away, or it refuses who asks.
        """
        tenant, database = self.tenant or DEFAULT_TENANT, self.database or DEFAULT_DATABASE
        if (status := self._status("heartbeat")) != _WELL:
            raise VectorIndexError("chroma_not_there", where=self.url, status=status)
        if self._status(f"tenants/{quote(tenant, safe='')}/databases/{quote(database, safe='')}") == _MISSING:
            raise VectorIndexError("chroma_database_missing", where=self.url, database=database, tenant=tenant)

    def _status(self, path: str) -> int:
        import httpx  # noqa: PLC0415 - chromadb's own client, imported with it

        answer = httpx.get(f"{self.address}/api/v2/{path}", headers=self.headers, timeout=_KNOCK_SECONDS)
        if answer.status_code in _AWAY or answer.status_code in _REFUSED:
            answer.raise_for_status()
        return answer.status_code


class IndexReconnect:
    """Waits for a server that is gone, and says so; an error of any other kind is raised at once.

    Args:
        where: its URL.
        seconds: how long it may be gone; 0 waits for nothing.
    """

    def __init__(self, where: str, seconds: float) -> None:
        self._where = where
        self._seconds = seconds
        self._stopped = Event()

    def stop(self) -> None:
        """Wait no more, now and later."""
        self._stopped.set()

    def call(self, work: Callable[[], Result], *, opening: bool = False) -> Result:
        """What `work` returns; it is called again while the server is gone, so it must be safe to repeat.

        Args:
            work: asks the server.
            opening: whether it is asked for the first time: an answer that is none of a web server is final then.

        Raises:
            VectorIndexError: the server was gone for too long.
            Exception: whatever else `work` raises.
        """
        try:
            return work()
        except Exception as error:
            why = why_gone(error, opening=opening)
            if not why or not self._seconds or self._stopped.is_set():
                raise
        began, pause = monotonic(), _FIRST_PAUSE
        with step(f"waiting for the Chroma server at {self._where} ({why})", anywhere=True):
            while True:
                self._stopped.wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
                try:
                    return work()
                except Exception as error:
                    why = why_gone(error, opening=opening)
                    if not why:
                        raise
                    if self._stopped.is_set() or monotonic() - began >= self._seconds:
                        raise self._gone(monotonic() - began, why) from error

    def _gone(self, seconds: float, why: str) -> VectorIndexError:
        return VectorIndexError("chroma_server_gone", where=self._where, seconds=round(seconds), why=why)


def why_gone(error: BaseException, *, opening: bool = False) -> str:
    """What shows that a server is gone for the moment, in words; empty for an error that waiting doesn't cure."""
    import httpx  # noqa: PLC0415 - chromadb's own client, imported with it

    chain = list(_chain(error))
    if any(isinstance(one, ssl.SSLError) for one in chain):
        return ""
    for one in chain:
        if isinstance(one, httpx.HTTPStatusError):
            status = one.response.status_code
            return f"HTTP {status}" if status in _AWAY else ""
        final = (httpx.UnsupportedProtocol, *((httpx.RemoteProtocolError,) if opening else ()))
        if isinstance(one, httpx.TransportError):
            return "" if isinstance(one, final) else str(one).strip() or type(one).__name__
    return ""


def refused(error: BaseException, where: str) -> VectorIndexError | None:
    """The error of a server that doesn't know who asks; None for any other."""
    import httpx  # noqa: PLC0415 - as above

    for one in _chain(error):
        if isinstance(one, httpx.HTTPStatusError) and one.response.status_code in _REFUSED:
            status, headers = one.response.status_code, ", ".join(TokenHeader)
            return VectorIndexError("chroma_server_refuses", where=where, status=status, headers=headers)
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what it was raised from, the last one first."""
    one: BaseException | None = error
    seen: set[int] = set()
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or one.__context__
