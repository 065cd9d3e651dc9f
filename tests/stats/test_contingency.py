"""Tables of what two raters answered: what is counted, what is left out, what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.stats.contingency import check_tables, contingency, kish, paired_codes

PAIRS = st.lists(st.tuples(st.integers(-1, 2), st.integers(-1, 2), st.floats(0.1, 9)), min_size=1, max_size=40)


def test_pairs_are_counted_by_row_and_column_and_missing_answers_are_left_out() -> None:
    made = contingency([0, 0, 1, 2, -1, 1], [0, 1, 1, 0, 0, -1], 3)
    assert made.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]


def test_weights_add_up_in_the_cells() -> None:
    made = contingency([0, 0, 1], [0, 0, 1], 2, weights=[1, 3, 2])
    assert made.tolist() == [[4, 0], [0, 2]]


def test_no_items_are_an_empty_table() -> None:
    made = contingency([], [], 2)
    assert made.tolist() == [[0, 0], [0, 0]]


@given(PAIRS)
def test_swapping_the_raters_transposes_the_table(rows: list[tuple[int, int, float]]) -> None:
    a, b, w = zip(*rows, strict=True)
    assert contingency(a, b, 3, w) == pytest.approx(contingency(b, a, 3, w).T)


def test_each_items_cell_is_row_times_k_plus_column() -> None:
    pairs = paired_codes([1, -1, 2], [2, 0, 0], 3)
    assert pairs.cells.tolist() == [5, 6]
    assert pairs.kept.tolist() == [True, False, True]


def test_a_million_items_are_counted_as_they_are_few() -> None:
    chance = np.random.default_rng(1)
    a, b = chance.integers(-1, 7, 1_000_000), chance.integers(-1, 7, 1_000_000)
    made = contingency(a, b, 7)
    assert made.sum() == np.count_nonzero((a >= 0) & (b >= 0))
    assert made[3, 4] == np.count_nonzero((a == 3) & (b == 4))


def test_equal_weights_count_every_item() -> None:
    assert kish([0.3] * 7) == pytest.approx(7)
    assert kish([1, 3, 2]) == pytest.approx(36 / 14)  # (1 + 3 + 2)² / (1 + 9 + 4)
    assert kish([]) == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: contingency([0, 3], [0, 0], 3), "first must hold codes from -1 to 2, got 3 at position 1"),
        (lambda: contingency([0, 0], [0, -2], 3), "second must hold codes from -1 to 2, got -2 at position 1"),
        (lambda: contingency([0, 0], [0], 3), "second has 1 codes where first has 2"),
        (lambda: contingency([0.5], [0], 3), "first must hold whole numbers, got 0.5 at position 0"),
        (lambda: contingency([float("nan")], [0], 3), "whole numbers, got nan"),
        (lambda: contingency(["yes"], [0], 3), "first must hold whole numbers"),
        (lambda: contingency([[0]], [0], 3), "first must be a flat list"),
        (lambda: contingency([0], [0], 0), "number of classes must be at least 1"),
        (lambda: contingency([0], [0], 2, [-1.0]), "weights must lie between"),
        (lambda: check_tables([[1, 2, 3], [4, 5, 6]]), "square"),
        (lambda: check_tables([1, 2]), "square"),
        (lambda: check_tables([[1, -2], [0, 1]]), r"got -2 in cell \(0, 1\)"),
        (lambda: check_tables([[[1, 2], [0, 1]], [[1, 2], [float("nan"), 1]]]), r"got nan in cell \(1, 1, 0\)"),
    ],
)
def test_what_is_no_code_or_no_table_is_refused_with_its_place(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
