"""How long one question is retried, and how long to wait in between."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

from assistant.errors import FatalModelError, RetryableModelError
from assistant.models.guard.outage import Outage
from assistant.models.http.errors import UNREACHABLE

Answer = TypeVar("Answer")

_REJECTIONS_PER_ATTEMPT = 5
_WAIT = wait_random_exponential(multiplier=0.5, max=30)
_QUICK_WAIT = wait_random_exponential(multiplier=0.5, max=4)  # the pacer, or the outage rule, does the rest


class Patience:
    """What one question has used up of its attempts and its time; given to tenacity as `stop` and `wait`.

    Args:
        max_attempts: failures that may be the question's fault. A server that can't be reached doesn't count;
            being told to slow down counts a fifth.
        deadline_s: seconds from the first failure, not counting `paced_s`.
        outage: reports whether other questions succeed meanwhile.
        clock: monotonic seconds.
    """

    def __init__(self, max_attempts: int, deadline_s: float, outage: Outage, clock: Callable[[], float]) -> None:
        self.paced_s = 0.0
        """Seconds the question has waited for its turn."""
        self._max_attempts = max_attempts
        self._deadline_s = deadline_s
        self._outage = outage
        self._clock = clock
        self._began = self._last_failure = clock()
        self._strikes = 0.0

    def is_over(self, state: RetryCallState) -> bool:
        """Whether the last failure was one too many."""
        reason, now = failure_of(state).reason, self._clock()
        others_succeed = self._outage.last_success > self._last_failure
        self._last_failure = now
        if reason in UNREACHABLE and not (reason == "unavailable" and others_succeed):
            return False
        self._strikes += 1 / _REJECTIONS_PER_ATTEMPT if reason == "rate_limited" else 1
        return self._strikes >= self._max_attempts or now - self._began - self.paced_s > self._deadline_s

    def wait(self, state: RetryCallState) -> float:
        """Seconds until the next attempt: jittered, growing, never less than the server asked for."""
        failure = failure_of(state)
        quick = failure.reason in UNREACHABLE or failure.reason == "rate_limited"
        return max((_QUICK_WAIT if quick else _WAIT)(state), failure.retry_after or 0.0)


def failure_of(state: RetryCallState) -> RetryableModelError:
    """The failure that tenacity is deciding about."""
    failure = state.outcome.exception() if state.outcome is not None else None
    assert isinstance(failure, RetryableModelError)  # noqa: S101 - only those are retried
    return failure


def persist(
    ask: Callable[[], Answer],
    *,
    spec: str,
    outage_patience_s: float,
    max_attempts: int = 5,
    deadline_s: float = 900.0,
    sleep: Callable[[float], None] | None = None,
) -> Answer:
    """Ask until there is an answer or no sense in going on: the guard's rule for one caller that blocks.

    Args:
        ask: one attempt.
        spec: who is asked, for messages.
        outage_patience_s: seconds without an answer from a server that can't be reached after which it counts as gone.
        max_attempts, deadline_s: as for `Patience`.
        sleep: waits so many seconds; None for real time.

    Raises:
        RetryableModelError: the last failure, one too many.
        FatalModelError: the server is gone, or asks to wait longer than the deadline.
        ModelError: as `ask` raises it.
    """
    outage = Outage(spec, outage_patience_s, time.monotonic)
    patience = Patience(max_attempts, deadline_s, outage, time.monotonic)

    def attempt() -> Answer:
        try:
            return ask()
        except RetryableModelError as error:
            if gone := outage.failed(error) or asks_too_much(error, spec, deadline_s):
                raise gone from None
            raise

    retrying = Retrying(
        retry=retry_if_exception_type(RetryableModelError),
        stop=patience.is_over,
        wait=patience.wait,
        sleep=sleep or time.sleep,
        reraise=True,
    )
    return retrying(attempt)


def asks_too_much(error: RetryableModelError, spec: str, deadline_s: float) -> FatalModelError | None:
    """The error that stops everything where a server asks to wait longer than the deadline."""
    if error.retry_after is None or error.retry_after <= deadline_s:
        return None
    return FatalModelError("model_asks_to_wait", model=spec, minutes=round(error.retry_after / 60), said=error)
