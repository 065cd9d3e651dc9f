"""Any OpenAI-compatible server: OpenAI itself, vLLM, llama.cpp, Groq, OpenRouter, the test server ...

Questions go over aiohttp directly (0.2 ms of CPU each, the SDK's own path takes 3 to 4); the SDK is used for `check`.
"""

from __future__ import annotations

import asyncio
import difflib
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

import aiohttp

from assistant.errors import FatalModelError, RetryableModelError
from assistant.models.address import OPENAI_URL, URL_HINT, server_address, transport_error, unreachable
from assistant.models.chat_api import MalformedReplyError, encode_request, load_json
from assistant.models.dialect import Dialect, Feature, response_format
from assistant.models.http_errors import Refusal, error_for, lacking, read_refusal, scrub
from assistant.models.interface import Message, ModelRequest, RawReply, Sampling
from assistant.models.limits import RateLimits, read_limits

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_CHECK_SECONDS = 20.0
_CONNECT_SECONDS = 15.0


class OpenAIModel:
    """One model on one server. Connections belong to the event loop that asks first: one loop per process.

    Args:
        name: the server's name of the model.
        base_url: up to and including `/v1`.
        key: the bearer token; may be missing for servers on loopback only.
        organization: sent as `OpenAI-Organization` when given.
        concurrency: connections kept open at most.
        timeout_s: seconds for one attempt, all in all.
        structured: how the reply's shape is asked for; `auto` finds out what the server takes.
        extra: parameters sent with every question beside the protocol's own.
        headers: sent with every request.
        trust_env: whether proxies named in the environment are used.
        on_limits: called with what each reply says about rate limits.

    Raises:
        SettingsError: no usable base URL, or no key for a server that isn't on loopback.
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
        trust_env: bool = False,
        on_limits: Callable[[RateLimits], None] | None = None,
    ) -> None:
        self.spec = f"openai:{name}"
        self.parallel: int | None = None
        self.on_limits = on_limits
        self.dialect = Dialect() if structured == "auto" else Dialect(structured=structured)
        self._name = name
        self._at = server_address(base_url, key)
        self._url = f"{self._at.base_url}/chat/completions"
        self._organization = organization
        self._extra = dict(extra or {})
        self._headers = dict(headers or {})
        self._concurrency = concurrency
        self._timeout_s = timeout_s
        self._trust_env = trust_env
        self._proven: frozenset[Feature] = frozenset()
        self._format: tuple[object, Dialect, Mapping[str, object] | None] = (None, self.dialect, None)
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def ask(self, request: ModelRequest) -> RawReply:
        """One attempt; parameters that the server turns out to lack are dropped for good, at once and unbilled.

        Raises:
            RetryableModelError: reasons `rate_limited`, `server_error`, `unavailable`, `connection`, `reset`,
                `timeout`, `truncated`, `conflict`, `malformed`.
            RejectedRequestError: reasons `too_long`, `content_filter`, `bad_request`.
            FatalModelError: wrong key, no such model, no quota, no such server.
        """
        dialect = self.dialect
        while True:
            reply = await self._post(request, dialect)
            if isinstance(reply, RawReply):
                self._proven |= dialect.features(request)
                return reply
            # What has worked before is not lacking: then the complaint is about this one question.
            lack = lacking(reply, dialect.features(request) - self._proven)
            if lack is None:
                raise error_for(reply, server=self._at.name, model=self._name)
            if self.dialect is dialect:
                self.dialect = dialect.without(lack)
            dialect = self.dialect

    async def check(self) -> str:
        """List the server's models through the SDK; where it has no such list, ask for one short reply.

        Raises:
            FatalModelError: wrong key, or no such model (the nearest names are told).
            RetryableModelError: the server can't be reached.
        """
        # The SDK takes 0.7 s to import, and only this check needs it.
        import openai  # noqa: PLC0415 - see above

        http_client = openai.DefaultAsyncHttpxClient(trust_env=self._trust_env)
        client = openai.AsyncOpenAI(
            api_key=self._at.key or "none",
            base_url=self._at.base_url,
            organization=self._organization,
            default_headers=self._headers,
            timeout=min(self._timeout_s, _CHECK_SECONDS),
            max_retries=0,
            http_client=http_client,
        )
        try:
            async with client:
                return await self._find_model(client)
        except openai.APIConnectionError as error:
            raise unreachable(self._at, str(error.__cause__ or error)) from None
        except openai.APIStatusError as error:
            refusal = read_refusal(error.status_code, error.response.headers, error.response.content, key=self._at.key)
            raise error_for(refusal, server=self._at.name, model=self._name) from None
        except openai.OpenAIError as error:
            raise FatalModelError(
                f"{self._at.name} gave no list of models: {scrub(str(error), self._at.key)}", hint=URL_HINT
            ) from None

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
        self._session = None

    async def _find_model(self, client: AsyncOpenAI) -> str:
        from openai import APIStatusError, NotFoundError  # noqa: PLC0415 - `check` has paid for it

        try:
            names = [model.id async for model in client.models.list()]
        except APIStatusError as error:
            if error.status_code not in {404, 405, 501}:
                raise
            question = ModelRequest("check", (Message("user", "Say OK."),), Sampling(max_tokens=16, top_logprobs=0))
            await self.ask(question)
            return f"{self._name} answers at {self._at.name}"
        if self._name not in names:
            try:
                await client.models.retrieve(self._name)
            except NotFoundError:
                near = difflib.get_close_matches(self._name, names, n=3, cutoff=0.3) or names[:3]
                raise FatalModelError(
                    f"no model {self._name!r} at {self._at.name}",
                    hint=f"It has {len(names)}; the nearest names are: {', '.join(near) or 'none'}.",
                ) from None
        return f"{self._name} answers at {self._at.name} ({len(names)} models there)"

    async def _post(self, request: ModelRequest, dialect: Dialect) -> RawReply | Refusal:
        body = encode_request(self._name, request, self._format_for(request, dialect), dialect, self._extra)
        session = self._open_session()
        started = time.perf_counter()
        try:
            async with session.post(self._url, data=body, allow_redirects=False) as response:
                raw = await response.read()
        except TimeoutError as error:
            if isinstance(error, aiohttp.ConnectionTimeoutError):
                raise unreachable(self._at, "no connection in time") from None
            raise RetryableModelError(
                f"{self._at.name} gave no answer within {self._timeout_s:g} s", reason="timeout"
            ) from None
        except (aiohttp.ClientError, OSError) as error:
            raise transport_error(self._at, error) from None
        latency_ms = (time.perf_counter() - started) * 1000
        if self.on_limits is not None and (limits := read_limits(response.headers)) is not None:
            self.on_limits(limits)
        if response.status != 200:
            return read_refusal(response.status, response.headers, raw, key=self._at.key)
        if b'"choices"' not in raw or raw[-16:].rstrip()[-1:] != b"}":
            return self._no_completion(raw)
        return RawReply(raw, latency_ms)

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
            headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
            if self._at.key:
                headers["Authorization"] = f"Bearer {self._at.key}"
            if self._organization:
                headers["OpenAI-Organization"] = self._organization
            headers |= self._headers
            self._loop = loop
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._concurrency, ttl_dns_cache=300),
                timeout=aiohttp.ClientTimeout(total=self._timeout_s, sock_connect=_CONNECT_SECONDS),
                headers=headers,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=self._trust_env,
            )
        return self._session

    def _no_completion(self, raw: bytes) -> Refusal:
        """A 200 without an answer: some routers report errors that way, and some replies are cut."""
        try:
            reply = load_json(raw)
        except MalformedReplyError:
            raise RetryableModelError(
                f"{self._at.name} sent a reply that is cut or no JSON ({len(raw)} bytes)", reason="truncated"
            ) from None
        problem = reply.get("error") if isinstance(reply, dict) else None
        code = problem.get("code") if isinstance(problem, dict) else None
        status = code if isinstance(code, int) and 400 <= code < 600 else 500
        return read_refusal(status, {}, raw, key=self._at.key)
