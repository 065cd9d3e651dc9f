"""Calls of synchronous libraries, each in a thread of its own.

asyncio's default threads are few (cores + 4) and shared: with 32 questions at once, 26 would wait for a thread, and a
question that waits would use up its time before it is sent. A thread a call costs 0.1 ms and starts at once.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def in_own_thread(call: Callable[[], T], *, patience_s: float) -> T:
    """The call's result.

    A call can't be cancelled, so one that is given up runs on to its end; its thread does not keep the process alive.

    Args:
        call: what blocks.
        patience_s: seconds from the call's start after which it is given up.

    Raises:
        TimeoutError: it was given up.
        Exception: whatever the call raised.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()
    context = contextvars.copy_context()

    def settle(result: T | None, failure: Exception | None) -> None:
        if outcome.done():
            return
        if failure is not None:
            outcome.set_exception(failure)
        else:
            outcome.set_result(result)  # type: ignore[arg-type]  # the call's own result, None where that is one

    def work() -> None:
        result, failure = None, None
        try:
            result = context.run(call)
        except Exception as error:  # noqa: BLE001 - handed to the awaiting caller
            failure = error
        with suppress(RuntimeError):  # the loop is closed: no one awaits it any more
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=work, name="model-call", daemon=True).start()
    async with asyncio.timeout(patience_s):
        return await outcome
