"""Amazon Bedrock's Converse API: `POST /model/ID/converse`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import orjson

from assistant.models.dev.dialects.wire import DECLINED, Asked, ProviderRefusal, Reply, text_of, whole_seconds

_PATH = re.compile(r"/model/([^/]+)/converse$")
_CREDENTIAL = re.compile(r"Credential=([^/]+)/")
_PROBLEMS = {
    "rate_limited": (429, "ThrottlingException", "Too many requests, please wait before trying again."),
    "server_error": (
        500,
        "InternalServerException",
        "The system encountered an unexpected error during processing. Try your request again.",
    ),
    "unavailable": (503, "ServiceUnavailableException", "Bedrock is unable to process your request."),
    "overloaded": (503, "ServiceUnavailableException", "Bedrock is unable to process your request."),
    "bad_key": (403, "UnrecognizedClientException", "The security token included in the request is invalid."),
    "no_credit": (
        403,
        "AccessDeniedException",
        "Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be provided.. Your "
        "AWS Marketplace subscription for this model cannot be completed at this time.",
    ),
    "no_model": (400, "ValidationException", "The provided model identifier is invalid."),
    "too_long": (400, "ValidationException", "Input is too long for requested model."),
    "temperature": (
        400,
        "ValidationException",
        "The model returned the following errors: `temperature` is deprecated for this model.",
    ),
    "system": (
        400,
        "ValidationException",
        "This model doesn't support system messages. Try again without a system message or use a model that supports "
        "system messages.",
    ),
    "tools": (400, "ValidationException", "This model doesn't support tool use."),
    "tool_choice": (
        400,
        "ValidationException",
        "This model doesn't support the toolConfig.toolChoice.tool field. Remove toolConfig.toolChoice.tool and try "
        "again.",
    ),
    "json_schema": (400, "ValidationException", "This model doesn't support structured output."),
    "bad_request": (400, "ValidationException", "The format of the value at messages is invalid."),
}
_ENDINGS = {"length": "max_tokens", "filter": "content_filtered", "refusal": "guardrail_intervened"}


class BedrockDialect:
    """Answers as bedrock-runtime.REGION.amazonaws.com does."""

    provider = "bedrock_converse"
    media = "application/json"

    def reads(self, path: str) -> bool:
        """Conversations."""
        return _PATH.match(path) is not None

    def key_of(self, headers: Mapping[str, str], query: Mapping[str, str]) -> str:  # noqa: ARG002 - as the protocol has it
        """A bearer token, or the access key's id that a signature names."""
        said = headers.get("authorization", "")
        signed = _CREDENTIAL.search(said)
        return signed[1] if signed else said.removeprefix("Bearer ")

    def read(self, path: str, payload: Mapping[str, Any]) -> Asked:
        """The system prompt has a field of its own."""
        found = _PATH.match(path)
        system = text_of(payload.get("system") or [])
        said = tuple((message["role"], text_of(message["content"])) for message in payload["messages"])
        config = payload.get("toolConfig") or {}
        tools = [tool["toolSpec"] for tool in config.get("tools", []) if "toolSpec" in tool]
        form = ((payload.get("outputConfig") or {}).get("textFormat") or {}).get("structure") or {}
        described = (form.get("jsonSchema") or {}).get("schema")
        schema = orjson.loads(described) if isinstance(described, str) else described
        uses = {
            "temperature": "temperature" in (payload.get("inferenceConfig") or {}),
            "system": bool(system),
            "tools": bool(tools),
            "tool_choice": bool({"tool", "any"} & set(config.get("toolChoice") or {})),
            "json_schema": schema is not None,
        }
        return Asked(
            "" if found is None else unquote(found[1]),
            ((("system", system),) if system else ()) + said,
            tools[0]["inputSchema"]["json"] if tools else schema,
            tools[0]["name"] if tools else "",
            frozenset(name for name, used in uses.items() if used),
        )

    def word(self, asked: Asked, reply: Reply) -> bytes:
        """A message in `output`."""
        blocks: list[dict[str, Any]] = []
        if reply.thinking:
            text = {"text": reply.thinking, "signature": "c2lnbmF0dXJl"}
            blocks.append({"reasoningContent": {"reasoningText": text}})
        if reply.content is not None and asked.tool:
            call = {"toolUseId": f"tooluse_{reply.digest[:20]}", "name": asked.tool, "input": reply.call()}
            blocks.append({"toolUse": call})
        elif reply.content is not None:
            blocks.append({"text": reply.content})
        elif reply.ending == "refusal":
            blocks.append({"text": DECLINED})
        ending = "tool_use" if asked.tool and reply.ending == "stop" else "end_turn"
        written = reply.completion_tokens + reply.thinking_tokens
        usage = {
            "inputTokens": reply.prompt_tokens - reply.cached_tokens,
            "cacheReadInputTokens": reply.cached_tokens,
            "outputTokens": written,
            "totalTokens": reply.prompt_tokens + written,
        }
        return orjson.dumps(
            {
                "output": {"message": {"role": "assistant", "content": blocks}},
                "stopReason": _ENDINGS.get(reply.ending, ending),
                "usage": usage,
                "metrics": {"latencyMs": 1},
            }
        )

    def error_in_200(self, asked: Asked, reply: Reply) -> bytes:  # noqa: ARG002 - as the protocol has it
        """As gateways pass it on."""
        return orjson.dumps({"message": "Bedrock is unable to process your request."})

    def problem(self, kind: str, asked: Asked, retry_after: float) -> ProviderRefusal:  # noqa: ARG002 - as the protocol has it
        """`{"message": TEXT}`; the kind of exception is in a header."""
        status, code, message = _PROBLEMS.get(kind, _PROBLEMS["bad_request"])
        headers = {"x-amzn-ErrorType": f"{code}:http://internal.amazon.com/coral/com.amazon.bedrock/"}
        if status == 429:
            headers["retry-after"] = whole_seconds(retry_after)
        return ProviderRefusal(status, {"message": message}, headers)
