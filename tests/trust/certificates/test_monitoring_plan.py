"""How many labels keep a certificate tested: the chance that is stated is the chance there is."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from assistant.stats.certificates.monitoring import first_breach
from assistant.trust.certificates.monitoring_plan import (
    MonitoringDesign,
    MonitoringPlan,
    permitted_share,
    plan_monitoring,
)
from assistant.trust.certificates.power import chance_to_notice, labels_to_notice
from tests.statements import made_up_statement

SEQUENCES = 2_000
PERMITTED = 96 / 1_400  # wrong labels that may be among those accepted, as on pac_misinfo


def plan(accepted: int = 1_400, permitted: float = PERMITTED, **changed: object) -> MonitoringPlan:
    settings: dict[str, object] = {"finite": True, "factor": 2.0, "power": 0.8} | changed
    return MonitoringPlan.of(accepted, permitted, 0.05, **settings)  # type: ignore[arg-type]


def simulated(factor: float, labels: int, population: int | None) -> float:
    """How often a share of so many times the permitted one is noticed, drawn and tested as `check` does."""
    chance = np.random.default_rng([labels, round(10 * factor)])
    noticed = 0
    for _ in range(SEQUENCES):
        if population is None:
            losses = (chance.random(labels) < factor * PERMITTED).astype(float)
        else:
            wrong = round(factor * PERMITTED * population)
            losses = (chance.permutation(population)[:labels] < wrong).astype(float)
        noticed += first_breach(losses, PERMITTED, 0.05, population=population) is not None
    return noticed / SEQUENCES


@pytest.mark.parametrize("population", [None, 1_400])
@pytest.mark.parametrize("labels", [28, 100, 300])
def test_the_chance_stated_is_how_often_it_is_noticed(labels: int, population: int | None) -> None:
    for factor in (1.5, 2.0):
        stated = chance_to_notice(factor * PERMITTED, PERMITTED, 0.05, labels, population=population)
        assert abs(simulated(factor, labels, population) - stated) <= 3 * sqrt(stated * (1 - stated) / SEQUENCES)


@pytest.mark.parametrize("population", [None, 1_400])
def test_a_certificate_that_holds_is_called_broken_no_more_often_than_stated(population: int | None) -> None:
    assert simulated(1.0, 300, population) <= 0.05 + 3 * sqrt(0.05 * 0.95 / SEQUENCES)
    assert chance_to_notice(PERMITTED, PERMITTED, 0.05, 1_400, population=population) <= 0.05


def test_the_bets_notice_more_than_those_before_them_did() -> None:
    # The audit of the earlier bets: twice the permitted errors with 3.9, 37 and 91 % at 28, 100 and 300 labels.
    chances = [chance_to_notice(2 * PERMITTED, PERMITTED, 0.05, labels) for labels in (28, 100, 300)]
    assert (np.array(chances) > [0.12, 0.5, 0.94]).all()


def test_the_share_drawn_has_just_the_power_asked_for() -> None:
    made = plan()
    labels = round(made.share * 1_400)
    assert made.share == pytest.approx(labels / 1_400)
    assert made.chance(2.0, labels) >= 0.8 > made.chance(2.0, labels - 1)
    assert plan(power=0.5).share < made.share < plan(power=0.95).share
    assert plan(factor=3.0).share < made.share < plan(factor=1.5).share
    assert plan(finite=False).share > made.share  # what was found is not taken from what may be left


def test_a_share_that_is_set_stays_and_its_chance_is_told() -> None:
    made = plan(share=0.02)
    assert (made.share, made.expected, made.chosen) == (0.02, 28, True)
    assert made.drawn(28) == (
        "draws 28 of 1,400 accepted items (2.0%): notices twice the permitted errors with a chance of 14%,"
        " 1.5 times with 5%"
    )
    assert made.needed == round(plan().share * 1_400)


def test_where_few_are_accepted_all_are_drawn_and_it_says_what_that_can_notice() -> None:
    small = plan(30, 0.05, finite=False)
    assert (small.share, small.expected) == (1.0, 30)
    assert small.drawn(30).endswith("too few are accepted for the 80% asked for, so all of them are drawn")
    assert plan(30, 0.1).drawn(25).startswith("draws 25 of 30 accepted items")
    assert "too few" not in plan(30, 0.1).drawn(25)  # a census of a batch leaves nothing open


def test_a_census_notices_a_batch_that_is_broken_for_certain() -> None:
    assert chance_to_notice(0.1, 0.05, 0.05, 200, population=200) == pytest.approx(1)
    assert chance_to_notice(0.05, 0.05, 0.05, 200, population=200) <= 0.05
    needed = labels_to_notice(0.1, 0.05, 0.05, 0.999, population=200)
    assert needed is not None
    assert needed < 200


def test_no_number_of_labels_notices_what_is_permitted() -> None:
    assert labels_to_notice(0.05, 0.05, 0.05, 0.8) is None
    assert labels_to_notice(0.04, 0.05, 0.05, 0.8, population=500) is None


def test_what_is_permitted_of_almost_everything_can_be_planned_too() -> None:
    assert plan(50, 0.8).in_words(50).startswith("twice the permitted errors")
    assert 0 < plan(10**6, 1e-4).share < 0.2


@pytest.mark.parametrize("changed", [{"accepted": 0}, {"factor": 1.0}, {"power": 1.0}])
def test_numbers_that_cant_be_are_refused(changed: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="accepted >= 1, factor > 1"):
        plan(**changed)  # type: ignore[arg-type]


POWER = MonitoringDesign(share=None, power=0.8, factor=2.0)


def test_what_a_certificate_permits_is_all_wrong_labels_it_allows_among_the_accepted() -> None:
    assert permitted_share(made_up_statement(allowed=20), 400) == 0.05
    assert permitted_share(made_up_statement(allowed=20), 10) == pytest.approx(1)  # never quite all of them
    assert 0 < permitted_share(made_up_statement(allowed=0), 400) < 1e-8
    assert permitted_share(made_up_statement(allowed=None, max_error=0.07), 400) == 0.07  # of a threshold: a share


def test_the_plan_has_the_level_of_the_certificate_and_its_population_where_it_is_about_a_batch() -> None:
    of_batch = plan_monitoring(made_up_statement(allowed=20, confidence=0.9), 400, POWER)
    of_source = plan_monitoring(made_up_statement(allowed=None), 400, POWER)
    assert of_batch is not None
    assert of_source is not None
    assert (of_batch.level, of_batch.population) == (pytest.approx(0.1), 400)
    assert of_source.population is None
    assert plan_monitoring(made_up_statement(), 0, POWER) is None


def test_a_share_drawn_before_stays_while_it_is_about_right_and_one_that_was_set_always_holds() -> None:
    statement = made_up_statement(allowed=20)
    made = plan_monitoring(statement, 400, POWER)
    assert made is not None
    for times, stays in ((0.6, True), (1.9, True), (0.4, False), (2.1, False)):
        again = plan_monitoring(statement, 400, POWER, made.share * times)
        assert again is not None
        assert again.share == (made.share * times if stays else made.share)
    chosen = plan_monitoring(statement, 400, MonitoringDesign(0.3, 0.8, 2.0), 0.25)
    assert chosen is not None
    assert chosen.share == 0.3


def test_a_round_remembers_the_share_that_was_set_or_the_power_it_follows_from() -> None:
    assert POWER.as_json() == {"power": 0.8, "factor": 2.0}
    assert MonitoringDesign(0.3, 0.8, 2.0).as_json() == {"share": 0.3}
