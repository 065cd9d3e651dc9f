"""Anthropic's Messages API: `POST /v1/messages`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from assistant.models.dev.dialects.wire import Asked, ProviderRefusal, Reply, text_of, whole_seconds

_PROBLEMS = {
    "rate_limited": (429, "rate_limit_error", "This request would exceed your organization's rate limit."),
    "server_error": (500, "api_error", "Internal server error"),
    "unavailable": (503, "api_error", "Service temporarily unavailable"),
    "overloaded": (529, "overloaded_error", "Overloaded"),
    "bad_key": (401, "authentication_error", "invalid x-api-key"),
    "no_credit": (
        400,
        "invalid_request_error",
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or "
        "purchase credits.",
    ),
    "no_model": (404, "not_found_error", "model: {model}"),
    "too_long": (400, "invalid_request_error", "prompt is too long: 210513 tokens > 200000 maximum"),
    "temperature": (400, "invalid_request_error", "`temperature` is deprecated for this model."),
    "system": (400, "invalid_request_error", "system: this model does not support system prompts"),
    "tools": (400, "invalid_request_error", "'{model}' does not support tool use."),
    "tool_choice": (400, "invalid_request_error", "Thinking may not be enabled when tool_choice forces tool use."),
    "json_schema": (400, "invalid_request_error", "'{model}' does not support output_format."),
    "bad_request": (400, "invalid_request_error", "messages: Field required"),
}
_ENDINGS = {"length": "max_tokens", "filter": "refusal", "refusal": "refusal"}


class AnthropicDialect:
    """Answers as api.anthropic.com does."""

    provider = "anthropic"
    media = "application/json"

    def reads(self, path: str) -> bool:
        """Messages."""
        return path == "/v1/messages"

    def key_of(self, headers: Mapping[str, str], query: Mapping[str, str]) -> str:  # noqa: ARG002 - as the protocol has it
        """`x-api-key`."""
        return headers.get("x-api-key", "")

    def read(self, path: str, payload: Mapping[str, Any]) -> Asked:  # noqa: ARG002 - as the protocol has it
        """The system prompt has a field of its own."""
        system = text_of(payload.get("system", ""))
        said = tuple((message["role"], text_of(message["content"])) for message in payload["messages"])
        tools = payload.get("tools") or []
        form = (payload.get("output_config") or {}).get("format") or payload.get("output_format") or {}
        uses = {
            "temperature": payload.get("temperature") is not None,
            "system": bool(system),
            "tools": bool(tools),
            "tool_choice": (payload.get("tool_choice") or {}).get("type") in {"tool", "any"},
            "json_schema": bool(form),
        }
        return Asked(
            payload["model"],
            ((("system", system),) if system else ()) + said,
            tools[0]["input_schema"] if tools else form.get("schema"),
            tools[0]["name"] if tools else "",
            frozenset(name for name, used in uses.items() if used),
        )

    def word(self, asked: Asked, reply: Reply) -> bytes:
        """A message object."""
        blocks: list[dict[str, Any]] = []
        if reply.thinking:
            blocks.append({"type": "thinking", "thinking": reply.thinking, "signature": "c2lnbmF0dXJl"})
        if reply.content is not None and asked.tool:
            block = {"type": "tool_use", "id": f"toolu_{reply.digest[:20]}", "name": asked.tool, "input": reply.call()}
            blocks.append(block)
        elif reply.content is not None:
            blocks.append({"type": "text", "text": reply.content})
        ending = "tool_use" if asked.tool and reply.ending == "stop" else "end_turn"
        usage = {
            "input_tokens": reply.prompt_tokens - reply.cached_tokens,
            "cache_read_input_tokens": reply.cached_tokens,
            "cache_creation_input_tokens": 0,
            "output_tokens": reply.completion_tokens + reply.thinking_tokens,
        }
        return orjson.dumps(
            {
                "id": f"msg_{reply.digest}",
                "type": "message",
                "role": "assistant",
                "model": asked.model,
                "content": blocks,
                "stop_reason": _ENDINGS.get(reply.ending, ending),
                "stop_sequence": None,
                "usage": usage,
            }
        )

    def error_in_200(self, asked: Asked, reply: Reply) -> bytes:  # noqa: ARG002 - as the protocol has it
        """As gateways pass it on."""
        return orjson.dumps(self.problem("overloaded", asked, 0.0).body)

    def problem(self, kind: str, asked: Asked, retry_after: float) -> ProviderRefusal:
        """`{"type": "error", "error": {...}}`."""
        status, code, message = _PROBLEMS.get(kind, _PROBLEMS["bad_request"])
        error = {"type": code, "message": message.replace("{model}", asked.model)}
        headers = {"request-id": "req_dev"}
        if status == 429:
            headers["retry-after"] = whole_seconds(retry_after)
        return ProviderRefusal(status, {"type": "error", "error": error, "request_id": "req_dev"}, headers)
