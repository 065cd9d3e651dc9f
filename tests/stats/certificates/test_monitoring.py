"""Monitoring holds at all times at once, and notices what is wrong."""

from __future__ import annotations

from itertools import islice
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.stats.certificates.monitoring import breach_times, confidence_sequence, first_breach

TRIALS = 400
MISSES_ALLOWED = 0.05 + 3 * sqrt(0.05 * 0.95 / TRIALS)


@pytest.mark.parametrize("share", [0.02, 0.3])
def test_the_bounds_ever_miss_the_share_as_rarely_as_stated(share: float) -> None:
    chance = np.random.default_rng(1)
    missed = 0
    for _ in range(TRIALS):
        sequence = confidence_sequence((chance.random(500) < share).astype(float), 0.95)
        low, high = sequence[-1]  # they only narrow: the last are the narrowest
        missed += not low <= share <= high
    assert missed / TRIALS <= MISSES_ALLOWED


def test_the_bounds_hold_for_weighted_losses_of_items_drawn_unequally() -> None:
    chance = np.random.default_rng(2)
    missed = 0
    for _ in range(TRIALS):
        sure = chance.random(600) < 0.8
        losses = (chance.random(600) < np.where(sure, 0.02, 0.2)).astype(float)  # 0.056 on average
        drawn_with = np.where(sure, 0.2, 0.8)
        drawn = chance.random(600) < drawn_with
        low, high = confidence_sequence(losses * drawn, 0.95, drawn / drawn_with, largest_weight=5.0)[-1]
        missed += not low <= 0.056 <= high
    assert missed / TRIALS <= MISSES_ALLOWED


def test_the_bounds_narrow_around_the_share() -> None:
    losses = np.tile([1.0] + [0.0] * 19, 200)
    sequence = confidence_sequence(losses, 0.95)
    lows, highs = np.array(sequence).T
    assert (np.diff(lows) >= 0).all()
    assert (np.diff(highs) <= 0).all()
    assert 0.035 < lows[-1] < 0.05 < highs[-1] < 0.065


def test_the_first_loss_says_next_to_nothing() -> None:
    # The stake after one error against mean m is 0.5 / m: it reaches 20 at m = 1 / 40.
    ((low, high),) = confidence_sequence([1.0], 0.95)
    assert (low, high) == (pytest.approx(1 / 40), 1.0)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_right_and_wrong_mirror_each_other(losses: list[float]) -> None:
    there = np.array(confidence_sequence(losses, 0.9))
    back = np.array(confidence_sequence(1 - np.array(losses), 0.9))
    assert there[:, 0] == pytest.approx(1 - back[:, 1], abs=1e-9)


@pytest.mark.parametrize("share", [0.05, 0.03])
def test_a_stream_within_its_bound_rarely_ever_raises_the_alarm(share: float) -> None:
    chance = np.random.default_rng(3)
    alarms = [first_breach((chance.random(1_000) < share).astype(float), 0.05, 0.05) for _ in range(TRIALS)]
    assert np.mean([alarm is not None for alarm in alarms]) <= MISSES_ALLOWED


def test_losses_between_zero_and_one_whose_mean_wanders_below_the_bound_are_let_be() -> None:
    chance = np.random.default_rng(4)
    means = 0.05 * (1 + np.sin(np.arange(1_000) / 40)) / 2
    alarms = 0
    for _ in range(TRIALS):
        losses = chance.choice([0.0, 0.5], size=1_000) * (chance.random(1_000) < 4 * means)
        alarms += first_breach(losses, 0.05, 0.05) is not None
    assert alarms / TRIALS <= MISSES_ALLOWED


def test_twice_the_permitted_share_is_noticed_within_a_few_hundred_losses() -> None:
    chance = np.random.default_rng(5)
    found = [first_breach((chance.random(2_000) < 0.1).astype(float), 0.05, 0.05) for _ in range(50)]
    assert None not in found
    assert np.median(np.array(found, dtype=float)) < 300


def test_a_run_of_errors_is_noticed_at_its_third() -> None:
    # Each error multiplies the stakes of 0.2, 0.5, 0.15 and 0.15 by 1.5, 2, 3 and 5: 7.6 after two, 27.5 after three.
    assert first_breach([1.0] * 10, 0.05, 0.05) == 2


def test_in_a_population_one_error_too_many_is_a_proof_and_no_fewer_are() -> None:
    # 200 labels of which 10 may be wrong. All ten at the very end of a census: nothing was broken. An eleventh: it is.
    census = np.zeros(200)
    census[-10:] = 1
    assert first_breach(census, 0.05, 0.05, population=200) is None
    census[0] = 1
    assert first_breach(census, 0.05, 0.05, population=200) == 199
    assert first_breach(census[::-1], 0.05, 0.05, population=200) == 2


@pytest.mark.parametrize("drawn", [40, 300, 400])
def test_a_population_at_its_bound_rarely_ever_raises_the_alarm(drawn: int) -> None:
    chance = np.random.default_rng(6)
    batch = np.repeat([1.0, 0.0], [20, 380])
    alarms = [first_breach(chance.permutation(batch)[:drawn], 0.05, 0.05, population=400) for _ in range(TRIALS)]
    assert np.mean([alarm is not None for alarm in alarms]) <= MISSES_ALLOWED


@pytest.mark.parametrize(("permitted", "population"), [(0.05, None), (0.05, 300), (0.07, 40), (1 / 3, 30)])
def test_a_breach_comes_with_an_error_that_is_early_enough(permitted: float, population: int | None) -> None:
    chance = np.random.default_rng(8)
    times = list(islice(breach_times(permitted, 0.05, population=population), 200))
    assert times[-1] == population or population is None
    for share in (permitted, 2 * permitted, 0.8):
        for _ in range(40):
            losses = (chance.random(population or 300) < share).astype(float)
            errors = np.cumsum(losses).astype(int)
            early = [at for at, x in enumerate(errors.tolist()) if x and (x > len(times) or at + 1 <= times[x - 1])]
            breach = first_breach(losses, permitted, 0.05, population=population)
            assert breach == (early[0] if early else None)


def test_no_losses_and_no_errors_breach_nothing() -> None:
    assert first_breach([], 0.05, 0.05) is None
    assert first_breach([0.0] * 1_000, 0.05, 0.05) is None


@pytest.mark.parametrize(
    "call",
    [
        lambda: confidence_sequence([], 0.95),
        lambda: confidence_sequence([1.2], 0.95),
        lambda: confidence_sequence([1.0], 0.95, [2.0]),
        lambda: confidence_sequence([1.0], 1.5),
        lambda: first_breach([1.0], 0.0, 0.05),
        lambda: first_breach([1.0], 0.05, 1.0),
        lambda: first_breach([-1.0], 0.05, 0.05),
        lambda: first_breach([0.0, 0.0], 0.05, 0.05, population=1),
    ],
)
def test_arguments_out_of_range_are_refused(call) -> None:
    with pytest.raises(ValueError, match="must"):
        call()
