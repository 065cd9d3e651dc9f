"""Any OpenAI-compatible server: OpenAI itself, Azure, vLLM, llama.cpp, Groq, OpenRouter, the test server ...

Questions go over aiohttp directly: 0.3 ms of CPU each, where the SDK's own path takes 3 to 4.
"""

from __future__ import annotations

import asyncio
import difflib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

import aiohttp

from assistant.errors import FatalModelError, ModelError, RejectedRequestError, RetryableModelError
from assistant.models.chat_api import MalformedReplyError, encode_request, load_json
from assistant.models.dialect import Dialect, Feature, response_format
from assistant.models.http.address import OPENAI_URL, server_address, transport_error, unreachable
from assistant.models.http.errors import error_for, lacking, web_page
from assistant.models.http.event_stream import CutStreamError
from assistant.models.http.limits import RateLimits, read_limits
from assistant.models.http.refusals import HttpRefusal, read_refusal
from assistant.models.http.replies import CutReplyError, completion_in
from assistant.models.http.thinking import ThinkingRoom, thinking_budget, with_room
from assistant.models.interface import Message, ModelRequest, RawReply, Sampling

_CHECK = "check"  # the task of a check's own question
_CHECK_SECONDS = 20.0
_CONNECT_SECONDS = 15.0
_NOT_LISTED = frozenset({400, 403, 404, 405, 501})  # servers without a list of models, or that keep it to themselves


