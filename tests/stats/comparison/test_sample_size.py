"""Sample sizes: published values, inverses, and power by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.stats.comparison.sample_size import (
    more_items_to_tell,
    pairs_for_mcnemar,
    smallest_mcnemar_difference,
    smallest_score_difference,
)
from tests.stats.plain import mcnemar_chi_squared_p


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
    # Miller (2024), section 5, with the quantiles of 97.5 % and 80 %
    needed = (1.959963985 + 0.841621234) ** 2 * (variance + 2 * noise / repeats) / smallest**2
    assert needed == pytest.approx(n)


def test_no_difference_is_small_enough_for_too_few_discordant_items() -> None:
    assert smallest_mcnemar_difference(50, 0.02) is None  # one discordant item
    assert smallest_mcnemar_difference(1, 0.5) is None


def test_so_many_pairs_do_give_the_power() -> None:
    chance, n = np.random.default_rng(12), pairs_for_mcnemar(0.05, 0.2)
    samples = chance.multinomial(n, [0.125, 0.075, 0.8], size=3_000)
    told = np.mean([mcnemar_chi_squared_p(int(b), int(c)) < 0.05 for b, c, _ in samples])
    assert told == pytest.approx(0.8, abs=3 * np.sqrt(0.16 / 3_000) + 0.005)


def test_more_items_are_what_is_missing_from_what_is_needed() -> None:
    # sd 0.5 and a difference of 0.05 need (1.95996 + 0.84162)² * 100 = 784.9 items
    assert more_items_to_tell(0.05, 0.5, 300) == 785 - 300
    assert more_items_to_tell(0.05, 0.5, 785) == 0
    assert more_items_to_tell(0.05, 0.5, 9_000) == 0
    assert more_items_to_tell(0.0, 0.5, 300) is None
    assert more_items_to_tell(-0.01, 0.5, 300) is None


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: smallest_score_difference(9, -1), "variance"),
        (lambda: smallest_score_difference(9, 1, repeats_b=0), "repeats"),
        (lambda: smallest_score_difference(9, 1, alpha=0), "alpha"),
        (lambda: smallest_score_difference(9, 1, power=1), "power"),
        (lambda: smallest_score_difference(0, 1), "n must be"),
        (lambda: pairs_for_mcnemar(0.3, 0.2), "at most discordant"),
        (lambda: pairs_for_mcnemar(0.3, 1.2), "discordant"),
        (lambda: smallest_mcnemar_difference(0, 0.2), "n must be"),
        (lambda: more_items_to_tell(0.1, 0, 10), "deviation"),
    ],
)
def test_arguments_out_of_range_are_refused(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
