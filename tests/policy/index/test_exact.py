"""Exact search: the nearest by definition, in an order that hangs on nothing but the entries themselves."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.policy.index.exact import EXACT_ENTRIES, ExactTable

N, DIMS = 700, 48
RNG = np.random.default_rng(7)
VECTORS = RNG.normal(size=(N, DIMS)).astype(np.float32)
QUERIES = RNG.normal(size=(300, DIMS)).astype(np.float32)
IDS = [f"{n:04}" for n in range(N)]


@pytest.mark.parametrize("k", [1, 7, N - 1, N, N + 5])
def test_what_is_found_is_what_the_definition_says(k: int) -> None:
    units = VECTORS.astype(float) / np.linalg.norm(VECTORS.astype(float), axis=1, keepdims=True)
    asked = QUERIES.astype(float) / np.linalg.norm(QUERIES.astype(float), axis=1, keepdims=True)
    distances = 1 - asked @ units.T
    for row, (ids, found) in enumerate(ExactTable(IDS, VECTORS).nearest(QUERIES, k)):
        order = np.argsort(distances[row])[:k]
        assert ids == [IDS[at] for at in order]
        assert found == pytest.approx(distances[row][order], abs=1e-12)


def test_neither_the_order_of_entries_nor_the_company_of_a_query_changes_a_bit() -> None:
    table, shuffled = ExactTable(IDS, VECTORS), RNG.permutation(N)
    other = ExactTable([IDS[at] for at in shuffled], VECTORS[shuffled])
    together = table.nearest(QUERIES, 9)
    assert other.nearest(QUERIES, 9) == together
    assert other.nearest(QUERIES[::-1], 9)[::-1] == together
    assert [one for row in range(300) for one in other.nearest(QUERIES[row : row + 1], 9)] == together


def test_equally_near_entries_come_by_id_however_many_there_are() -> None:
    same = np.repeat(VECTORS[:1], 50, axis=0)
    names = [f"{n:02}" for n in RNG.permutation(50)]
    (found,) = ExactTable(names, same).nearest(VECTORS[:1], 3)
    assert found[0] == ["00", "01", "02"]
    assert len(set(found[1])) == 1
    assert found[1][0] == pytest.approx(0, abs=1e-12)


def test_nothing_is_farther_than_the_opposite_and_nothing_nearer_than_itself() -> None:
    vector = np.array([[3.0, 4.0]], np.float32)
    (found,) = ExactTable(["opposite", "self"], np.concatenate([-vector, vector])).nearest(vector, 2)
    assert found == (["self", "opposite"], [0.0, 2.0])


def test_the_bound_is_some_thousand_entries() -> None:
    assert EXACT_ENTRIES == 5_000
