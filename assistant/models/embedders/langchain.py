"""`PROVIDER:NAME`: every embedding model that LangChain's `init_embeddings` knows, or any `Embeddings` object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from assistant.errors import FatalModelError
from assistant.models.chat_api import without_surrogates
from assistant.models.embedders.interface import EMPTY, shortened, unit_rows

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

_BATCH = 64  # texts a call
_CHARACTERS = 6000


class LangChainEmbedder:
    """A LangChain embedding model.

    Args:
        embeddings: the model.
        name: identity of its vectors, e.g. `cohere:embed-multilingual-v3.0`.
    """

    def __init__(self, embeddings: Embeddings, *, name: str) -> None:
        self.name = name
        self._embeddings = embeddings
        self._dims: int | None = None

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

    @property
    def dims(self) -> int:
        """Length of a vector; asks the model where nothing was embedded yet."""
        if self._dims is None:
            self.embed([EMPTY])
        return self._dims or 0

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors of the texts, float32 (n, dims).

        Raises:
            FatalModelError: the provider refuses or can't be reached.
        """
        rows: list[list[float]] = []
        for start in range(0, len(texts), _BATCH):
            batch = [without_surrogates(shortened(text, _CHARACTERS)) for text in texts[start : start + _BATCH]]
            try:
                rows += self._embeddings.embed_documents(batch)
            except Exception as error:  # noqa: BLE001 - as above; the type says enough, texts may quote the content
                raise FatalModelError(
                    f"the embedder {self.name} failed: {type(error).__name__}", hint="check its name and its key"
                ) from None
        if len(rows) != len(texts):
            raise FatalModelError(f"the embedder {self.name} gave {len(rows)} vectors for {len(texts)} texts")
        if not rows:
            return np.zeros((0, self._dims or 0), dtype=np.float32)
        vectors = unit_rows(np.asarray(rows))
        self._dims = vectors.shape[1]
        return vectors
