"""How long one question is asked again, and how long to wait in between."""

from __future__ import annotations

from collections.abc import Callable

from tenacity import RetryCallState, wait_random_exponential

from assistant.errors import RetryableModelError
from assistant.models.guard.outage import Outage
from assistant.models.http_errors import UNREACHABLE

_REJECTIONS_PER_ATTEMPT = 5
_WAIT = wait_random_exponential(multiplier=0.5, max=30)
_QUICK_WAIT = wait_random_exponential(multiplier=0.5, max=4)  # the pacer, or the outage rule, does the rest


class Patience:
    """What one question has used up of its attempts and its time; given to tenacity as `stop` and `wait`.

    Args:
        max_attempts: failures that may be the question's fault. A server that can't be reached doesn't count;
            being told to slow down counts a fifth.
        deadline_s: seconds from the first failure, not counting `paced_s`.
        outage: tells whether other questions succeed meanwhile.
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
