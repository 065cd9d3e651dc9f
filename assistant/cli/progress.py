"""Progress on stderr: a live line on a terminal, a plain line now and then where there is none."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from assistant.cli.output import Output

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PLAIN_SECONDS = 10.0


class Counting:
    """Counts something towards a total that may not be known."""

    def __init__(self, output: Output, what: str, *, total: int | None = None) -> None:
        self._output = output
        self._what = what
        self._total = total
        self._told = time.monotonic()
        self._live: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        if self._output.errors.is_terminal:
            from rich.progress import Progress

            self._live = Progress(console=self._output.errors, transient=True)
            self._live.start()
            self._task = self._live.add_task(self._what, total=self._total)
        return self

    def update(self, done: int) -> None:
        """So many are done."""
        if self._live is not None and self._task is not None:
            self._live.update(self._task, completed=done)
        elif time.monotonic() - self._told >= _PLAIN_SECONDS:
            self._told = time.monotonic()
            self._output.note(f"{self._what}: {done:,}" + (f" of {self._total:,}" if self._total else ""))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
