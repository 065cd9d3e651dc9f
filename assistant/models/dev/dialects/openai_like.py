"""Chat completions as the providers beside OpenAI have them: other paths, other words, thinking of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from assistant.models.dev.dialects.openai_words import WORDS
from assistant.models.dev.dialects.wire import DECLINED, Asked, ProviderRefusal, Reply, text_of, whole_seconds

_DEPLOYMENT = re.compile(r"/openai/deployments/([^/]+)/chat/completions$")
_LACKS_SCHEMA = {"json_schema": "json_schema", "json_object": "json_mode"}
_ENDINGS = {"length": "length", "filter": "content_filter"}


@dataclass(frozen=True, slots=True)
class OpenAILikeDialect:
    """One provider with chat completions.

    Args:
        provider: as LangChain calls it.
        paths: of its chat requests.
    """

    provider: str
    paths: tuple[str, ...] = ()
    media: str = "application/json"

    def reads(self, path: str) -> bool:
        """Chat completions; Azure's have the deployment in their path."""
        return path in self.paths or (self.provider == "azure_openai" and _DEPLOYMENT.match(path) is not None)

    def key_of(self, headers: Mapping[str, str], query: Mapping[str, str]) -> str:  # noqa: ARG002 - as the protocol has it
        """A bearer token, or Azure's `api-key`."""
        return headers.get("api-key") or headers.get("authorization", "").removeprefix("Bearer ")

    def read(self, path: str, payload: Mapping[str, Any]) -> Asked:
        """The schema is `response_format` or the parameters of a tool."""
        found = _DEPLOYMENT.match(path)
        form, tools = payload.get("response_format") or {}, payload.get("tools") or []
        said = tuple((message["role"], text_of(message.get("content"))) for message in payload["messages"])
        schema = (form.get("json_schema") or {}).get("schema")
        if tools:
            schema = tools[0]["function"]["parameters"]
        uses = {
            "temperature": payload.get("temperature") is not None,
            "system": any(role in {"system", "developer"} for role, _ in said),
            "tools": bool(tools),
            "tool_choice": isinstance(payload.get("tool_choice"), dict),
            "whole_reply": not payload.get("stream"),
            _LACKS_SCHEMA.get(form.get("type", ""), ""): True,
        }
        return Asked(
            payload["model"] if found is None else found[1],
            said,
            schema,
            tools[0]["function"]["name"] if tools else "",
            frozenset(name for name, used in uses.items() if used and name),
            bool(payload.get("stream")),
        )

    def word(self, asked: Asked, reply: Reply) -> bytes:
        """A chat completion."""
        message: dict[str, Any] = {"role": "assistant", "content": reply.content}
        if reply.thinking:
            message = _with_thinking(message, self.provider, reply.thinking)
        if reply.ending == "refusal" and self.provider in {"openai", "azure_openai"}:
            message |= {"refusal": DECLINED}
        elif reply.ending == "refusal":
            message |= {"content": DECLINED}
        ending = _ENDINGS.get(reply.ending, "stop")
        if asked.tool and reply.content is not None:
            call = {"name": asked.tool, "arguments": reply.content}
            message |= {"content": None, "tool_calls": [{"id": "call_dev0000", "type": "function", "function": call}]}
            ending = "tool_calls" if ending == "stop" else ending
        choice = {"index": 0, "finish_reason": ending, "message": message, "logprobs": reply.choice.get("logprobs")}
        return orjson.dumps(
            {
                "id": f"chatcmpl-{reply.digest}",
                "object": "chat.completion",
                "created": 1_800_000_000,
                "model": asked.model,
                "choices": [choice],
                "usage": _usage(reply, self.provider),
            }
        )

    def error_in_200(self, asked: Asked, reply: Reply) -> bytes:
        """No choices, but an error, as routers pass it on."""
        error = {"code": 502, "message": "Upstream error: Internal Server Error"}
        return orjson.dumps({"id": f"gen-{reply.digest}", "model": asked.model, "error": error})

    def problem(self, kind: str, asked: Asked, retry_after: float) -> ProviderRefusal:
        """As the provider words it, else as OpenAI does."""
        words = WORDS.get(self.provider, {})
        status, body = words.get(kind) or WORDS["openai"].get(kind) or WORDS["openai"]["bad_request"]
        filled = orjson.dumps(body).replace(b"{model}", asked.model.encode()).replace(b"{wait}", b"%g" % retry_after)
        headers = {"retry-after": whole_seconds(retry_after)} if status == 429 else {}
        return ProviderRefusal(status, orjson.loads(filled), headers)


def _with_thinking(message: dict[str, Any], provider: str, thinking: str) -> dict[str, Any]:
    """Mistral thinks in a content block, Groq in `reasoning`, the others in `reasoning_content`."""
    if provider == "mistralai":
        block: list[dict[str, Any]] = [{"type": "thinking", "thinking": [{"type": "text", "text": thinking}]}]
        text = [] if message["content"] is None else [{"type": "text", "text": message["content"]}]
        return message | {"content": block + text}
    name = "reasoning" if provider == "groq" else "reasoning_content"
    return message | {"content": message["content"] or "", name: thinking}


def _usage(reply: Reply, provider: str) -> dict[str, Any]:
    written = reply.completion_tokens + reply.thinking_tokens
    usage: dict[str, Any] = {
        "prompt_tokens": reply.prompt_tokens,
        "completion_tokens": written,
        "total_tokens": reply.prompt_tokens + written,
        "prompt_tokens_details": {"cached_tokens": reply.cached_tokens},
        "completion_tokens_details": {"reasoning_tokens": reply.thinking_tokens},
    }
    if provider == "deepseek":
        usage["prompt_cache_hit_tokens"] = reply.cached_tokens
        usage["prompt_cache_miss_tokens"] = reply.prompt_tokens - reply.cached_tokens
    return usage


OPENAI_LIKE = (
    OpenAILikeDialect("openai", ("/chat/completions", "/v1/chat/completions")),
    OpenAILikeDialect("azure_openai", ("/openai/v1/chat/completions",)),
    OpenAILikeDialect("groq", ("/openai/v1/chat/completions",)),
    OpenAILikeDialect("mistralai", ("/chat/completions", "/v1/chat/completions")),
    OpenAILikeDialect("deepseek", ("/chat/completions", "/v1/chat/completions")),
    OpenAILikeDialect("xai", ("/chat/completions", "/v1/chat/completions")),
)
"""Where two have the same path, a folder with the provider's name before it decides: `/groq/openai/v1/...`."""
