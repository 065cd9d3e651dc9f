"""Loopback servers and questions for the tests of the model adapters."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import orjson
from aiohttp import web

from assistant.models.dev.options import DevServerOptions
from assistant.models.dev.server import DevServer
from assistant.models.interface import Message, ModelRequest, Sampling

SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {
        "label": {"type": "string", "enum": ["safe", "hate", "violence"]},
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
    },
    "required": ["label", "confidence"],
    "additionalProperties": False,
}

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


def question(
    text: str = "hello", *, task: str = "", schema: dict[str, object] | None = SCHEMA, **more: object
) -> ModelRequest:
    """A request about one text, its task named after the text."""
    messages = (Message("system", "Judge the post."), Message("user", text))
    attempt = more.pop("attempt", 1)
    assert isinstance(attempt, int)
    return ModelRequest(task or text, messages, Sampling(**more), schema, attempt)  # type: ignore[arg-type]  # by name


@asynccontextmanager
async def serving(options: DevServerOptions | None = None) -> AsyncIterator[tuple[DevServer, str]]:
    """The test server and its base URL."""
    server = DevServer(options)
    url = await server.start()
    try:
        yield server, url
    finally:
        await server.stop()


@asynccontextmanager
async def canned(handler: Handler) -> AsyncIterator[str]:
    """A server that answers all requests with one handler; gives its base URL."""
    runner = web.ServerRunner(web.Server(handler), shutdown_timeout=0.01)  # type: ignore[arg-type]  # any response will do
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


def always(status: int, body: object, headers: dict[str, str] | None = None) -> Handler:
    """A handler with one answer: JSON of `body`, or `body` itself when it is bytes."""

    async def answer(request: web.BaseRequest) -> web.Response:
        await request.read()
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        return web.Response(status=status, body=raw, headers=headers, content_type="application/json")

    return answer


def problem(message: str, code: str = "", param: str | None = None) -> dict[str, object]:
    """An error object as OpenAI sends it."""
    return {"error": {"message": message, "type": "invalid_request_error", "code": code, "param": param}}


def completion(content: str = "{}", **usage: int) -> dict[str, object]:
    """A small chat completion."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
    return {"object": "chat.completion", "model": "m", "choices": [choice], "usage": usage}
