"""Weighted estimates: unbiased by enumeration of every sample."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.stats.weighting import hajek_mean, horvitz_thompson_mean, horvitz_thompson_total

VALUES = np.array([3.0, 1.0, 0.0, 4.0, 2.0])
PROBABILITIES = np.array([0.9, 0.5, 0.2, 0.6, 0.4])


def every_sample(probabilities: np.ndarray) -> list[tuple[float, np.ndarray]]:
    """Each possible sample with its chance, items drawn independently."""
    drawn = [np.array(chosen, dtype=bool) for chosen in product((False, True), repeat=len(probabilities))]
    return [(float(np.prod(np.where(d, probabilities, 1 - probabilities))), d) for d in drawn]


def test_the_total_and_its_variance_are_unbiased_over_all_thirty_two_samples() -> None:
    totals, variances, chances = [], [], []
    for chance, drawn in every_sample(PROBABILITIES):
        estimate = horvitz_thompson_total(VALUES[drawn], PROBABILITIES[drawn]) if drawn.any() else None
        totals.append(estimate.value if estimate else 0.0)
        variances.append(estimate.variance if estimate else 0.0)
        chances.append(chance)
    mean = np.dot(chances, totals)
    assert mean == pytest.approx(10.0, abs=1e-9)
    # the sum of (1 - pi) / pi * value² over all five: 1 + 1 + 0 + 32 / 3 + 6
    assert np.dot(chances, (np.array(totals) - mean) ** 2) == pytest.approx(56 / 3, abs=1e-9)
    assert np.dot(chances, variances) == pytest.approx(56 / 3, abs=1e-9)


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(0.05, 1)), min_size=1, max_size=7))
def test_the_mean_is_unbiased_whatever_the_probabilities(items: list[tuple[float, float]]) -> None:
    values, probabilities = (np.array(column) for column in zip(*items, strict=True))
    expected = sum(
        chance * horvitz_thompson_mean(values[drawn], probabilities[drawn], len(values)).value
        for chance, drawn in every_sample(probabilities)
        if drawn.any()
    )
    assert expected == pytest.approx(values.mean(), abs=1e-9)


def test_one_sample_worked_out_by_hand() -> None:
    drawn = np.array([True, False, False, True, True])
    # 3 / 0.9 + 4 / 0.6 + 2 / 0.4, and that over 1 / 0.9 + 1 / 0.6 + 1 / 0.4
    assert horvitz_thompson_total(VALUES[drawn], PROBABILITIES[drawn]).value == pytest.approx(15.0, abs=1e-9)
    assert hajek_mean(VALUES[drawn], PROBABILITIES[drawn]).value == pytest.approx(2.8421052631578947, abs=1e-9)


def test_weighting_tells_the_truth_where_reviewers_saw_mostly_the_hard_items() -> None:
    # 18,000 sure items agree 97 % and 5 % of them were audited; all 2,000 unsure ones were reviewed and agree 60 %.
    agrees = np.repeat([1.0, 0.0, 1.0, 0.0], [873, 27, 1_200, 800])
    probabilities = np.repeat([0.05, 1.0], [900, 2_000])
    estimate = horvitz_thompson_mean(agrees, probabilities, 20_000)
    assert agrees.mean() == pytest.approx(0.7148275862068966, abs=1e-12)
    assert agrees[900:].mean() == pytest.approx(0.6, abs=1e-12)
    assert estimate.value == pytest.approx(0.933, abs=1e-12)
    assert hajek_mean(agrees, probabilities).value == pytest.approx(0.933, abs=1e-12)
    assert estimate.low < 0.933 < estimate.high


def test_hajek_is_steadier_for_shares_and_its_interval_covers() -> None:
    chance = np.random.default_rng(3)
    values = (chance.random(2_000) < 0.9).astype(float)
    probabilities = chance.uniform(0.1, 0.5, 2_000)
    covered, gaps = 0, []
    for _ in range(400):
        drawn = chance.random(2_000) < probabilities
        hajek = hajek_mean(values[drawn], probabilities[drawn])
        covered += hajek.low <= values.mean() <= hajek.high
        gaps.append(
            (hajek.value - values.mean(), horvitz_thompson_mean(values[drawn], probabilities[drawn], 2_000).value)
        )
    hajek_gaps, totals = np.array(gaps).T
    assert np.std(hajek_gaps) < np.std(totals) / 2
    assert 0.95 - 3 * np.sqrt(0.05 * 0.95 / 400) <= covered / 400 <= 0.95 + 3 * np.sqrt(0.05 * 0.95 / 400)


def test_a_census_has_no_variance() -> None:
    estimate = horvitz_thompson_mean([1, 0, 1], [1, 1, 1], 3)
    assert (estimate.value, estimate.variance) == (pytest.approx(2 / 3), 0.0)
    assert hajek_mean([1, 0, 1], [1, 1, 1]).variance == 0.0


@pytest.mark.parametrize("probabilities", [[0.0, 0.5], [0.5, 1.1], [0.5]])
def test_items_that_could_not_be_drawn_are_refused(probabilities: list[float]) -> None:
    with pytest.raises(ValueError, match="inclusion_probabilities"):
        hajek_mean([1, 0], probabilities)


def test_a_population_smaller_than_the_sample_and_a_level_of_one_are_refused() -> None:
    with pytest.raises(ValueError, match="population"):
        horvitz_thompson_mean([1, 0], [0.5, 0.5], 1)
    with pytest.raises(ValueError, match="confidence"):
        horvitz_thompson_total([1], [0.5], 1.0)
