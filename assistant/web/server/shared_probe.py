"""A look that may block, taken in a thread of its own, one at a time, for all who wait when it begins.

Probes come from several places every few seconds, without a login. Neither many of them nor one that hangs may cost
more than one thread, and none of them waits for a thread that people's requests use. What a look finds is never older
than the question.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

Found = TypeVar("Found")


class SharedLook(Generic[Found]):
    """What a look finds that began after it was asked for.

    Args:
        look: what blocks.
        every_seconds: the shortest time from the beginning of one look to the next: a flood of questions costs no more.
    """

    def __init__(self, look: Callable[[], Found], *, every_seconds: float = 0.0) -> None:
        self._look = look
        self._every = every_seconds
        self._guard = threading.Lock()
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Future[Found]]] = []
        self._working = False

    async def within(self, seconds: float) -> Found:
        """What was found.

        Raises:
            TimeoutError: nothing in time; the look goes on.
            Exception: what the look raised.
        """
        loop = asyncio.get_running_loop()
        arrives: asyncio.Future[Found] = loop.create_future()
        with self._guard:
            self._waiting.append((loop, arrives))
            if not self._working:
                self._working = True
                threading.Thread(target=self._work, name="shared-look", daemon=True).start()
        async with asyncio.timeout(seconds):
            return await arrives

    def _work(self) -> None:
        """Look for those who wait, until no one does, and a little longer, so that looks keep their distance."""
        while True:
            with self._guard:
                waiting, self._waiting = self._waiting, []
                if not waiting:
                    self._working = False
                    return
            began = time.monotonic()
            self._look_for(waiting)
            time.sleep(max(0.0, self._every - (time.monotonic() - began)))

    def _look_for(self, waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Future[Found]]]) -> None:
        try:
            found = self._look()
        except Exception as error:  # noqa: BLE001 - handed to those who wait
            for loop, arrives in waiting:
                _later(loop, arrives, arrives.set_exception, error)
        else:
            for loop, arrives in waiting:
                _later(loop, arrives, arrives.set_result, found)


def _later(
    loop: asyncio.AbstractEventLoop, arrives: asyncio.Future[Found], settle: Callable[..., None], outcome: object
) -> None:
    def now() -> None:
        if not arrives.done():
            settle(outcome)

    with suppress(RuntimeError):  # the loop is closed: no one waits there any more
        loop.call_soon_threadsafe(now)
