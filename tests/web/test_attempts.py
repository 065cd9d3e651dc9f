"""How often somebody may try to sign in; times are made up."""

from __future__ import annotations

from assistant.web.attempts import Allowance, Attempts, LoginLimits


class Clock:
    """Seconds that go up when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_an_allowance_is_spent_at_once_and_fills_up_again() -> None:
    clock = Clock()
    attempts = Attempts(Allowance(burst=2, seconds_each=10), clock)
    waits = []
    for _ in range(3):
        waits.append(attempts.wait("a"))
        attempts.spend("a")
    assert waits == [0, 0, 10]
    assert attempts.wait("b") == 0
    clock.now += 15
    assert attempts.wait("a") == 5  # 3 spent, 1.5 filled up: 1.5 + 1 - 2 tries over, 10 s each
    clock.now += 5
    assert attempts.wait("a") == 0


def test_what_was_not_seen_for_long_is_forgotten_so_that_memory_stays_bounded() -> None:
    attempts = Attempts(Allowance(burst=1, seconds_each=3600), Clock())
    for number in range(20_001):
        attempts.spend(number)
    assert attempts.wait(0) == 0
    assert attempts.wait(1) > 0


def test_five_wrong_passwords_and_the_sixth_waits() -> None:
    limits = LoginLimits(Clock())
    assert [limits.try_once("ana", "10.0.0.1") for _ in range(6)] == [0, 0, 0, 0, 0, 30]


def test_others_are_not_locked_out_by_somebody_elses_tries() -> None:
    limits = LoginLimits(Clock())
    for _ in range(20):
        limits.try_once("ana", "10.9.9.9")
    assert limits.try_once("ana", "10.0.0.1") == 0
    assert limits.try_once("bo", "10.9.9.9") == 0


def test_one_address_cannot_try_many_names() -> None:
    limits = LoginLimits(Clock())
    waits = [limits.try_once(f"user{number}", "10.9.9.9") for number in range(40)]
    assert waits[:30] == [0] * 30
    assert all(waits[30:])


def test_an_office_behind_one_address_comes_in_on_monday_morning() -> None:
    limits = LoginLimits(Clock())
    for number in range(200):
        assert limits.try_once(f"user{number}", "10.0.0.1") == 0
        limits.succeeded(f"user{number}", "10.0.0.1")


def test_a_login_of_ones_own_does_not_pay_for_guesses_at_others() -> None:
    limits = LoginLimits(Clock())
    refused = 0
    for number in range(100):
        refused += limits.try_once(f"victim{number}", "10.9.9.9") > 0
        if limits.try_once("own", "10.9.9.9") == 0:
            limits.succeeded("own", "10.9.9.9")
    assert refused == 70


def test_guesses_from_many_addresses_at_one_name_end_too() -> None:
    limits = LoginLimits(Clock())
    waits = [limits.try_once("ana", f"10.0.{number // 250}.{number % 250}") for number in range(150)]
    assert waits[:100] == [0] * 100
    assert all(waits[100:])
