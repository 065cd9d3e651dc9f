"""Sample sizes: published values, inverses, and power by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.stats.intervals import wilson_of_share
from assistant.stats.mcnemar import mcnemar
from assistant.stats.sample_size import (
    items_for_half_width,
    items_for_kappa,
    items_for_proportion,
    more_items_to_tell,
    pairs_for_mcnemar,
    pairs_for_score_difference,
    smallest_mcnemar_difference,
    smallest_score_difference,
)


def test_gives_millers_number_of_questions() -> None:
    # Miller (2024), arXiv 2411.00640, section 5: omega² = 1/9, 3 points, 5 %, power 80 %: 969; with noise 1/6 each
    assert pairs_for_score_difference(0.03, 1 / 9) == pytest.approx(968.9974980677886, abs=0.6)
    noisy = {"noise_a": 1 / 6, "noise_b": 1 / 6}
    assert pairs_for_score_difference(0.03, 1 / 9, **noisy) == pytest.approx(3875.9899922711543, abs=0.6)
    often = pairs_for_score_difference(0.03, 1 / 9, **noisy, repeats_a=10, repeats_b=10)
    assert often == pytest.approx(1259.6967474881253, abs=0.6)


@pytest.mark.parametrize(("discordant", "difference", "n"), [(0.1, 0.03, 870), (0.1, 0.05, 312), (0.2, 0.05, 626)])
def test_gives_connors_number_of_pairs(discordant: float, difference: float, n: int) -> None:
    # formula of Connor (1987), Biometrics 43:207, at 5 % and power 80 %
    assert pairs_for_mcnemar(difference, discordant) == pytest.approx(n, abs=1)
    assert pairs_for_mcnemar(-difference, discordant) == pairs_for_mcnemar(difference, discordant)


@given(st.floats(0.02, 0.9), st.integers(20, 20_000))
def test_the_smallest_difference_of_n_pairs_needs_n_pairs(discordant: float, n: int) -> None:
    smallest = smallest_mcnemar_difference(n, discordant)
    if smallest is None:
        assert pairs_for_mcnemar(discordant, discordant) > n
    else:
        assert n <= pairs_for_mcnemar(smallest * (1 + 1e-9), discordant) + 1e-9 <= n + 1
        assert pairs_for_mcnemar(smallest * (1 - 1e-6), discordant) >= n


@given(st.integers(1, 9_999), st.floats(0.01, 1), st.floats(0, 1), st.integers(1, 9))
def test_the_smallest_score_difference_of_n_items_needs_n_items(
    n: int, variance: float, noise: float, repeats: int
) -> None:
    how = {"noise_a": noise, "noise_b": noise, "repeats_a": repeats, "repeats_b": repeats}
    smallest = smallest_score_difference(n, variance, **how)
    assert pairs_for_score_difference(smallest * (1 + 1e-9), variance, **how) == n
    assert pairs_for_score_difference(smallest * (1 - 1e-6), variance, **how) in (n, n + 1)


def test_no_difference_is_small_enough_for_too_few_discordant_items() -> None:
    assert smallest_mcnemar_difference(50, 0.02) is None  # one discordant item
    assert smallest_mcnemar_difference(1, 0.5) is None


def test_so_many_pairs_do_give_the_power() -> None:
    chance, n = np.random.default_rng(12), pairs_for_mcnemar(0.05, 0.2)
    samples = chance.multinomial(n, [0.125, 0.075, 0.8], size=3_000)
    told = np.mean([mcnemar(int(b), int(c)).asymptotic < 0.05 for b, c, _ in samples])
    assert told == pytest.approx(0.8, abs=3 * np.sqrt(0.16 / 3_000) + 0.005)


def test_more_items_are_what_is_missing_from_what_is_needed() -> None:
    # sd 0.5 and a difference of 0.05 need (1.95996 + 0.84162)² * 100 = 784.9 items
    assert more_items_to_tell(0.05, 0.5, 300) == 785 - 300
    assert more_items_to_tell(0.05, 0.5, 785) == 0
    assert more_items_to_tell(0.05, 0.5, 9_000) == 0
    assert more_items_to_tell(0.0, 0.5, 300) is None
    assert more_items_to_tell(-0.01, 0.5, 300) is None


@given(st.floats(0, 1), st.floats(0.01, 0.4), st.floats(0.5, 0.999))
def test_wilsons_interval_of_so_many_items_is_as_narrow_as_asked_and_of_fewer_is_not(
    share: float, half_width: float, confidence: float
) -> None:
    def uncut_half(n: int) -> float:
        low, high = wilson_of_share(share, n, confidence)
        return (high - low) / 2

    n = items_for_proportion(share, half_width, confidence=confidence)
    assert uncut_half(n) <= half_width + 1e-9
    if n > 1:
        assert uncut_half(n - 1) > half_width - 1e-9


def test_of_even_shares_the_textbook_number_less_the_square_of_the_quantile() -> None:
    assert items_for_proportion(0.5, 0.05) == 381  # 384.1 - 3.84


def test_items_for_kappa_follow_cohens_variance() -> None:
    # Cohen (1960): agreement 0.7, by chance 0.41, 200 items: standard error √(0.21 / 200) / 0.59 = 0.0549
    assert items_for_kappa(0.7, 0.41, 1.959964 * 0.05492) == pytest.approx(200, abs=1)
    assert items_for_half_width(0.1, 0.5) == 97  # (1.96 * 5)² = 96.04
    assert items_for_half_width(0.1, 0) == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pairs_for_score_difference(0, 1), "difference must not be 0"),
        (lambda: pairs_for_score_difference(0.1, -1), "variance"),
        (lambda: pairs_for_score_difference(0.1, 1, repeats_b=0), "repeats"),
        (lambda: pairs_for_score_difference(0.1, 1, alpha=0), "alpha"),
        (lambda: pairs_for_score_difference(0.1, 1, power=1), "power"),
        (lambda: smallest_score_difference(0, 1), "n must be"),
        (lambda: pairs_for_mcnemar(0.3, 0.2), "at most discordant"),
        (lambda: pairs_for_mcnemar(0.3, 1.2), "discordant"),
        (lambda: smallest_mcnemar_difference(0, 0.2), "n must be"),
        (lambda: more_items_to_tell(0.1, 0, 10), "deviation"),
        (lambda: items_for_proportion(1.1, 0.1), "share"),
        (lambda: items_for_kappa(0.8, 1, 0.1), "by_chance"),
        (lambda: items_for_kappa(1, 0.2, 0.1), "agreement"),
        (lambda: items_for_half_width(0, 0.1), "half_width"),
        (lambda: items_for_half_width(0.1, 0.1, confidence=1), "alpha"),
    ],
)
def test_arguments_out_of_range_are_refused(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
