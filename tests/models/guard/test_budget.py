import pytest

from assistant.cli.error_words import error_words
from assistant.errors import BudgetError
from assistant.models.guard.budget import Budget, Prices
from tests.worded import says


def test_cost_counts_cached_tokens_at_their_own_price() -> None:
    prices = Prices(input=2.0, output=8.0, cached=0.5)
    # 600 fresh at 2, 400 cached at 0.5, 100 out at 8, each per million
    assert prices.cost(1000, 100, 400) == pytest.approx((600 * 2 + 400 * 0.5 + 100 * 8) / 1e6)
    assert Prices(2.0, 8.0).cost(1000, 100, 400) == pytest.approx((1000 * 2 + 100 * 8) / 1e6)


def test_an_unknown_price_makes_an_unknown_cost() -> None:
    assert Prices(input=1.0).cost(10, 10) is None
    assert not Prices(input=1.0).known
    assert Prices(0.0, 0.0).cost(10, 10) == 0.0


def test_what_is_set_aside_counts_against_the_cap() -> None:
    budget = Budget(1.0)
    budget.reserve(0.6)
    with pytest.raises(
        BudgetError, check=says(r"US\$ 1\.00 is used up: US\$ 0\.0000 spent, US\$ 0\.6000 set aside")
    ) as caught:
        budget.reserve(0.5)
    assert "--budget" in error_words(caught.value).hint
    budget.settle(0.6, 0.1)
    budget.reserve(0.5)
    assert (budget.spent, budget._reserved) == (0.1, 0.5)


def test_earlier_sessions_count() -> None:
    with pytest.raises(BudgetError):
        Budget(1.0, spent=0.9).reserve(0.2)


def test_without_a_cap_it_only_counts() -> None:
    budget = Budget()
    for _ in range(10):
        budget.reserve(0.1)
    for _ in range(10):
        budget.settle(0.1, 0.05)
    assert budget.spent == pytest.approx(0.5)
    assert budget._reserved == 0.0
