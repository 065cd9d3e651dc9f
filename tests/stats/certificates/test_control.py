"""Learn-then-Test: its arithmetic, and its promise by simulation."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from assistant.stats.certificates.control import (
    binomial_p_value,
    fixed_sequence,
    trials_needed,
)


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.01, 0.9))
def test_the_binomial_p_value_is_scipys(counts: tuple[int, int], share: float) -> None:
    errors, n = counts
    p = binomial_p_value(errors, n, share)
    assert p == pytest.approx(binomtest(errors, n, share, "less").pvalue, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(("failures", "n"), [(0, 59), (1, 93), (2, 124), (3, 153), (4, 181)])
def test_trials_needed_are_the_published_sizes_for_95_per_cent_of_95(failures: int, n: int) -> None:
    assert trials_needed(failures, 0.05, 0.95) == n


def test_trials_needed_with_no_errors_is_the_rule_of_zero_failures() -> None:
    assert trials_needed(0, 0.01, 0.95) == 299
    assert trials_needed(0, 0.5, 0.3) == 1


def test_fixed_sequence_stops_before_the_first_that_is_not_rejected() -> None:
    assert fixed_sequence([0.001, 0.05, 0.06, 0.0], 0.05) == 2
    assert fixed_sequence([0.2, 0.0], 0.05) == 0
    assert fixed_sequence([0.01, 0.02], 0.05) == 2
    assert fixed_sequence([], 0.05) == 0
    assert fixed_sequence([0.01, float("nan"), 0.01], 0.05) == 1


def test_fixed_sequence_keeps_its_promise_where_picking_the_best_threshold_breaks_it() -> None:
    chance = np.random.default_rng(5)
    shares = np.linspace(0.02, 0.2, 30)  # true error share when accepting down to each threshold
    broken, naive_broken = 0, 0
    for _ in range(400):
        slices = chance.random((30, 40)) < np.diff(np.concatenate([[0.0], shares * np.arange(1, 31)]))[:, None]
        errors, n = np.cumsum(slices.sum(axis=1)), 40 * np.arange(1, 31)
        p = [binomial_p_value(int(x), int(m), 0.1) for x, m in zip(errors, n, strict=True)]
        accepted = fixed_sequence(p, 0.1)
        broken += accepted > 0 and shares[accepted - 1] > 0.1
        naive = np.flatnonzero(errors / n <= 0.1)
        naive_broken += len(naive) > 0 and shares[naive[-1]] > 0.1
    assert broken / 400 <= 0.1 + 3 * sqrt(0.09 / 400)
    assert naive_broken / 400 > 0.4


@pytest.mark.parametrize(
    "call",
    [
        lambda: binomial_p_value(6, 5, 0.1),
        lambda: binomial_p_value(1, 5, 1.0),
        lambda: trials_needed(-1, 0.1, 0.9),
    ],
)
def test_arguments_out_of_range_are_refused(call) -> None:
    with pytest.raises(ValueError, match=r"must|between"):
        call()