@dataclass(frozen=True, slots=True)
class _Received:
    """A whole HTTP reply."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class OpenAIModel:
    """One model on one server. Connections belong to the event loop that asks first: one loop per process.

    Args:
        name: the server's name of the model.
        base_url: up to and including `/v1`; a query (Azure's `?api-version=...`) stays behind every path.
        key: the bearer token; may be missing for servers on loopback only.
        organization: sent as `OpenAI-Organization` when given.
        concurrency: connections kept open at most.
        timeout_s: seconds for one attempt, all in all.
        structured: how the reply's shape is asked for; `auto` finds out what the server takes.
        extra: parameters sent with every question beside the protocol's own; `stream` says how replies come.
        headers: sent with every request.
        on_limits: called with what each reply says about rate limits.

    Raises:
        SettingsError: no usable base URL or proxy, or no key for a server that isn't on loopback.
    """

    def __init__(
        self,
        name: str,
        *,
        base_url: str = OPENAI_URL,
        key: str | None = None,
        organization: str | None = None,
        concurrency: int = 64,
        timeout_s: float = 120.0,
        structured: Literal["auto", "json_schema", "json_object", "text"] = "auto",
        extra: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        on_limits: Callable[[RateLimits], None] | None = None,
    ) -> None:
        self.spec = f"openai:{name}"
        self.parallel: int | None = None
        self.on_limits = on_limits
        self._extra = dict(extra or {})
        self.room = ThinkingRoom(thinking_budget(self._extra))
        stream = bool(self._extra.pop("stream", False))
        self.dialect = Dialect(stream=stream, structured="json_schema" if structured == "auto" else structured)
        self._name = name
        self._at = server_address(base_url, key)
        self._url = self._at.url("/chat/completions")
        self._headers = {"Content-Type": "application/json", "Accept-Encoding": "identity", **self._at.key_headers}
        self._headers |= ({"OpenAI-Organization": organization} if organization else {}) | dict(headers or {})
        self._concurrency = concurrency
        self._timeout_s = timeout_s
        self.room = ThinkingRoom(thinking_budget(self._extra))
        self._proven: frozenset[Feature] = frozenset()
        self._answered_by_page: set[str] = set()
        self._format: tuple[object, Dialect, Mapping[str, object] | None] = (None, self.dialect, None)
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def ask(self, request: ModelRequest) -> RawReply:
        """One attempt; parameters that the server turns out to lack are dropped for good, at once and unbilled.

        Raises:
            RetryableModelError: reasons `rate_limited`, `server_error`, `unavailable`, `connection`, `reset`,
                `timeout`, `truncated`, `conflict`, `malformed`.
            RejectedRequestError: reasons `too_long`, `content_filter`, `bad_request`.
            FatalModelError: wrong key, no such model, no quota, no such server, a web page instead of an API.
        """
        dialect, room = self.dialect, self.room.tokens
        while True:
            reply = await self._post(with_room(request, room), dialect)
            if isinstance(reply, RawReply):
                self._proven |= dialect.features(request)
                self.room.learn(reply.body, room)
                return reply
            # What has worked before is not lacking: then the complaint is about this one question.
            lack = lacking(reply, dialect.features(request) - self._proven)
            if lack is None and self.room.refused(reply, room):
                room = self.room.tokens
                continue
            if lack is None:
                raise self._error_for(reply, request.task)
            if self.dialect is dialect:
                self.dialect = dialect.without(lack)
            dialect = self.dialect

    async def check(self) -> str:
        """Look the model up in the server's list; where it has no such list, ask for one short reply.

        Raises:
            FatalModelError: wrong key, or no such model (the nearest names are in the message).
            RetryableModelError: the server can't be reached.
        """
        listed = await self._get("/models")
        names = _names_in(listed)
        if names is None:
            return await self._ask_for_life(listed)
        if self._name not in names:
            found = await self._get(f"/models/{quote(self._name, safe='')}")
            if found.status == 404:
                near = difflib.get_close_matches(self._name, names, n=3, cutoff=0.3) or names[:3]
                raise FatalModelError(
                    "model_not_listed",
                    model=self._name,
                    server=self._at.name,
                    models=len(names),
                    near=", ".join(near) or "none",
                )
        return f"{self._name} answers at {self._at.name}{self._at.way} ({len(names)} models there)"

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
        self._session = None

    async def _ask_for_life(self, listed: _Received) -> str:
        """Ask one short question. Raises as `ask`; and for what the list's own refusal says about the key."""
        if listed.status != 200 and listed.status not in _NOT_LISTED:
            raise self._error_for(self._refusal_in(listed), _CHECK)
        self._answered_by_page.add(_CHECK)
        await self.ask(ModelRequest(_CHECK, (Message("user", "Say OK."),), Sampling(max_tokens=16, top_logprobs=0)))
        return f"{self._name} answers at {self._at.name}{self._at.way}"

    async def _get(self, path: str) -> _Received:
        seconds = min(self._timeout_s, _CHECK_SECONDS)
        return await self._send("GET", self._at.url(path), timeout=aiohttp.ClientTimeout(total=seconds))

    async def _post(self, request: ModelRequest, dialect: Dialect) -> RawReply | HttpRefusal:
        body = encode_request(self._name, request, self._format_for(request, dialect), dialect, self._extra)
        started = time.perf_counter()
        received = await self._send("POST", self._url, data=body)
        latency_ms = (time.perf_counter() - started) * 1000
        if self.on_limits is not None and (limits := read_limits(received.headers)) is not None:
            self.on_limits(limits)
        if received.status != 200:
            return self._refusal_in(received)
        try:
            completion = completion_in(received.body, received.headers, key=self._at.key)
        except (CutReplyError, CutStreamError) as error:
            raise RetryableModelError("reply_cut", reason="truncated", server=self._at.name, said=str(error)) from None
        return completion if isinstance(completion, HttpRefusal) else RawReply(completion, latency_ms)

    async def _send(self, method: str, url: str, **more: Any) -> _Received:
        """One HTTP request and its whole reply. Raises RetryableModelError, FatalModelError."""
        try:
            async with self._open_session().request(method, url, allow_redirects=False, **more) as response:
                return _Received(response.status, response.headers, await response.read())
        except TimeoutError as error:
            if isinstance(error, aiohttp.ConnectionTimeoutError):
                raise unreachable(self._at, "no connection in time") from None
            raise RetryableModelError(
                "model_timed_out", reason="timeout", model=self._at.name, seconds=self._timeout_s
            ) from None
        except (aiohttp.ClientError, OSError) as error:
            raise transport_error(self._at, error) from None

    def _refusal_in(self, received: _Received) -> HttpRefusal:
        return read_refusal(received.status, received.headers, received.body, key=self._at.key)

    def _error_for(self, refusal: HttpRefusal, task: str) -> ModelError:
        """The error a refusal stands for. A web page is one of a wrong address only where nothing else ever came."""
        if not refusal.page or refusal.status >= 500:
            return error_for(refusal, server=self._at.name, model=self._name)
        page = web_page(self._at.name, refusal.status)
        if self._proven and refusal.status == 403:
            return RejectedRequestError("request_blocked", reason="bad_request", page=page)
        if self._proven or (refusal.status == 200 and task not in self._answered_by_page):
            # A router that restarts sends one, too; the same question gets a second look.
            self._answered_by_page.add(task)
            error = RetryableModelError(page.what, reason="unavailable", retry_after=refusal.retry_after)
            error.with_values(page.values)
            error.hint = page.hint
            return error
        return error_for(refusal, server=self._at.name, model=self._name)

    def _format_for(self, request: ModelRequest, dialect: Dialect) -> Mapping[str, object] | None:
        """The response format; kept for the next question because a run has one schema, or a few."""
        schema, made_for, made = self._format
        if schema is not request.schema or made_for is not dialect:
            made = response_format(request.schema, dialect)
            self._format = (request.schema, dialect, made)
        return made

    def _open_session(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        if self._session is None or self._loop is not loop:
            self._loop = loop
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._concurrency, ttl_dns_cache=300),
                timeout=aiohttp.ClientTimeout(total=self._timeout_s, sock_connect=_CONNECT_SECONDS),
                headers=self._headers,
                cookie_jar=aiohttp.DummyCookieJar(),
                proxy=self._at.proxy,
            )
        return self._session


def _names_in(listed: _Received) -> list[str] | None:
    """The models' names in a list, as OpenAI's (`data`) or Ollama's (`models`); None where there is no list."""
    try:
        reply = load_json(listed.body) if listed.status == 200 else None
    except MalformedReplyError:
        return None
    rows = (reply.get("data") or reply.get("models")) if isinstance(reply, dict) else reply
    if not isinstance(rows, list):
        return None
    named = [(row.get("id") or row.get("name")) if isinstance(row, dict) else row for row in rows]
    return [name for name in named if isinstance(name, str)] or None
