"""Isotonic regression by hand and against scikit-learn."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import isotonic_regression

from assistant.stats.scores.monotone import pool_adjacent_violators


def test_neighbours_in_the_wrong_order_are_averaged() -> None:
    assert pool_adjacent_violators([1, 3, 2, 4, 3, 5]) == pytest.approx([1, 2.5, 2.5, 3.5, 3.5, 5], abs=1e-12)


def test_a_heavier_value_pulls_more() -> None:
    assert pool_adjacent_violators([4, 1], [3, 1]) == pytest.approx([3.25, 3.25])


@given(st.lists(st.tuples(st.floats(-100, 100), st.floats(0.1, 10)), min_size=1, max_size=60))
def test_agrees_with_scikit_learn(rows: list[tuple[float, float]]) -> None:
    values, weights = (np.array(column) for column in zip(*rows, strict=True))
    fit = pool_adjacent_violators(values, weights)
    assert fit == pytest.approx(isotonic_regression(values, sample_weight=weights), abs=1e-9)
    assert (np.diff(fit) >= 0).all()


def test_a_hundred_thousand_falling_values_take_linear_time() -> None:
    started = time.thread_time()
    fit = pool_adjacent_violators(np.arange(100_000, 0, -1))
    assert time.thread_time() - started < 5  # of this thread alone, however busy the machine; 0.1 s on an idle core
    assert fit[0] == pytest.approx(50_000.5)


@pytest.mark.parametrize(("values", "weights"), [([], None), ([1.0], [0.0, 1.0]), ([1.0, 2.0], [0.0, 1.0])])
def test_no_values_and_weights_of_nothing_are_refused(values: list[float], weights: list[float] | None) -> None:
    with pytest.raises(ValueError, match=r"at least one|weights"):
        pool_adjacent_violators(values, weights)
