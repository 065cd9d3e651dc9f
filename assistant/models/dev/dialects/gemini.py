"""Google's Gemini API: `POST /v1beta/models/NAME:generateContent` and `:batchEmbedContents`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from assistant.models.dev.dialects.wire import Asked, ProviderRefusal, Reply, text_of

_PATH = re.compile(r"/v1(?:beta|alpha)?/models/([^/:]+):generateContent$")
_PROBLEMS = {
    "rate_limited": (
        429,
        "RESOURCE_EXHAUSTED",
        "You exceeded your current quota, please check your plan and billing details. For more information on this "
        "error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. Please retry in {wait}s.",
    ),
    "server_error": (
        500,
        "INTERNAL",
        "An internal error has occurred. Please retry or report in "
        "https://developers.generativeai.google/guide/troubleshooting",
    ),
    "unavailable": (503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
    "overloaded": (503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
    "bad_key": (400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
    "no_credit": (
        429,
        "RESOURCE_EXHAUSTED",
        "Your prepayment credits are depleted. Please go to AI Studio at https://ai.studio/projects to manage your "
        "project and billing.",
    ),
    "no_model": (
        404,
        "NOT_FOUND",
        "models/{model} is not found for API version v1beta, or is not supported for generateContent. Call "
        "ListModels to see the list of available models and their supported methods.",
    ),
    "too_long": (
        400,
        "INVALID_ARGUMENT",
        "The input token count (1213514) exceeds the maximum number of tokens allowed (1048576).",
    ),
    "temperature": (400, "INVALID_ARGUMENT", "temperature is not supported for models/{model}"),
    "system": (400, "INVALID_ARGUMENT", "Developer instruction is not enabled for models/{model}"),
    "tools": (400, "INVALID_ARGUMENT", "Function calling is not enabled for models/{model}"),
    "json_schema": (400, "INVALID_ARGUMENT", "JSON mode is not enabled for models/{model}"),
    "json_mode": (400, "INVALID_ARGUMENT", "JSON mode is not enabled for models/{model}"),
    "bad_request": (400, "INVALID_ARGUMENT", "Invalid JSON payload received."),
}
_ENDINGS = {"length": "MAX_TOKENS", "filter": "SAFETY", "refusal": "PROHIBITED_CONTENT"}


class GeminiDialect:
    """Answers as generativelanguage.googleapis.com does."""

    provider = "google_genai"
    media = "application/json"

    def reads(self, path: str) -> bool:
        """Contents to generate."""
        return _PATH.match(path) is not None

    def key_of(self, headers: Mapping[str, str], query: Mapping[str, str]) -> str:
        """`x-goog-api-key`, or `?key=`."""
        return headers.get("x-goog-api-key") or query.get("key", "")

    def read(self, path: str, payload: Mapping[str, Any]) -> Asked:
        """The system prompt has a field of its own, the assistant is called `model`."""
        found = _PATH.match(path)
        config = payload.get("generationConfig") or {}
        system = _parts(payload.get("systemInstruction") or payload.get("system_instruction") or {})
        said = tuple(
            ("assistant" if content.get("role") == "model" else "user", _parts(content))
            for content in payload["contents"]
        )
        declared = [tool for part in payload.get("tools") or [] for tool in part.get("functionDeclarations", [])]
        schema = config.get("responseJsonSchema") or config.get("responseSchema")
        if declared:
            schema = declared[0].get("parametersJsonSchema") or declared[0].get("parameters")
        uses = {
            "temperature": "temperature" in config,
            "system": bool(system),
            "tools": bool(declared),
            "json_schema": bool(schema) and not declared,
            "json_mode": config.get("responseMimeType") == "application/json",
        }
        return Asked(
            "" if found is None else found[1],
            ((("system", system),) if system else ()) + said,
            _lower(schema),
            declared[0]["name"] if declared else "",
            frozenset(name for name, used in uses.items() if used),
        )

    def word(self, asked: Asked, reply: Reply) -> bytes:
        """One candidate; a prompt that was stopped has none."""
        parts: list[dict[str, Any]] = []
        if reply.thinking and reply.content is not None:
            parts.append({"text": reply.thinking, "thought": True})
        if reply.content is not None and asked.tool:
            parts.append({"functionCall": {"name": asked.tool, "args": reply.call()}})
        elif reply.content is not None:
            parts.append({"text": reply.content})
        usage = {
            "promptTokenCount": reply.prompt_tokens,
            "cachedContentTokenCount": reply.cached_tokens,
            "candidatesTokenCount": reply.completion_tokens,
            "thoughtsTokenCount": reply.thinking_tokens,
            "totalTokenCount": reply.prompt_tokens + reply.completion_tokens + reply.thinking_tokens,
        }
        whole: dict[str, Any] = {"usageMetadata": usage, "modelVersion": asked.model, "responseId": reply.digest}
        if reply.ending == "filter":
            return orjson.dumps(whole | {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}})
        candidate: dict[str, Any] = {
            "content": {"role": "model"} | ({"parts": parts} if parts else {}),
            "finishReason": _ENDINGS.get(reply.ending, "STOP"),
            "index": 0,
        }
        return orjson.dumps(whole | {"candidates": [candidate]})

    def error_in_200(self, asked: Asked, reply: Reply) -> bytes:  # noqa: ARG002 - as the protocol has it
        """As a stream ends that breaks."""
        return orjson.dumps(self.problem("unavailable", asked, 0.0).body)

    def problem(self, kind: str, asked: Asked, retry_after: float) -> ProviderRefusal:
        """`{"error": {"code", "message", "status", "details"}}`; the time to wait is in the details only."""
        status, code, message = _PROBLEMS.get(kind, _PROBLEMS["bad_request"])
        error: dict[str, Any] = {
            "code": status,
            "message": message.replace("{model}", asked.model).replace("{wait}", f"{retry_after:g}"),
            "status": code,
        }
        if kind == "bad_key":
            info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
            error["details"] = [info | {"domain": "googleapis.com"}]
        if kind == "rate_limited":
            delay = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{retry_after:g}s"}
            error["details"] = [{"@type": "type.googleapis.com/google.rpc.QuotaFailure"}, delay]
        return ProviderRefusal(status, {"error": error})


def _parts(content: Mapping[str, Any]) -> str:
    return text_of(content.get("parts", []))


def _lower(schema: Any) -> Any:
    """A schema in OpenAPI's spelling (`OBJECT`, `STRING`) in JSON schema's."""
    if isinstance(schema, list):
        return [_lower(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: value.lower() if name == "type" and isinstance(value, str) else _lower(value)
        for name, value in schema.items()
    }
