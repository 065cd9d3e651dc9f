"""A loopback server that speaks the HTTP APIs of LangChain's providers, and breaks where a test wants it to."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from aiohttp import web

PACKAGES = {
    "anthropic": "langchain_anthropic",
    "azure_openai": "langchain_openai",
    "bedrock_converse": "langchain_aws",
    "deepseek": "langchain_deepseek",
    "google_genai": "langchain_google_genai",
    "groq": "langchain_groq",
    "mistralai": "langchain_mistralai",
    "ollama": "langchain_ollama",
}
ANSWER = {"label": "safe", "clauses": []}


@dataclass(frozen=True)
class Asked:
    """One request: its number, how many were the same before it, its path, its body as JSON, its headers, itself."""

    number: int
    before: int
    path: str
    body: dict[str, Any]
    headers: dict[str, str]
    request: web.BaseRequest

    @property
    def text(self) -> str:
        """The whole request, to search in."""
        return orjson.dumps(self.body).decode()


Answer = web.StreamResponse | None
Hook = Callable[[Asked], Any]


@dataclass
class Fake:
    """A server under way.

    Args:
        hook: what to do with a request; None answers well. May be a coroutine.
        answer: the object a good reply holds.
    """

    hook: Hook = lambda _: None
    answer: dict[str, Any] = field(default_factory=lambda: dict(ANSWER))
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request."""
        raw = await request.read()
        body = orjson.loads(raw) if raw else {}
        before = sum(one.body == body for one in self.asked)
        asked = Asked(len(self.asked), before, request.path, body, dict(request.headers), request)
        self.asked.append(asked)
        reply = self.hook(asked)
        if asyncio.iscoroutine(reply):
            reply = await reply
        if reply is not None:
            assert isinstance(reply, web.StreamResponse)
            return reply
        return good(asked, self.answer)


def good(asked: Asked, answer: dict[str, Any], *, cut: bool = False, thinking: int = 0) -> web.Response:
    """A good reply in the words of the API that was asked; `cut` says that the limit was reached."""
    path, body = asked.path, asked.body
    text = orjson.dumps(answer).decode()
    if path.endswith("/messages"):
        by_tool = {"type": "tool_use", "id": "t1", "name": "answer", "input": answer}
        content = [by_tool if body.get("tools") else {"type": "text", "text": text}]
        stop = "max_tokens" if cut else "tool_use" if body.get("tools") else "end_turn"
        said = {
            "id": "m",
            "type": "message",
            "role": "assistant",
            "model": "m",
            "content": content,
            "stop_reason": stop,
        }
        return as_json(said | {"stop_sequence": None, "usage": {"input_tokens": 100, "output_tokens": 10}})
    if ":generateContent" in path:
        candidate = {"content": {"role": "model", "parts": [{"text": text}]}, "index": 0}
        candidate["finishReason"] = "MAX_TOKENS" if cut else "STOP"
        used = {"promptTokenCount": 100, "candidatesTokenCount": 10, "totalTokenCount": 110 + thinking}
        used |= {"thoughtsTokenCount": thinking} if thinking else {}
        return as_json({"candidates": [candidate], "usageMetadata": used, "modelVersion": "m"})
    if path.endswith("/converse"):
        by_tool = {"toolUse": {"toolUseId": "t1", "name": "answer", "input": answer}}
        block = by_tool if body.get("toolConfig") else {"text": text}
        message = {"role": "assistant", "content": [block]}
        stop = "max_tokens" if cut else "tool_use" if body.get("toolConfig") else "end_turn"
        used = {"inputTokens": 100, "outputTokens": 10, "totalTokens": 110}
        return as_json({"output": {"message": message}, "stopReason": stop, "usage": used, "metrics": {"latencyMs": 1}})
    if path.endswith("/api/chat"):
        ending = {"done": True, "done_reason": "length" if cut else "stop", "prompt_eval_count": 100, "eval_count": 10}
        message = {"role": "assistant", "content": text}
        said = {"model": "m", "created_at": "2026-01-01T00:00:00Z", "message": message}
        return web.Response(body=orjson.dumps(said | ending) + b"\n", content_type="application/x-ndjson")
    choice = {"index": 0, "finish_reason": "length" if cut else "stop"}
    choice |= {"message": {"role": "assistant", "content": text}}
    used = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    return as_json(
        {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": used}
    )


def as_json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A JSON response."""
    return web.Response(body=orjson.dumps(body), status=status, headers=headers, content_type="application/json")


@contextmanager
def provider_fake(hook: Hook | None = None, answer: dict[str, Any] | None = None) -> Iterator[Fake]:
    """A fake under way in a thread of its own; `url` is its address without a path."""
    fake = Fake(hook or (lambda _: None), answer or dict(ANSWER))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def start() -> web.ServerRunner:
        runner = web.ServerRunner(web.Server(fake.handle), shutdown_timeout=0.01)  # type: ignore[arg-type]  # as in serving
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    runner = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield fake
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def access(provider: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the environment at a fake, with a key; skips where the integration is not installed."""
    pytest.importorskip(PACKAGES[provider], reason=f"{PACKAGES[provider]} is not installed here")
    for name, value in {
        "ANTHROPIC_API_KEY": "key-123456",
        "ANTHROPIC_BASE_URL": url,
        "GOOGLE_API_KEY": "key-123456",
        "GOOGLE_GEMINI_BASE_URL": url,
        "GROQ_API_KEY": "key-123456",
        "GROQ_API_BASE": url,
        "MISTRAL_API_KEY": "key-123456",
        "MISTRAL_BASE_URL": f"{url}/v1",
        "DEEPSEEK_API_KEY": "key-123456",
        "DEEPSEEK_API_BASE": url,
        "AZURE_OPENAI_API_KEY": "key-123456",
        "AZURE_OPENAI_ENDPOINT": url,
        "OPENAI_API_VERSION": "2024-10-21",
        "OLLAMA_HOST": url,
        "AWS_ACCESS_KEY_ID": "key-123456",
        "AWS_SECRET_ACCESS_KEY": "secret-123456",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": url,
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
