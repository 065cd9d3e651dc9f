"""Making a LangChain integration's chat object: its arguments, its HTTP client, its limits and its silence."""

from __future__ import annotations

import difflib
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from assistant.errors import FatalModelError, SettingsError
from assistant.models.langchain.errors import setup_error
from assistant.models.langchain.kinds import class_names, http_clients, is_openai_like, unshare
from assistant.models.langchain.providers import provider_name, provider_of

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from pydantic.fields import FieldInfo

_CONNECT_SECONDS = 15.0
SYNCHRONOUS_PATIENCE = 2.0
"""Times the timeout that a blocking call is waited for: it can't be cancelled, and its late answer is paid for, too."""

_NEVER_AWAITED = r"coroutine 'ClientResponse\.\w+' was never awaited"


class ChatMaker:
    """Makes the chat objects of one model of one provider.

    Args:
        provider: as `init_chat_model` calls it.
        name: the provider's name of the model.
        timeout_s: seconds for one attempt.
        concurrency: questions on their way at once.
        options: further arguments for the integration's class, by its names or ours.
        headers: sent with every request.
        on_headers: called with the headers of each reply, where the integration goes over an HTTP client of Python's.
    """

    def __init__(
        self,
        provider: str,
        name: str,
        *,
        timeout_s: float,
        concurrency: int,
        options: Mapping[str, Any],
        headers: Mapping[str, str],
        on_headers: Callable[[Mapping[str, str]], None],
    ) -> None:
        known = provider_of(provider)
        self.spec = f"{provider}:{name}"
        self._provider = provider
        self._name = name
        self._timeout_s = timeout_s
        self._concurrency = concurrency
        self._options = {known.renamed.get(option, option): value for option, value in options.items()}
        self._headers = dict(headers)
        if headers and known.headers_option:
            self._options[known.headers_option] = dict(headers)
        self._on_headers = on_headers
        self._clients: list[Any] = []
        self._chats: list[BaseChatModel] = []

    def make(self, arguments: Mapping[str, Any]) -> BaseChatModel:
        """A chat object that draws replies in one way.

        Args:
            arguments: how; those that the integration does not know are left out. None keeps the integration from
                sending a value, its own default included.

        Raises:
            FatalModelError: no integration, no such provider, no key, or an option that it does not take.
        """
        try:
            with _quiet():
                chat = self._make({name: value for name, value in arguments.items() if value is not None})
        except (FatalModelError, SettingsError):
            raise
        except Exception as failure:  # noqa: BLE001 - integrations raise whatever they like; all is translated
            raise setup_error(failure, spec=self.spec) from None
        for name, value in arguments.items():
            if value is None and getattr(chat, name, None) is not None and name not in self._options:
                setattr(chat, name, None)
        _silence(chat)
        if "ChatAnthropic" in class_names(chat):
            unshare(chat)
        self._connect(chat)
        return chat

    async def aclose(self) -> None:
        """Close the connections of all chat objects made."""
        while self._clients:
            client = self._clients.pop()
            with suppress(RuntimeError):  # of an event loop that is closed: its connections went with it
                await client.aclose()
        while self._chats:
            sdk: Any = getattr(self._chats.pop(), "client", None)
            if hasattr(sdk, "aio"):  # Google's
                sdk.close()
                await sdk.aio.aclose()
            elif hasattr(sdk, "meta"):  # AWS's
                sdk.close()

    def _make(self, arguments: dict[str, Any]) -> BaseChatModel:
        # LangChain and an integration take 1 to 2 s to import, and most jobs use neither.
        from langchain.chat_models import init_chat_model  # noqa: PLC0415 - see above

        def made(wanted: dict[str, Any]) -> BaseChatModel:
            chat: BaseChatModel = init_chat_model(self._name, model_provider=self._provider, **wanted)
            return chat

        only_openai = {name: arguments.pop(name) for name in ("logprobs", "top_logprobs", "seed") if name in arguments}
        wanted = arguments | self._transport() | self._options
        chat = made(wanted)
        # Arguments that an integration does not know end up in its requests; those are left out.
        stray = set(getattr(chat, "model_kwargs", None) or ()) & set(wanted) - set(self._options)
        further = only_openai | {"http_async_client": self._openai_client()} if is_openai_like(chat) else {}
        if "ChatOllama" in class_names(chat):
            stray |= {"max_tokens"} & set(arguments)
            further |= {"num_predict": arguments.get("max_tokens")}
        if stray or further:
            kept = {name: value for name, value in wanted.items() if name not in stray}
            chat = made(kept | further | self._options)
        self._check_options(chat)
        return chat

    def _transport(self) -> dict[str, Any]:
        """Time and retries in the integration's words; retries are the guard's."""
        if provider_name(self._provider) not in {"bedrock", "bedrock_converse"}:
            return {"timeout": self._timeout_s, "max_retries": 0}
        from botocore.config import Config  # noqa: PLC0415 - only this provider has it

        return {
            "config": Config(
                connect_timeout=min(_CONNECT_SECONDS, self._timeout_s),
                read_timeout=self._timeout_s * SYNCHRONOUS_PATIENCE,
                retries={"max_attempts": 0},
                max_pool_connections=max(10, self._concurrency),
            )
        }

    def _openai_client(self) -> object:
        """An HTTP client of our own: langchain-openai's is one per process and breaks in a second event loop."""
        from openai import DefaultAsyncHttpxClient  # noqa: PLC0415 - an integration has imported it by now

        return DefaultAsyncHttpxClient(timeout=self._timeout_s)

    def _check_options(self, chat: BaseChatModel) -> None:
        """Refuse an option that the integration drops without a word."""
        fields = type(chat).model_fields
        known = set(fields) | {name for field in fields.values() for name in _aliases(field)}
        passed_on = set(getattr(chat, "model_kwargs", None) or ())
        for option in self._options:
            if option in known or option in passed_on:
                continue
            near = difflib.get_close_matches(option, known, n=1, cutoff=0.6)
            raise FatalModelError(
                "model_option_unknown",
                model=self.spec,
                option=option,
                where="[model.extra]",
                hint=f"Did you mean {near[0]}?" if near else f"{type(chat).__name__} has none of that name.",
            )

    def _connect(self, chat: BaseChatModel) -> None:
        """Send our headers, and listen to those of the replies, where the integration shows its HTTP client.

        Raises:
            FatalModelError: there are headers to send, and it has no way to.
        """
        clients = list(http_clients(chat))
        self._chats.append(chat)
        for client in clients:
            self._clients.append(client)
            client.headers.update(self._headers)
            hooks = client.event_hooks
            client.event_hooks = hooks | {"response": [*hooks.get("response", ()), self._hear]}
        if clients or not self._headers or provider_of(self._provider).headers_option:
            return
        if not hasattr(getattr(chat, "client", None), "meta"):
            raise FatalModelError(
                "headers_unsendable", where="[model.extra.headers]", model=self.spec, hint="Leave them out."
            )
        headers, events = self._headers, chat.client.meta.events  # type: ignore[attr-defined]  # botocore's
        events.register("before-call", lambda params, **_: params["headers"].update(headers))

    async def _hear(self, response: Any) -> None:
        self._on_headers(response.headers)


def _aliases(field: FieldInfo) -> Iterator[str]:
    """Further names an argument may be given by."""
    choices = getattr(field.validation_alias, "choices", [field.validation_alias])
    yield from (name for name in (field.alias, *choices) if isinstance(name, str))


def _silence(chat: object) -> None:
    """Keep what SDKs log about single replies off the terminal: every reply is judged and counted here.

    A program that has set up logging still gets it.
    """
    for package in (type(chat).__module__.partition(".")[0], "langchain_core", "google_genai"):
        logger = logging.getLogger(package)
        if not any(isinstance(handler, logging.NullHandler) for handler in logger.handlers):
            logger.addHandler(logging.NullHandler())
    warnings.filterwarnings("ignore", category=UserWarning, module=r"langchain_|google\.genai|pydantic")
    warnings.filterwarnings("ignore", category=RuntimeWarning, message=_NEVER_AWAITED)


@contextmanager
def _quiet() -> Iterator[None]:
    """No words on the terminal while an object is made: it is made with arguments it may not know, to find them out."""
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            yield
    finally:
        logging.disable(level)
