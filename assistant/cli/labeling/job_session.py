"""A session under way: Ctrl-C ends it without losing an answer, and what it would cost is asked about first."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import typer

from assistant.cli.labeling.export import money
from assistant.cli.output import Output
from assistant.cli.progress import quiet
from assistant.errors import AssistantError

if TYPE_CHECKING:
    from assistant.application.labeling.session import Session
    from assistant.cli.labeling.job_progress import JobDisplay

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


async def run_session(session: Session, display: JobDisplay) -> AssistantError | None:
    """Do the session's work; returns the error that ended it early, or None."""
    from asyncio import get_running_loop

    loop = get_running_loop()

    def stop() -> None:
        display.stopping()
        session.stop()
        for number in _SIGNALS:
            loop.remove_signal_handler(number)  # a second Ctrl-C ends at once; what arrived is in the journal

    for number in _SIGNALS:
        loop.add_signal_handler(number, stop)
    return await session.work(display.update)


def ask_before_spending(output: Output, cost: float | None, limit: float) -> None:
    """Ask once where it would cost more than the limit, or nobody knows.

    Raises:
        AssistantError: nobody is there to be asked.
        typer.Abort: they said no.
    """
    if cost is not None and cost <= limit:
        return
    told = f"This run would cost about {money(cost)}; `confirm_above_usd` is {money(limit)}."
    if not output.errors.is_terminal:
        raise AssistantError(told, hint="give --yes to run it anyway, or --budget to bound it")
    with quiet("asked"):
        typer.confirm(f"{told} Continue?", abort=True, err=True)
