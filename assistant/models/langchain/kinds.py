"""What a LangChain integration's chat object is built on: its kind, and the HTTP clients inside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_TAKES_RESPONSE_FORMAT = frozenset(
    {"BaseChatOpenAI", "ChatGroq", "ChatMistralAI", "ChatFireworks", "ChatOpenRouter", "ChatLiteLLM", "ChatPerplexity"}
)
_CLIENTS = ("async_client", "_async_client", "root_async_client", "_client")
_CLIENTS_DEEP = 4


def class_names(chat: object) -> set[str]:
    """Names of an integration's class and of all that it is built on."""
    return {kind.__name__ for kind in type(chat).__mro__}


def takes_response_format(chat: object) -> bool:
    """Whether the schema goes into a `response_format`, as OpenAI has it."""
    return bool(class_names(chat) & _TAKES_RESPONSE_FORMAT)


def is_openai_like(chat: object) -> bool:
    """Whether the integration is OpenAI's or built on it: those have logprobs and seeds."""
    return "BaseChatOpenAI" in class_names(chat)


def is_synchronous(chat: object) -> bool:
    """Whether the integration only has blocking calls, which LangChain would put into asyncio's few threads."""
    from langchain_core.language_models import BaseChatModel, SimpleChatModel  # noqa: PLC0415 - imported by now

    plain = {BaseChatModel._agenerate, SimpleChatModel._agenerate}  # noqa: SLF001 - what a subclass leaves as it is
    return type(chat)._agenerate in plain  # type: ignore[attr-defined]  # noqa: SLF001 - see above


def unshare(chat: Any) -> None:
    """Give Anthropic's integration a client for itself: the one it takes is shared, and breaks in a second loop."""
    import anthropic  # noqa: PLC0415 - the integration has imported it

    shared = chat._async_client  # noqa: SLF001 - it has no option for it
    further = {"proxy": chat.anthropic_proxy} if chat.anthropic_proxy else {}
    own = anthropic.DefaultAsyncHttpxClient(timeout=shared.timeout, **further)
    chat.__dict__["_async_client"] = shared.with_options(http_client=own)


def http_clients(chat: object) -> Iterator[Any]:
    """The asynchronous HTTP clients below an integration's object, httpx's or httpx2's: known by what they can."""
    seen: set[int] = set()
    below = [(chat, 0)]
    while below:
        part, depth = below.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if hasattr(part, "event_hooks") and hasattr(part, "aclose"):
            yield part
        elif depth < _CLIENTS_DEEP:
            found = [getattr(part, name, None) for name in _CLIENTS]
            below += [(client, depth + 1) for client in found if client is not None]
