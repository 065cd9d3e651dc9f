"""Wilson's interval against published values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.stats.intervals import wilson


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_gives_the_values_of_newcombe_1998_table_one_method_three(
    successes: int, n: int, low: float, high: float
) -> None:
    assert wilson(successes, n) == pytest.approx((low, high), abs=6e-5)


def test_of_no_trials_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_a_higher_level_gives_a_wider_interval() -> None:
    low, high = wilson(7, 20, 0.9)
    wider_low, wider_high = wilson(7, 20, 0.99)
    assert wider_low < low < high < wider_high


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_holds_the_share_and_mirrors_its_complement(counts: tuple[int, int]) -> None:
    successes, n = counts
    low, high = wilson(successes, n)
    assert 0 <= low <= successes / n <= high <= 1
    assert wilson(n - successes, n) == pytest.approx((1 - high, 1 - low))


@pytest.mark.parametrize(("successes", "n", "confidence"), [(3, 2, 0.95), (-1, 2, 0.95), (1, 2, 1.0), (1, 2, 0.0)])
def test_refuses_counts_and_levels_out_of_range(successes: int, n: int, confidence: float) -> None:
    with pytest.raises(ValueError, match="must"):
        wilson(successes, n, confidence)
