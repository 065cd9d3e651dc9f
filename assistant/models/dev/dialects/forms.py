"""What OpenAI-compatible servers send instead of a plain completion: other forms of a reply, and trouble in a 200."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

EVENTS = "text/event-stream"
_JSON = "application/json"
_PIECE = 24  # characters of the content in one event


def in_form(body: bytes, kind: str) -> tuple[bytes, str]:
    """(what is sent for a completion under a fault of `GATEWAYS`, its media type)."""
    if kind == "padded":
        return b"\xef\xbb\xbf\n\n  " + body + b"\n\n", _JSON
    if kind == "event_stream":
        return streamed(body), EVENTS
    reply = orjson.loads(body)
    choice = reply["choices"][0]
    message, content = choice["message"], choice["message"]["content"] or ""
    called = {"name": "answer", "arguments": content}
    choice["logprobs"] = None
    match kind:
        case "no_choices":
            reply = {"id": reply["id"], "object": "chat.completion", "choices": None, "usage": None}
        case "finish_error":
            message["content"] = content[:9]
            choice |= {"finish_reason": "error", "error": {"code": 502, "message": "Upstream provider disconnected"}}
        case "reasoning":
            message |= {"content": None, "reasoning_content": content}
        case "function_call":
            message |= {"content": None, "function_call": called}
        case "tool_call":
            message |= {"content": None, "tool_calls": [{"id": "call_1", "type": "function", "function": called}]}
    return orjson.dumps(reply), _JSON


def streamed(body: bytes) -> bytes:
    """A completion as a stream of events, tokens counted at its end."""
    return b"".join(_events(orjson.loads(body)))


def _events(reply: dict[str, Any]) -> Iterator[bytes]:
    head = {name: reply[name] for name in ("id", "created", "model")} | {"object": "chat.completion.chunk"}
    choice = reply["choices"][0]
    message = choice["message"]
    content = message.get("content") or ""
    deltas = [{name: value for name, value in message.items() if name != "content" and value is not None}]
    deltas += [{"content": content[start : start + _PIECE]} for start in range(0, len(content), _PIECE)]
    yield b": keep-alive\n\n"
    for delta in deltas:
        yield _event(head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    last = {"index": 0, "delta": {}, "finish_reason": choice["finish_reason"], "logprobs": choice.get("logprobs")}
    yield _event(head | {"choices": [last]})
    yield _event(head | {"choices": [], "usage": reply["usage"]})
    yield b"data: [DONE]\n\n"


def _event(data: object) -> bytes:
    return b"data: " + orjson.dumps(data) + b"\n\n"
