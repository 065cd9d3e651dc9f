"""An event loop whose clock jumps to the next timer, so that minutes of pacing take milliseconds to test."""

import asyncio
import heapq
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class VirtualLoop(asyncio.SelectorEventLoop):
    """Time passes only while everybody sleeps."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 1000.0

    def time(self) -> float:
        return self._now

    def _run_once(self) -> None:
        timers: list[Any] = self._scheduled  # type: ignore[attr-defined]  # asyncio's own heap of timers
        while timers and timers[0].cancelled():
            heapq.heappop(timers)._scheduled = False
            self._timer_cancelled_count -= 1
        if not self._ready and timers:  # type: ignore[attr-defined]  # asyncio's own queue
            self._now = max(self._now, timers[0].when())
        super()._run_once()  # type: ignore[misc]  # private in the stubs


def run_virtually(work: Coroutine[Any, Any, Result]) -> Result:
    """`asyncio.run` on virtual time."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()
