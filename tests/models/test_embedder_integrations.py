"""Every embedding integration of LangChain that is installed, against the dev-server's faults in its own dialect."""

from __future__ import annotations

import asyncio
import gc
import importlib.util
from collections.abc import Iterator

import numpy as np
import pytest

from assistant.cli.error_words import error_words
from assistant.errors import FatalModelError
from assistant.models.dev.options import DevServerOptions
from assistant.models.dev.server import DevServer
from assistant.models.dev.wire_faults import WireFault
from assistant.models.embedders.build import build_embedder
from assistant.models.embedders.langchain import LangChainEmbedder

_PACKAGES = {
    "azure_openai": "langchain_openai",
    "google_genai": "langchain_google_genai",
    "mistralai": "langchain_mistralai",
    "ollama": "langchain_ollama",
}
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning", "ignore::UserWarning")


@pytest.fixture(autouse=True)
def dropped_here() -> Iterator[None]:
    """Integrations leave their connections to the garbage collector: it runs where their warnings are ignored."""
    yield
    gc.collect()


@pytest.fixture(params=list(_PACKAGES))
def provider(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if importlib.util.find_spec(_PACKAGES[name]) is None:
        pytest.skip(f"{_PACKAGES[name]} is not installed")
    return name


def embed(provider: str, fault: WireFault | None, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """Two texts embedded by the dev-server; nothing beyond loopback can be reached."""

    async def run() -> np.ndarray:
        server = DevServer(DevServerOptions(wire_fault=fault))
        url = (await server.start()).removesuffix("/v1")
        for name, value in {
            "OLLAMA_HOST": url,
            "GOOGLE_GEMINI_BASE_URL": url,
            "MISTRAL_BASE_URL": f"{url}/mistralai/v1",
            "AZURE_OPENAI_ENDPOINT": url,
            "OPENAI_API_VERSION": "2024-10-21",
            "HTTPS_PROXY": "http://127.0.0.1:1",
            **dict.fromkeys(("GOOGLE_API_KEY", "MISTRAL_API_KEY", "AZURE_OPENAI_API_KEY"), "sk-a-secret-key"),
        }.items():
            monkeypatch.setenv(name, value)
        try:
            embedder = build_embedder(f"{provider}:dev")
            assert isinstance(embedder, LangChainEmbedder)
            embedder._sleep = lambda _: None
            return await asyncio.to_thread(embedder.embed, ["hello there", "bread and cheese"])
        finally:
            await server.stop()

    return asyncio.run(run())


@pytest.mark.parametrize(
    "kind",
    ["", "rate_limited", "server_error", "unavailable", "reset", "broken_body", "short_body", "cut_json", "html"],
)
def test_a_fault_of_the_first_attempt_costs_no_vector(
    provider: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = embed(provider, WireFault(kind, first_only=True) if kind else None, monkeypatch)
    assert vectors.shape == (2, 64)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0)


@pytest.mark.parametrize(("kind", "said"), [("zero_vectors", "zero everywhere"), ("bad_key", "key")])
def test_what_is_wrong_for_good_is_said_without_the_key(
    provider: str, kind: str, said: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(FatalModelError) as caught:
        embed(provider, WireFault(kind), monkeypatch)
    assert said in error_words(caught.value).what
    assert "sk-a-secret-key" not in str(error_words(caught.value))
    assert "Traceback" not in capfd.readouterr().err
