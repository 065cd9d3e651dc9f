"""Ollama's API: `POST /api/chat`, line by line, and `POST /api/embed`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from assistant.models.dev.dialects.wire import DECLINED, Asked, ProviderRefusal, Reply, whole_seconds

_PROBLEMS = {
    "rate_limited": (429, "you've reached your hourly usage limit, please upgrade to continue"),
    "server_error": (500, "llama runner process has terminated: exit status 2"),
    "unavailable": (503, "server busy, please try again.  maximum pending requests exceeded"),
    "overloaded": (503, "server busy, please try again.  maximum pending requests exceeded"),
    "bad_key": (401, "unauthorized"),
    "no_credit": (402, "you have no credit left, please add some to continue"),
    "no_model": (404, "model '{model}' not found"),
    "too_long": (400, "the input length exceeds the context length"),
    "tools": (400, "registry.ollama.ai/library/{model} does not support tools"),
    "system": (400, "registry.ollama.ai/library/{model} does not support system messages"),
    "temperature": (400, "invalid option provided: temperature"),
    "json_schema": (400, "invalid JSON schema in format"),
    "json_mode": (400, "registry.ollama.ai/library/{model} does not support format json"),
    "bad_request": (400, "missing request body"),
}
_WHEN = "2026-01-01T00:00:00.000000Z"
_PIECE = 24  # characters a line


class OllamaDialect:
    """Answers as `ollama serve` does."""

    provider = "ollama"
    media = "application/x-ndjson"

    def reads(self, path: str) -> bool:
        """Chats."""
        return path == "/api/chat"

    def key_of(self, headers: Mapping[str, str], query: Mapping[str, str]) -> str:  # noqa: ARG002 - as the protocol has it
        """A bearer token, where Ollama is in the cloud or behind a proxy."""
        return headers.get("authorization", "").removeprefix("Bearer ")

    def read(self, path: str, payload: Mapping[str, Any]) -> Asked:  # noqa: ARG002 - as the protocol has it
        """The schema is `format`; it streams unless told not to."""
        form, tools = payload.get("format"), payload.get("tools") or []
        said = tuple((message["role"], message.get("content") or "") for message in payload["messages"])
        schema = form if isinstance(form, dict) else None
        if tools:
            schema = tools[0]["function"]["parameters"]
        uses = {
            "temperature": "temperature" in (payload.get("options") or {}),
            "system": any(role == "system" for role, _ in said),
            "tools": bool(tools),
            "json_schema": isinstance(form, dict),
            "json_mode": form == "json",
        }
        return Asked(
            payload["model"],
            said,
            schema,
            tools[0]["function"]["name"] if tools else "",
            frozenset(name for name, used in uses.items() if used),
            stream=payload.get("stream", True),
        )

    def word(self, asked: Asked, reply: Reply) -> bytes:
        """A line per piece and one with the counts; a single object where no stream was asked for."""
        if asked.stream:
            return b"".join(orjson.dumps(line) + b"\n" for line in [*self._pieces(asked, reply), _end(asked, reply)])
        pieces = self._pieces(asked, reply)
        message: dict[str, Any] = {"role": "assistant", "content": ""}
        for piece in pieces:
            for name, value in piece["message"].items():
                message[name] = message.get(name, "") + value if isinstance(value, str) and name != "role" else value
        return orjson.dumps(_end(asked, reply) | {"message": message})

    def error_in_200(self, asked: Asked, reply: Reply) -> bytes:
        """The runner dies in the middle of a stream: a line with `error`."""
        error = {"error": "an error was encountered while running the model: unexpected EOF"}
        lines = self._pieces(asked, reply)[:1] if asked.stream else []
        return b"".join(orjson.dumps(line) + b"\n" for line in [*lines, error])

    def problem(self, kind: str, asked: Asked, retry_after: float) -> ProviderRefusal:
        """`{"error": TEXT}`."""
        status, message = _PROBLEMS.get(kind, _PROBLEMS["bad_request"])
        headers = {"retry-after": whole_seconds(retry_after)} if status == 429 else {}
        return ProviderRefusal(status, {"error": message.replace("{model}", asked.model)}, headers)

    def _pieces(self, asked: Asked, reply: Reply) -> list[dict[str, Any]]:
        """The lines before the last one."""
        pieces = [{"thinking": part, "content": ""} for part in _cut(reply.thinking)]
        if asked.tool and reply.content is not None:
            call = {"function": {"name": asked.tool, "arguments": reply.call()}}
            pieces.append({"content": "", "tool_calls": [call]})  # type: ignore[dict-item]  # one shape of several
        else:
            declined = DECLINED if reply.ending in {"refusal", "filter"} else ""
            pieces += [{"content": part} for part in _cut(reply.content or declined)]
        head = {"model": asked.model, "created_at": _WHEN, "done": False}
        return [head | {"message": {"role": "assistant"} | piece} for piece in pieces]


def _cut(text: str) -> list[str]:
    return [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]


def _end(asked: Asked, reply: Reply) -> dict[str, Any]:
    head = {"model": asked.model, "created_at": _WHEN, "message": {"role": "assistant", "content": ""}, "done": True}
    if reply.ending == "load":
        return head | {"done_reason": "load"}
    return head | {
        "done_reason": "length" if reply.ending == "length" else "stop",
        "total_duration": 1_000_000,
        "load_duration": 1_000,
        "prompt_eval_count": reply.prompt_tokens,
        "prompt_eval_duration": 100_000,
        "eval_count": reply.completion_tokens + reply.thinking_tokens,
        "eval_duration": 900_000,
    }
