"""When a server counts as gone: nothing succeeded for long while failures kept coming."""

from __future__ import annotations

import time
from collections.abc import Callable

from assistant.errors import FatalModelError, RetryableModelError


class Outage:
    """Watches one server through what its answers and failures say.

    Args:
        spec: the model, for the message.
        patience_s: seconds without any success after which it counts as gone.
        clock: monotonic seconds.
    """

    def __init__(self, spec: str, patience_s: float, clock: Callable[[], float]) -> None:
        self.last_success = float("-inf")
        self._spec = spec
        self._patience_s = patience_s
        self._clock = clock
        self._failing_since: float | None = None
        self._silent_since = time.time()

    def succeeded(self, now: float) -> None:
        """The server answered (a refusal of one question is an answer, too)."""
        self.last_success = now
        self._failing_since = None

    def failed(self, error: RetryableModelError) -> FatalModelError | None:
        """A question failed; returns the error that stops everything once patience is at its end."""
        now = self._clock()
        if self._failing_since is None:
            self._failing_since = now
            # Wall-clock time of the last sign of life; idle time before the first failure is no silence.
            self._silent_since = time.time() - (now - self.last_success if self.last_success > float("-inf") else 0.0)
        failing_s = now - self._failing_since
        if failing_s < self._patience_s:
            return None
        since = time.strftime("%H:%M:%S", time.localtime(self._silent_since))
        return FatalModelError("model_silent", model=self._spec, since=since, seconds=round(failing_s), said=error)
