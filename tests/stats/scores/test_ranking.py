"""Rankings and grades against scikit-learn and scipy, ties included."""

from __future__ import annotations

from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau
from sklearn.metrics import ndcg_score

from assistant.stats.scores.ranking import kendall_tau_b_of_tables, ndcg

GRADES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), min_size=2, max_size=30).map(
    lambda rows: tuple(np.array(column) for column in zip(*rows, strict=True))
)


def test_three_results_worked_by_hand() -> None:
    best, seen = 3 + 2 / log2(3), 2 + 3 / log2(3)
    assert ndcg([3, 2, 0], [1, 2, 0]) == pytest.approx(seen / best)
    assert ndcg([3, 2, 0], [1, 2, 0], k=1) == pytest.approx(2 / 3)
    assert ndcg([3, 2, 0], [1, 1, 0], k=1) == pytest.approx(2.5 / 3)  # a tie is worth the mean of its orders


@given(GRADES, st.integers(1, 12))
def test_ndcg_agrees_with_scikit_learn(rows: tuple[np.ndarray, np.ndarray], k: int) -> None:
    grades, scores = rows
    for cut in (None, k):
        ours = ndcg(grades, scores, cut)
        assert (0.0 if ours is None else ours) == pytest.approx(ndcg_score([grades], [scores], k=cut), abs=1e-12)
        assert (ours is None) == (not grades.any())


@given(GRADES)
def test_kendalls_tau_agrees_with_scipy(rows: tuple[np.ndarray, np.ndarray]) -> None:
    first, second = rows
    table = np.bincount(5 * first + second, minlength=25).reshape(5, 5)
    assert kendall_tau_b_of_tables(table) == pytest.approx(kendalltau(first, second).statistic, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ndcg([1, -1], [1, 2]), "relevance must lie between"),
        (lambda: ndcg([1], [1, 2]), "scores has 2 values where relevance has 1"),
        (lambda: ndcg([1], [float("nan")]), "scores holds nan"),
        (lambda: ndcg([1], [1], 0), "k must be at least 1"),
    ],
)
def test_bad_columns_are_refused(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_kendalls_tau_of_a_stack_of_tables_is_that_of_the_grades() -> None:
    chance = np.random.default_rng(2)
    tables = chance.integers(0, 6, size=(50, 4, 4))
    rows, columns = np.indices((4, 4))
    for table, found in zip(tables, kendall_tau_b_of_tables(tables), strict=True):
        first, second = (np.repeat(grades.ravel(), table.ravel()) for grades in (rows, columns))
        assert found == pytest.approx(kendalltau(first, second).statistic)


def test_kendalls_tau_of_a_table_with_one_row_is_undefined() -> None:
    assert np.isnan(kendall_tau_b_of_tables([[3, 4], [0, 0]]))
