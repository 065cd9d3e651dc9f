"""`openai:NAME`: the embeddings endpoint of OpenAI, or of any server that speaks it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from assistant.errors import FatalModelError
from assistant.models.chat_api import without_surrogates
from assistant.models.embedders.interface import EMPTY, shortened, unit_rows

if TYPE_CHECKING:
    import openai

_BATCH = 128  # texts a request
_CHARACTERS = 6000  # below 8,192 tokens in every language these models serve
_RETRIES = 6
_TIMEOUT = 60.0  # seconds a request


class OpenAIEmbedder:
    """An embedding model behind `POST /v1/embeddings`.

    Args:
        model: its name there, e.g. `text-embedding-3-small`.
        base_url: of the server, `/v1` included; None for OpenAI's own.
        api_key: its key; None is good for servers that ask for none.

    Raises (when made):
        FatalModelError: OpenAI's own server and no key.
    """

    def __init__(self, model: str, *, base_url: str | None = None, api_key: str | None = None) -> None:
        if not (base_url or api_key):
            raise FatalModelError(
                f"no key for the embedder openai:{model}",
                hint="set OPENAI_API_KEY, or OPENAI_BASE_URL for another server",
            )
        # The SDK takes 0.7 s to import; only this embedder needs it.
        import openai  # noqa: PLC0415

        self.name = f"openai:{model}"
        self._model = model
        self._client: openai.OpenAI = openai.OpenAI(
            base_url=base_url, api_key=api_key or "none", max_retries=_RETRIES, timeout=_TIMEOUT
        )
        self._problem = openai.OpenAIError
        self._dims: int | None = None

    @property
    def dims(self) -> int:
        """Length of a vector; asks the server where nothing was embedded yet."""
        if self._dims is None:
            self.embed([EMPTY])
        return self._dims or 0

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors of the texts, float32 (n, dims); each text's beginning and end where it is too long.

        Raises:
            FatalModelError: the server can't be reached, or refuses after the SDK's own retries.
        """
        rows: list[list[float]] = []
        for start in range(0, len(texts), _BATCH):
            rows += self._request(
                [without_surrogates(shortened(text, _CHARACTERS)) for text in texts[start : start + _BATCH]]
            )
        if not rows:
            return np.zeros((0, self._dims or 0), dtype=np.float32)
        vectors = unit_rows(np.asarray(rows))
        self._dims = vectors.shape[1]
        return vectors

    def close(self) -> None:
        """Closes the connections; a process that ends needs no call of it."""
        self._client.close()

    def _request(self, texts: list[str]) -> list[list[float]]:
        try:
            reply = self._client.embeddings.create(model=self._model, input=texts, encoding_format="float")
        except self._problem as error:
            raise FatalModelError(
                f"the embedder {self.name} failed: {_told(error)}",
                hint="check OPENAI_BASE_URL, OPENAI_API_KEY and the model's name",
            ) from None
        rows = [row.embedding for row in sorted(reply.data, key=lambda row: row.index)]
        if len(rows) != len(texts):
            raise FatalModelError(f"the embedder {self.name} gave {len(rows)} vectors for {len(texts)} texts")
        return rows


def _told(error: Exception) -> str:
    """What the SDK says, without a key in it: servers quote the key they refuse."""
    status = getattr(error, "status_code", None)
    return f"HTTP {status}" if status else str(error) or type(error).__name__
