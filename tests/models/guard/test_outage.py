import re

from assistant.cli.error_words import error_words
from assistant.errors import RetryableModelError
from assistant.models.guard.outage import Outage

DOWN = RetryableModelError("host:1 can't be reached: Connection refused", reason="connection")


class Clock:
    """Seconds that pass when told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_patience_ends_after_so_long_without_any_success() -> None:
    clock = Clock()
    outage = Outage("openai:m", 300.0, clock)
    outage.succeeded(clock.now)
    clock.now += 5
    assert outage.failed(DOWN) is None
    clock.now += 299
    assert outage.failed(DOWN) is None
    clock.now += 1
    error = outage.failed(DOWN)
    assert error is not None
    assert re.match(
        r"openai:m has not answered since \d\d:\d\d:\d\d; 300 s of trying ended with: host:1", error_words(error).what
    )
    assert "the same command resumes" in error_words(error).hint


def test_any_success_in_between_starts_anew() -> None:
    clock = Clock()
    outage = Outage("openai:m", 300.0, clock)
    outage.failed(DOWN)
    clock.now += 299
    outage.succeeded(clock.now)
    clock.now += 299
    assert outage.failed(DOWN) is None


def test_idle_time_is_no_silence() -> None:
    clock = Clock()
    outage = Outage("openai:m", 300.0, clock)
    outage.succeeded(clock.now)
    clock.now += 5000
    assert outage.failed(DOWN) is None
