"""Intervals for a proportion against published values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from assistant.stats.intervals import (
    binomial_interval,
    binomial_upper_bound,
    clopper_pearson,
    mid_p_of_share,
    newcombe_difference,
    wilson,
    wilson_of_share,
)
from tests.bench.cells import any_inside, inside, share_coverage


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_gives_the_values_of_newcombe_1998_table_one_method_three(
    successes: int, n: int, low: float, high: float
) -> None:
    assert wilson(successes, n) == pytest.approx((low, high), abs=6e-5)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(30, 40, 0.5980603857923197, 0.858128813609037), (78, 80, 0.9133556701442198, 0.9931171067970292)],
)
def test_gives_the_intervals_of_the_worked_example_of_llm_judge_agreement(
    successes: int, n: int, low: float, high: float
) -> None:
    # A judge finds 30 of 40 failures and passes 78 of 80 others; its PyPI page prints 59.8-85.8 % and 91.3-99.3 %.
    assert wilson(successes, n) == pytest.approx((low, high), abs=1e-6)


def test_of_no_trials_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_a_higher_level_gives_a_wider_interval() -> None:
    low, high = wilson(7, 20, 0.9)
    wider_low, wider_high = wilson(7, 20, 0.99)
    assert wider_low < low < high < wider_high


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_holds_the_share_and_mirrors_its_complement(counts: tuple[int, int]) -> None:
    successes, n = counts
    low, high = wilson(successes, n)
    assert 0 <= low <= successes / n <= high <= 1
    assert wilson(n - successes, n) == pytest.approx((1 - high, 1 - low))


@pytest.mark.parametrize(("successes", "n", "confidence"), [(3, 2, 0.95), (-1, 2, 0.95), (1, 2, 1.0), (1, 2, 0.0)])
def test_refuses_counts_and_levels_out_of_range(successes: int, n: int, confidence: float) -> None:
    with pytest.raises(ValueError, match="must"):
        wilson(successes, n, confidence)


def test_wilson_of_a_share_takes_fractional_counts() -> None:
    assert wilson_of_share(7 / 20, 20) == wilson(7, 20)
    low, high = wilson_of_share(0.35, 12.5)
    assert low < wilson(7, 20)[0] < wilson(7, 20)[1] < high
    with pytest.raises(ValueError, match="must lie"):
        wilson_of_share(0.5, 0)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684), (1, 29, 0.0009, 0.1776)],
)
def test_clopper_pearson_gives_the_values_of_newcombe_1998_table_one_method_five(
    successes: int, n: int, low: float, high: float
) -> None:
    assert clopper_pearson(successes, n) == pytest.approx((low, high), abs=6e-5)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_clopper_pearson_agrees_with_statsmodels(counts: tuple[int, int]) -> None:
    assert clopper_pearson(*counts) == pytest.approx(proportion_confint(*counts, 0.05, "beta"), abs=1e-9)


def test_clopper_pearson_of_no_trials_says_nothing() -> None:
    assert clopper_pearson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("n", "upper"),
    [(30, 0.09503385285530419), (59, 0.049507609888227), (100, 0.029513049607039932), (299, 0.009969146792899286)],
)
def test_no_failures_bound_the_share_by_the_root_of_alpha(n: int, upper: float) -> None:
    # closed form: 1 - 0.05^(1/n)
    assert binomial_upper_bound(0, n, 0.95) == pytest.approx(upper, abs=1e-9)


@pytest.mark.parametrize(("failures", "n"), [(0, 59), (1, 93), (2, 124), (3, 153), (4, 181)])
def test_wilks_sample_sizes_are_the_first_that_bound_five_per_cent(failures: int, n: int) -> None:
    # Wilks (1941), nonparametric tolerance limits: the published sizes for 95 % confidence in 95 %
    assert binomial_upper_bound(failures, n, 0.95) <= 0.05 < binomial_upper_bound(failures, n - 1, 0.95)


@pytest.mark.parametrize(("successes", "n", "confidence"), [(3, 2, 0.95), (1, 2, 1.0)])
def test_exact_bounds_refuse_counts_and_levels_out_of_range(successes: int, n: int, confidence: float) -> None:
    with pytest.raises(ValueError, match="must"):
        clopper_pearson(successes, n, confidence)
    with pytest.raises(ValueError, match="must"):
        binomial_upper_bound(successes, n, confidence)


@pytest.mark.parametrize(
    ("counts", "low", "high"), [((56, 70, 48, 80), 0.0524, 0.3339), ((9, 10, 3, 10), 0.1705, 0.8090)]
)
def test_the_difference_gives_the_values_of_newcombe_1998_method_ten(
    counts: tuple[int, int, int, int], low: float, high: float
) -> None:
    # Statistics in Medicine 17:873, table II
    assert newcombe_difference(*counts) == pytest.approx((low, high), abs=6e-5)


def test_the_difference_agrees_with_statsmodels_on_a_thousand_pairs() -> None:
    chance = np.random.default_rng(3)
    for n_a, n_b in chance.integers(1, 90, size=(1_000, 2)).tolist():
        counts = (int(chance.integers(0, n_a + 1)), n_a, int(chance.integers(0, n_b + 1)), n_b)
        expected = confint_proportions_2indep(*counts, compare="diff", method="newcomb")
        assert newcombe_difference(*counts) == pytest.approx(expected, abs=1e-9)
        low, high = newcombe_difference(*counts[2:], *counts[:2])
        assert newcombe_difference(*counts) == pytest.approx((-high, -low))


def test_the_difference_refuses_no_trials_and_counts_out_of_range() -> None:
    with pytest.raises(ValueError, match="n_a and n_b must be at least 1, got 4 and 0"):
        newcombe_difference(1, 4, 0, 0)
    with pytest.raises(ValueError, match="successes must be between"):
        newcombe_difference(5, 4, 0, 3)


def kept(successes: int, n: int, p: float) -> bool:
    """The rule of `binomial_interval`, over all outcomes one by one."""
    probabilities = binom.pmf(np.arange(n + 1), n, p)
    own = probabilities[successes]
    less = probabilities[probabilities <= own * (1 + 1e-9)].sum()
    return bool(less > 0.07 or less - own / 2 > 0.05)


@pytest.mark.parametrize(("successes", "n"), [(0, 20), (3, 20), (10, 20), (49, 50), (45, 50), (180, 200)])
def test_a_share_is_left_out_when_too_little_is_as_unlikely_as_what_was_seen(successes: int, n: int) -> None:
    low, high = binomial_interval(successes, n)
    assert successes == 0 or kept(successes, n, low + 1e-7)
    assert successes == 0 or not kept(successes, n, low - 1e-7)
    assert kept(successes, n, high - 1e-7)
    assert not kept(successes, n, high + 1e-7)


@pytest.mark.parametrize("n", [50, 200])
def test_a_share_is_covered_93_to_97_times_in_100_wherever_an_interval_in_use_manages_that(n: int) -> None:
    # Exact, by enumeration of all counts; the shares are those of 99.9 to 60 % agreement.
    for p in 1 - np.geomspace(0.001, 0.4, 60):
        found = share_coverage(float(p), n)
        assert found["ours"] >= 0.93
        assert inside(found["ours"]) or not any_inside(found), (p, found)


@pytest.mark.parametrize("n", range(1, 41))
def test_more_successes_and_higher_levels_move_the_ends_the_right_way(n: int) -> None:
    ends = np.array([[binomial_interval(x, n, level) for x in range(n + 1)] for level in (0.9, 0.95, 0.99)])
    assert (np.diff(ends, axis=1) >= -1e-9).all()
    assert (np.diff(ends[:, :, 0], axis=0) <= 1e-9).all()
    assert (np.diff(ends[:, :, 1], axis=0) >= -1e-9).all()
    assert np.allclose(ends[1], 1 - ends[1, ::-1, ::-1])


def test_of_no_failure_the_lower_end_is_the_root_of_seven_per_cent() -> None:
    # 3 of 3: p^3 is all that is as unlikely as what was seen, and half of it is below 5 % later than all below 7 %
    assert binomial_interval(3, 3) == (pytest.approx(0.07 ** (1 / 3)), 1.0)
    assert binomial_interval(0, 0) == (0.0, 1.0)


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_mid_p_leaves_half_of_what_was_seen_on_either_side(counts: tuple[int, int]) -> None:
    successes, n = counts
    low, high = mid_p_of_share(successes / n, n)
    if successes:
        assert binom.sf(successes, n, low) + binom.pmf(successes, n, low) / 2 == pytest.approx(0.025, abs=1e-9)
    if successes < n:
        assert binom.cdf(successes, n, high) - binom.pmf(successes, n, high) / 2 == pytest.approx(0.025, abs=1e-9)
    outer = clopper_pearson(successes, n)
    assert outer[0] <= low + 1e-12
    assert high <= outer[1] + 1e-12


def test_an_effective_number_of_items_need_not_be_whole() -> None:
    widths = [high - low for low, high in (mid_p_of_share(0.9, n) for n in (20, 20.5, 21))]
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize(("successes", "n", "confidence"), [(3, 2, 0.95), (1, 2, 1.0)])
def test_the_binomial_interval_refuses_counts_and_levels_out_of_range(
    successes: int, n: int, confidence: float
) -> None:
    with pytest.raises(ValueError, match="must"):
        binomial_interval(successes, n, confidence)
