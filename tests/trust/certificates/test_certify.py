"""The certificate's arithmetic, against enumeration and simulation."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from assistant.trust.certificates.certify import (
    CertifiedPrefix,
    breach_probability,
    least_rate,
    pass_items,
    tolerated_errors,
)


def test_the_least_rate_lets_an_audit_without_errors_certify() -> None:
    # 1 - 0.05^(1/97) = 0.030413...: with 96 errors allowed the 97th must not pass unseen.
    assert least_rate(96, 0.05) == pytest.approx(1 - 0.05 ** (1 / 97), rel=1e-12)
    assert tolerated_errors(96, least_rate(96, 0.05) * 1.0001, 0.05) == 0
    assert tolerated_errors(96, least_rate(96, 0.05) * 0.999, 0.05) is None


def test_tolerated_errors_of_a_batch_worked_out_by_hand() -> None:
    # 96 allowed, one in ten audited: P(Bin(101, 0.1) <= 4) = 0.0216, P(Bin(102, 0.1) <= 5) = 0.0502.
    assert breach_probability(4, 96, 0.1) == pytest.approx(binom.cdf(4, 101, 0.1))
    assert breach_probability(4, 96, 0.1) <= 0.05
    assert breach_probability(5, 96, 0.1) > 0.05
    assert tolerated_errors(96, 0.1, 0.05) == 4


@given(
    allowed=st.integers(0, 400),
    rate=st.floats(0.005, 0.9),
    level=st.sampled_from([0.01, 0.05, 0.1]),
)
def test_the_tolerance_is_the_largest_that_keeps_the_level(allowed: int, rate: float, level: float) -> None:
    found = tolerated_errors(allowed, rate, level)
    if found is None:
        assert breach_probability(0, allowed, rate) > level
    else:
        assert breach_probability(found, allowed, rate) <= level < breach_probability(found + 1, allowed, rate)


@pytest.mark.parametrize(("allowed", "rate", "level"), [(-1, 0.1, 0.05), (3, 0.0, 0.05), (3, 1.1, 0.05), (3, 0.1, 1)])
def test_impossible_arguments_are_refused(allowed: int, rate: float, level: float) -> None:
    with pytest.raises(ValueError, match="rate lies in"):
        tolerated_errors(allowed, rate, level)


def test_the_chance_of_a_breach_is_what_enumerating_all_coins_gives() -> None:
    """Seven wrong items in a row, two may pass unseen, one audited error is tolerated."""
    allowed, tolerated, rate = 2, 1, 0.4
    breached = 0.0
    for coins in product([False, True], repeat=7):
        probability = np.prod([rate if coin else 1 - rate for coin in coins])
        passed = pass_items(np.array(coins), 0, tolerated)
        unseen = passed.count - sum(coins[: passed.count])
        breached += probability * (unseen > allowed)
    assert breached == pytest.approx(breach_probability(tolerated, allowed, rate), rel=1e-12)


def test_items_pass_until_one_error_more_than_tolerated() -> None:
    wrong = np.array([0, 1, 0, 0, 1, 0, 1, 0], dtype=bool)
    assert pass_items(wrong, 0, 2) == CertifiedPrefix(6, 2, ended=True)
    assert pass_items(wrong, 0, 3) == CertifiedPrefix(8, 3, ended=False)
    assert pass_items(wrong, 2, 2) == CertifiedPrefix(1, 2, ended=True)  # two were met before


def test_nothing_passes_when_more_was_met_than_is_tolerated() -> None:
    assert pass_items(np.zeros(5, dtype=bool), 3, 2) == CertifiedPrefix(0, 3, ended=True)


def test_wherever_the_errors_stand_the_promise_is_kept() -> None:
    """400 draws for each of three worst cases: all wrong from the first on, all wrong late, evenly spread."""
    allowed, rate, level, n = 30, 0.15, 0.05, 600
    tolerated = tolerated_errors(allowed, rate, level)
    assert tolerated is not None
    for seed, places in enumerate((np.arange(60), np.arange(540, 600), np.arange(0, 600, 10))):
        wrong = np.zeros(n, dtype=bool)
        wrong[places] = True
        coins = np.random.default_rng(seed).random((400, n)) < rate
        breaches = 0
        for audited in coins:
            passed = pass_items(audited & wrong, 0, tolerated).count
            breaches += (wrong & ~audited)[:passed].sum() > allowed
        assert breaches / 400 <= level + 3 * np.sqrt(level * (1 - level) / 400)
