"""A running job on stderr: one live line on a terminal, a plain line every ten seconds where there is none."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

from assistant.cli.labeling.export import money
from assistant.cli.output import Output, printable
from assistant.cli.progress import quiet
from assistant.steps import Step, current, step

if TYPE_CHECKING:
    from rich.live import Live

    from assistant.prelabel.progress import JobProgress


class JobDisplay:
    """Shows done, rate, tokens, US$, failures and time left."""

    def __init__(self, output: Output, progress: JobProgress) -> None:
        self._output = output
        self._progress = progress
        self._shown = False
        self._open = ExitStack()
        self._live: Live | None = None
        self._own: Step | None = None

    def __enter__(self) -> Self:
        self._own = self._open.enter_context(step("labelling", line=lambda: _line(self._progress)))
        if self._output.errors.is_terminal:
            from rich.live import Live

            self._live = Live(console=self._output.errors, refresh_per_second=2, transient=True)
            self._open.enter_context(self._live)
            self._open.enter_context(quiet("live"))
        return self

    def update(self, progress: JobProgress) -> None:
        """Show the counts as they are now."""
        if self._live is not None:
            held_up = current()
            waits = "" if held_up is None or held_up is self._own else f"; {held_up.words()}"
            self._live.update(printable(_line(progress) + waits))
        elif not self._shown:  # later lines are the heartbeat's
            self._shown = True
            self._output.note(_line(progress))

    def stopping(self) -> None:
        """Say that the job ends as soon as the questions on their way are answered."""
        self._output.note("stopping: waiting for replies in flight ...")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
        self._output.note(_line(self._progress))


def _line(progress: JobProgress) -> str:
    tokens = progress.prompt_tokens + progress.completion_tokens
    parts = [
        f"{progress.done:,} of {progress.total:,}",
        f"{progress.rate:.1f}/s",
        f"{tokens:,} tokens",
        "" if progress.cost_usd is None else money(progress.cost_usd),
        f"{progress.failed:,} failed" if progress.failed else "",
        *(f"{count:,} retried ({reason})" for reason, count in progress.asked_again.items()),
        ""
        if progress.seconds_left is None or progress.done >= progress.total
        else f"{_clock(progress.seconds_left)} left",
    ]
    return "labeled " + ", ".join(part for part in parts if part)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
