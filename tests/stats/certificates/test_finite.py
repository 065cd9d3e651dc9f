"""Exact tests for a finite population against scipy and enumeration."""

from __future__ import annotations

import time
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from assistant.stats.certificates.finite import errors_allowed, p_value

SAMPLES = st.integers(1, 400).flatmap(
    lambda population: st.tuples(st.integers(0, population), st.just(population)).flatmap(
        lambda pair: st.tuples(st.integers(0, pair[0]), st.just(pair[0]), st.just(pair[1]))
    )
)


def test_p_value_of_one_error_found_is_worked_out_by_counting_samples() -> None:
    # 10 items, 3 wrong, 4 drawn: C(7,4) samples find none, 3 * C(7,3) find one.
    assert p_value(1, 4, 10, 3) == pytest.approx((comb(7, 4) + 3 * comb(7, 3)) / comb(10, 4))


@given(SAMPLES, st.integers(0, 400))
def test_p_value_is_the_hypergeometric_distribution(sample: tuple[int, int, int], errors: int) -> None:
    found, sampled, population = sample
    errors = min(errors, population)
    assert p_value(found, sampled, population, errors) == pytest.approx(
        hypergeom.cdf(found, population, errors, sampled), rel=1e-7, abs=1e-12
    )


def test_p_value_agrees_with_scipy_in_large_populations_far_into_the_tails() -> None:
    found = np.array([0, 40, 100, 160, 900, 20])
    ours = p_value(found, np.full(6, 2_000), np.full(6, 100_000), np.full(6, 5_000))
    assert ours == pytest.approx(hypergeom.cdf(found, 100_000, 5_000, 2_000), rel=1e-6, abs=0)


def test_a_thousand_thresholds_take_milliseconds() -> None:
    steps = np.arange(1_000)
    started = time.thread_time()
    p_value(steps // 10, 2 * steps + 1_000, 100 * steps + 10_000, 5 * steps + 500)
    assert time.thread_time() - started < 0.5  # of this thread alone, however busy the machine; 5 ms on an idle core


def test_more_errors_than_the_population_could_still_hold_have_probability_zero() -> None:
    assert p_value(1, 4, 10, 8) == 0.0
    assert p_value(0, 0, 10, 11) == 0.0


@pytest.mark.parametrize(
    ("found", "sampled", "population", "errors"), [(2, 1, 5, 0), (0, 6, 5, 0), (-1, 3, 5, 0), (0, 3, 5, -1)]
)
def test_impossible_counts_are_refused(found: int, sampled: int, population: int, errors: int) -> None:
    with pytest.raises(ValueError, match="counts must satisfy"):
        p_value(found, sampled, population, errors)


def test_errors_allowed_is_not_fooled_by_binary_fractions() -> None:
    assert [errors_allowed(0.29, 100), errors_allowed(0.07, 100), errors_allowed(0.05, 1_923)] == [29, 7, 96]
