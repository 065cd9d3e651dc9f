"""Every chat model that LangChain's `init_chat_model` knows, as `PROVIDER:NAME`.

Dearer than our own adapter (4 ms of CPU a question instead of 0.3), which is why `openai:NAME` does not come here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from assistant.errors import ModelError, RetryableModelError
from assistant.models.dialect import Dialect, response_format, with_schema_note
from assistant.models.http_errors import lacking
from assistant.models.interface import Message, ModelRequest, RawReply, Sampling
from assistant.models.langchain_errors import model_error, refusal_of, setup_error
from assistant.models.langchain_replies import completion_body
from assistant.models.limits import RateLimits, read_limits
from assistant.models.tracing import forbid_tracing

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage

TRACING_FORBIDDEN = forbid_tracing()
"""Variables that were removed from the environment when this module was imported."""

_TAKES_RESPONSE_FORMAT = frozenset(
    {"BaseChatOpenAI", "ChatGroq", "ChatMistralAI", "ChatFireworks", "ChatOpenRouter", "ChatLiteLLM", "ChatPerplexity"}
)


class LangChainModel:
    """One model of one provider.

    Args:
        provider: as `init_chat_model` calls it.
        name: the provider's name of the model.
        timeout_s: seconds for one attempt.
        options: further arguments for the integration's class.
        on_limits: called with what a reply says about rate limits, where the integration shows headers.
    """

    def __init__(
        self,
        provider: str,
        name: str,
        *,
        timeout_s: float = 120.0,
        options: Mapping[str, Any] | None = None,
        on_limits: Callable[[RateLimits], None] | None = None,
    ) -> None:
        self.spec = f"{provider}:{name}"
        self.parallel: int | None = None
        self.on_limits = on_limits
        self.dialect = Dialect()
        self._provider = provider
        self._name = name
        self._timeout_s = timeout_s
        self._options = dict(options or {})
        self._chats: dict[tuple[Sampling, bool], BaseChatModel] = {}
        self._clients: list[Any] = []

    async def ask(self, request: ModelRequest) -> RawReply:
        """One attempt; structured output is asked for in the way the provider takes it.

        Raises:
            RetryableModelError, RejectedRequestError: by the exception's HTTP status or its class.
            FatalModelError: no integration, no key, wrong key, no such model.
        """
        while True:
            dialect = self.dialect
            started = time.perf_counter()
            try:
                message = await self._invoke(request, dialect)
            except TimeoutError:
                raise RetryableModelError(
                    f"{self.spec} gave no answer within {self._timeout_s:g} s", reason="timeout"
                ) from None
            except ModelError:
                raise
            except Exception as failure:  # noqa: BLE001 - every SDK has exceptions of its own; all are translated
                paid = getattr(failure, "completion", None)
                if paid is not None:
                    # OpenAI's SDK raises on a cut or filtered reply and carries it along: it was paid for.
                    return RawReply(paid.model_dump_json().encode(), (time.perf_counter() - started) * 1000)
                self._hear(getattr(getattr(failure, "response", None), "headers", None))
                if self._get_poorer(failure, request, dialect):
                    continue
                raise model_error(failure, spec=self.spec, model=self._name) from None
            latency_ms = (time.perf_counter() - started) * 1000
            self._hear((message.response_metadata or {}).get("headers"))
            return RawReply(completion_body(message, self._name), latency_ms)

    async def check(self) -> str:
        """Ask for one short reply; providers have no common list of models."""
        question = ModelRequest("check", (Message("user", "Say OK."),), Sampling(max_tokens=16, top_logprobs=0))
        await self.ask(question)
        return f"{self._name} answers at {self._provider}"

    async def aclose(self) -> None:
        """Close the connections that are ours; the other integrations close theirs themselves."""
        self._chats.clear()
        while self._clients:
            await self._clients.pop().aclose()

    async def _invoke(self, request: ModelRequest, dialect: Dialect) -> AIMessage:
        chat = self._chat(request.sampling, logprobs=dialect.top_logprobs > 0)
        messages = request.messages
        runnable: Any = chat
        if request.schema is not None:
            if dialect.structured == "text":
                messages = with_schema_note(messages, request.schema)
            elif _takes_response_format(chat):
                if dialect.structured == "json_object":
                    messages = with_schema_note(messages, request.schema)
                runnable = chat.bind(response_format=response_format(request.schema, dialect))
            else:
                named = {"title": "answer", "description": "The answer."} | dict(request.schema)
                # With include_raw an answer that breaks the schema is kept: it was paid for.
                runnable = chat.with_structured_output(named, include_raw=True)
        async with asyncio.timeout(self._timeout_s):
            reply = await runnable.ainvoke([{"role": m.role, "content": m.content} for m in messages])
        message: AIMessage = reply["raw"] if isinstance(reply, dict) else reply
        return message

    def _get_poorer(self, failure: Exception, request: ModelRequest, dialect: Dialect) -> bool:
        """Whether the failure was for a feature that is now dropped, so that asking again makes sense."""
        if self.dialect is not dialect:
            return True
        if isinstance(failure, NotImplementedError) and request.schema is not None and dialect.structured != "text":
            self.dialect = dialect.without("json_schema").without("json_object")
            return True
        refusal = refusal_of(failure)
        used = dialect.features(request) & {"json_schema", "json_object", "logprobs"}
        lack = None if refusal is None else lacking(refusal, used)
        if lack is not None:
            self.dialect = dialect.without(lack)
        return lack is not None

    def _hear(self, headers: object) -> None:
        if self.on_limits is not None and isinstance(headers, Mapping):
            limits = read_limits(headers)
            if limits is not None:
                self.on_limits(limits)

    def _chat(self, sampling: Sampling, *, logprobs: bool) -> BaseChatModel:
        """The integration's object for one way of drawing replies."""
        made = self._chats.get((sampling, logprobs))
        if made is None:
            made = self._chats[sampling, logprobs] = self._make_chat(sampling, logprobs=logprobs)
        return made

    def _make_chat(self, sampling: Sampling, *, logprobs: bool) -> BaseChatModel:
        # LangChain and an integration take 1 to 2 s to import, and most jobs use neither.
        from langchain.chat_models import init_chat_model  # noqa: PLC0415 - see above

        wanted: dict[str, Any] = {
            "temperature": sampling.temperature,
            "max_tokens": sampling.max_tokens,
            "timeout": self._timeout_s,
            "max_retries": 0,
        }
        if sampling.top_p is not None:
            wanted["top_p"] = sampling.top_p
        try:
            chat: BaseChatModel = init_chat_model(self._name, model_provider=self._provider, **(wanted | self._options))
            # Arguments that an integration does not know end up in its requests; those are left out.
            stray = set(getattr(chat, "model_kwargs", None) or ()) & set(wanted)
            kept = {name: value for name, value in wanted.items() if name not in stray}
            if _is_openai_like(chat):
                kept |= {"include_response_headers": True, "http_async_client": self._own_client()}
                if sampling.top_logprobs and logprobs:
                    kept |= {"logprobs": True, "top_logprobs": sampling.top_logprobs}
                if sampling.seed is not None:
                    kept["seed"] = sampling.seed
            if kept != wanted:
                chat = init_chat_model(self._name, model_provider=self._provider, **(kept | self._options))
        except Exception as failure:  # noqa: BLE001 - integrations raise whatever they like; all is translated
            raise setup_error(failure, spec=self.spec) from None
        return chat

    def _own_client(self) -> object:
        """An HTTP client of our own: langchain-openai's is one per process and breaks in a second event loop."""
        from openai import DefaultAsyncHttpxClient  # noqa: PLC0415 - an integration has imported it by now

        client = DefaultAsyncHttpxClient(timeout=self._timeout_s)
        self._clients.append(client)
        return client


def _class_names(chat: object) -> set[str]:
    return {kind.__name__ for kind in type(chat).__mro__}


def _takes_response_format(chat: object) -> bool:
    return bool(_class_names(chat) & _TAKES_RESPONSE_FORMAT)


def _is_openai_like(chat: object) -> bool:
    """Whether the integration is OpenAI's or built on it: those have logprobs and show headers."""
    return "BaseChatOpenAI" in _class_names(chat)
