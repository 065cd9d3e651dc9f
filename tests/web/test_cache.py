"""Figures that take a while: counted once for many, and never older than a minute, whoever changed what they are of."""

from __future__ import annotations

from itertools import count

import pytest

from assistant.web import cache as module
from assistant.web.cache import Remembered


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(module, "time", made)
    return made


@pytest.mark.parametrize(
    ("took", "seconds", "kept"),
    [(0.0, 1.0, 1.0), (0.0, 30.0, 30.0), (2.0, 1.0, 40.0), (10.0, 1.0, 60.0), (0.0, 600.0, 60.0)],
)
def test_a_figure_is_kept_for_twenty_times_what_it_took_and_a_minute_at_most(
    clock: Clock, took: float, seconds: float, kept: float
) -> None:
    figures, numbers = Remembered(), count()

    def find() -> int:
        clock.now += took
        return next(numbers)

    assert figures.get("a", find, seconds=seconds).value == 0
    clock.now += kept - 0.1
    assert figures.get("a", find, seconds=seconds).value == 0
    clock.now += 0.2
    assert figures.get("a", find, seconds=seconds).value == 1


def test_what_was_changed_here_is_counted_at_once(clock: Clock) -> None:
    figures, numbers = Remembered(), count()
    figures.get("a", lambda: next(numbers), seconds=30)
    figures.forget()
    assert figures.get("a", lambda: next(numbers), seconds=30).value == 1
    assert clock.now == 0
