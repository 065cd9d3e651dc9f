"""A session under way: Ctrl-C ends it without losing an answer, and what it would cost is asked about first."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import typer

from assistant.cli.error_words import error_words
from assistant.cli.labeling.export import money
from assistant.cli.labeling.job_progress import JobDisplay
from assistant.cli.output import EXIT_BUDGET, EXIT_INTERRUPTED, Output
from assistant.cli.progress import Counting, quiet
from assistant.errors import AssistantError, InputError

if TYPE_CHECKING:
    from assistant.application.labeling.session import RunSession

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


async def run_session(session: RunSession, display: JobDisplay) -> AssistantError | None:
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


def work_through(output: Output, sessions: Iterable[tuple[str, RunSession]]) -> int:
    """Do one session after the other, each under its title.

    Returns:
        The exit status that ended them early, else 0.
    """
    from asyncio import run

    for title, session in sessions:
        if title:
            output.note(title)
        with JobDisplay(output, session.progress) as display:
            stopped = run(run_session(session, display))
        if stopped is not None:
            output.note(str(error_words(stopped)))
            return EXIT_BUDGET
        if session.interrupted:
            output.note("stopped; the same command resumes")
            return EXIT_INTERRUPTED
    return 0


def ask_before_spending(output: Output, limit: float | None, cost: Callable[[], float | None], *, yes: bool) -> None:
    """Ask once where it would cost more than the limit, or the price is not known.

    Args:
        output: where to.
        limit: US$ that may be spent unasked; None for any.
        cost: works out what it would cost, None where the price is not known.
        yes: don't ask.

    Raises:
        InputError: there is no terminal to ask on.
        typer.Abort: the answer was no.
    """
    if limit is None or yes:
        return
    with Counting(output, "estimating the cost"):
        amount = cost()
    if amount is not None and amount <= limit:
        return
    if not output.errors.is_terminal:
        raise InputError("cost_not_confirmed", cost=money(amount), limit=money(limit))
    question = f"This run would cost about {money(amount)}; `confirm_above_usd` is {money(limit)}. Continue?"
    with quiet("asked"):
        typer.confirm(question, abort=True, err=True)
