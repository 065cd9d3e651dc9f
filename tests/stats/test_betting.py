"""Betting bounds: they hold as often as they say, and tell more than Hoeffding's."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.stats.betting import (
    betting_upper_bound,
    betting_upper_bound_without_replacement,
    weighted_draws_upper_bounds,
    weighted_upper_bound,
)
from assistant.stats.finite import errors_upper_bound
from assistant.stats.intervals import binomial_upper_bound

TRIALS = 400
MISSES_ALLOWED = 0.05 + 3 * sqrt(0.05 * 0.95 / TRIALS)


@pytest.mark.parametrize("share", [0.01, 0.05, 0.5, 0.97])
def test_the_bound_holds_for_errors(share: float) -> None:
    chance = np.random.default_rng(1)
    draws = (chance.random((TRIALS, 150)) < share).astype(float)
    missed = np.mean([betting_upper_bound(values, 0.95) < share for values in draws])
    assert missed <= MISSES_ALLOWED


def test_the_bound_holds_for_severities_and_for_weights_above_one() -> None:
    chance = np.random.default_rng(2)
    draws = chance.choice([0.0, 0.5, 4.0], p=[0.9, 0.07, 0.03], size=(TRIALS, 120))
    missed = np.mean([betting_upper_bound(values, 0.95, bound=4.0) < 0.155 for values in draws])
    assert missed <= MISSES_ALLOWED


def test_small_variance_is_rewarded() -> None:
    values = np.random.default_rng(3).beta(2, 30, 1_000)
    hoeffding = values.mean() + sqrt(log(20) / 2_000)
    bound = betting_upper_bound(values, 0.95)
    assert bound < values.mean() + (hoeffding - values.mean()) / 4


def test_of_errors_it_stays_near_the_exact_bound() -> None:
    chance, losses = np.random.default_rng(4), np.repeat([1.0, 0.0], [9, 291])
    bounds = [betting_upper_bound(chance.permutation(losses), 0.95) for _ in range(50)]
    exact = binomial_upper_bound(9, 300, 0.95)
    assert exact < np.mean(bounds) < 1.25 * exact


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.5, 8))
def test_it_scales_with_the_values_and_lies_above_their_mean(values: list[float], scale: float) -> None:
    bound = betting_upper_bound(values, 0.95)
    assert np.mean(values) <= bound <= 1
    assert betting_upper_bound(scale * np.array(values), 0.95, bound=scale) == pytest.approx(scale * bound)


@pytest.mark.parametrize(("wrong", "sampled"), [(10, 100), (100, 60), (3, 150)])
def test_without_replacement_it_holds_and_is_narrower(wrong: int, sampled: int) -> None:
    chance = np.random.default_rng(5)
    items = np.repeat([1.0, 0.0], [wrong, 200 - wrong])
    draws = [chance.permutation(items)[:sampled] for _ in range(TRIALS)]
    bounds = np.array([betting_upper_bound_without_replacement(drawn, 200, 0.95) for drawn in draws])
    assert np.mean(bounds < wrong / 200) <= MISSES_ALLOWED
    assert bounds.mean() < np.mean([betting_upper_bound(drawn, 0.95) for drawn in draws])


def test_a_census_knows_the_mean() -> None:
    assert betting_upper_bound_without_replacement([1, 0, 0, 0.5], 4, 0.95) == pytest.approx(0.375)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.integers(0, 20))
def test_without_replacement_it_stays_within_what_is_possible(values: list[float], unseen: int) -> None:
    population = len(values) + unseen
    bound = betting_upper_bound_without_replacement(values, population, 0.9)
    assert sum(values) / population - 1e-9 <= bound <= (sum(values) + unseen) / population + 1e-9


def drawn_one_by_one(
    losses: np.ndarray, sizes: np.ndarray, draws: int, chance: np.random.Generator
) -> tuple[np.ndarray, ...]:
    """Losses in the order drawn, each item with probability proportional to its size among those left."""
    left, seen, own, least = np.ones(len(losses), dtype=bool), [], [], []
    for _ in range(draws):
        q = np.where(left, sizes, 0) / sizes[left].sum()
        item = chance.choice(len(losses), p=q)
        seen.append(losses[item])
        own.append(q[item])
        least.append(q[left].min())
        left[item] = False
    return np.array(seen), np.array(own), np.array(least)


def test_weighted_draws_hold_at_all_times_at_once() -> None:
    chance = np.random.default_rng(6)
    sizes = chance.uniform(0.3, 1.0, 80)
    losses = (chance.random(80) < sizes / 4).astype(float)
    missed = 0
    for _ in range(TRIALS):
        bounds = weighted_draws_upper_bounds(*drawn_one_by_one(losses, sizes, 50, chance), 80, 0.95)
        assert (np.diff(bounds) <= 0).all()
        missed += bounds[-1] < losses.mean()  # the bounds never rise: the last is the lowest
    assert missed / TRIALS <= MISSES_ALLOWED


def test_drawing_the_doubtful_items_more_often_tells_more() -> None:
    chance = np.random.default_rng(7)
    expected = np.repeat([0.01, 0.6], [270, 30])
    losses = (chance.random(300) < expected).astype(float)
    even, uneven = np.ones(300), expected + 0.1
    by_size = [
        np.mean(
            [weighted_draws_upper_bounds(*drawn_one_by_one(losses, s, 120, chance), 300, 0.95)[-1] for _ in "12345"]
        )
        for s in (even, uneven)
    ]
    assert by_size[1] < by_size[0] < 1


@pytest.mark.parametrize("share", [0.01, 0.05, 0.3])
def test_independent_unequal_draws_hold_wherever_the_errors_are(share: float) -> None:
    chance = np.random.default_rng(8)
    probabilities = np.sort(chance.uniform(0.1, 0.9, 500))
    losses = np.zeros(500)
    losses[: round(500 * share)] = 1.0  # worst case: all where they are least likely to be seen
    missed = 0
    for _ in range(TRIALS):
        drawn = chance.random(500) < probabilities
        bound = weighted_upper_bound(
            losses[drawn], probabilities[drawn], 500, 0.95, least_probability=float(probabilities[0])
        )
        missed += bound < share
    assert missed / TRIALS <= MISSES_ALLOWED


def test_independent_draws_with_few_errors_come_near_the_exact_bound() -> None:
    losses = np.repeat([1.0, 0.0], [3, 297])
    bound = weighted_upper_bound(losses, np.full(300, 0.3), 1_000, 0.95, least_probability=0.3)
    exact = errors_upper_bound(3, 300, 1_000, 0.95) / 1_000
    assert exact < bound < 1.6 * exact


def test_no_draws_say_nothing_and_certain_draws_nearly_all() -> None:
    assert weighted_upper_bound([], [], 10, 0.95, least_probability=0.01) == 1.0
    seen = weighted_upper_bound(np.repeat([1.0, 0.0], [10, 990]), np.ones(1_000), 1_000, 0.95, least_probability=1.0)
    assert seen == pytest.approx(0.01)


@pytest.mark.parametrize(
    "call",
    [
        lambda: betting_upper_bound([], 0.95),
        lambda: betting_upper_bound([1.5], 0.95),
        lambda: betting_upper_bound([0.5], 1.0),
        lambda: betting_upper_bound_without_replacement([0.5, 0.5], 1, 0.95),
        lambda: weighted_draws_upper_bounds([0.5], [0.1], [0.2], 10, 0.95),
        lambda: weighted_upper_bound([0.5], [0.1], 10, 0.95, least_probability=0.2),
        lambda: weighted_upper_bound([0.5], [0.1], 0, 0.95, least_probability=0.1),
        lambda: weighted_upper_bound([0.5], [0.1], 10, 0.0, least_probability=0.1),
    ],
)
def test_arguments_out_of_range_are_refused(call) -> None:
    with pytest.raises(ValueError, match=r"must|draws|needs"):
        call()
