"""Learn-then-Test and conformal rules: their arithmetic, and their promises by simulation."""

from __future__ import annotations

from math import e, exp, inf, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from assistant.stats.control import (
    binomial_p_value,
    conformal_p_values,
    conformal_risk_control_threshold,
    fixed_sequence,
    hoeffding_bentkus_p_value,
    trials_needed,
)


def test_hoeffding_bentkus_is_the_smaller_of_its_two_bounds() -> None:
    # mean 0.02 of 200 against 0.1
    hoeffding = exp(-200 * (0.02 * log(0.02 / 0.1) + 0.98 * log(0.98 / 0.9)))
    bentkus = e * binom.cdf(4, 200, 0.1)
    assert hoeffding_bentkus_p_value(0.02, 200, 0.1) == pytest.approx(min(hoeffding, bentkus))


def test_a_mean_at_or_above_the_risk_is_never_rejected() -> None:
    assert hoeffding_bentkus_p_value(0.1, 50, 0.1) == 1.0
    assert hoeffding_bentkus_p_value(1.0, 50, 0.1) == 1.0


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.01, 0.9))
def test_the_binomial_p_value_is_scipys_and_never_above_the_bounds(counts: tuple[int, int], share: float) -> None:
    errors, n = counts
    p = binomial_p_value(errors, n, share)
    assert p == pytest.approx(binomtest(errors, n, share, "less").pvalue, rel=1e-6, abs=1e-12)
    assert p <= hoeffding_bentkus_p_value(errors / n, n, share) * (1 + 1e-9)


@pytest.mark.parametrize("n", [40, 150])
def test_hoeffding_bentkus_holds_its_level_for_losses_between_zero_and_one(n: int) -> None:
    chance = np.random.default_rng(4)
    means = chance.choice([0.0, 0.3, 1.0], p=[0.85, 0.1, 0.05], size=(2_000, n)).mean(axis=1)  # expectation 0.08
    rejected = np.mean([hoeffding_bentkus_p_value(mean, n, 0.08) <= 0.1 for mean in means])
    assert rejected <= 0.1 + 3 * sqrt(0.09 / 2_000)


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


def test_conformal_risk_control_affords_four_losses_of_99_at_five_per_cent() -> None:
    confidence = np.arange(99) / 100
    losses = np.zeros(99)
    losses[[90, 70, 50, 40, 30, 10]] = 1  # (99 * R + 1) / 100 <= 0.05: four losses (arXiv 2208.02814, eq. 4)
    threshold = conformal_risk_control_threshold(confidence, losses, 0.05)
    assert threshold == 0.30
    assert losses[confidence > 0.30].sum() == 4


def test_conformal_risk_control_accepts_all_or_can_promise_nothing() -> None:
    assert conformal_risk_control_threshold([0.1, 0.9], [0, 0], 0.4) == -inf
    assert conformal_risk_control_threshold([0.1, 0.9], [0, 0], 0.3) is None  # (0 + 1) / 3 > 0.3


def test_conformal_risk_control_holds_on_average() -> None:
    chance = np.random.default_rng(6)
    risks = []
    for _ in range(400):
        confidence = chance.random(101)
        losses = (chance.random(101) < 0.6 * (1 - confidence)).astype(float)
        threshold = conformal_risk_control_threshold(confidence[:100], losses[:100], 0.1)
        assert threshold is not None
        risks.append(losses[100] * (confidence[100] > threshold))
    assert np.mean(risks) <= 0.1 + 3 * sqrt(0.09 / 400)


def test_conformal_p_values_over_all_calibration_items_and_over_the_wrong_ones() -> None:
    wrong, confidence = [0.2, 0.4, 0.5, 0.7], [0.95, 0.6, 0.3]
    assert conformal_p_values(wrong, confidence, calibration_items=20) == pytest.approx(
        [1 / 21, 2 / 21, 4 / 21], abs=1e-12
    )
    assert conformal_p_values(wrong, confidence) == pytest.approx([1 / 5, 2 / 5, 4 / 5], abs=1e-12)


def test_conformal_p_values_of_wrong_items_are_rarely_small() -> None:
    chance = np.random.default_rng(7)
    confidence = chance.beta(3, 2, size=(4_000, 20))
    p = np.array([conformal_p_values(row[:19], row[19:])[0] for row in confidence])
    for level in (0.05, 0.1, 0.3):
        assert np.mean(p <= level) <= level + 3 * sqrt(level * (1 - level) / 4_000)


@pytest.mark.parametrize(
    "call",
    [
        lambda: hoeffding_bentkus_p_value(1.1, 5, 0.1),
        lambda: hoeffding_bentkus_p_value(0.1, 0, 0.1),
        lambda: binomial_p_value(6, 5, 0.1),
        lambda: binomial_p_value(1, 5, 1.0),
        lambda: trials_needed(-1, 0.1, 0.9),
        lambda: conformal_risk_control_threshold([0.5], [2.0], 0.1),
        lambda: conformal_p_values([0.1, 0.2], [0.3], calibration_items=1),
    ],
)
def test_arguments_out_of_range_are_refused(call) -> None:
    with pytest.raises(ValueError, match=r"must|between"):
        call()
