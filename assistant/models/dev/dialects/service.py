"""The test server's part that speaks the dialects: which one, what it refuses, what goes wrong, what it answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
from aiohttp import web

from assistant.models.dev.answers import AnswerMaker, Question, read_question
from assistant.models.dev.askings import AskingLog, LoggedRequest
from assistant.models.dev.dialects.anthropic import AnthropicDialect
from assistant.models.dev.dialects.bedrock import BedrockDialect
from assistant.models.dev.dialects.forms import EVENTS, in_form, streamed
from assistant.models.dev.dialects.gemini import GeminiDialect
from assistant.models.dev.dialects.ollama import OllamaDialect
from assistant.models.dev.dialects.openai_like import OPENAI_LIKE
from assistant.models.dev.dialects.transport import send
from assistant.models.dev.dialects.vectors import embeds, provider_of_embeddings, vectors_body
from assistant.models.dev.dialects.wire import THOUGHT, Asked, ProviderRefusal, Reply, WireDialect
from assistant.models.dev.faults import Fault, FaultPlan, RequestLimit
from assistant.models.dev.options import DevServerOptions
from assistant.models.dev.script import scripted
from assistant.models.dev.wire_faults import GATEWAYS, REFUSALS, TOLD_BY_WORDS, WireFault, WireFaultPlan

DIALECTS: tuple[WireDialect, ...] = (
    AnthropicDialect(),
    GeminiDialect(),
    OllamaDialect(),
    BedrockDialect(),
    *OPENAI_LIKE,
)
_WIRE_NAMES = {"half_body": "short_body", "refusal": "refused"}
_MADE_UP: tuple[Fault, ...] = ("malformed", "truncated", "off_label")
_CHANGES: Mapping[str, dict[str, Any]] = {
    "thinking": {"thinking": THOUGHT, "thinking_tokens": 40},
    "thinking_only": {"content": None, "ending": "length", "thinking": THOUGHT},
    "blocked": {"content": None, "ending": "filter"},
    "refused": {"content": None, "ending": "refusal"},
    "load": {"content": None, "ending": "load"},
}
_UNREADABLE = (KeyError, TypeError, AttributeError, IndexError, ValueError)


class DialectService:
    """Answers chats and embeddings in any dialect.

    Args:
        options: what the server is to be like.
        log: gets a line per chat.
        limit: requests a second, None for none.
    """

    def __init__(self, options: DevServerOptions, log: AskingLog, limit: RequestLimit | None) -> None:
        self._options = options
        self._log = log
        self._limit = limit
        self._plan = FaultPlan(options.faults)
        self._wire_plan = WireFaultPlan(options.wire_fault)
        self._answers = AnswerMaker(options.keywords)

    async def answer(self, request: web.BaseRequest, path: str) -> web.StreamResponse | None:
        """The answer to a request that is a dialect's; None when it is none's."""
        dialect, path = _dialect_of(path)
        if dialect is None:
            return None
        if path == "/api/tags":
            return web.json_response({"models": [{"name": name, "model": name} for name in self._options.models]})
        payload = _json_object(await request.read())
        if embeds(path):
            return await self._embed(request, dialect, path, payload)
        try:
            asked = dialect.read(path, payload)
            question = read_question(asked.as_chat_completion())
        except _UNREADABLE:
            return _refusal(dialect.problem("bad_request", Asked("", ()), 0.0))
        return await self._chat(request, dialect, asked, question)

    @property
    def answers_openai(self) -> bool:
        """Whether OpenAI's own paths are answered here, too: where a fault or a lack was ordered."""
        return self._options.wire_fault is not None or bool(self._options.lacks)

    async def _chat(
        self, request: web.BaseRequest, dialect: WireDialect, asked: Asked, question: Question
    ) -> web.StreamResponse:
        received, status = time.time(), 499  # as nginx notes it: the client went away
        kind = ""
        self._log.begin()
        try:
            problem = self._problem(request, dialect, asked, question)
            if problem is None:
                kind = self._kind_of(question)
                problem = self._problem_of(kind, dialect, asked)
            if problem is not None:
                status = problem.status
                return _refusal(problem)
            response = await self._reply(request, dialect, asked, question, kind)
            status = response.status
            if status == 200 and not kind:
                self._wire_plan.note_answer()
            return response
        finally:
            self._log.end(LoggedRequest(question.digest, received, time.time(), status, kind))

    async def _reply(
        self, request: web.BaseRequest, dialect: WireDialect, asked: Asked, question: Question, kind: str
    ) -> web.StreamResponse:
        fault = self._options.wire_fault or WireFault("slow", slow_ms=self._options.faults.slow_ms)
        wait = self._options.latency_ms + (fault.slow_ms if kind == "slow" else 0.0)
        if wait:
            await asyncio.sleep(wait / 1000)
        reply = self._made(question, kind)
        body = dialect.error_in_200(asked, reply) if kind == "error_in_200" else dialect.word(asked, reply)
        media = dialect.media if asked.stream or dialect.media != "application/x-ndjson" else "application/json"
        if dialect in OPENAI_LIKE and kind in GATEWAYS:
            body, media = in_form(body, kind)
        elif dialect in OPENAI_LIKE and asked.stream and kind != "error_in_200":
            body, media = streamed(body), EVENTS
        return await send(request, body, media, kind)

    async def _embed(
        self, request: web.BaseRequest, dialect: WireDialect, path: str, payload: Mapping[str, Any]
    ) -> web.StreamResponse:
        asked = Asked(str(payload.get("model", "")), ())
        if self._options.key is not None and dialect.key_of(request.headers, request.query) != self._options.key:
            return _refusal(dialect.problem("bad_key", asked, 0.0))
        kind = self._wire_plan.kind_of(orjson.dumps(payload).decode())
        problem = self._problem_of(kind, dialect, asked)
        if problem is not None:
            return _refusal(problem)
        try:
            body = vectors_body(self._options, path, payload, kind)
        except _UNREADABLE:
            return _refusal(dialect.problem("bad_request", asked, 0.0))
        return await send(request, body, "application/json", kind)

    def _problem(
        self, request: web.BaseRequest, dialect: WireDialect, asked: Asked, question: Question
    ) -> ProviderRefusal | None:
        """What the server refuses whatever was ordered: a wrong path, key or model, what it lacks, too much."""
        options = self._options
        lacking = next((name for name in options.lacks if name in asked.uses), None)
        checks = (
            ("no_version", "/openai/deployments/" in request.path and "api-version" not in request.query),
            ("bad_key", options.key is not None and dialect.key_of(request.headers, request.query) != options.key),
            ("no_model", asked.model not in options.models),
            (lacking or "", lacking is not None),
            ("too_long", options.context_tokens is not None and question.prompt_tokens > options.context_tokens),
        )
        kind = next((kind for kind, holds in checks if holds), None)
        if kind is not None:
            return dialect.problem(kind, asked, 0.0)
        state = None if self._limit is None else self._limit.take(time.monotonic())
        if state is not None and not state.allowed:
            return dialect.problem("rate_limited", asked, state.retry_after)
        return None

    def _problem_of(self, kind: str, dialect: WireDialect, asked: Asked) -> ProviderRefusal | None:
        """The refusal that a fault is, None where it is another kind of fault."""
        fault = self._options.wire_fault
        wait = self._options.faults.retry_after_s if fault is None else fault.retry_after_s
        if kind == "blocked" and dialect.provider in {"azure_openai", "openai"}:
            return dialect.problem(kind, asked, 0.0)
        if kind in TOLD_BY_WORDS and dialect not in OPENAI_LIKE:
            return None
        return dialect.problem(kind, asked, wait) if kind in REFUSALS or kind in TOLD_BY_WORDS else None

    def _kind_of(self, question: Question) -> str:
        kind = self._wire_plan.kind_of(question.last_user)
        fault = None if kind else self._plan.fault_of(question.digest)
        return kind if fault is None else _WIRE_NAMES.get(fault, fault)

    def _made(self, question: Question, kind: str) -> Reply:
        """The reply before it is worded."""
        fault = next((name for name in _MADE_UP if name == kind), None)
        told = scripted(self._options.script, question.last_user)
        raw, tokens = self._answers.choice(question, fault) if told is None else told.choice()
        choice = orjson.loads(raw)
        made = Reply(
            question.digest,
            choice["message"]["content"],
            "length" if choice["finish_reason"] == "length" else "stop",
            prompt_tokens=question.prompt_tokens,
            completion_tokens=tokens,
            choice=choice,
        )
        return _changed(made, kind)


