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


def taking(throttle: Throttle, start: float, count: int) -> None:
    """So many questions are sent within a second, and answered at once."""
    for number in range(count):
        throttle.sent(start + number / count)
        throttle.accepted(start + number / count, start + number / count)


def test_a_later_rejection_lowers_the_pace_by_half_at_most() -> None:
    throttle = saturated()
    throttle.pace(2.0)
    taking(throttle, 2.0, 5)
    before = throttle.pace(3.0)
    throttle.sent(3.5)
    throttle.rejected(3.5, 3.6, before, 60.0)
    # hardly anything was taken from here until 60 s
    assert throttle.pace(60.0) == pytest.approx(before / 2)


def test_the_pace_is_never_much_below_what_was_just_taken() -> None:
    throttle = saturated()
    throttle.pace(2.0)
    for second in range(2, 12):
        taking(throttle, second, 80)
    throttle.sent(12.0)
    throttle.rejected(12.0, 12.0, 30.0, 12.0)  # the pace was thought to be 30; 80 a second were taken
    assert throttle.pace(12.0) == pytest.approx(0.93 * 80, rel=0.01)


def test_where_nothing_is_known_about_the_limit_the_pace_doubles_every_second() -> None:
    throttle = saturated()
    before = throttle.pace(2.0)
    taking(throttle, 2.1, 10)
    assert throttle.pace(3.0) == pytest.approx(before * 2, rel=0.01)


def test_near_the_pace_last_rejected_it_grows_slowly_and_then_ever_faster() -> None:
    throttle = saturated()
    throttle.pace(2.0)
    taking(throttle, 2.0, 50)
    throttle.sent(3.0)
    throttle.rejected(3.0, 3.0, 50.0, 3.0)
    start = throttle.pace(3.0)
    assert 25.0 < start < 47.5
    paces = []
    for second in range(3, 63):
        taking(throttle, second, 10)
        paces.append(throttle.pace(second + 1.0))
    assert paces[0] == pytest.approx(start * 1.1, rel=0.02)  # a tenth a second, up to 95 % of what was rejected
    assert paces[18] < 50.0 * 1.05  # then it stays there for 20 s
    assert paces[25] / paces[24] < 1.02
    assert paces[55] / paces[54] > 1.1
    assert paces[-1] > 100.0  # the limit was lifted: it is found out within a minute


def test_a_server_that_accepted_nothing_is_tried_at_two_a_second_and_doubled_from_there() -> None:
    throttle = Throttle()
    for _ in range(16):
        throttle.sent(0.0)
    for _ in range(16):
        throttle.rejected(0.0, 0.01, math.inf, 5.0)
    assert throttle.pace(1.0) == pytest.approx(0.05)  # nothing goes out before 5 s
    assert throttle.pace(5.0) == pytest.approx(2.0)
    throttle.sent(5.0)
    throttle.rejected(5.0, 5.01, 2.0, 10.0)  # it is still closed: that says nothing about its pace either
    assert throttle.pace(10.0) == pytest.approx(2.0)
    for second in range(10, 15):
        taking(throttle, second, 20)
    assert throttle.pace(15.0) == pytest.approx(2.0 * 2**5, rel=0.1)


def test_rejections_from_before_a_limit_was_known_are_forgiven() -> None:
    throttle = Throttle()
    throttle.sent(0.0)
    throttle.forgive(0.5)
    throttle.rejected(0.0, 0.6, 48.0, 0.7)
    assert throttle.pace(1.0) == math.inf
