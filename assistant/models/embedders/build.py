"""Embedders by name."""

from __future__ import annotations

from assistant.errors import SettingsError
from assistant.models.embedders import hashing, multilingual
from assistant.models.embedders.interface import Embedder
from assistant.models.embedders.langchain import LangChainEmbedder
from assistant.models.embedders.openai import OpenAIEmbedder


def build_embedder(name: str, *, threads: int = 1, base_url: str | None = None, api_key: str | None = None) -> Embedder:
    """The embedder of a name: `embedded`, `hashing`, `openai:NAME`, or `PROVIDER:NAME` as LangChain knows it.

    Args:
        name: as in the settings.
        threads: how many texts the embedded one reads side by side.
        base_url, api_key: of `openai:NAME`.

    Raises:
        SettingsError: no such name.
        FatalModelError: its package is missing, or a key is.
    """
    match _parsed(name):
        case "embedded", "":
            return multilingual.MultilingualEmbedder(threads=threads)
        case "hashing", "":
            return hashing.HashingEmbedder()
        case "openai", model:
            return OpenAIEmbedder(model, base_url=base_url, api_key=api_key)
        case _:
            return LangChainEmbedder.named(name)


def embedder_identity(name: str) -> str:
    """`Embedder.name` of the embedder of that name, without loading it.

    Raises:
        SettingsError: no such name.
    """
    _parsed(name)
    return {"embedded": multilingual.NAME, "hashing": hashing.HashingEmbedder.name}.get(name, name)


def _parsed(name: str) -> tuple[str, str]:
    provider, _, model = name.partition(":")
    if name not in {"embedded", "hashing"} and not (provider and model):
        raise SettingsError("embedder_unknown", embedder=name)
    return provider, model
