"""The vector index on real Chroma, embedded."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.cli.error_words import error_words
from assistant.domain.policies import Clause, Label, LabelKind, LabelSet, Policy, PolicyExample, Precedent
from assistant.errors import VectorIndexError
from assistant.policy.index.collection_keys import CollectionKey
from assistant.policy.index.entries import clause_entries
from assistant.policy.index.facts import FactShelf
from assistant.policy.index.lock import DirectoryLock
from assistant.policy.index.vector_index import VectorIndex

DIMS = 16
EMBEDDER = "hand-made"


def policy_of(*clauses: Clause, digest: str = "d1", version: str = "1") -> Policy:
    labels = LabelSet(LabelKind.SINGLE, (Label("safe", "fine"), Label("bad", "not", 2)))
    return Policy("p", version, "P", ("en",), labels, clauses, source="", digest=digest)


def clause(name: str, examples: int = 0) -> Clause:
    texts = tuple(PolicyExample(f"{name} example {n}", "en", ("bad",), violates=True) for n in range(examples))
    return Clause(name, f"Title {name}", {"en": f"Wording {name}"}, ("bad",), texts)


def axis(number: int, tilt: float = 0.0) -> np.ndarray:
    """A unit vector along an axis, tilted towards the last one: its cosine distance to the axis is 1 - cos(tilt)."""
    vector = np.zeros(DIMS, np.float32)
    vector[number], vector[-1] = np.cos(tilt), np.sin(tilt)
    return vector


def random_vectors(n: int, dims: int = DIMS, seed: int = 0) -> np.ndarray:
    drawn = np.random.default_rng(seed).normal(size=(n, dims)).astype(np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return drawn


def holds_clauses(index: VectorIndex, policy: Policy, embedder: str = EMBEDDER) -> bool:
    """Whether exactly the entries of this policy version are indexed with this embedder."""
    stored = index.ids(CollectionKey.clauses(policy, embedder))
    return bool(stored) and set(stored) == {entry.id for entry in clause_entries(policy)}


def settled(name: str, label: str = "bad", group: str | None = None) -> Precedent:
    return Precedent(name, f"text of {name}", "en", (label,), group=group)


def digests(found: Sequence[Precedent]) -> list[str]:
    return [one.content_digest for one in found]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[VectorIndex]:
    with VectorIndex.open(tmp_path / "chroma", owner="test") as opened:
        yield opened


THREE = policy_of(clause("A1"), clause("B1"), clause("C1"))
THREE_VECTORS = np.stack([axis(0), axis(1), axis(2)])


def put_three(index: VectorIndex, policy: Policy = THREE, embedder: str = EMBEDDER) -> None:
    index.put_clauses(policy, clause_entries(policy), THREE_VECTORS, embedder)


def test_clauses_come_nearest_first_with_cosine_distances(index: VectorIndex) -> None:
    put_three(index)
    query = np.array([0.8, 0.6, *[0.0] * 14], np.float32)
    (hits,) = index.search_clauses(THREE, query[None], 3, embedder=EMBEDDER)
    assert [hit.clause.id for hit in hits] == ["A1", "B1", "C1"]
    assert [hit.distance for hit in hits] == pytest.approx([0.2, 0.4, 1.0], abs=1e-6)


def test_a_clause_is_as_near_as_its_nearest_entry(index: VectorIndex) -> None:
    policy = policy_of(clause("A1", examples=1), clause("B1"))
    entries = clause_entries(policy)  # wording of A1, example of A1, wording of B1
    index.put_clauses(policy, entries, np.stack([axis(3), axis(0, tilt=0.1), axis(0, tilt=0.5)]), EMBEDDER)
    (hits,) = index.search_clauses(policy, axis(0)[None], 2, embedder=EMBEDDER)
    assert [(hit.clause.id, hit.entry.text) for hit in hits] == [("A1", "A1 example 0"), ("B1", "Title B1\nWording B1")]
    assert hits[0].distance == pytest.approx(1 - np.cos(0.1), abs=1e-6)


def test_many_near_entries_of_one_clause_do_not_hide_the_next_clause(index: VectorIndex) -> None:
    policy = policy_of(clause("A1", examples=60), clause("B1"), clause("C1"))
    near = [axis(0, tilt=0.001 * n) for n in range(61)]
    index.put_clauses(policy, clause_entries(policy), np.stack([*near, axis(1), axis(2)]), EMBEDDER)
    (hits,) = index.search_clauses(policy, axis(0)[None], 2, embedder=EMBEDDER)
    assert [hit.clause.id for hit in hits] == ["A1", "B1"]


def test_equally_near_clauses_come_in_document_order(index: VectorIndex) -> None:
    index.put_clauses(THREE, clause_entries(THREE), np.stack([axis(0)] * 3), EMBEDDER)
    (hits,) = index.search_clauses(THREE, axis(0)[None], 3, embedder=EMBEDDER)
    assert [hit.clause.id for hit in hits] == ["A1", "B1", "C1"]


def test_a_batch_finds_what_exact_search_finds(index: VectorIndex) -> None:
    vectors, queries = random_vectors(3000), random_vectors(600, seed=1)
    index.put_precedents("p", [settled(f"{n:04}") for n in range(3000)], vectors, EMBEDDER)
    exact = np.argsort(-(queries @ vectors.T), axis=1)[:, :10]
    found = index.search_precedents("p", queries, 10, embedder=EMBEDDER)
    hits = sum(len({f"{n:04}" for n in right} & set(digests(one))) for right, one in zip(exact, found, strict=True))
    assert hits / exact.size >= 0.95


def test_the_clauses_of_an_ordinary_policy_are_searched_exactly(index: VectorIndex) -> None:
    policy = policy_of(*(clause(f"A{n}", examples=9) for n in range(25)))  # 250 entries
    vectors, queries = random_vectors(250), random_vectors(300, seed=1)
    index.put_clauses(policy, clause_entries(policy), vectors, EMBEDDER)
    nearest = (1 - queries @ vectors.T).reshape(300, 25, 10).min(axis=2)
    exact = np.argsort(nearest, axis=1)[:, :3]
    found = index.search_clauses(policy, queries, 3, embedder=EMBEDDER)
    assert [[hit.clause.id for hit in hits] for hits in found] == [[f"A{n}" for n in row] for row in exact]


def test_two_versions_of_a_policy_and_two_embedders_never_mix(index: VectorIndex) -> None:
    changed = replace(THREE, digest="d2", version="2")
    put_three(index)
    index.put_clauses(changed, clause_entries(changed), THREE_VECTORS[::-1], EMBEDDER)
    index.put_clauses(THREE, clause_entries(THREE), np.roll(THREE_VECTORS, 1, axis=0), "another")
    first = [
        index.search_clauses(policy, axis(0)[None], 1, embedder=embedder)[0][0].clause.id
        for policy, embedder in ((THREE, EMBEDDER), (changed, EMBEDDER), (THREE, "another"))
    ]
    assert first == ["A1", "C1", "B1"]
    assert sorted(entries for _, entries in index.counts()) == [3, 3, 3]


def test_putting_clauses_again_removes_entries_that_are_gone(index: VectorIndex) -> None:
    put_three(index)
    index.put_clauses(THREE, clause_entries(THREE)[:2], THREE_VECTORS[:2], EMBEDDER)
    assert set(index.ids(CollectionKey.clauses(THREE, EMBEDDER))) == {one.id for one in clause_entries(THREE)[:2]}
    assert not holds_clauses(index, THREE, EMBEDDER)
    put_three(index)
    assert holds_clauses(index, THREE, EMBEDDER)


def test_a_policy_that_is_not_indexed_says_how_to_index_it(index: VectorIndex) -> None:
    with pytest.raises(VectorIndexError, match=r"policy_not_indexed .version='1', policy='p'") as caught:
        index.search_clauses(THREE, axis(0)[None], 1, embedder=EMBEDDER)
    assert error_words(caught.value).hint.startswith("assistant policy index")


def test_an_item_is_never_shown_itself_or_its_near_duplicates(index: VectorIndex) -> None:
    precedents = [settled("self", group="7"), settled("twin", group="7"), settled("near"), settled("far")]
    vectors = np.stack([axis(0), axis(0, 0.01), axis(0, 0.3), axis(0, 0.6)])
    index.put_precedents("p", precedents, vectors, EMBEDDER)
    by_digest, by_group, by_nothing = index.search_precedents(
        "p", np.stack([axis(0)] * 3), 2, embedder=EMBEDDER, asking=[("near", None), ("self", "7"), ("new", None)]
    )
    assert digests(by_digest) == ["self", "far"]  # `twin` would say the same as `self` again
    assert digests(by_group) == ["near", "far"]
    assert digests(by_nothing) == ["self", "near"]
    assert [one.distance for one in by_group] == pytest.approx([1 - np.cos(0.3), 1 - np.cos(0.6)], abs=1e-6)


def test_withheld_precedents_are_shown_to_nobody_and_others_take_their_place(index: VectorIndex) -> None:
    precedents = [settled(f"p{n}") for n in range(8)]
    index.put_precedents("p", precedents, np.stack([axis(0, 0.1 * n) for n in range(8)]), EMBEDDER)
    withheld = {f"p{n}" for n in range(6)}
    (found,) = index.search_precedents("p", axis(0)[None], 2, embedder=EMBEDDER, withheld=withheld)
    assert digests(found) == ["p6", "p7"]


def test_a_wave_of_near_duplicates_does_not_hide_the_others(index: VectorIndex) -> None:
    wave = [settled(f"wave{n}", group="spam") for n in range(100)]
    vectors = np.stack([*[axis(0, 0.001 * n) for n in range(100)], axis(1), axis(2)])
    index.put_precedents("p", [*wave, settled("x"), settled("y")], vectors, EMBEDDER)
    (found,) = index.search_precedents("p", axis(0)[None], 2, embedder=EMBEDDER, asking=[("new", "spam")])
    assert sorted(digests(found)) == ["x", "y"]


def test_precedents_come_back_as_they_were_put(index: VectorIndex) -> None:
    pair = Precedent("0" * 32, "煮十分钟 🥚\n\x00\ud800", "zh", ("1", "2"), query="eggs", group="3")
    index.put_precedents("p", [pair], axis(0)[None], EMBEDDER)
    (found,) = index.search_precedents("p", axis(0)[None], 1, embedder=EMBEDDER)
    assert found == [replace(pair, distance=found[0].distance)]
    assert index.precedents("p", EMBEDDER) == {pair.content_digest: pair}


def test_a_precedent_put_again_has_its_new_answer_and_a_removed_one_is_gone(index: VectorIndex) -> None:
    index.put_precedents("p", [settled("a", group="1"), settled("b")], np.stack([axis(0), axis(1)]), EMBEDDER)
    index.search_precedents("p", axis(0)[None], 2, embedder=EMBEDDER)
    index.put_precedents("p", [settled("a", label="safe")], axis(0)[None], EMBEDDER)
    index.remove_precedents("p", ["b", "never there"], EMBEDDER)
    (found,) = index.search_precedents("p", axis(0)[None], 2, embedder=EMBEDDER)
    assert [(one.content_digest, one.labels, one.group) for one in found] == [("a", ("safe",), None)]


def test_a_policy_without_precedents_gives_none(index: VectorIndex) -> None:
    assert index.search_precedents("p", random_vectors(2), 6, embedder=EMBEDDER) == [[], []]


def test_precedents_beyond_what_memory_keeps_are_read_again() -> None:
    read: list[list[str]] = []

    def from_chroma(ids: Sequence[str]) -> list[Precedent]:
        read.append(list(ids))
        return [settled(one) for one in ids if one != "gone"]

    shelf = FactShelf(from_chroma, kept=2)
    assert set(shelf.take(["a", "b", "a"])) == {"a", "b"}
    assert set(shelf.take(["b", "c"])) == {"b", "c"}
    assert set(shelf.take(["b", "d", "e", "gone"])) == {"b", "d", "e"}  # what is asked for is kept, whatever the bound
    assert set(shelf.take(["a"])) >= {"a"}
    assert read == [["a", "b"], ["c"], ["d", "e", "gone"], ["a"]]


def test_more_entries_than_one_call_of_chroma_takes_go_in(index: VectorIndex) -> None:
    index.put_precedents("p", [settled(f"{n}") for n in range(5600)], random_vectors(5600, dims=4), EMBEDDER)
    assert index.counts() == [(CollectionKey.precedents("p", EMBEDDER), 5600)]
    index.remove_precedents("p", [f"{n}" for n in range(5590)], EMBEDDER)
    assert sorted(index.ids(CollectionKey.precedents("p", EMBEDDER))) == [f"{n}" for n in range(5590, 5600)]


def test_a_dropped_collection_is_gone_and_can_be_put_again(index: VectorIndex) -> None:
    put_three(index)
    key = CollectionKey.clauses(THREE, EMBEDDER)
    assert index.drop(key)
    assert not index.drop(key)
    assert index.counts() == []
    put_three(index)
    assert holds_clauses(index, THREE, EMBEDDER)


def test_what_was_put_is_there_after_closing_and_opening(tmp_path: Path) -> None:
    with VectorIndex.open(tmp_path, owner="first") as index:
        put_three(index)
    with VectorIndex.open(tmp_path, owner="second") as index:
        assert index.notice == ""
        assert holds_clauses(index, THREE, EMBEDDER)
        assert index.search_clauses(THREE, axis(1)[None], 1, embedder=EMBEDDER)[0][0].clause.id == "B1"


def test_a_second_owner_is_refused_and_the_lock_goes_with_close(tmp_path: Path) -> None:
    with VectorIndex.open(tmp_path, owner="assistant prelabel") as index:
        put_three(index)
        with pytest.raises(VectorIndexError, match=r"vector_index_in_use .holder='`assistant prelabel`"):
            VectorIndex.open(tmp_path, owner="assistant policy index")
        assert holds_clauses(index, THREE, EMBEDDER)
    VectorIndex.open(tmp_path, owner="assistant policy index").close()


def test_closing_twice_does_nothing(tmp_path: Path) -> None:
    index = VectorIndex.open(tmp_path, owner="test")
    index.close()
    index.close()
    with VectorIndex.open(tmp_path, owner="next") as after:
        assert after.counts() == []


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (np.array([[1.0, np.nan], [1.0, 0.0]]), "vectors_unfit .count=1, place='a'"),
        (np.array([[1.0, 0.0], [0.0, 0.0]]), "vectors_unfit .count=1, place='b'"),
        (np.eye(3), "vectors_miscounted .entries=2, vectors=3"),
        (np.ones(2), r"vectors_misshaped \(shape=.\(2,\)"),
    ],
)
def test_vectors_that_cannot_be_right_are_refused(index: VectorIndex, vectors: np.ndarray, message: str) -> None:
    with pytest.raises(VectorIndexError, match=message):
        index.put_precedents("p", [settled("a"), settled("b")], vectors, EMBEDDER)
    assert index.counts() == []


def test_vectors_of_other_dimensions_are_refused(index: VectorIndex) -> None:
    put_three(index)
    with pytest.raises(VectorIndexError, match="stored=16, given=8"):
        index.search_clauses(THREE, random_vectors(1, dims=8), 1, embedder=EMBEDDER)
    with pytest.raises(VectorIndexError, match="stored=16, given=8"):
        index.put_clauses(THREE, clause_entries(THREE), random_vectors(3, dims=8), EMBEDDER)


def test_double_precision_is_taken_as_single(index: VectorIndex) -> None:
    index.put_clauses(THREE, clause_entries(THREE), THREE_VECTORS.astype(np.float64), EMBEDDER)
    (hits,) = index.search_clauses(THREE, axis(1).astype(np.float64)[None], 1, embedder=EMBEDDER)
    assert hits[0].clause.id == "B1"


_KILLED_WHILE_WRITING = """
import os, signal, sys
import numpy as np
from pathlib import Path
from assistant.policy.index.chroma import ChromaCollections
from assistant.policy.index.collection_keys import CollectionKey

