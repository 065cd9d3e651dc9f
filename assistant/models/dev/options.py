"""Options of the test server, and what it refuses because of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import orjson

from assistant.models.dev.answers import Question
from assistant.models.dev.faults import Faults
from assistant.models.dev.script import ScriptedReply
from assistant.models.dev.wire_faults import WireFault


@dataclass(frozen=True, slots=True)
class DevServerOptions:
    """What the server is to be like.

    Args:
        port: 0 for any free one.
        latency_ms: from receiving a question to answering it, in milliseconds.
        models: the names it answers to; other names get the 404 of a real server.
        keywords: label by keyword; see `AnswerMaker`.
        script: replies given word for word, before any are made up.
        key: the bearer token it asks for, None for none.
        faults: which questions meet which fault.
        rate_limit: requests a second it allows in the long run, None for no limit.
        rate_period_s: seconds; the limit's bucket or window holds rate_limit * rate_period_s requests.
        rate_kind: `bucket` or `window`.
        rate_headers: tell the limit in `x-ratelimit-*` and `retry-after` headers.
        json_schema, json_object, logprobs, temperature, max_tokens: which parameters it takes.
        context_tokens: longer prompts (estimated) get the 400 of a real server; None for any length.
        dimensions: of the embeddings.
        log_path: a JSONL file that gets one line a request.
        wire_fault: one fault that all questions meet, in whatever dialect they are asked.
        lacks: of `LACKS`, what the model does not take, in whatever dialect it is asked.
    """

    port: int = 0
    latency_ms: float = 0.0
    models: tuple[str, ...] = ("dev",)
    keywords: Mapping[str, str] = field(default_factory=dict)
    script: Sequence[ScriptedReply] = ()
    key: str | None = None
    faults: Faults = field(default_factory=Faults)
    rate_limit: float | None = None
    rate_period_s: float = 1.0
    rate_kind: Literal["bucket", "window"] = "bucket"
    rate_headers: bool = True
    json_schema: bool = True
    json_object: bool = True
    logprobs: bool = True
    temperature: bool = True
    max_tokens: bool = True
    context_tokens: int | None = None
    dimensions: int = 64
    log_path: Path | None = None
    wire_fault: WireFault | None = None
    lacks: tuple[str, ...] = ()


class RefusedError(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, message: str, code: str, *, param: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.body = orjson.dumps(
            {"error": {"message": message, "type": code, "code": code, "param": param or None}},
        )
        self.headers: dict[str, str] = {}


def check_key(options: DevServerOptions, authorization: str | None) -> None:
    """Refuse a wrong or missing bearer token with 401."""
    if options.key is not None and authorization != f"Bearer {options.key}":
        raise RefusedError(401, "Incorrect API key provided.", "invalid_api_key")


def check_model(options: DevServerOptions, name: str) -> None:
    """Refuse an unknown model with 404."""
    if name not in options.models:
        known = ", ".join(options.models)
        raise RefusedError(404, f"The model `{name}` does not exist; here are: {known}.", "model_not_found")


def check_payload(options: DevServerOptions, payload: Mapping[str, Any], question: Question) -> None:
    """Refuse an unknown model, a parameter the server is set to lack, and too long a prompt."""
    check_model(options, payload.get("model", ""))
    kind = (payload.get("response_format") or {}).get("type", "")
    lacking = (
        ("response_format", not (options.json_schema if kind == "json_schema" else options.json_object) and kind),
        ("logprobs", not options.logprobs and payload.get("logprobs")),
        ("temperature", not options.temperature and "temperature" in payload),
        ("max_tokens", not options.max_tokens and "max_tokens" in payload),
    )
    for name, asked in lacking:
        if asked:
            message = f"Unsupported parameter: '{name}' ({kind or 'any value'}) is not supported by this server."
            raise RefusedError(400, message, "unsupported_parameter", param=name)
    if options.context_tokens is not None and question.prompt_tokens > options.context_tokens:
        message = f"This model's maximum context length is {options.context_tokens} tokens."
        raise RefusedError(400, message, "context_length_exceeded", param="messages")
