"""Turns of writers: in order within a process, and no process is passed by twice while it stands in line."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.errors import StorageError
from assistant.store import database as database_module
from assistant.store.connection import engine as engine_module
from assistant.store.connection.write_turns import Turns
from assistant.store.database import Database

_OTHER = """
import sys
from pathlib import Path
from assistant.store.connection.write_turns import Turns
file, log = map(Path, sys.argv[1:])
print("ready", flush=True)
sys.stdin.readline()
with Turns(file).one(600):
    with log.open("a") as lines:
        lines.write("other\\n")
    print("there", flush=True)
    sys.stdin.readline()
"""


def until(true: Callable[[], bool]) -> None:
    """Wait, however long a busy machine takes; pytest's own limit ends a test that waits for ever."""
    while not true():
        time.sleep(0.005)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "assistant.db"


@pytest.fixture
def other(file: Path, tmp_path: Path) -> subprocess.Popen[str]:  # type: ignore[misc]
    """Another process, ready to ask for a turn when it reads a line; it writes `other` into the log in its turn."""
    words = [sys.executable, "-c", _OTHER, str(file), str(tmp_path / "log")]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process  # type: ignore[misc]
        process.kill()


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def stands_next(file: Path) -> bool:
    """Whether some process stands in line."""
    with file.with_name(f"{file.name}-next").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def test_threads_come_in_the_order_they_asked(file: Path) -> None:
    turns, came = Turns(file), list[int]()

    def take(number: int) -> None:
        with turns.one(600):
            came.append(number)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(8)]
    with turns.one(600):
        for number, thread in enumerate(threads, 1):
            thread.start()
            until(lambda wanted=number: len(turns._own._waiting) == wanted)  # type: ignore[misc]
    for thread in threads:
        thread.join()
    assert came == list(range(8))


def test_another_process_that_stands_in_line_comes_before_those_of_this_one_who_ask_later(
    file: Path, tmp_path: Path, other: subprocess.Popen[str]
) -> None:
    turns, log = Turns(file), tmp_path / "log"

    def take() -> None:
        with turns.one(600), log.open("a") as lines:
            lines.write("own\n")

    threads = [threading.Thread(target=take) for _ in range(5)]
    with turns.one(600):
        go(other)
        until(lambda: stands_next(file))
        for thread in threads:
            thread.start()
    assert other.stdout is not None
    assert other.stdout.readline() == "there\n"
    go(other)
    for thread in threads:
        thread.join()
    assert log.read_text().split() == ["other", *["own"] * 5]


def test_a_process_that_was_killed_in_its_turn_keeps_none_up(file: Path, other: subprocess.Popen[str]) -> None:
    go(other)
    assert other.stdout is not None
    assert other.stdout.readline() == "there\n"
    other.kill()
    with Turns(file).one(600):
        pass


def test_who_waits_too_long_gives_up_and_leaves_the_line(
    file: Path, other: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database.open(f"sqlite:///{file}")
    monkeypatch.setattr(engine_module, "BUSY_SECONDS", 0)
    monkeypatch.setattr(database_module, "_BUSY_SECONDS", 0)
    go(other)
    assert other.stdout is not None
    assert other.stdout.readline() == "there\n"
    for _ in range(2):
        with pytest.raises(StorageError, match="database_locked"), database.write():
            pass
    assert not stands_next(file)
    go(other)
    assert other.wait() == 0
    with database.write():
        pass
    database.close()


def test_a_thread_that_waits_too_long_gives_up_and_the_others_come(file: Path) -> None:
    turns, came = Turns(file), list[str]()

    def take() -> None:
        with turns.one(600):
            came.append("later")

    later = threading.Thread(target=take)
    with turns.one(600):
        with pytest.raises(TimeoutError), turns.one(0):
            came.append("at once")
        later.start()
    later.join()
    assert came == ["later"]


def test_where_no_files_can_be_made_turns_are_kept_within_the_process(tmp_path: Path) -> None:
    turns = Turns(tmp_path / "not there" / "assistant.db")
    with turns.one(1), pytest.raises(TimeoutError), turns.one(0):
        pass
    assert not (tmp_path / "not there").exists()
