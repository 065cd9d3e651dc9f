"""`PROVIDER:NAME`: every embedding model that LangChain's `init_embeddings` knows, or any `Embeddings` object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.errors import FatalModelError
from assistant.models.embedders.service import ServiceEmbedder

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings


class LangChainEmbedder(ServiceEmbedder):
    """A LangChain embedding model.

    Args:
        embeddings: the model.
        name: identity of its vectors, e.g. `cohere:embed-multilingual-v3.0`.
    """

    def __init__(self, embeddings: Embeddings, *, name: str) -> None:
        super().__init__(name)
        self._embeddings = embeddings

    @classmethod
    def named(cls, spec: str) -> LangChainEmbedder:
        """The model `PROVIDER:NAME`; its key and address come from the environment variables LangChain reads.

        Raises:
            FatalModelError: the provider is unknown, its package is missing (the message names it), or it wants a key.
        """
        # Importing langchain takes a second; only this embedder needs it.
        from langchain.embeddings import init_embeddings  # noqa: PLC0415

        try:
            embeddings = init_embeddings(spec)
        except ImportError as error:
            raise FatalModelError(f"the embedder {spec} needs a package: {error}") from None
        except Exception as error:  # noqa: BLE001 - each provider has errors of its own; all of them mean "can't be made"
            raise FatalModelError(
                f"the embedder {spec} can't be made: {error}", hint="check its name and its key"
            ) from None
        return cls(embeddings, name=spec)

    def _request(self, texts: list[str]) -> list[list[float]]:
        try:
            return self._embeddings.embed_documents(texts)
        except Exception as error:  # noqa: BLE001 - as above; the type says enough, texts may quote the content
            raise FatalModelError(
                f"the embedder {self.name} failed: {type(error).__name__}", hint="check its name and its key"
            ) from None
