"""Progress on stderr: what a command is doing, whenever it would be silent for long, on a terminal and on a pipe."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

from assistant.cli.output import Output
from assistant.steps import Step, current, step

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_FIRST_SECONDS = 5.0
_LATER_SECONDS = 10.0
_TICK_SECONDS = 0.5
_quiet: list[str] = []


class Heartbeat:
    """While it is open, a line says what is going on after 5 s without any line, and every 10 s from then.

    Args:
        output: where the lines go.
        command: what is named where no step says more.
    """

    def __init__(self, output: Output, command: str) -> None:
        self._output = output
        self._whole = Step(f"assistant {command}")
        self._own_line = 0.0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        Output.spoke = time.monotonic()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._closing.wait(_TICK_SECONDS):
            self.beat(time.monotonic())

    def beat(self, now: float) -> None:
        """Say what is going on if it is time to, at a moment in monotonic seconds."""
        patience = _LATER_SECONDS if Output.spoke == self._own_line else _FIRST_SECONDS
        if _quiet or now - Output.spoke < patience:
            return
        self._output.note((current() or self._whole).words())
        self._own_line = Output.spoke


@contextmanager
def quiet(why: str) -> Iterator[None]:
    """No heartbeat in here: the user is asked something, or a live line is shown."""
    _quiet.append(why)
    try:
        yield
    finally:
        _quiet.remove(why)


class Counting:
    """Counts something towards a total that may not be known: a live bar on a terminal, else the heartbeat's lines."""

    def __init__(self, output: Output, what: str, *, total: int | None = None) -> None:
        self._output = output
        self._what = what
        self._total = total
        self._open = ExitStack()
        self._live: Progress | None = None
        self._task: TaskID | None = None
        self._step: Step | None = None

    def __enter__(self) -> Self:
        self._step = self._open.enter_context(step(self._what, total=self._total))
        if self._output.errors.is_terminal:
            from rich.progress import Progress

            self._live = self._open.enter_context(Progress(console=self._output.errors, transient=True))
            self._task = self._live.add_task(self._what, total=self._total)
            self._open.enter_context(quiet("live"))
        return self

    def update(self, done: int) -> None:
        """So many are done."""
        if self._step is not None:
            self._step.done = done
        if self._live is not None and self._task is not None:
            self._live.update(self._task, completed=done)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