def _changed(made: Reply, kind: str) -> Reply:
    if kind == "think_tags":
        return replace(made, content=f"<think>{THOUGHT}</think>\n{made.content or ''}")
    if kind == "thinking_only":
        made = replace(made, thinking_tokens=made.completion_tokens)
    changes = _CHANGES.get(kind, {})
    return replace(made, **changes, completion_tokens=0) if "content" in changes else replace(made, **changes)


def _dialect_of(path: str) -> tuple[WireDialect | None, str]:
    """The dialect of a path and the path there; a folder with a provider's name decides before all else."""
    first, _, rest = path.removeprefix("/").partition("/")
    named = next((dialect for dialect in DIALECTS if dialect.provider == first != "openai"), None)
    inner = f"/{rest}"
    if named is not None and (named.reads(inner) or embeds(inner) or inner == "/api/tags"):
        return named, inner
    found = next((dialect for dialect in DIALECTS if dialect.reads(path)), None)
    if found is None and (embeds(path) or path == "/api/tags"):
        provider = provider_of_embeddings(path)
        found = next(dialect for dialect in DIALECTS if dialect.provider == provider)
    return found, path


def _json_object(body: bytes) -> Mapping[str, Any]:
    try:
        payload = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError:
        return {}
    return payload if isinstance(payload, dict) else {}


def _refusal(problem: ProviderRefusal) -> web.Response:
    return web.Response(
        body=orjson.dumps(problem.body),
        status=problem.status,
        headers=dict(problem.headers),
        content_type="application/json",
    )
