"""Embedders behind a service: what is retried, what is negotiated, and what is no vector."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import closing
from typing import Any

import numpy as np
import orjson
import pytest
from aiohttp import web
from langchain_core.embeddings import Embeddings

from assistant.cli.error_words import error_words
from assistant.errors import FatalModelError
from assistant.models.embedders.build import build_embedder
from assistant.models.embedders.langchain import LangChainEmbedder
from assistant.models.embedders.openai import OpenAIEmbedder
from assistant.models.embedders.service import ServiceEmbedder
from tests.models.serving import canned
from tests.worded import says

Answer = Callable[[list[str], int], tuple[int, Any] | None]
"""What a server answers to texts at its n-th request, n from 1: (status, body), None for a connection reset."""

Make = Callable[[str], ServiceEmbedder]
waited: list[float] = []


@pytest.fixture(autouse=True)
def no_wait_yet() -> None:
    waited.clear()


def openai(url: str) -> ServiceEmbedder:
    return OpenAIEmbedder("dev", base_url=url, api_key="sk-a-secret-key", sleep=waited.append)


def azure(url: str) -> ServiceEmbedder:
    """A LangChain integration as it is installed, pointed at the server."""
    os.environ["AZURE_OPENAI_ENDPOINT"] = url.removesuffix("/v1")
    embedder = build_embedder("azure_openai:dev")
    assert isinstance(embedder, LangChainEmbedder)
    embedder._sleep = waited.append
    return embedder


@pytest.fixture(params=[openai, azure])
def make(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Make:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "sk-a-secret-key")
    monkeypatch.setenv("OPENAI_API_VERSION", "2024-10-21")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")  # whatever would be fetched from the network fails at once
    made: Make = request.param
    return made


def embed(make: Make, texts: list[str], answer: Answer) -> tuple[np.ndarray, list[list[str]]]:
    """Embed texts by a server; gives the vectors, and the texts of each request."""
    asked: list[list[str]] = []

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        given = orjson.loads(await request.read())["input"]
        asked.append(given)
        said = answer(given, len(asked))
        if said is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        status, body = said
        headers = {"retry-after": "7"} if status == 429 else {}
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        return web.Response(status=status, body=raw, headers=headers, content_type="application/json")

    async def run() -> np.ndarray:
        async with canned(handle) as url:
            embedder = make(url)
            client: Any = embedder._client if isinstance(embedder, OpenAIEmbedder) else embedder._embeddings.client  # type: ignore[attr-defined]  # what azure holds
            with closing(getattr(client, "_client", client)):
                return await asyncio.to_thread(embedder.embed, texts)

    try:
        return asyncio.run(run()), asked
    except FatalModelError as error:
        error.add_note(str(len(asked)))
        raise


def rows(vectors: list[Any]) -> tuple[int, Any]:
    """A reply with vectors."""
    data = [{"object": "embedding", "index": number, "embedding": row} for number, row in enumerate(vectors)]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return 200, {"object": "list", "model": "dev", "data": data, "usage": usage}


def lengths(texts: list[str]) -> tuple[int, Any]:
    """A vector of each text: its length, and one."""
    return rows([[float(len(text)), 1.0] for text in texts])


def refused(status: int, message: str) -> tuple[int, Any]:
    return status, {"error": {"message": message, "type": "", "code": status}}


@pytest.mark.parametrize(
    "fault",
    [
        refused(429, "Rate limit reached"),
        refused(500, "boom"),
        refused(503, "loading"),
        refused(529, "overloaded"),
        None,
        (200, b'{"object": "list", "data": [{"emb'),
        (200, {"object": "list", "data": None}),
    ],
    ids=["429", "500", "503", "529", "reset", "cut", "null data"],
)
def test_a_fault_of_the_moment_is_retried(make: Make, fault: tuple[int, Any] | None) -> None:
    vectors, asked = embed(make, ["a", "bb"], lambda texts, number: fault if number == 1 else lengths(texts))
    assert np.allclose(vectors, [[1 / 2**0.5, 1 / 2**0.5], [2 / 5**0.5, 1 / 5**0.5]])
    assert asked == [["a", "bb"], ["a", "bb"]]
    if fault is not None and fault[0] == 429:
        assert waited == [7.0]  # what Retry-After asked for


@pytest.mark.parametrize("status", [401, 402, 404])
def test_a_fault_for_good_ends_after_one_request_with_the_right_advice(make: Make, status: int) -> None:
    with pytest.raises(FatalModelError) as caught:
        embed(make, ["a"], lambda _texts, _number: refused(status, "not here with sk-a-secret-key"))
    assert caught.value.__notes__ == ["1"]
    assert "sk-a-secret-key" not in str(error_words(caught.value))
    assert str(status) in error_words(caught.value).what
    advice = {401: "API_KEY", 402: "credit", 404: "heck"}
    assert advice[status] in error_words(caught.value).hint


def test_a_server_that_never_recovers_is_reported_with_its_status_and_the_way_on(make: Make) -> None:
    with pytest.raises(FatalModelError, check=says("answered 500: boom")) as caught:
        embed(make, ["a"], lambda _texts, _number: refused(500, "boom"))
    assert caught.value.__notes__ == ["5"]
    assert "the same command embeds the rest" in error_words(caught.value).hint


@pytest.mark.parametrize(
    ("most", "status", "message"),
    [
        (32, 422, "batch size 128 > maximum allowed batch size 32"),
        (32, 413, "batch size 128 > maximum allowed batch size 32"),
        (10, 400, "Value error, batch size is invalid, it should not be larger than 10.: input.contents"),
        (1, 400, "only one input is supported"),
    ],
)
def test_a_server_that_takes_fewer_texts_a_request_is_given_fewer_from_then_on(
    make: Make, most: int, status: int, message: str
) -> None:
    texts = [f"text {number:04}" for number in range(300)]
    vectors, asked = embed(
        make, texts, lambda given, _: refused(status, message) if len(given) > most else lengths(given)
    )
    assert len(vectors) == 300
    answered = [given for given in asked if len(given) <= most]
    assert [text for given in answered for text in given] == texts  # each once, in order
    size = {32: 32, 10: 8, 1: 1}[most]
    assert max(map(len, answered)) == size
    # 128 and its halves are refused once on the way down, and once more for each other half of a request
    assert len(asked) - len(answered) == {32: 3, 10: 15, 1: 127}[most] or len(asked) - len(answered) <= 128 / size


def test_a_text_that_is_too_long_for_the_server_is_shortened_and_the_others_are_not() -> None:
    long = "x" * 3000 + "y" * 1000
    texts = ["a", "bb", long, "cccc"]

    def answer(given: list[str], _: int) -> tuple[int, Any]:
        too_long = any(len(text) > 512 for text in given)
        said = refused(413, "`inputs` must have less than 512 tokens. Given: 4000")
        return said if too_long else lengths(given)

    vectors, asked = embed(openai, texts, answer)
    assert np.allclose(vectors[3], np.array([4.0, 1.0]) / 17**0.5)
    assert asked[-2][0].startswith("x" * 300)
    assert asked[-2][0].endswith("y" * 100)
    assert len(asked[-2][0]) <= 512
    assert asked[-1] == ["cccc"]


def test_a_text_that_is_refused_alone_ends_it_after_a_few_requests_and_is_named_by_its_length(make: Make) -> None:
    with pytest.raises(FatalModelError, check=says("refuses a text of 7 characters")) as caught:
        embed(make, ["text 01"] * 128, lambda _texts, _number: refused(400, "this is no embedding model"))
    assert "this is no embedding model" in error_words(caught.value).what
    assert caught.value.__notes__ == ["8"]  # 128, 64, ..., 1


@pytest.mark.parametrize(
    ("vectors", "said"),
    [
        ([[1.0, 2.0], [0.0, 0.0]], "zero everywhere: text 2 of 2"),
        ([[1.0, 2.0], [1.0, None]], "with gaps (null, NaN or infinite): text 2 of 2"),
        ([[1.0, 2.0], [1.0]], "a vector of 1 numbers, where others have 2: text 2 of 2"),
        ([[1.0, 2.0]], "1 vectors for 2 texts"),
        ([[], []], "no vector (null or empty): text 1 of 2"),
        ([["a", "b"], [1.0, 2.0]], "no list of numbers: text 1 of 2"),
    ],
)
def test_what_is_no_vector_is_refused_with_the_text_and_what_to_do(vectors: list[Any], said: str) -> None:
    with pytest.raises(FatalModelError) as caught:
        embed(openai, ["first", "second"], lambda _texts, _number: rows(vectors))
    assert said in error_words(caught.value).what
    assert "numpy" not in str(error_words(caught.value))
    assert "second" not in str(error_words(caught.value))  # content stays out of messages


@pytest.mark.parametrize("vector", [[0.0, 0.0], [float("nan"), 1.0], [float("inf"), 1.0]])
def test_langchain_vectors_are_held_to_the_same(vector: list[float]) -> None:
    class Broken(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [vector for _ in texts]

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    with pytest.raises(FatalModelError, check=says("text 1 of 1")):
        LangChainEmbedder(Broken(), name="test:broken").embed(["a"])


def test_vectors_of_another_length_than_before_are_refused() -> None:
    def answer(texts: list[str], number: int) -> tuple[int, Any]:
        return rows([[1.0] * (2 if number == 1 else 3) for _ in texts])

    with pytest.raises(FatalModelError, check=says("a vector of 3 numbers, where others have 2")):
        embed(openai, ["a"] * 129, answer)


def test_an_integration_that_wants_files_from_the_network_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "")

    class Counts(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            import tiktoken  # noqa: PLC0415 - as integrations do

            return [[float(len(tiktoken.get_encoding("cl100k_base").encode(text)))] for text in texts]

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    with pytest.raises(
        FatalModelError, check=says("wants files from the network, which tiktoken could not fetch")
    ) as caught:
        LangChainEmbedder(Counts(), name="test:counts", sleep=waited.append).embed(["a"])
    assert "TIKTOKEN_CACHE_DIR" in error_words(caught.value).hint
    assert waited == []


def test_an_openai_server_without_that_endpoint_points_to_the_address() -> None:
    with pytest.raises(FatalModelError, check=says("no embeddings there")) as caught:
        embed(openai, ["a"], lambda _texts, _number: (404, b"<html>nothing</html>"))
    assert "OPENAI_BASE_URL" in error_words(caught.value).hint
    with closing(OpenAIEmbedder("dev", base_url="http://user:pw@127.0.0.1:1/v1", api_key="k")) as embedder:
        assert embedder._server == "127.0.0.1:1"
