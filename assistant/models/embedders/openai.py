"""`openai:NAME`: the embeddings endpoint of OpenAI, or of any server that speaks it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from assistant.errors import FatalModelError, ModelError, RetryableModelError
from assistant.models.embedders.service import ServiceEmbedder
from assistant.models.http.address import OPENAI_URL, server_address
from assistant.models.http.errors import error_for
from assistant.models.http.refusals import read_refusal, scrub

if TYPE_CHECKING:
    import openai

_TIMEOUT = 60.0  # seconds a request


class OpenAIEmbedder(ServiceEmbedder):
    """An embedding model behind `POST /v1/embeddings`.

    Args:
        model: its name there, e.g. `text-embedding-3-small`.
        base_url: of the server, `/v1` included, as for models; None for OpenAI's own.
        api_key: its key; None is good for servers that ask for none.
        sleep: as for `ServiceEmbedder`.

    Raises (when made):
        FatalModelError: OpenAI's own server and no key.
        SettingsError: an address, a key or a proxy that can't be used.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        if not (base_url or api_key):
            raise FatalModelError(
                "embedder_key_missing",
                embedder=f"openai:{model}",
                hint="set OPENAI_API_KEY, or OPENAI_BASE_URL for another server",
            )
        # The SDK takes 0.7 s to import; only this embedder needs it, and the library below it.
        import httpx  # noqa: PLC0415
        import openai  # noqa: PLC0415

        at = server_address(base_url or OPENAI_URL, api_key or "none")
        # Azure takes its own header and no bearer token beside it; a value that is Omit takes a header out.
        self._headers = {} if "api-key" not in at.key_headers else {"Authorization": openai.Omit()}
        super().__init__(f"openai:{model}", sleep=sleep)
        self._model = model
        self._key = api_key
        # Retries are the guard's rule, not the SDK's: a Retry-After is kept, and a limit is waited out.
        self._client: openai.OpenAI = openai.OpenAI(
            base_url=at.base_url,
            api_key=api_key or "none",
            default_query=dict(parse_qsl(at.query)),
            default_headers=at.key_headers,
            max_retries=0,
            timeout=_TIMEOUT,
            http_client=openai.DefaultHttpxClient(
                proxy=at.proxy, trust_env=False, verify=httpx.create_ssl_context(), timeout=_TIMEOUT
            ),
        )
        self._server = urlsplit(str(self._client.base_url)).netloc.rpartition("@")[2]

    def close(self) -> None:
        """Closes the connections; a process that ends needs no call of it."""
        self._client.close()

    def _request(self, texts: list[str]) -> Sequence[Sequence[float]]:
        try:
            reply = self._client.embeddings.create(
                model=self._model, input=texts, encoding_format="float", extra_headers=self._headers
            )
            return [row.embedding for row in sorted(reply.data, key=lambda row: row.index)]
        except Exception as error:  # noqa: BLE001 - the SDK's own, and whatever it meets in a reply that is none
            raise self._meaning(error) from None

    def _meaning(self, error: Exception) -> ModelError:
        import openai  # noqa: PLC0415 - `__init__` has paid for it

        if isinstance(error, openai.APIStatusError):
            response = error.response
            if error.status_code in {404, 405} and b"model" not in response.content:
                return FatalModelError(
                    "embeddings_not_there",
                    server=self._server,
                    status=error.status_code,
                    hint="Check OPENAI_BASE_URL; most end in /v1. Or the model's name is wrong.",
                )
            refusal = read_refusal(error.status_code, response.headers, response.content, key=self._key)
            return error_for(refusal, server=self._server, model=self._model)
        if isinstance(error, openai.APITimeoutError):
            return RetryableModelError("model_timed_out", reason="timeout", model=self._server, seconds=_TIMEOUT)
        if isinstance(error, openai.APIConnectionError):
            why = scrub(str(error.__cause__ or error), self._key)
            return RetryableModelError("model_unreachable", reason="connection", model=self._server, said=why)
        return RetryableModelError(
            "reply_without_vectors", reason="malformed", server=self._server, said=type(error).__name__
        )
