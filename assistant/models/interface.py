"""What every language model looks like to the rest: one question in, one raw reply out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the reply is drawn.

    Args:
        temperature: 0 is greedy.
        max_tokens: upper bound of the reply, in tokens.
        top_p: nucleus share, (0, 1]; None leaves the server's default.
        seed: for servers that honour one.
        top_logprobs: how many alternatives to ask for at each token, 0 to 20; 0 asks for no logprobs.
    """

    temperature: float = 0.0
    max_tokens: int = 256
    top_p: float | None = None
    seed: int | None = None
    top_logprobs: int = 5


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One question.

    Args:
        task: the task's key; recordings answer by it.
        messages: the rendered prompt, static part first.
        sampling: how to draw the reply.
        schema: JSON schema the reply must satisfy, or None for free text.
        attempt: 1 for the first asking; more when an earlier reply could not be used.
        estimated_tokens: of all messages, for pacing and for the spend cap before the server has counted them.
    """

    task: str
    messages: tuple[Message, ...]
    sampling: Sampling = field(default_factory=Sampling)
    schema: Mapping[str, object] | None = None
    attempt: int = 1
    estimated_tokens: int = 0


@dataclass(frozen=True, slots=True)
class RawReply:
    """What came back, unread.

    Args:
        body: a chat-completion object as JSON bytes, as received (other SDKs: brought into that shape).
        latency_ms: from sending to the last byte, in milliseconds.
    """

    body: bytes
    latency_ms: float


@dataclass(frozen=True, slots=True)
class TokenLogprob:
    """One token of the reply with the alternatives the model weighed.

    Args:
        token: the token's text.
        logprob: natural logarithm of its probability.
        top: (token, logprob) of the likeliest alternatives, the chosen one usually among them.
    """

    token: str
    logprob: float
    top: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """A reply, read: the text the model wrote and what the server said about it.

    Args:
        text: the message content.
        finish_reason: `stop`, `length`, `content_filter` ... as the server said.
        refusal: the refusal text where the API has such a field, else None.
        model: the model the server says answered.
        prompt_tokens, completion_tokens, cached_tokens: as billed; 0 where the server does not say.
        logprobs: per token of `text`, empty where not offered.
    """

    text: str
    finish_reason: str = "stop"
    refusal: str | None = None
    model: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    logprobs: tuple[TokenLogprob, ...] = ()


class LabelModel(Protocol):
    """A language model by name.

    Attributes:
        spec: the name it was asked for by, e.g. `openai:gpt-4o-mini`; part of a task's identity.
        parallel: the largest number of questions it can work on at once, None for no bound of its own.
    """

    spec: str
    parallel: int | None

    async def ask(self, request: ModelRequest) -> RawReply:
        """One attempt, no retries.

        Raises:
            RetryableModelError: worth asking again.
            RejectedRequestError: this request is refused for good.
            FatalModelError: no request can succeed.
        """
        ...

    async def check(self) -> str:
        """One cheap round trip; returns a sentence for `doctor`. Raises a ModelError with advice."""
        ...

    async def aclose(self) -> None:
        """Free connections and memory."""
        ...
