import pytest

from assistant.errors import InputError
from evals.comparison.plan import Discordance, plan_items, seen_discordance
from tests.evals.judged import judged


@pytest.mark.parametrize(("discordant", "detect", "items"), [(0.1, 0.03, 870), (0.1, 0.05, 312), (0.2, 0.05, 626)])
def test_items_as_connor_1987_counts_them(discordant: float, detect: float, items: int) -> None:
    assert plan_items(detect, discordant, None).items == pytest.approx(items, abs=1)


def test_a_pilot_says_how_much_is_discordant() -> None:
    pilot = seen_discordance(judged({"a": "x" * 50}, {"p": "x" * 50, "q": "x" * 40 + "y" * 10}), "p", "q")
    assert (pilot.items, pilot.discordant) == (50, 10)
    plan = plan_items(0.05, None, pilot)
    assert plan.origin == "pilot"
    assert plan.items == pytest.approx(626, abs=1)
    assert plan.items_if_more is not None
    assert plan.items_if_more > plan.items


def test_a_pilot_without_a_discordant_item_plans_with_what_may_have_been_missed() -> None:
    plan = plan_items(0.01, None, Discordance(100, 0, 0.0, 0.037))
    assert plan.discordant == 0.037


def test_without_a_pilot_ten_percent_are_assumed_and_named_so() -> None:
    plan = plan_items(0.03, None, None)
    assert (plan.discordant, plan.origin) == (0.1, "assumed")


@pytest.mark.parametrize("detect", [0.0, 1.0, -0.2, 30.0])
def test_a_difference_that_is_no_share_is_refused(detect: float) -> None:
    with pytest.raises(InputError, match="detect_"):
        plan_items(detect, None, None)


def test_a_difference_larger_than_what_can_make_it_is_refused() -> None:
    with pytest.raises(InputError, match="detect_above_discordant"):
        plan_items(0.2, 0.1, None)
