import math

import pytest

from assistant.models.guard.throttle import Throttle


def saturated() -> Throttle:
    """50 questions sent and taken within a second at full speed, then one rejected; sending goes on at 2.0 s."""
    throttle = Throttle()
    for number in range(50):
        throttle.sent(number / 50)
    throttle.sent(1.0)
    throttle.rejected(1.0, 1.01, math.inf, 2.0)
    return throttle


def test_nothing_is_held_back_before_the_first_rejection() -> None:
    assert Throttle().pace(0.0) == math.inf


def test_the_first_rejection_sets_the_pace_to_what_was_taken() -> None:
    # 50 taken in the 2 s until sending goes on
    assert saturated().pace(2.0) == pytest.approx(25.0)


def test_rejections_of_one_flight_slow_down_once() -> None:
    throttle = saturated()
    before = throttle.pace(2.0)
    throttle.rejected(0.99, 2.1, before, 2.2)  # it was sent before the first rejection came
    assert throttle.pace(2.2) == before


def test_a_later_rejection_lowers_the_pace_by_half_at_most() -> None:
    throttle = saturated()
    before = throttle.pace(2.0)
    throttle.sent(2.5)
    throttle.rejected(2.5, 2.6, before, 60.0)
    # hardly anything was taken from here until 60 s
    assert throttle.pace(60.0) == pytest.approx(before / 2)


def test_the_pace_recovers_while_questions_are_answered() -> None:
    throttle = saturated()
    before = throttle.pace(2.0)
    for tick in range(1, 11):
        throttle.sent(2.0 + tick / 10)
        throttle.accepted(2.0 + tick / 10, 2.0 + tick / 10)
    assert throttle.pace(3.0) == pytest.approx(before * 1.1, rel=0.01)  # a tenth in a second


def test_rejections_from_before_a_limit_was_known_are_forgiven() -> None:
    throttle = Throttle()
    throttle.sent(0.0)
    throttle.forgive(0.5)
    throttle.rejected(0.0, 0.6, 48.0, 0.7)
    assert throttle.pace(1.0) == math.inf
