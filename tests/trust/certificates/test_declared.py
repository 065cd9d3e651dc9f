"""A declared random sample: the tolerance is exact, and the promise holds whatever the order of the wrong items."""

from itertools import combinations

import numpy as np
import pytest

from assistant.stats.certificates.finite import p_value
from assistant.trust.certificates.certify import pass_items
from assistant.trust.certificates.declared import tolerated_in_sample


def breaches(wrong: tuple[int, ...], population: int, sampled: int, allowed: int, tolerated: int) -> float:
    """Share of all samples of that size after which more wrong items pass unaudited than are allowed."""
    broken, samples = 0, list(combinations(range(population), sampled))
    for sample in samples:
        audited = np.isin(np.arange(population), sample)
        bad = np.isin(np.arange(population), wrong)
        passed = pass_items(audited & bad, 0, tolerated).count
        broken += int((bad & ~audited)[:passed].sum()) > allowed
    return broken / len(samples)


@pytest.mark.parametrize(("allowed", "level"), [(0, 0.5), (1, 0.5), (2, 0.4)])
def test_no_place_of_the_wrong_items_breaks_the_promise_more_often_than_the_level(allowed: int, level: float) -> None:
    population, sampled = 10, 5
    tolerated = tolerated_in_sample(allowed, sampled, population, level)
    assert tolerated is not None
    for count in range(allowed + 1, 8):
        first, last = tuple(range(count)), tuple(range(population - count, population))
        for wrong in (first, last, (0, *last[1:])):
            assert breaches(wrong, population, sampled, allowed, tolerated) <= level


def test_one_error_more_would_break_it_for_some_place_of_the_wrong_items() -> None:
    # P(H(10, 2 + x, 5) <= x) is 2/9 for x = 0: too much for 0.2, enough for 0.3; x = 1 has P(H(10, 3, 5) <= 1) = 1/2.
    assert tolerated_in_sample(1, 5, 10, 0.2) is None
    assert tolerated_in_sample(1, 5, 10, 0.3) == 0
    assert breaches((0, 1), 10, 5, 1, 0) == pytest.approx(2 / 9)
    assert breaches((0, 1, 2), 10, 5, 1, 1) == pytest.approx(1 / 2)


def test_it_is_the_largest_number_whose_chance_of_a_breach_is_at_most_the_level() -> None:
    tolerated = tolerated_in_sample(96, 400, 1923, 0.05)
    assert tolerated is not None
    assert p_value(tolerated, 400, 1923, 97 + tolerated) <= 0.05 < p_value(tolerated + 1, 400, 1923, 98 + tolerated)


def test_where_more_is_allowed_than_is_left_unaudited_everything_may_pass() -> None:
    assert tolerated_in_sample(6, 5, 10, 0.05) == 5


def test_a_level_that_cant_be_is_refused() -> None:
    with pytest.raises(ValueError, match="level lies in"):
        tolerated_in_sample(1, 5, 10, 1.0)
