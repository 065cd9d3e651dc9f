"""The index on a real Chroma server: shared by workspaces, gone for a while, behind a proxy that asks for a token."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
import pytest

from assistant.cli.error_words import error_words
from assistant.domain.policies import Precedent
from assistant.errors import VectorIndexError
from assistant.policy.index.collection_keys import CollectionKey
from assistant.policy.index.server import ChromaServer, TokenHeader
from assistant.policy.index.vector_index import VectorIndex
from assistant.steps import current
from tests.chroma_server import ChromaProcess, asking_proxy, chroma_server
from tests.cli.servers import Asked, LoopbackServer, Reply

EMBEDDER = "hand-made"
SECRET = "me:s3cret"  # noqa: S105 - of the test's own proxy
KEY = CollectionKey.precedents("p", EMBEDDER)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaProcess]:
    with chroma_server(tmp_path_factory.mktemp("chroma")) as running:
        yield running


def connect(url: str, workspace: str, **how: Any) -> VectorIndex:
    return VectorIndex.connect(ChromaServer(url, **how), workspace=workspace)


def put(index: VectorIndex, *names: str) -> None:
    vectors = np.eye(8, dtype=np.float32)[: len(names)]
    index.put_precedents("p", [Precedent(name, name, "en", ("bad",)) for name in names], vectors, EMBEDDER)


def nearest(index: VectorIndex) -> list[str]:
    (found,) = index.search_precedents("p", np.eye(8, dtype=np.float32)[:1], 3, embedder=EMBEDDER)
    return [one.content_digest for one in found]


def test_two_workspaces_with_one_policy_neither_see_nor_touch_each_other(server: ChromaProcess) -> None:
    with connect(server.url, "aaaa") as one, connect(server.url, "bbbb") as other:
        put(one, "a1", "a2")
        put(other, "b1", "b2", "b3")
        assert (sorted(one.ids(KEY)), sorted(other.ids(KEY))) == (["a1", "a2"], ["b1", "b2", "b3"])
        assert (one.counts(), other.counts()) == ([(KEY, 2)], [(KEY, 3)])
        assert (nearest(one), nearest(other)) == (["a1", "a2"], ["b1", "b2", "b3"])
        assert other.drop(KEY)
        assert (nearest(one), one.counts(), other.counts()) == (["a1", "a2"], [(KEY, 2)], [])


def test_handles_of_one_workspace_share_what_either_writes(server: ChromaProcess) -> None:
    with connect(server.url, "shared") as writer, connect(server.url, "shared") as reader:
        put(writer, "s1")
        assert nearest(reader) == ["s1"]
        put(writer, "s1", "s2")
        assert set(reader.precedents("p", EMBEDDER)) == {"s1", "s2"}  # a look at the whole is a fresh one
        assert nearest(reader) == ["s1", "s2"]
        writer.drop(KEY)
        put(writer, "s3")
        assert reader.ids(KEY) == ["s3"]  # found again, though it is another collection now


def test_what_an_earlier_version_left_on_a_server_stays_since_it_may_be_anothers(server: ChromaProcess) -> None:
    with connect(server.url, "") as earlier:  # it wrote no workspace
        put(earlier, "old")
    with connect(server.url, "cccc") as index:
        assert index.ownerless() == [KEY.name]
        assert (index.ids(KEY), index.counts()) == ([], [])
        put(index, "new")
        assert index.drop(KEY)
    with connect(server.url, "") as earlier:
        assert nearest(earlier) == ["old"]
        assert earlier.drop(KEY)


def test_what_an_earlier_version_left_in_the_workspace_becomes_its_own(tmp_path: Path) -> None:
    with VectorIndex.open(tmp_path, owner="earlier") as earlier:
        put(earlier, "a", "b")
    for _ in range(2):
        with VectorIndex.open(tmp_path, owner="test", workspace="dddd") as index:
            assert (nearest(index), index.counts(), index.ownerless()) == (["a", "b"], [(KEY, 2)], [])


def test_a_server_that_is_gone_is_waited_for_and_the_wait_is_shown(tmp_path: Path) -> None:
    shown: list[str] = []

    def back() -> None:
        while (step := current()) is None or "waiting" not in step.words():
            time.sleep(0.01)
        shown.append(step.words())
        server.start()

    with chroma_server(tmp_path) as server, connect(server.url, "eeee", wait_seconds=60) as index:
        put(index, "a", "b")
        for ask in (lambda: nearest(index), lambda: index.ids(KEY), lambda: put(index, "a", "b"), index.counts):
            server.kill()
            helper = threading.Thread(target=back)
            helper.start()
            ask()
            helper.join()
        assert nearest(index) == ["a", "b"]
        server.kill()
        helper = threading.Thread(target=back)
        helper.start()
        with connect(server.url, "eeee", wait_seconds=60) as opened_meanwhile:
            assert nearest(opened_meanwhile) == ["a", "b"]
        helper.join()
    assert len(shown) == 5
    assert all(line.startswith(f"waiting for the Chroma server at {server.url} (") for line in shown)


def test_a_server_that_stays_away_is_told_with_the_cause(tmp_path: Path) -> None:
    with chroma_server(tmp_path) as server, connect(server.url, "ffff", wait_seconds=0.3) as index:
        put(index, "a")
        server.kill()
        with pytest.raises(VectorIndexError, match=r"chroma_server_gone \(seconds=\d, .*refused") as caught:
            index.ids(KEY)
    assert caught.value.where == server.url
    assert "the same command resumes" in error_words(caught.value).hint


def test_a_wait_ends_when_it_is_stopped(tmp_path: Path) -> None:
    with chroma_server(tmp_path) as server, connect(server.url, "gggg", wait_seconds=600) as index:
        put(index, "a")
        server.kill()

        def stop() -> None:
            while current() is None:
                time.sleep(0.01)
            index.stop_waiting()

        helper = threading.Thread(target=stop)
        helper.start()
        with pytest.raises(VectorIndexError, match="chroma_server_gone"):
            index.ids(KEY)
        helper.join()


def test_no_server_there_is_told_with_how_to_start_one() -> None:
    with pytest.raises(VectorIndexError, match=r"chroma_server_unreachable .*refused") as caught:
        connect("http://127.0.0.1:9", "a")
    assert "chroma run" in error_words(caught.value).hint


@pytest.mark.parametrize(
    "url", ["localhost:8000", "ftp://127.0.0.1", "http://", "http://127.0.0.1:8000?a=1", "http://127.0.0.1:port"]
)
def test_what_is_no_url_of_a_server_is_told(url: str) -> None:
    with pytest.raises(VectorIndexError, match="chroma_url_unfit"):
        connect(url, "a")


def test_another_service_is_told_at_once_and_not_waited_for() -> None:
    def answer(_: Asked) -> Reply:
        return Reply(b"<html>", 404, "text/html")

    other = LoopbackServer(answer)
    try:
        with pytest.raises(VectorIndexError, match=r"chroma_not_there \(status=501"):
            connect(other.origin, "a", wait_seconds=600)
        with pytest.raises(VectorIndexError, match=r"chroma_server_unreachable|chroma_server_failed"):
            connect(other.origin.replace("http:", "https:"), "a", wait_seconds=600)
    finally:
        other.stop()


@pytest.mark.parametrize(
    ("kind", "header"),
    [
        (TokenHeader.BEARER, ("Authorization", f"Bearer {SECRET}")),
        (TokenHeader.CHROMA, ("X-Chroma-Token", SECRET)),
        (TokenHeader.BASIC, ("Authorization", "Basic bWU6czNjcmV0")),
    ],
)
def test_a_token_and_a_path_are_used(server: ChromaProcess, kind: TokenHeader, header: tuple[str, str]) -> None:
    with asking_proxy(server.url, path="/vectors", header=header) as url:
        with connect(url, kind.value, token=SECRET, header=kind) as index:
            put(index, "a")
            assert nearest(index) == ["a"]
        with pytest.raises(VectorIndexError, match=r"chroma_server_refuses \(status=401") as caught:
            connect(url, "hhhh", token=f"{SECRET}-wrong", header=kind)
        assert "ASSISTANT_CHROMA_TOKEN" in error_words(caught.value).hint
        assert SECRET not in str(caught.value)
        with pytest.raises(VectorIndexError, match="chroma_not_there"):  # the root is not what was named
            connect(url.removesuffix("/vectors"), "hhhh", token=SECRET, header=kind)


def test_a_tenant_and_a_database_are_kept_apart_and_must_be_there(server: ChromaProcess) -> None:
    admin = chromadb.HttpClient(port=int(server.url.rpartition(":")[2]))
    admin._admin_client.create_tenant("team")
    admin._admin_client.create_database("labels", tenant="team")
    for holder in (admin, admin._admin_client):
        holder._server._session.close()
    with connect(server.url, "kkkk", tenant="team", database="labels") as index, connect(server.url, "kkkk") as default:
        put(index, "a")
        assert (index.ids(KEY), default.ids(KEY)) == (["a"], [])
    with pytest.raises(VectorIndexError, match=r"chroma_database_missing .*tenant='nobodys'"):
        connect(server.url, "kkkk", tenant="nobodys", wait_seconds=600)
