"""Turns for those who write to one SQLite file: within a process in the order they came, between processes by turns.

SQLite itself has no queue. Who finds its lock taken sleeps, at last a tenth of a second, and tries again, while a
process with many short transactions takes it again at once: beside one that writes all the time a second one waits for
seconds. Here a process stands in line before it asks SQLite: one file says who is at work, another who is next. Only
who is next waits for the work to end: anyone who has just worked can't be first again while another one waits.
"""

from __future__ import annotations

import fcntl
import os
import random
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LONGEST_WAIT = 0.003  # between two looks: about what a transaction takes, so that little time is lost between turns


class Turns:
    """The turns of one file; one object a process and file.

    Args:
        database: the file; two empty ones beside it, ending in `-next` and `-turn`, are locked. Where they can't be
            made, as in a folder of another user, turns are kept within this process only.
    """

    def __init__(self, database: Path) -> None:
        self._paths = [database.with_name(f"{database.name}-{ending}") for ending in ("next", "turn")]
        self._files: list[int] | None = None
        self._own = _InOrder()

    @contextmanager
    def one(self, seconds: float) -> Iterator[None]:
        """A turn, until the end of the block; it isn't to be asked for within another one.

        Args:
            seconds: how long to wait for it.

        Raises:
            TimeoutError: others had it all that time.
        """
        until = time.monotonic() + seconds
        self._own.enter(seconds)
        try:
            files = self._opened()
            try:
                for file in files:
                    _lock(file, until)
                _unlock(files[:1])
                yield
            finally:
                _unlock(files)
        finally:
            self._own.leave()

    def close(self) -> None:
        """Forget the files."""
        for file in self._files or ():
            os.close(file)
        self._files = None

    def _opened(self) -> list[int]:
        if self._files is None:
            try:
                self._files = [os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600) for path in self._paths]
            except OSError:
                self._files = []
        return self._files


class _InOrder:
    """A lock of threads that goes to anyone who has waited longest."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Event] = deque()

    def enter(self, seconds: float) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            called = threading.Event()
            self._waiting.append(called)
        try:
            called.wait(seconds)
        except BaseException:
            if not self._withdraw(called):
                self.leave()
            raise
        if self._withdraw(called):
            raise TimeoutError

    def leave(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False

    def _withdraw(self, called: threading.Event) -> bool:
        """Leave the line; False for one whose turn has come."""
        with self._guard:
            if called.is_set():
                return False
            self._waiting.remove(called)
            return True


def _lock(file: int, until: float) -> None:
    """Take a file's lock, looking again and again: waiting in the system could not be ended after a while."""
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise TimeoutError from None
            time.sleep(random.uniform(0.3, 1) * _LONGEST_WAIT)  # noqa: S311 - so that two don't keep in step
        else:
            return


def _unlock(files: list[int]) -> None:
    for file in files:
        fcntl.flock(file, fcntl.LOCK_UN)
