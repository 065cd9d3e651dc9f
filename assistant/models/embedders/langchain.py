"""`PROVIDER:NAME`: every embedding model that LangChain's `init_embeddings` knows, or any `Embeddings` object."""

from __future__ import annotations

import logging
import os
import traceback
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from assistant.errors import FatalModelError, ModelError, RejectedRequestError, RetryableModelError
from assistant.models.embedders.service import ServiceEmbedder
from assistant.models.langchain.errors import model_error
from assistant.models.langchain.refusals import refusal_of, without_secrets

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

_FETCHERS = ("tiktoken", "huggingface_hub", "tokenizers", "transformers")


class LangChainEmbedder(ServiceEmbedder):
    """A LangChain embedding model.

    Args:
        embeddings: the model.
        name: identity of its vectors, e.g. `cohere:embed-multilingual-v3.0`.
        sleep: as for `ServiceEmbedder`.
    """

    def __init__(self, embeddings: Embeddings, *, name: str, sleep: Callable[[float], None] | None = None) -> None:
        super().__init__(name, sleep=sleep)
        self._embeddings = embeddings

    @classmethod
    def named(cls, spec: str) -> LangChainEmbedder:
        """The model `PROVIDER:NAME`; its key and address come from the environment variables LangChain reads.

        Raises:
            FatalModelError: the provider is unknown, its package is missing (the message names it), or it wants a key
                or files from the network.
        """
        # Importing langchain takes a second; only this embedder needs it.
        from langchain.embeddings import init_embeddings  # noqa: PLC0415

        try:
            embeddings = init_embeddings(spec, **_settings(spec.partition(":")[0]))
        except ImportError as error:
            raise FatalModelError("embedder_package_missing", embedder=spec, said=str(error)) from None
        except Exception as error:  # noqa: BLE001 - each provider has errors of its own; all of them mean "can't be made"
            raise _wants_files(error, spec) or FatalModelError(
                "embedder_unmakable", embedder=spec, said=without_secrets(str(error)), hint="check its name and its key"
            ) from None
        return cls(embeddings, name=spec)

    def _request(self, texts: list[str]) -> Sequence[Sequence[float]]:
        try:
            return self._embeddings.embed_documents(texts)
        except Exception as error:  # noqa: BLE001 - each provider has errors of its own
            raise _wants_files(error, self.name) or _meaning(error, self.name) from None


def _settings(provider: str) -> dict[str, Any]:
    """What an integration is given beside the model's name."""
    if provider == "azure_openai":
        # Counting tokens would fetch a file from the network; texts are short enough already, and retries are ours.
        return {"check_embedding_ctx_length": False, "max_retries": 0}
    if provider != "mistralai":
        return {}
    # Its batches are measured by a tokenizer that it would download; offline it counts characters instead, and warns.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    warnings.filterwarnings("ignore", message="Could not download mistral tokenizer")
    logging.getLogger("langchain_mistralai.embeddings").disabled = True  # it prints a traceback of what it raises
    address = os.environ.get("MISTRAL_BASE_URL")  # as its chat models have it
    # Its own retries wait 30 s each, whatever the server says.
    return {"max_retries": 1} | ({"endpoint": address} if address else {})


def _meaning(error: Exception, spec: str) -> ModelError:
    """As for language models; what has no HTTP status broke on the way, and is worth another attempt."""
    meant = model_error(error, spec=spec, model=spec.partition(":")[2])
    if isinstance(meant, RejectedRequestError) and refusal_of(error) is None:
        return RetryableModelError(meant.what, reason="malformed").with_values(meant.values)
    return meant


def _wants_files(error: Exception, spec: str) -> FatalModelError | None:
    """The error of an integration that failed to fetch files; None where that is not what failed."""
    modules = {str(frame.f_globals.get("__name__", "")) for frame, _ in traceback.walk_tb(error.__traceback__)}
    fetcher = next((name for name in _FETCHERS if any(one.partition(".")[0] == name for one in modules)), None)
    if fetcher is None or not isinstance(error, OSError):
        return None
    return FatalModelError(
        "embedder_files_missing",
        embedder=spec,
        fetcher=fetcher,
        hint="Run it once where the network is there and bring its cache (TIKTOKEN_CACHE_DIR, HF_HOME), or choose"
        " another embedder: openai:NAME wants none.",
    )
