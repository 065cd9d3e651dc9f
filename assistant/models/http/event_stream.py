"""Replies that come as a stream of events (`data: {...}` lines), put back into one chat completion."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from assistant.models.chat_api import MalformedReplyError, load_json

_LINE = re.compile(rb"\r\n|\n|\r")
_FIELD = re.compile(rb"(data|event|id|retry): ?")
_STARTS = re.compile(rb"(?:data|event|id|retry):|:")
_DONE = b"[DONE]"
_TEXTS = ("content", "reasoning_content", "reasoning", "refusal")


class CutStreamError(ValueError):
    """The stream ended before the reply did."""


def is_event_stream(body: bytes) -> bool:
    """Whether a body, without padding, is a stream of events."""
    return _STARTS.match(body) is not None


def read_stream(body: bytes) -> dict[str, Any]:
    """The chat completion that a stream's events add up to; an error event is returned as the whole reply.

    Raises:
        CutStreamError: it neither says that it is done nor why the reply ends, or an event is broken.
    """
    reply = _Streamed()
    for kind, data in _events(body):
        if data.strip() == _DONE:
            reply.done = True
            break
        try:
            event = load_json(data)
        except MalformedReplyError:
            raise CutStreamError("an event of the stream is no JSON") from None
        if not isinstance(event, dict):
            continue
        if kind == b"error" or event.get("error"):
            return event if event.get("error") else {"error": event}
        reply.add(event)
    return reply.finished()


def _events(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(kind, data) of each event. Lines that are no field are taken as JSON: gateways end a stream by a bare error."""
    kind = b""
    data: list[bytes] = []
    for line in (*_LINE.split(body), b""):
        if not line.strip():
            if data:
                yield kind, b"\n".join(data)
            kind, data = b"", []
        elif line.startswith(b":"):
            continue
        elif (found := _FIELD.match(line)) is None:
            data.append(line)
        elif found[1] == b"event":
            kind = line[found.end() :].strip()
        elif found[1] == b"data":
            # Servers that end an event by one line end instead of two send one event a line.
            value = line[found.end() :]
            if data and value.lstrip()[:1] in b"{[":
                yield kind, b"\n".join(data)
                data = []
            data.append(value)


@dataclass(slots=True)
class _Streamed:
    """What the events have added up to."""

    head: dict[str, Any] = field(default_factory=dict)
    message: dict[str, Any] = field(default_factory=dict)
    calls: dict[int, dict[str, str]] = field(default_factory=dict)
    tokens: list[Any] = field(default_factory=list)
    choice: dict[str, Any] = field(default_factory=dict)
    done: bool = False

    def add(self, event: dict[str, Any]) -> None:
        """Add one event; of several choices the first counts."""
        self.head |= {name: event[name] for name in ("id", "model", "usage") if event.get(name)}
        choices = event.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, dict) or choice.get("index") not in {None, 0}:
            return
        self.choice |= {name: choice[name] for name in ("finish_reason", "error") if choice.get(name)}
        offered = choice.get("logprobs")
        content = offered.get("content") if isinstance(offered, dict) else None
        self.tokens += content if isinstance(content, list) else []
        delta = choice.get("delta") or choice.get("message")
        self._add_delta(delta if isinstance(delta, dict) else {"content": choice.get("text")})

    def _add_delta(self, delta: dict[str, Any]) -> None:
        for name in _TEXTS:
            said, before = delta.get(name), self.message.get(name)
            if said is not None:
                self.message[name] = said if before is None else _joined(before, said)
        calls = delta.get("tool_calls")
        for place, call in enumerate(calls if isinstance(calls, list) else ()):
            index = call.get("index", place) if isinstance(call, dict) else None
            if isinstance(index, int):
                self._add_call(index, call.get("function"))
        self._add_call(-1, delta.get("function_call"))

    def _add_call(self, index: int, function: object) -> None:
        if isinstance(function, dict):
            call = self.calls.setdefault(index, {"name": "", "arguments": ""})
            for name in call:
                call[name] += function[name] if isinstance(function.get(name), str) else ""

    def finished(self) -> dict[str, Any]:
        """The completion. Raises CutStreamError."""
        if not self.done and not self.choice.get("finish_reason") and not self.choice.get("error"):
            raise CutStreamError("the stream ended before the reply did")
        if not self.choice and not self.message and not self.calls:
            return self.head | {"choices": []}
        message = {"role": "assistant", "content": None} | self.message
        if self.calls:
            message["tool_calls"] = [{"type": "function", "function": call} for _, call in sorted(self.calls.items())]
        choice = {"index": 0, "message": message, "finish_reason": "stop"} | self.choice
        if self.tokens:
            choice["logprobs"] = {"content": self.tokens}
        return self.head | {"object": "chat.completion", "choices": [choice]}


def _joined(before: Any, said: Any) -> Any:
    """Texts one after the other, or lists of parts; where a server mixes them, parts."""
    if isinstance(before, str) and isinstance(said, str):
        return before + said
    parts = [one if isinstance(one, list) else [one] for one in (before, said)]
    return parts[0] + parts[1]
