"""What several runs cost together."""

from __future__ import annotations

import pytest

from assistant.prelabel.estimate import CostEstimate, total_usd


def estimated(calls: int, cost: float | None) -> CostEstimate:
    return CostEstimate(calls, 100 * calls, 10 * calls, cost, sampled=calls, truncated=0)


def test_costs_add_up_and_one_unknown_price_makes_the_sum_unknown() -> None:
    assert total_usd([estimated(10, 1.25), estimated(4, 0.5)]) == pytest.approx(1.75)
    assert total_usd([estimated(10, 1.25), estimated(1, None)]) is None


def test_a_model_without_a_price_that_is_asked_nothing_costs_nothing() -> None:
    assert total_usd([estimated(10, 1.25), estimated(0, None)]) == pytest.approx(1.25)
    assert total_usd([]) == 0
