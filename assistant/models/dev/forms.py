"""The forms in which the test server sends a reply: those that real servers send instead of a plain completion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import orjson

Form = Literal["plain", "padded", "event_stream", "tool_call", "function_call", "reasoning", "thinking"]

WEB_PAGE = b"<!DOCTYPE html><html><head><title>Chat</title></head><body>app</body></html>"
_JSON, _EVENTS = "application/json", "text/event-stream; charset=utf-8"
_PIECE = 24  # characters of the content in one event
_THINKING = "<think>\nThe answer must be like {label, clauses}.\n</think>\n\n"


def in_form(body: bytes, form: Form) -> tuple[bytes, str]:
    """(a completion in another form, its content type).

    `padded` has white space and a byte order mark around it, `reasoning` its text in `reasoning_content`, `thinking` a
    draft with braces before the answer.
    """
    if form == "plain":
        return body, _JSON
    if form == "padded":
        return b"\xef\xbb\xbf\n\n  " + body + b"\n\n", _JSON
    reply = orjson.loads(body)
    if form == "event_stream":
        return b"".join(_events(reply, counted=True)), _EVENTS
    choice = reply["choices"][0]
    message = choice["message"]
    content, choice["logprobs"] = message["content"] or "", None
    called = {"name": "answer", "arguments": content}
    if form == "thinking":
        message["content"] = _THINKING + content
    elif form == "reasoning":
        message |= {"content": None, "reasoning_content": content}
    elif form == "function_call":
        message |= {"content": None, "function_call": called}
    else:
        message |= {"content": None, "tool_calls": [{"id": "call_1", "type": "function", "function": called}]}
    return orjson.dumps(reply), _JSON


def streamed(body: bytes, *, counted: bool) -> tuple[bytes, str]:
    """(a completion as a stream of events, its content type); `counted` adds the usage."""
    return b"".join(_events(orjson.loads(body), counted=counted)), _EVENTS


def _events(reply: dict[str, Any], *, counted: bool) -> Iterator[bytes]:
    head = {name: reply[name] for name in ("id", "created", "model")} | {"object": "chat.completion.chunk"}
    choice = reply["choices"][0]
    content = choice["message"]["content"] or ""
    deltas: list[dict[str, Any]] = [{"role": "assistant", "refusal": choice["message"].get("refusal")}]
    deltas += [{"content": content[start : start + _PIECE]} for start in range(0, len(content), _PIECE)]
    yield b": keep-alive\n\n"
    for delta in deltas:
        yield _event(head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    last = {"index": 0, "delta": {}, "finish_reason": choice["finish_reason"], "logprobs": choice.get("logprobs")}
    yield _event(head | {"choices": [last]})
    if counted:
        yield _event(head | {"choices": [], "usage": reply["usage"]})
    yield b"data: [DONE]\n\n"


def _event(data: object) -> bytes:
    return b"data: " + orjson.dumps(data) + b"\n\n"


def broken(body: bytes, fault: str) -> tuple[bytes, str]:
    """(what a server in trouble sends with status 200 instead of a completion, its content type)."""
    if fault == "web_page":
        return WEB_PAGE, "text/html"
    reply = orjson.loads(body)
    if fault == "finish_error":
        choice = reply["choices"][0]
        choice["message"]["content"] = (choice["message"]["content"] or "")[:9]
        choice |= {"finish_reason": "error", "logprobs": None}
        choice["error"] = {"code": 502, "message": "Upstream provider disconnected"}
        return orjson.dumps(reply), _JSON
    error = {"message": "engine is warming up", "code": 503}
    emptied = {"choices": [], "error": error} if fault == "error_in_200" else {"choices": None, "usage": None}
    return orjson.dumps({"id": reply["id"]} | emptied), _JSON


BROKEN = frozenset({"error_in_200", "no_choices", "finish_error", "web_page"})
"""The faults that `broken` makes."""
