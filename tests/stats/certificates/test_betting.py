"""The betting bound of independent unequal draws: it holds as often as it says, and comes near the exact one."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from assistant.stats.certificates.betting import (
    weighted_upper_bound,
)
from assistant.stats.certificates.finite import p_value

TRIALS = 400
MISSES_ALLOWED = 0.05 + 3 * sqrt(0.05 * 0.95 / TRIALS)


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
    exact = next(wrong for wrong in range(1_000, 3, -1) if p_value(3, 300, 1_000, wrong) > 0.05) / 1_000
    assert exact < bound < 1.6 * exact


def test_no_draws_say_nothing_and_certain_draws_nearly_all() -> None:
    assert weighted_upper_bound([], [], 10, 0.95, least_probability=0.01) == 1.0
    seen = weighted_upper_bound(np.repeat([1.0, 0.0], [10, 990]), np.ones(1_000), 1_000, 0.95, least_probability=1.0)
    assert seen == pytest.approx(0.01)


@pytest.mark.parametrize(
    "call",
    [
        lambda: weighted_upper_bound([0.5], [0.1], 10, 0.95, least_probability=0.2),
        lambda: weighted_upper_bound([0.5], [0.1], 0, 0.95, least_probability=0.1),
        lambda: weighted_upper_bound([0.5], [0.1], 10, 0.0, least_probability=0.1),
    ],
)
def test_arguments_out_of_range_are_refused(call) -> None:
    with pytest.raises(ValueError, match=r"must|draws|needs"):
        call()
