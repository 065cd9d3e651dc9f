"""Rankings and grades against scikit-learn and scipy, ties included."""

from __future__ import annotations

from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau
from sklearn.metrics import ndcg_score

from assistant.stats.scores import ranking
from assistant.stats.scores.ranking import (
    kendall_tau_b,
    kendall_tau_b_of_tables,
    mean_ndcg,
    ndcg,
)

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


def test_mean_ndcg_leaves_out_queries_without_a_relevant_result_and_counts_the_others() -> None:
    queries = ["b", "a", "b", "a", "c"]
    value, n = mean_ndcg(queries, [1, 0, 0, 2, 0], [0.1, 0.9, 0.8, 0.2, 0.5])
    assert (value, n) == (pytest.approx(1 / log2(3)), 2)
    assert mean_ndcg(["a"], [0], [1]) == (None, 0)


@given(GRADES)
def test_kendalls_tau_agrees_with_scipy(rows: tuple[np.ndarray, np.ndarray]) -> None:
    a, b = rows
    if (a == a[0]).all() or (b == b[0]).all():
        assert kendall_tau_b(a, b) is None
    else:
        assert kendall_tau_b(a, b) == pytest.approx(kendalltau(a, b).statistic, abs=1e-12)


@pytest.mark.parametrize("n", [2, 3, 65, 1_000])
def test_many_distinct_values_are_counted_by_merging(n: int) -> None:
    chance = np.random.default_rng(n)
    for spread in (3, 10_000):
        a = chance.integers(0, spread, n).astype(float)
        a[0] = -1  # never all tied
        b = a + chance.integers(0, spread, n)
        codes = [np.unique(column, return_inverse=True)[1] for column in (a, b)]
        merged = ranking._inversions(codes[1][np.lexsort((codes[1], codes[0]))])
        pairs = (a[:, None] < a[None, :]) & (b[:, None] > b[None, :])
        assert merged == pairs.sum()
        assert kendall_tau_b(a, b) == pytest.approx(kendalltau(a, b).statistic, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ndcg([1, -1], [1, 2]), "relevance must lie between"),
        (lambda: ndcg([1], [1, 2]), "scores has 2 values where relevance has 1"),
        (lambda: ndcg([1], [float("nan")]), "scores holds nan"),
        (lambda: ndcg([1], [1], 0), "k must be at least 1"),
        (lambda: mean_ndcg(["a", "b"], [1], [1]), "queries must be one for each"),
        (lambda: kendall_tau_b([], []), "at least one number"),
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
        assert found == pytest.approx(kendall_tau_b(first, second))


def test_kendalls_tau_of_a_table_with_one_row_is_undefined() -> None:
    assert np.isnan(kendall_tau_b_of_tables([[3, 4], [0, 0]]))
