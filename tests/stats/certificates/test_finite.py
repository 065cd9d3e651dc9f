"""Exact tests for a finite population against scipy and enumeration."""

from __future__ import annotations

import time
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from assistant.stats.certificates.finite import errors_allowed, labels_needed, p_value

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


@pytest.mark.parametrize(
    ("error_share", "max_error", "population"), [(0.02, 0.05, 400), (0.0, 0.05, 300), (0.1, 0.2, 90)]
)
def test_labels_needed_is_the_smallest_sample_with_the_power(
    error_share: float, max_error: float, population: int
) -> None:
    wrong, allowed = round(error_share * population), errors_allowed(max_error, population)

    def power(sampled: int) -> float:
        outcomes = np.arange(min(wrong, sampled) + 1)
        passes = p_value(outcomes, np.full_like(outcomes, sampled), np.full_like(outcomes, population), allowed + 1)
        return float(hypergeom.pmf(outcomes[np.asarray(passes) <= 0.05], population, wrong, sampled).sum())

    expected = next(n for n in range(1, population + 1) if power(n) >= 0.8)
    assert labels_needed(error_share, max_error, population, 0.95) == expected


def test_labels_needed_for_no_errors_in_a_large_population_is_the_rule_of_zero_failures() -> None:
    assert labels_needed(0.0, 0.05, 10_000_000, 0.95) == 59  # 1 - 0.05^(1/59) < 0.05


def test_a_share_that_is_too_high_can_not_be_certified_by_any_sample() -> None:
    assert labels_needed(0.05, 0.05, 1_000, 0.95) is None
    assert labels_needed(0.06, 0.05, 1_000, 0.95) is None
    assert labels_needed(0.045, 0.05, 10, 0.95) is None  # one wrong of ten is more than 5 %


def test_a_share_close_to_the_limit_asks_for_nearly_all_and_still_answers() -> None:
    close = labels_needed(0.049, 0.05, 100_000, 0.95)
    assert close is not None
    assert 50_000 < close < 100_000
