"""An OpenAI-compatible server for tests, demos and benchmarks: on loopback only, repeatable, with faults to order.

It needs no model: labels are read out of the request's own JSON schema and picked by a hash of the text or by
keywords. It counts what it is asked, so that a benchmark can prove that nothing was asked twice.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from aiohttp import web

from assistant.models.dev.answers import AnswerMaker, Question, read_question
from assistant.models.dev.askings import AskingLog, LoggedRequest
from assistant.models.dev.dialects.forms import EVENTS, streamed
from assistant.models.dev.dialects.service import DialectService
from assistant.models.dev.embeddings import embeddings_body
from assistant.models.dev.faults import Fault, FaultPlan, RequestLimit, retry_headers
from assistant.models.dev.options import DevServerOptions, RefusedError, check_key, check_model, check_payload
from assistant.models.dev.script import scripted

_LARGEST_BODY = 64 * 1024 * 1024
_STATUS = {"server_error": 500, "unavailable": 503, "rate_limited": 429, "rejected": 400}


class DevServer:
    """The server; `log` holds what it was asked so far.

    Args:
        options: what it is to be like.
    """

    def __init__(self, options: DevServerOptions | None = None) -> None:
        self.options = options or DevServerOptions()
        self.log = AskingLog(self.options.log_path)
        self._plan = FaultPlan(self.options.faults)
        self._answers = AnswerMaker(self.options.keywords)
        self._limit = (
            None
            if self.options.rate_limit is None
            else RequestLimit(self.options.rate_limit, self.options.rate_period_s, self.options.rate_kind)
        )
        self._dialects = DialectService(self.options, self.log, self._limit)
        self._port = self.options.port
        self._prefixes: set[int] = set()
        self._web: web.Server | None = None
        self._listener: asyncio.Server | None = None

    async def start(self) -> str:
        """Listen on 127.0.0.1; returns the base URL, ending in /v1. After a stop it comes back on the same port."""
        self.log.open()
        self._web = web.Server(self._handle, request_factory=_request, access_log=None)
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._web, "127.0.0.1", self._port, backlog=2048)
        self._port = self._listener.sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{self._port}/v1"

    async def stop(self) -> None:
        """Close at once, like a server that dies: questions on their way get no answer."""
        if self._listener is not None:
            self._listener.close()
        if self._web is not None:
            for connection in self._web.connections:
                connection.force_close()
            await self._web.shutdown(timeout=0.01)  # 0 would mean to wait for ever
        self.log.close()
        self._listener = self._web = None

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.rel_url.raw_path.rstrip("/")
        try:
            if path == "/dev/counts":
                return _json(orjson.dumps(self.log.counts()))
            if not path.startswith("/v1/") or path == "/v1/messages" or ":" in path or self._dialects.answers_openai:
                answered = await self._dialects.answer(request, path)
                if answered is not None:
                    return answered
            azure = request.headers.get("api-key")
            check_key(self.options, f"Bearer {azure}" if azure else request.headers.get("authorization"))
            if path == "/v1/chat/completions":
                return await self._chat(request)
            return await self._other(request, path)
        except RefusedError as refused:
            return _json(refused.body, refused.status, refused.headers)

    async def _other(self, request: web.BaseRequest, path: str) -> web.Response:
        if path == "/v1/models":
            return _json(orjson.dumps({"object": "list", "data": [_card(name) for name in self.options.models]}))
        if path.startswith("/v1/models/"):
            name = path.removeprefix("/v1/models/")
            check_model(self.options, name)
            return _json(orjson.dumps(_card(name)))
        if path == "/v1/embeddings":
            return _json(embeddings_body(self.options, await _payload(request)))
        raise RefusedError(404, f"Unknown request URL: {request.method} {path}", "unknown_url")

    async def _chat(self, request: web.BaseRequest) -> web.StreamResponse:
        received = time.time()
        payload = await _payload(request)
        try:
            question = read_question(payload)
        except (KeyError, TypeError, AttributeError) as error:
            raise RefusedError(400, "This is no chat-completions request.", "invalid_request_error") from error
        self.log.begin()
        status, fault = 499, None  # as nginx notes it: the client went away
        try:
            headers = self._take_place()
            check_payload(self.options, payload, question)
            fault = self._plan.fault_of(question.digest)
            response = await self._reply(request, payload, question, fault, headers)
            status = response.status
        except RefusedError as refused:
            status = refused.status
            raise
        finally:
            self.log.end(LoggedRequest(question.digest, received, time.time(), status, fault or ""))
        return response

    async def _reply(
        self,
        request: web.BaseRequest,
        payload: Mapping[str, Any],
        question: Question,
        fault: Fault | None,
        headers: dict[str, str],
    ) -> web.StreamResponse:
        if fault in _STATUS:
            refused = RefusedError(_STATUS[fault], "A fault made to order.", fault)
            refused.headers = retry_headers(self.options.faults.retry_after_s) if fault == "rate_limited" else {}
            raise refused
        wait = self.options.latency_ms + (self.options.faults.slow_ms if fault == "slow" else 0.0)
        if wait:
            await asyncio.sleep(wait / 1000)
        body = self._completion(payload["model"], question, fault)
        if fault == "reset":
            _reset(request)
            return _json(body, 444)  # as nginx notes it: closed without an answer
        if fault == "half_body":
            return await _half(request, body)
        if payload.get("stream"):
            return web.Response(body=streamed(body), headers=headers, content_type=EVENTS)
        return _json(body, 200, headers)

    def _take_place(self) -> dict[str, str]:
        """One request's place in the rate limit; the headers that tell about it."""
        if self._limit is None:
            return {}
        state = self._limit.take(time.monotonic())
        headers = state.headers() if self.options.rate_headers else {}
        if not state.allowed:
            refused = RefusedError(429, "Rate limit reached for requests.", "rate_limit_exceeded")
            refused.headers = headers
            raise refused
        return headers

    def _completion(self, model: str, question: Question, fault: Fault | None) -> bytes:
        told = scripted(self.options.script, question.last_user)
        choice, completion_tokens = self._answers.choice(question, fault) if told is None else told.choice()
        usage = {
            "prompt_tokens": question.prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": question.prompt_tokens + completion_tokens,
            "prompt_tokens_details": {"cached_tokens": self._cached(question)},
        }
        head = {"id": f"chatcmpl-{question.digest}", "object": "chat.completion", "created": int(time.time())}
        frame = orjson.dumps(head | {"model": model, "usage": usage})
        return b'%s,"choices":[%s]}' % (frame[:-1], choice)

    def _cached(self, question: Question) -> int:
        """Tokens from the prefix cache, as OpenAI counts them: from 1,024 on, in steps of 128."""
        if question.prefix_tokens < 1024:
            return 0
        if question.prefix_tokens not in self._prefixes:
            self._prefixes.add(question.prefix_tokens)
            return 0
        return question.prefix_tokens // 128 * 128


def serve(options: DevServerOptions, announce: Callable[[str], None]) -> None:
    """Run until interrupted (Ctrl-C or SIGTERM).

    Args:
        options: what the server is to be like.
        announce: called with the base URL once it listens.

    Raises:
        OSError: the port is taken.
    """

    async def run() -> None:
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, stopped.set)
        server = DevServer(options)
        announce(await server.start())
        await stopped.wait()
        await server.stop()

    asyncio.run(run())


def _request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=_LARGEST_BODY)


async def _payload(request: web.BaseRequest) -> Mapping[str, Any]:
    try:
        payload = orjson.loads(await request.read())
    except orjson.JSONDecodeError as error:
        raise RefusedError(400, "We could not parse the JSON body of your request.", "invalid_request_error") from error
    if not isinstance(payload, dict):
        raise RefusedError(400, "The JSON body is no object.", "invalid_request_error")
    return payload


def _json(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")


def _card(name: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "dev-server"}


def _reset(request: web.BaseRequest) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _half(request: web.BaseRequest, body: bytes) -> web.StreamResponse:
    """Promise the whole body, send half of it, and hang up."""
    response = web.StreamResponse(headers={"content-length": str(len(body)), "content-type": "application/json"})
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response
