"""What embedders behind a service have in common: batches, what texts a service takes, a length known later."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from assistant.errors import FatalModelError
from assistant.models.chat_api import without_surrogates
from assistant.models.embedders.interface import EMPTY, shortened, unit_rows

_BATCH = 128  # texts a request
_CHARACTERS = 6000  # below 8,192 tokens in every language such models serve


class ServiceEmbedder(ABC):
    """An `Embedder` that asks a service; a subclass says how one batch is asked.

    Args:
        name: identity of its vectors.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._dims: int | None = None

    @property
    def dims(self) -> int:
        """Length of a vector; asks the service where nothing was embedded yet."""
        if self._dims is None:
            self.embed([EMPTY])
        return self._dims or 0

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors of the texts, float32 (n, dims); each text's beginning and end where it is too long.

        Raises:
            FatalModelError: the service can't be reached, refuses, or gives another number of vectors.
        """
        rows: list[list[float]] = []
        for start in range(0, len(texts), _BATCH):
            batch = [without_surrogates(shortened(text, _CHARACTERS)) for text in texts[start : start + _BATCH]]
            rows += self._request(batch)
        if len(rows) != len(texts):
            raise FatalModelError(f"the embedder {self.name} gave {len(rows)} vectors for {len(texts)} texts")
        if not rows:
            return np.zeros((0, self._dims or 0), dtype=np.float32)
        vectors = unit_rows(np.asarray(rows))
        self._dims = vectors.shape[1]
        return vectors

    @abstractmethod
    def _request(self, texts: list[str]) -> list[list[float]]:
        """Vectors of one batch, in order. Raises FatalModelError."""
