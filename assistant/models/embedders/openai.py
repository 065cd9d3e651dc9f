"""`openai:NAME`: the embeddings endpoint of OpenAI, or of any server that speaks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.errors import FatalModelError
from assistant.models.embedders.service import ServiceEmbedder

if TYPE_CHECKING:
    import openai

_RETRIES = 6
_TIMEOUT = 60.0  # seconds a request


class OpenAIEmbedder(ServiceEmbedder):
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

        super().__init__(f"openai:{model}")
        self._model = model
        self._client: openai.OpenAI = openai.OpenAI(
            base_url=base_url, api_key=api_key or "none", max_retries=_RETRIES, timeout=_TIMEOUT
        )
        self._problem = openai.OpenAIError

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
        return [row.embedding for row in sorted(reply.data, key=lambda row: row.index)]


def _told(error: Exception) -> str:
    """What the SDK says, without a key in it: servers quote the key they refuse."""
    status = getattr(error, "status_code", None)
    return f"HTTP {status}" if status else str(error) or type(error).__name__
