"""A LangChain reply in the shape of a chat completion, so that one parser reads the replies of all providers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from assistant.models.chat_api import dump_json

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

_THINKING = re.compile("think|reason", re.IGNORECASE)
_LENGTH = frozenset({"length", "max_tokens", "max_output_tokens", "model_length", "model_context_window_exceeded"})
_FILTER = frozenset(
    {
        "content_filter",
        "content_filtered",
        "safety",
        "recitation",
        "blocklist",
        "prohibited_content",
        "spii",
        "guardrail_intervened",
    }
)


def completion_body(message: AIMessage, model: str) -> bytes:
    """A chat-completion object as JSON bytes.

    Arguments of a tool call, the way some providers give structured output, become the content; arguments that
    could not be parsed are kept as they came.

    Args:
        message: the provider's reply.
        model: the name asked for, where the reply does not say which one answered.
    """
    said: Mapping[str, Any] = message.response_metadata or {}
    reason, refusal = _ending(message, said)
    logprobs = said.get("logprobs")
    answered_by = said.get("model_name") or said.get("model") or model
    choice = {
        "index": 0,
        "finish_reason": reason,
        "message": {"role": "assistant", "content": _content(message, cut=reason == "length"), "refusal": refusal},
        "logprobs": logprobs if isinstance(logprobs, dict) and logprobs.get("content") else None,
    }
    body = {"id": message.id or "", "object": "chat.completion", "model": answered_by, "choices": [choice]}
    return dump_json(body | {"usage": _usage(message)})


def shows_thinking(message: AIMessage) -> bool:
    """Whether a reply carries the model's thinking, or a count of its tokens."""
    used = message.usage_metadata
    if used is not None and (used.get("output_token_details") or {}).get("reasoning"):
        return True
    if message.additional_kwargs.get("reasoning_content"):
        return True
    blocks = message.content if isinstance(message.content, list) else ()
    return any(isinstance(block, dict) and _THINKING.search(str(block.get("type"))) for block in blocks)


def _content(message: AIMessage, *, cut: bool) -> str:
    # All of several calls: the reader sees whether they say the same.
    if message.tool_calls:
        if cut:
            # SDKs close the braces of arguments that were cut; open, half an answer is not read as a whole one.
            return dump_json(message.tool_calls[-1]["args"]).decode().removesuffix("}")
        return "\n".join(dump_json(call["args"]).decode() for call in message.tool_calls)
    if message.invalid_tool_calls:
        return "\n".join(call["args"] or "" for call in message.invalid_tool_calls)
    return str(message.text)


def _ending(message: AIMessage, said: Mapping[str, Any]) -> tuple[str, str | None]:
    """(finish reason in the words of chat completions, refusal text)."""
    found = (said.get(name) for name in ("finish_reason", "stop_reason", "stopReason", "done_reason"))
    reason = str(next((value for value in found if value), "stop")).rpartition(".")[2].lower()
    feedback = said.get("prompt_feedback")
    if isinstance(feedback, Mapping) and feedback.get("block_reason"):
        reason = "content_filter"  # Gemini: the prompt was blocked, so there is no reply that could say so
    refusal = message.additional_kwargs.get("refusal")
    if reason == "refusal" and not refusal:
        refusal = str(message.text) or "declined"
    kind = "length" if reason in _LENGTH else "content_filter" if reason in _FILTER else "stop"
    return kind, refusal if isinstance(refusal, str) else None


def _usage(message: AIMessage) -> dict[str, object]:
    used = message.usage_metadata
    if used is None:
        return {}
    cached = (used.get("input_token_details") or {}).get("cache_read") or _cached_by_mistral(message)
    thinking = (used.get("output_token_details") or {}).get("reasoning") or 0
    return {
        "prompt_tokens": used["input_tokens"],
        "completion_tokens": used["output_tokens"],
        "total_tokens": used["total_tokens"],
        "prompt_tokens_details": {"cached_tokens": cached},
        **({"completion_tokens_details": {"reasoning_tokens": thinking}} if thinking else {}),
    }


def _cached_by_mistral(message: AIMessage) -> int:
    """Cached tokens where the integration leaves them in the provider's own words."""
    used = (message.response_metadata or {}).get("token_usage")
    if not isinstance(used, Mapping):
        return 0
    details = used.get("prompt_tokens_details") or used.get("prompt_token_details")
    cached = details.get("cached_tokens") if isinstance(details, Mapping) else used.get("num_cached_tokens")
    return cached if type(cached) is int else 0
