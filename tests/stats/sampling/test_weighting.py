"""Weighted estimates: unbiased by enumeration of every sample."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from assistant.stats.sampling.weighting import horvitz_thompson_total

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


def test_one_sample_worked_out_by_hand() -> None:
    drawn = np.array([True, False, False, True, True])
    # 3 / 0.9 + 4 / 0.6 + 2 / 0.4
    assert horvitz_thompson_total(VALUES[drawn], PROBABILITIES[drawn]).value == pytest.approx(15.0, abs=1e-9)


def test_a_census_has_no_variance() -> None:
    estimate = horvitz_thompson_total([1, 0, 1], [1, 1, 1])
    assert (estimate.value, estimate.variance) == (2.0, 0.0)


@pytest.mark.parametrize("probabilities", [[0.0, 0.5], [0.5, 1.1], [0.5]])
def test_items_that_could_not_be_drawn_are_refused(probabilities: list[float]) -> None:
    with pytest.raises(ValueError, match="inclusion_probabilities"):
        horvitz_thompson_total([1, 0], probabilities)


def test_a_level_of_one_is_refused() -> None:
    with pytest.raises(ValueError, match="confidence"):
        horvitz_thompson_total([1], [0.5], 1.0)
