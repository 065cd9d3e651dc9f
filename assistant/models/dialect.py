"""What a server understands of the chat-completions protocol, and how a reply's shape is asked for in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import orjson

from assistant.models.interface import Message, ModelRequest

SCHEMA_NOTE = "Answer with one JSON object and nothing else. It must satisfy this JSON schema:\n"
"""Stands before the schema where a server can't be given one as a parameter."""

Feature = Literal[
    "json_schema",
    "json_object",
    "logprobs",
    "top_logprobs",
    "max_tokens",
    "temperature",
    "top_p",
    "seed",
    "system",  # a message of that role
    "whole_reply",  # in one piece, not as a stream of events
    "stream_usage",  # tokens counted at the end of a stream
]


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a server takes; starts hopeful and only ever gets poorer.

    Args:
        structured: how the reply's shape is asked for.
        top_logprobs: the most alternatives per token that may be asked for; 0 when logprobs are refused.
        length_key: the name of the reply's length limit.
        temperature, top_p, seed: whether the parameter is taken.
        system: whether there are system messages; else their text stands before the user's.
        stream: whether replies come as a stream of events.
        stream_usage: whether a stream is asked to count its tokens.
    """

    structured: Literal["json_schema", "json_object", "text"] = "json_schema"
    top_logprobs: int = 20
    length_key: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    temperature: bool = True
    top_p: bool = True
    seed: bool = True
    system: bool = True
    stream: bool = False
    stream_usage: bool = True

    def features(self, request: ModelRequest) -> frozenset[Feature]:
        """The negotiable features that this request uses in this dialect."""
        sampling = request.sampling
        schema_sent = request.schema is not None
        alternatives = min(sampling.top_logprobs, self.top_logprobs)
        in_use: tuple[tuple[Feature, bool], ...] = (
            ("json_schema", schema_sent and self.structured == "json_schema"),
            ("json_object", schema_sent and self.structured == "json_object"),
            ("logprobs", alternatives > 0),
            ("top_logprobs", alternatives > FEWEST_OFFERED),
            ("max_tokens", self.length_key == "max_tokens"),
            ("temperature", self.temperature),
            ("top_p", self.top_p and sampling.top_p is not None),
            ("seed", self.seed and sampling.seed is not None),
            ("system", self.system),
            ("whole_reply", not self.stream),
            ("stream_usage", self.stream and self.stream_usage),
        )
        return frozenset([feature for feature, used in in_use if used])

    def without(self, feature: Feature) -> Dialect:
        """The next poorer dialect once a server has said that it lacks `feature`."""
        return replace(self, **_POORER[feature])


FEWEST_OFFERED = 5
"""Servers that bound the alternatives per token below 20 (Azure, vLLM's default) still give this many."""

FULL_DIALECT = Dialect()

_POORER: dict[Feature, dict[str, Any]] = {
    "json_schema": {"structured": "json_object"},
    "json_object": {"structured": "text"},
    "top_logprobs": {"top_logprobs": FEWEST_OFFERED},
    "logprobs": {"top_logprobs": 0},
    "max_tokens": {"length_key": "max_completion_tokens"},
    "temperature": {"temperature": False},
    "top_p": {"top_p": False},
    "seed": {"seed": False},
    "system": {"system": False},
    "whole_reply": {"stream": True},
    "stream_usage": {"stream_usage": False},
}


def response_format(schema: Mapping[str, object] | None, dialect: Dialect = FULL_DIALECT) -> dict[str, object] | None:
    """The `response_format` parameter for a schema, or None when none is to be sent.

    `strict` is set where the schema allows it: all objects closed, all properties required.
    """
    if schema is None or dialect.structured == "text":
        return None
    if dialect.structured == "json_object":
        return {"type": "json_object"}
    described = {"name": "answer", "strict": is_strict(schema), "schema": schema}
    return {"type": "json_schema", "json_schema": described}


def is_strict(schema: object) -> bool:
    """Whether every object of a JSON schema is closed and requires all its properties (OpenAI's strict mode)."""
    if isinstance(schema, list):
        return all(is_strict(part) for part in schema)
    if not isinstance(schema, dict):
        return True
    properties = schema.get("properties")
    if properties is None:
        return all(is_strict(part) for part in schema.values() if type(part) in (dict, list))
    if schema.get("additionalProperties") is not False or not set(properties) <= set(schema.get("required", ())):
        return False
    return all(is_strict(part) for part in properties.values())


def with_schema_note(messages: Sequence[Message], schema: Mapping[str, object]) -> tuple[Message, ...]:
    """The messages with the schema written below the last system message (or as one, where there is none)."""
    note = SCHEMA_NOTE + orjson.dumps(schema).decode()
    for index in range(len(messages) - 1, -1, -1):
        if messages[index].role == "system":
            noted = Message("system", f"{messages[index].content}\n\n{note}")
            return (*messages[:index], noted, *messages[index + 1 :])
    return (Message("system", note), *messages)


def without_system(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The messages without system ones: their text goes in front of the next one, and roles alternate."""
    folded: list[Message] = []
    for message in messages:
        role = "user" if message.role == "system" else message.role
        if folded and folded[-1].role == role:
            folded[-1] = Message(role, f"{folded[-1].content}\n\n{message.content}")
        else:
            folded.append(Message(role, message.content))
    return tuple(folded)
