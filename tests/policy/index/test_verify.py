"""Verifying the index against its record: a whole one passes, each kind of damage is found and said."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from assistant.cli.error_words import error_words
from assistant.domain.policies import Precedent
from assistant.errors import VectorIndexError
from assistant.policy.index.collection_keys import CollectionKey
from assistant.policy.index.vector_index import VectorIndex
from assistant.policy.index.verify import VerifyReport, verify_index

EMBEDDER = "hand-made"
KEY = CollectionKey.precedents("p", EMBEDDER)
N = 1200  # Chroma writes its graph to disk from 1,000 entries on
IDS = [f"{n:04}" for n in range(N)]


def random_vectors(n: int = N, dims: int = 16) -> np.ndarray:
    drawn = np.random.default_rng(0).normal(size=(n, dims)).astype(np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return drawn


VECTORS = random_vectors()


def fill(directory: Path, ids: list[str] = IDS, vectors: np.ndarray = VECTORS) -> None:
    with VectorIndex.open(directory, owner="test", fresh=True) as index:
        index.put_precedents("p", [Precedent(one, one, "en", ("bad",)) for one in ids], vectors, EMBEDDER)


def forget_checksums(directory: Path) -> None:
    """As an index stands that an earlier version wrote: nothing to compare its files with."""
    (directory / "checksums.json").unlink()


def verify(directory: Path, ids: list[str] = IDS, vectors: np.ndarray = VECTORS, sample: int = N) -> VerifyReport:
    with VectorIndex.open(directory, owner="test") as index:
        return verify_index(index, KEY, ids, vectors, sample=sample)


def test_a_whole_index_passes(tmp_path: Path) -> None:
    fill(tmp_path)
    report = verify(tmp_path, sample=300)
    assert report.whole
    assert report.findable == 1.0
    assert (report.recorded, report.stored, report.sampled) == (N, N, 300)
    assert report.first >= 295  # an approximate search may miss a few at first, never in a wider look
    assert report.render().splitlines()[0] == (
        "precedents of policy p (hand-made): 1,200 entries in the record, 1,200 in the index."
    )
    assert report.render().splitlines()[-1] == "The index is whole."


def test_deleted_entries_are_named(tmp_path: Path) -> None:
    fill(tmp_path)
    with VectorIndex.open(tmp_path, owner="test") as index:
        index.remove_precedents("p", IDS[:7], EMBEDDER)
    report = verify(tmp_path, sample=50)
    assert not report.whole
    assert report.missing == tuple(IDS[:7])
    assert report.render().splitlines()[:2] == [
        "precedents of policy p (hand-made): 1,200 entries in the record, 1,193 in the index.",
        "7 of the record are missing in the index: 0000, 0001, 0002, 0003, 0004 ....",
    ]
    assert report.render().splitlines()[-1] == "The index must be built again."


def test_entries_that_are_not_in_the_record_are_named(tmp_path: Path) -> None:
    fill(tmp_path)
    report = verify(tmp_path, IDS[2:], VECTORS[2:], sample=50)
    assert report.unknown == ("0000", "0001")
    assert report.missing == ()
    assert not report.whole


def test_a_lost_graph_is_found_although_the_count_is_right(tmp_path: Path) -> None:
    fill(tmp_path)
    forget_checksums(tmp_path)
    for path in tmp_path.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
    report = verify(tmp_path, sample=100)
    assert (report.stored, report.missing, report.unknown) == (N, (), ())
    assert report.failure == "Chroma: Error executing plan: Internal error: Error finding id"
    assert not report.whole


@pytest.mark.parametrize("damage", [b"", b"cut", None])
def test_files_of_a_graph_that_are_not_as_they_were_written_are_refused_unread(
    tmp_path: Path, damage: bytes | None
) -> None:
    fill(tmp_path)
    (graph,) = tmp_path.glob("*/data_level0.bin")
    before = graph.read_bytes()
    graph.write_bytes(before[:-1] + bytes([before[-1] ^ 1]) if damage is None else damage)  # None: one bit of it
    with pytest.raises(VectorIndexError, match="index_file_") as caught:
        verify(tmp_path)
    assert caught.value.where == str(graph)
    assert error_words(caught.value).hint.startswith("assistant policy index --rebuild")
    fill(tmp_path)
    assert verify(tmp_path, sample=50).whole


def test_reading_leaves_the_files_of_a_graph_as_they_were(tmp_path: Path) -> None:
    fill(tmp_path)
    for _ in range(2):
        assert verify(tmp_path, sample=50).whole


def test_a_graph_chroma_cannot_read_is_reported_not_raised(tmp_path: Path) -> None:
    fill(tmp_path)
    forget_checksums(tmp_path)
    (pickle,) = tmp_path.glob("*/index_metadata.pickle")
    pickle.write_bytes(b"\x80\x04garbage")
    report = verify(tmp_path, sample=100)
    assert report.failure.startswith("Chroma: ")
    assert (report.sampled, report.findable) == (0, None)
    assert not report.whole
    assert f"It could not be searched: {report.failure}." in report.render()


def test_a_vector_other_than_the_record_s_is_found(tmp_path: Path) -> None:
    fill(tmp_path)
    record = VECTORS.copy()
    record[5] = -record[5]
    record[9] = np.roll(record[9], 1)
    report = verify(tmp_path, IDS, record)
    assert set(report.altered) | set(report.lost) == {"0005", "0009"}
    assert not report.whole


def test_equal_vectors_are_no_fault(tmp_path: Path) -> None:
    vectors = VECTORS.copy()
    vectors[:60] = vectors[0]  # more equal ones than an ordinary search looks at
    fill(tmp_path, IDS, vectors)
    assert verify(tmp_path, IDS, vectors, sample=400).whole


def test_an_id_twice_in_the_record_is_named(tmp_path: Path) -> None:
    fill(tmp_path)
    report = verify(tmp_path, [*IDS, "0003"], np.vstack([VECTORS, VECTORS[3]]), sample=10)
    assert report.repeated == ("0003",)
    assert not report.whole


def test_a_collection_that_is_not_there_misses_everything(tmp_path: Path) -> None:
    report = verify(tmp_path, ["a", "b"], VECTORS[:2])
    assert (report.stored, report.missing, report.findable) == (0, ("a", "b"), None)
    assert not report.whole


def test_an_empty_record_and_an_empty_index_agree(tmp_path: Path) -> None:
    report = verify(tmp_path, [], VECTORS[:0])
    assert report.whole
    assert report.render().splitlines() == [
        "precedents of policy p (hand-made): 0 entries in the record, 0 in the index.",
        "The index is whole.",
    ]


def test_the_same_seed_looks_up_the_same_entries(tmp_path: Path) -> None:
    fill(tmp_path)
    assert verify(tmp_path, sample=40).as_dict() == verify(tmp_path, sample=40).as_dict()


def test_a_damaged_index_is_whole_again_after_a_rebuild_from_the_record(tmp_path: Path) -> None:
    fill(tmp_path)
    forget_checksums(tmp_path)
    (pickle,) = tmp_path.glob("*/index_metadata.pickle")
    pickle.unlink()
    assert not verify(tmp_path, sample=50).whole
    with VectorIndex.open(tmp_path, owner="test") as index:
        index.drop(KEY)
        index.put_precedents("p", [Precedent(one, one, "en", ("bad",)) for one in IDS], VECTORS, EMBEDDER)
    assert verify(tmp_path, sample=50).whole


def test_a_report_can_be_given_to_machines(tmp_path: Path) -> None:
    fill(tmp_path, IDS[:3], VECTORS[:3])
    assert verify(tmp_path, IDS[:3], VECTORS[:3]).as_dict() == {
        "kind": "precedents",
        "policy_id": "p",
        "policy_digest": "",
        "embedder": EMBEDDER,
        "recorded": 3,
        "stored": 3,
        "missing": [],
        "unknown": [],
        "repeated": [],
        "sampled": 3,
        "first": 3,
        "findable": 1.0,
        "lost": [],
        "altered": [],
        "failure": "",
        "waiting": [],
        "whole": True,
    }


def test_searching_what_chroma_cannot_read_raises_with_advice(tmp_path: Path) -> None:
    fill(tmp_path)
    forget_checksums(tmp_path)
    (pickle,) = tmp_path.glob("*/index_metadata.pickle")
    pickle.write_bytes(b"\x80\x04garbage")
    with (
        VectorIndex.open(tmp_path, owner="test") as index,
        pytest.raises(VectorIndexError, match="chroma_failed") as caught,
    ):
        index.search_precedents("p", VECTORS[:1], 1, embedder=EMBEDDER)
    assert "assistant policy verify" in error_words(caught.value).hint
