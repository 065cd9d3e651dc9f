"""What is under way, and the lines a command says about it where it would be silent."""

from __future__ import annotations

import threading
import time

import pytest

from assistant.cli.output import Output
from assistant.cli.progress import Counting, Heartbeat, quiet
from assistant.steps import current, step


def test_the_innermost_step_is_the_one_under_way() -> None:
    assert current() is None
    with step("outer"):
        with step("inner", total=2_000) as inner:
            inner.done = 1_024
            assert current() is inner
            assert inner.words() == "inner: 1,024 of 2,000, 0 s so far"
        left = current()
        assert left is not None
        assert left.words() == "outer: 0 s so far"
    assert current() is None


def test_a_step_ends_when_its_work_fails() -> None:
    with pytest.raises(ValueError, match="broken"), step("outer"):
        raise ValueError("broken")
    assert current() is None


def test_what_runs_beside_the_main_thread_is_no_step_of_its_own() -> None:
    seen: list[object] = []

    def work() -> None:
        with step("beside"):
            seen.append(current())

    with step("main") as main:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert seen == [main]


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


def test_a_silent_command_says_after_5_s_what_it_does_and_then_every_10_s(capsys: pytest.CaptureFixture[str]) -> None:
    heartbeat, began = Heartbeat(Output(), "sample"), time.monotonic()
    Output.spoke = began
    heartbeat.beat(began + 4.9)
    assert lines(capsys) == []
    heartbeat.beat(began + 5.1)
    assert lines(capsys) == ["assistant sample: 0 s so far"]
    Output.spoke = heartbeat._own_line = began + 5.1
    with step("embedding", total=2_025) as embedding:
        embedding.done = 256
        heartbeat.beat(began + 15.0)
        assert lines(capsys) == []
        heartbeat.beat(began + 15.2)
        assert lines(capsys) == ["embedding: 256 of 2,025, 0 s so far"]
    Output.spoke = began + 20.0  # another line was said
    heartbeat.beat(began + 24.9)
    assert lines(capsys) == []
    heartbeat.beat(began + 25.1)
    assert lines(capsys) == ["assistant sample: 0 s so far"]


def test_nothing_is_said_while_the_user_is_asked_something(capsys: pytest.CaptureFixture[str]) -> None:
    heartbeat = Heartbeat(Output(), "prelabel")
    Output.spoke = time.monotonic()
    with quiet("asked"):
        heartbeat.beat(Output.spoke + 60.0)
    assert lines(capsys) == []


def test_what_is_counted_is_the_step_under_way_on_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with Counting(Output(), "reading posts.csv") as counting:
        counting.update(3_000)
        Heartbeat(Output(), "ingest").beat(time.monotonic() + 60.0)
    assert lines(capsys) == ["reading posts.csv: 3,000, 0 s so far"]
    assert current() is None
