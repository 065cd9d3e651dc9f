"""What all dialects have in common: a request taken apart, a reply before it is worded, a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import orjson

THOUGHT = 'The rule asks for intent; {"label": "?"} is open until then.'
"""What a thinking block says; the braces are there to be stumbled over."""

DECLINED = "Sorry, the model cannot answer this question."
"""A refusal in plain text, where a provider has no other form for it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One chat request, whatever the dialect.

    Args:
        model: the name asked for.
        messages: (role, text), the system message first.
        schema: the JSON schema asked for as a parameter or as a tool, None without.
        tool: the name of the tool to call, "" where the schema is a parameter.
        uses: of `LACKS`, what the request needs.
        stream: answered piece by piece.
    """

    model: str
    messages: tuple[tuple[str, str], ...]
    schema: Mapping[str, Any] | None = None
    tool: str = ""
    uses: frozenset[str] = frozenset()
    stream: bool = False

    def as_chat_completion(self) -> dict[str, Any]:
        """The same as a chat-completions request, for those who read that."""
        payload: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": role, "content": text} for role, text in self.messages],
        }
        if self.schema is not None:
            payload["response_format"] = {"type": "json_schema", "json_schema": {"schema": self.schema}}
        return payload


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply before a dialect words it.

    Args:
        digest: names the question.
        content: the answer; None where there is none.
        ending: why it ends.
        thinking: what stands in the thinking block, "" for no block.
        prompt_tokens, cached_tokens, completion_tokens, thinking_tokens: as billed; `cached_tokens` are part of
            `prompt_tokens`, `thinking_tokens` are none of `completion_tokens`.
        choice: the choice object of a chat completion, where the answer was made as one.
    """

    digest: str
    content: str | None
    ending: Literal["stop", "length", "filter", "refusal", "load"] = "stop"
    thinking: str = ""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    thinking_tokens: int = 0
    choice: Mapping[str, Any] = field(default_factory=dict)

    def call(self) -> dict[str, Any]:
        """The answer as the input of a tool call; of a cut answer the first field."""
        text = (self.content or "").rpartition("</think>")[2].strip()
        try:
            found = orjson.loads(text)
        except orjson.JSONDecodeError:
            name, _, value = text.strip("{").partition(":")
            found = {name.strip('" '): value.partition(",")[0].strip('" }')} if name.strip('" ') else {}
        return found if isinstance(found, dict) else {"value": found}


@dataclass(frozen=True, slots=True)
class ProviderRefusal:
    """A refusal in a provider's words.

    Args:
        status: of HTTP.
        body: the error object.
        headers: beside the content type.
    """

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


class WireDialect(Protocol):
    """One provider's wire format."""

    @property
    def provider(self) -> str:
        """As LangChain calls it."""
        ...

    @property
    def media(self) -> str:
        """The content type of a reply."""
        ...

    def reads(self, path: str) -> bool:
        """Whether a path is one of its chat requests."""
        ...

    def key_of(self, headers: Mapping[str, str], query: Mapping[str, str]) -> str:
        """The key that came with a request, "" for none."""
        ...

    def read(self, path: str, payload: Mapping[str, Any]) -> Asked:
        """Take a request apart. Raises KeyError, TypeError, AttributeError, IndexError: it is none."""
        ...

    def word(self, asked: Asked, reply: Reply) -> bytes:
        """The body of a reply."""
        ...

    def error_in_200(self, asked: Asked, reply: Reply) -> bytes:
        """The body of a reply that turns out to be an error."""
        ...

    def problem(self, kind: str, asked: Asked, retry_after: float) -> ProviderRefusal:
        """A refusal: one of `REFUSALS`, one of `LACKS` or `bad_request`."""
        ...


def text_of(content: object) -> str:
    """The text of a message's content: a string, or a list of parts with `text`."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(part if isinstance(part, str) else str(part.get("text", "")) for part in parts)


def whole_seconds(seconds: float) -> str:
    """A waiting time as `Retry-After` has it."""
    return str(max(1, -int(-seconds // 1)))