class Killing(list):
    def __getitem__(self, place):
        os.kill(os.getpid(), signal.SIGKILL)

collections = ChromaCollections.embedded(Path(sys.argv[1]), owner="assistant policy index", fresh=False, workspace="")
collections.put(CollectionKey.precedents("p", "hand-made"), ["a"], np.ones((1, 16), np.float32), [{"facts": "x"}])
collections.put(CollectionKey.precedents("p", "hand-made"), ["b"], np.ones((1, 16), np.float32), Killing())
"""


def test_an_index_whose_writer_was_killed_is_emptied_and_says_so(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", _KILLED_WHILE_WRITING, str(tmp_path)], check=False)
    assert killed.returncode == -9
    with VectorIndex.open(tmp_path, owner="test") as index:
        assert index.notice == (
            "the last writer of the vector index was interrupted: it was emptied and must be filled again"
        )
        assert index.counts() == []
        put_three(index)
    with VectorIndex.open(tmp_path, owner="test") as index:
        assert index.notice == ""
        assert holds_clauses(index, THREE, EMBEDDER)


def test_a_fresh_index_is_built_over_files_beyond_reading(tmp_path: Path) -> None:
    with VectorIndex.open(tmp_path, owner="test") as index:
        index.put_precedents("p", [settled(f"{n}") for n in range(1100)], random_vectors(1100), EMBEDDER)
    for path in tmp_path.glob("*/data_level0.bin"):
        path.write_bytes(path.read_bytes()[:1000])  # reading this would crash the process
    (tmp_path / "chroma.sqlite3").write_bytes(b"no database")
    (tmp_path / "notes.txt").write_text("not Chroma's")
    with VectorIndex.open(tmp_path, owner="test", fresh=True) as index:
        assert index.counts() == []
        put_three(index)
        assert holds_clauses(index, THREE, EMBEDDER)
    assert (tmp_path / "notes.txt").exists()


def test_a_directory_with_another_file_as_database_is_told_and_left_unlocked(tmp_path: Path) -> None:
    (tmp_path / "chroma.sqlite3").write_bytes(b"no database at all" * 100)
    with pytest.raises(VectorIndexError, match=r"index_file_unreadable .why='file is not a database'") as caught:
        VectorIndex.open(tmp_path, owner="test")
    DirectoryLock(tmp_path, "test").release()
    assert "assistant policy index" in error_words(caught.value).hint


def test_an_index_in_memory_finds_what_one_on_disk_finds(index: VectorIndex) -> None:
    memory, policy = VectorIndex.in_memory(), policy_of(*(clause(f"C{n}", 2) for n in range(6)))
    known = [settled(f"p{n}", group=str(n // 3) if n % 2 else None) for n in range(40)]
    asked = random_vectors(8, seed=3)
    entries = clause_entries(policy)
    for one in (index, memory):
        one.put_clauses(policy, entries, random_vectors(len(entries), seed=1), EMBEDDER)
        one.put_precedents("p", known, random_vectors(40, seed=2), EMBEDDER)
        one.remove_precedents("p", ["p7", "nobody"], EMBEDDER)
        one.put_precedents("p", [replace(known[8], labels=("safe",))], random_vectors(1, seed=4), EMBEDDER)

    def found(one: VectorIndex) -> object:
        clauses = one.search_clauses(policy, asked, 4, embedder=EMBEDDER)
        precedents = one.search_precedents("p", asked, 5, embedder=EMBEDDER, asking=[("p3", "1")] * 8)
        return (
            [[(hit.clause.id, round(hit.distance, 4)) for hit in hits] for hits in clauses],
            [[(hit.content_digest, hit.labels, round(hit.distance, 4)) for hit in hits] for hits in precedents],
        )

    assert found(memory) == found(index)
    assert memory.counts() == index.counts()
    assert memory.precedents("p", EMBEDDER) == index.precedents("p", EMBEDDER)
    with pytest.raises(VectorIndexError, match="policy_not_indexed"):
        memory.search_clauses(policy_of(clause("A1"), digest="d2"), asked, 1, embedder=EMBEDDER)
