"""Every chat model that LangChain's `init_chat_model` knows, as `PROVIDER:NAME`.

Dearer than our own adapter (4 ms of CPU a question instead of 0.3), which is why `openai:NAME` does not come here.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from assistant.errors import ModelError, RetryableModelError
from assistant.models.chat_api import estimate_tokens
from assistant.models.dialect import Dialect, Feature, response_format, with_schema_note, without_system
from assistant.models.http.errors import lacking
from assistant.models.http.limits import RateLimits, read_limits
from assistant.models.http.thinking import ThinkingRoom, thinking_budget
from assistant.models.interface import Message, ModelRequest, RawReply, Sampling
from assistant.models.langchain.chats import SYNCHRONOUS_PATIENCE, ChatMaker
from assistant.models.langchain.errors import model_error
from assistant.models.langchain.kinds import is_synchronous, takes_response_format
from assistant.models.langchain.own_thread import in_own_thread
from assistant.models.langchain.providers import check_access, provider_name
from assistant.models.langchain.refusals import complaint_of
from assistant.models.langchain.replies import completion_body, shows_thinking
from assistant.models.langchain.tracing import forbid_tracing

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage

TRACING_FORBIDDEN = forbid_tracing()
"""Variables that were removed from the environment when this module was imported."""

_NEGOTIABLE: frozenset[Feature] = frozenset(
    {
        "json_schema",
        "json_object",
        "logprobs",
        "top_logprobs",
        "temperature",
        "top_p",
        "seed",
        "system",
        "whole_reply",
        "stream_usage",
    }
)
_LEAST_CONTEXT = 4096  # Ollama's own default


class LangChainModel:
    """One model of one provider.

    Args:
        provider: as `init_chat_model` calls it.
        name: the provider's name of the model.
        timeout_s: seconds for one attempt.
        concurrency: questions on their way at once.
        options: further arguments for the integration's class.
        headers: sent with every request.
        on_limits: called with what a reply says about rate limits, where the integration shows headers.

    Raises:
        SettingsError: a key or an address that the provider needs is not in the environment, or can't be one.
    """

    def __init__(
        self,
        provider: str,
        name: str,
        *,
        timeout_s: float = 120.0,
        concurrency: int = 64,
        options: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        on_limits: Callable[[RateLimits], None] | None = None,
    ) -> None:
        check_access(provider, options or {}, os.environ)
        self.spec = f"{provider}:{name}"
        self.parallel: int | None = None
        self.on_limits = on_limits
        self.dialect = Dialect()
        self.room = ThinkingRoom(thinking_budget(options or {}))
        self._provider = provider
        self._name = name
        self._timeout_s = timeout_s
        self._context = 0 if "num_ctx" in (options or {}) or provider_name(provider) != "ollama" else _LEAST_CONTEXT
        self._proven: frozenset[Feature] = frozenset()
        self._maker = ChatMaker(
            provider,
            name,
            timeout_s=timeout_s,
            concurrency=concurrency,
            options=options or {},
            headers=headers or {},
            on_headers=self._hear,
        )
        self._chats: dict[tuple[tuple[str, object], ...], BaseChatModel] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    async def ask(self, request: ModelRequest) -> RawReply:
        """One attempt; what the provider turns out to lack is dropped for good, at once and unbilled.

        Raises:
            RetryableModelError: broken, cut and missing replies, and what the provider says will pass.
            RejectedRequestError: the provider refuses this one question.
            FatalModelError: no integration, wrong key, no credit, no such model, no such option.
        """
        while True:
            dialect, room = self.dialect, self.room.tokens
            started, thought = time.perf_counter(), False
            try:
                message = await self._invoke(request, dialect, room)
                body, thought = completion_body(message, self._name), shows_thinking(message)
            except TimeoutError:
                raise RetryableModelError(
                    "model_timed_out", reason="timeout", model=self.spec, seconds=self._timeout_s
                ) from None
            except ModelError:
                raise
            except Exception as failure:  # noqa: BLE001 - every SDK has exceptions of its own; all are translated
                paid = getattr(failure, "completion", None)
                if paid is None:
                    if self._get_poorer(failure, request, dialect, room):
                        continue
                    raise model_error(failure, spec=self.spec, model=self._name) from None
                # OpenAI's SDK raises on a cut or filtered reply and carries it along: it was paid for.
                body = paid.model_dump_json().encode()
            self._proven |= dialect.features(request)
            self.room.learn(body, room, thought=thought)
            return RawReply(body, (time.perf_counter() - started) * 1000)

    async def check(self) -> str:
        """Ask for one short reply; providers have no common list of models."""
        question = ModelRequest("check", (Message("user", "Say OK."),), Sampling(max_tokens=16, top_logprobs=0))
        await self.ask(question)
        return f"{self._name} answers at {self._provider}"

    async def aclose(self) -> None:
        """Close the connections."""
        self._chats.clear()
        await self._maker.aclose()

    async def _invoke(self, request: ModelRequest, dialect: Dialect, room: int) -> AIMessage:
        chat = self._chat(self._arguments(request, dialect, room))
        messages = request.messages
        runnable: Any = chat
        if request.schema is not None:
            if dialect.structured == "text":
                messages = with_schema_note(messages, request.schema)
            elif takes_response_format(chat):
                if dialect.structured == "json_object":
                    messages = with_schema_note(messages, request.schema)
                runnable = chat.bind(response_format=response_format(request.schema, dialect))
            else:
                named = {"title": "answer", "description": "The answer."} | dict(request.schema)
                # With include_raw an answer that breaks the schema is kept: it was paid for.
                runnable = chat.with_structured_output(named, include_raw=True)
        if not dialect.system:
            messages = without_system(messages)
        reply = await self._run(runnable, messages, synchronous=is_synchronous(chat))
        message: AIMessage = reply["raw"] if isinstance(reply, dict) else reply
        return message

    async def _run(self, runnable: Any, messages: Sequence[Message], *, synchronous: bool) -> Any:
        written = [{"role": message.role, "content": message.content} for message in messages]
        if synchronous:
            call = partial(runnable.invoke, written)
            return await in_own_thread(call, patience_s=self._timeout_s * SYNCHRONOUS_PATIENCE)
        async with asyncio.timeout(self._timeout_s):
            return await runnable.ainvoke(written)

    def _arguments(self, request: ModelRequest, dialect: Dialect, room: int) -> dict[str, object]:
        """How the reply is drawn, in the words of LangChain's integrations."""
        sampling = request.sampling
        limit = sampling.max_tokens + room
        arguments: dict[str, object] = {"max_tokens": limit}
        arguments["temperature"] = sampling.temperature if dialect.temperature else None
        if sampling.top_p is not None or not dialect.top_p:
            arguments["top_p"] = sampling.top_p if dialect.top_p else None
        if sampling.seed is not None and dialect.seed:
            arguments["seed"] = sampling.seed
        if sampling.top_logprobs and dialect.top_logprobs:
            arguments |= {"logprobs": True, "top_logprobs": min(sampling.top_logprobs, dialect.top_logprobs)}
        if dialect.stream:
            arguments |= {"streaming": True, "stream_usage": dialect.stream_usage}
        if self._context:
            needed = limit + (request.estimated_tokens or estimate_tokens(request.messages))
            # Ollama loads the model once more for each size, so sizes are few and only grow.
            self._context = max(self._context, 1 << (needed - 1).bit_length())
            arguments["num_ctx"] = self._context
        return arguments

    def _get_poorer(self, failure: Exception, request: ModelRequest, dialect: Dialect, room: int) -> bool:
        """Whether the failure was for something that is now dropped, so that asking again makes sense."""
        if self.dialect is not dialect or self.room.tokens < room:
            return True
        if isinstance(failure, NotImplementedError) and request.schema is not None and dialect.structured != "text":
            self.dialect = dialect.without("json_schema").without("json_object")
            return True
        complaint = complaint_of(failure)
        if complaint is None:
            return False
        if self.room.refused(complaint, room):
            return True
        # What has worked before is not lacking: then the complaint is about this one question.
        lack = lacking(complaint, dialect.features(request) & _NEGOTIABLE - self._proven)
        if lack is None:
            return False
        self.dialect = dialect.without(lack)
        if lack == "json_schema" and not any(takes_response_format(chat) for chat in self._chats.values()):
            self.dialect = self.dialect.without("json_object")  # these have one way only
        return True

    def _hear(self, headers: Mapping[str, str]) -> None:
        if self.on_limits is not None and (limits := read_limits(headers)) is not None:
            self.on_limits(limits)

    def _chat(self, arguments: dict[str, object]) -> BaseChatModel:
        """The integration's object for one way of drawing replies; connections belong to the running event loop."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop = loop
            self._chats.clear()
        key = tuple(arguments.items())
        made = self._chats.get(key)
        if made is None:
            made = self._chats[key] = self._maker.make(arguments)
        return made
