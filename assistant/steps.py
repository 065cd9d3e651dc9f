"""What the program is doing right now, named where the work is done, for whoever shows it.

A step is opened by the code that takes long and read by the face; nothing in between passes anything on. Only the main
thread's steps are kept: what runs beside it is part of one of these, unless it holds up everything.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_open: list[Step] = []
_listening: list[Callable[[str], None]] = []


@dataclass(slots=True)
class Step:
    """Something that may take long.

    Args:
        what: in words, e.g. `embedding`.
        total: of what is counted; None where it is not known or nothing is counted.
        done: so many of these.
        line: makes the whole line where a step has more to say.
        began: monotonic seconds.
    """

    what: str
    total: int | None = None
    done: int = 0
    line: Callable[[], str] | None = None
    began: float = field(default_factory=time.monotonic)

    def words(self) -> str:
        """The step in a line: what, how far, since when."""
        if self.line is not None:
            return self.line()
        of = f" of {self.total:,}" if self.total else ""
        count = f" {self.done:,}{of}," if self.done or self.total else ""
        return f"{self.what}:{count} {time.monotonic() - self.began:.0f} s so far"


@contextmanager
def step(
    what: str, *, total: int | None = None, line: Callable[[], str] | None = None, anywhere: bool = False
) -> Iterator[Step]:
    """A step is under way; `done` of what it gives may be kept up to date. Arguments as of `Step`.

    `anywhere` keeps it on a thread beside the main one, too: what is waited for there, everything waits for.
    """
    made = Step(what, total, line=line)
    if not anywhere and threading.current_thread() is not threading.main_thread():
        yield made
        return
    _open.append(made)
    try:
        yield made
    finally:
        _open.remove(made)


def current() -> Step | None:
    """The innermost step under way."""
    return next(iter(_open[-1:]), None)


def say(line: str) -> None:
    """Something the user should know now, whatever the program is doing; from any thread."""
    for listener in _listening[-1:]:
        listener(line)


@contextmanager
def listening(listener: Callable[[str], None]) -> Iterator[None]:
    """Until the end of the block `listener` gets what is said; the innermost one counts."""
    _listening.append(listener)
    try:
        yield
    finally:
        _listening.remove(listener)
