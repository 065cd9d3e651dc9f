"""Exact bounds for a finite population against scipy, enumeration and simulation."""

from __future__ import annotations

import time
from itertools import product
from math import comb, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from assistant.stats.finite import (
    errors_allowed,
    errors_upper_bound,
    labels_needed,
    p_value,
    stratified_p_value,
    stratified_upper_bound,
)

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
    started = time.perf_counter()
    p_value(steps // 10, 2 * steps + 1_000, 100 * steps + 10_000, 5 * steps + 500)
    assert time.perf_counter() - started < 0.5  # 5 ms on an idle core


def test_more_errors_than_the_population_could_still_hold_have_probability_zero() -> None:
    assert p_value(1, 4, 10, 8) == 0.0
    assert p_value(0, 0, 10, 11) == 0.0


@pytest.mark.parametrize(
    ("found", "sampled", "population", "errors"), [(2, 1, 5, 0), (0, 6, 5, 0), (-1, 3, 5, 0), (0, 3, 5, -1)]
)
def test_impossible_counts_are_refused(found: int, sampled: int, population: int, errors: int) -> None:
    with pytest.raises(ValueError, match="counts must satisfy"):
        p_value(found, sampled, population, errors)


@given(SAMPLES, st.sampled_from([0.8, 0.95, 0.99]))
def test_the_bound_is_the_largest_number_of_errors_that_is_not_rejected(
    sample: tuple[int, int, int], confidence: float
) -> None:
    found, sampled, population = sample
    kept = [w for w in range(population + 1) if p_value(found, sampled, population, w) > 1 - confidence]
    assert errors_upper_bound(found, sampled, population, confidence) == max(kept)


def test_a_census_leaves_no_doubt_and_no_sample_leaves_all() -> None:
    assert errors_upper_bound(3, 50, 50, 0.95) == 3
    assert errors_upper_bound(0, 0, 50, 0.95) == 50


@pytest.mark.parametrize(("population", "errors", "sampled"), [(200, 10, 60), (1_000, 50, 120), (40, 3, 20)])
def test_the_bound_holds_with_the_stated_confidence_whatever_is_drawn(
    population: int, errors: int, sampled: int
) -> None:
    missed = sum(
        hypergeom.pmf(found, population, errors, sampled)
        for found in range(min(errors, sampled) + 1)
        if sampled - found <= population - errors and errors_upper_bound(found, sampled, population, 0.95) < errors
    )
    assert missed <= 0.05 + 1e-12


def test_errors_allowed_is_not_fooled_by_binary_fractions() -> None:
    assert [errors_allowed(0.29, 100), errors_allowed(0.07, 100), errors_allowed(0.05, 1_923)] == [29, 7, 96]


def test_one_stratum_is_the_plain_test() -> None:
    assert stratified_p_value([500], [60], [2], 40) == p_value(2, 60, 500, 40)
    assert stratified_upper_bound([500], [60], [2], 0.95) == errors_upper_bound(2, 60, 500, 0.95)


def enumerated(sizes: list[int], sampled: list[int], found: list[int], errors: int) -> float:
    """The largest probability of an estimate as low, over every spread that could show these errors."""
    weights = [m / n for m, n in zip(sizes, sampled, strict=True)]
    seen = sum(w * x for w, x in zip(weights, found, strict=True)) + 1e-9
    best = 0.0
    possible = (range(x, m - n + x + 1) for m, n, x in zip(sizes, sampled, found, strict=True))
    for spread in product(*possible):
        if sum(spread) != errors:
            continue
        total = 0.0
        for counts in product(*(range(n + 1) for n in sampled)):
            if sum(w * x for w, x in zip(weights, counts, strict=True)) <= seen:
                total += np.prod(
                    [hypergeom.pmf(x, m, e, n) for x, m, e, n in zip(counts, sizes, spread, sampled, strict=True)]
                )
        best = max(best, total)
    return best


@pytest.mark.parametrize(
    ("sizes", "sampled", "found"),
    [([12, 8], [4, 5], [0, 2]), ([9, 9], [3, 6], [1, 1]), ([6, 5, 5], [2, 2, 4], [0, 1, 1])],
)
def test_the_stratified_p_value_is_the_maximum_over_all_spreads(
    sizes: list[int], sampled: list[int], found: list[int]
) -> None:
    for errors in range(sum(found), sum(sizes) - sum(sampled) + sum(found) + 1, 2):
        exact = enumerated(sizes, sampled, found, errors)
        ours = stratified_p_value(sizes, sampled, found, errors, set_aside=1e-9)
        assert exact - 1e-9 <= ours <= exact * 1.02 + 1e-6


@given(st.integers(0, 4), st.integers(0, 12), st.integers(0, 25), st.integers(20, 160))
def test_with_a_level_the_decision_is_the_same(first: int, second: int, third: int, errors: int) -> None:
    design = [600, 300, 200], [48, 60, 100], [first, second, third]
    p = stratified_p_value(*design, errors)
    decided = stratified_p_value(*design, errors, level=0.05)
    if not 0.0495 < p < 0.0505:  # within the tolerance of 1 % either answer is a bound
        assert (p > 0.05) == (decided > 0.05)


def test_an_unsampled_stratum_counts_as_wholly_wrong() -> None:
    assert stratified_upper_bound([500, 30], [60, 0], [2, 0], 0.95) == errors_upper_bound(2, 60, 500, 0.95) + 30
    assert stratified_p_value([30], [0], [0], 30) == 1.0
    assert stratified_p_value([30], [0], [0], 31) == 0.0


def test_a_stratum_seen_in_full_adds_only_what_was_found() -> None:
    both = stratified_upper_bound([500, 40], [60, 40], [2, 7], 0.95, set_aside=1e-6)
    assert abs(both - errors_upper_bound(2, 60, 500, 0.95) - 7) <= 1


@pytest.mark.parametrize("spread", [(5, 45), (25, 25), (45, 5), (1, 9)])
def test_the_stratified_bound_holds_for_every_spread_by_simulation(spread: tuple[int, int]) -> None:
    sizes, sampled = (600, 250), (50, 80)
    chance = np.random.default_rng(7)
    draws = np.column_stack(
        [chance.hypergeometric(e, m - e, n, size=400) for e, m, n in zip(spread, sizes, sampled, strict=True)]
    )
    outcomes, times = np.unique(draws, axis=0, return_counts=True)
    missed = sum(
        int(t)
        for found, t in zip(outcomes.tolist(), times, strict=True)
        if stratified_p_value(sizes, sampled, found, sum(spread), level=0.05) <= 0.05
    )
    assert missed / 400 <= 0.05 + 3 * sqrt(0.05 * 0.95 / 400)


@pytest.mark.parametrize(
    ("sizes", "sampled", "found"),
    [([50_000, 50_000], [500, 1_500], [10, 120]), ([50_000, 30_000, 20_000], [500, 500, 1_000], [5, 25, 150])],
)
def test_a_hundred_thousand_items_with_five_thousand_errors_are_bounded_fast_and_closely(
    sizes: list[int], sampled: list[int], found: list[int]
) -> None:
    started = time.process_time()
    bound = stratified_upper_bound(sizes, sampled, found, 0.95)
    assert time.process_time() - started < 10  # 0.05 s and 0.6 s on an idle core
    terms = [m * m * (1 - n / m) / n * (x / n) * (1 - x / n) for m, n, x in zip(sizes, sampled, found, strict=True)]
    normal = 5_000 + 1.645 * sqrt(sum(terms))
    assert normal < bound < normal * 1.06


def test_sampling_the_doubtful_stratum_more_pays() -> None:
    uneven = stratified_upper_bound([900, 100], [100, 50], [1, 15], 0.95)
    even = errors_upper_bound(6, 150, 1_000, 0.95)  # as many labels and expected errors in one sample
    assert uneven < even


@pytest.mark.parametrize(
    ("sizes", "sampled", "found"), [([5], [2, 1], [0]), ([5] * 4, [1] * 4, [0] * 4), ([5, 5], [6, 1], [0, 0])]
)
def test_designs_that_make_no_sense_are_refused(sizes: list[int], sampled: list[int], found: list[int]) -> None:
    with pytest.raises(ValueError, match=r"three strata|counts must"):
        stratified_p_value(sizes, sampled, found, 1)


def test_a_level_that_is_used_up_by_the_region_is_refused() -> None:
    with pytest.raises(ValueError, match="set_aside"):
        stratified_upper_bound([50, 50], [10, 20], [0, 0], 0.999)


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
