"""When the next question may be sent: configured limits, the server's own, and what it rejects.

Honouring Retry-After alone loses items under a tight limit, because all come back at once and are rejected again.
So three things set the pace, the slowest one holds: limits configured by the user; limits learned from
`x-ratelimit-*` headers; and, where servers reject without saying more, additive increase and multiplicative
decrease as in TCP. After a rejection everyone waits, then goes on one by one at that pace; only where single
questions are rejected among many accepted ones, which slowing down would not change, the others go on.
"""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from assistant.models.guard.learned_limit import LearnedLimit
from assistant.models.guard.meter import Meter
from assistant.models.guard.throttle import Throttle
from assistant.models.http.limits import RateLimits

Outcome = Literal["answered", "rejected", "failed"]

FIRST_BURST = 32
"""Questions sent at once at the beginning; until the first answer comes, twice as many every 80 ms, so that a tight
limit rejects only a few and an idle server is not kept waiting."""

_DOUBLING_S = 0.08

_RECENT = 40
_SINGLE = 4  # so many rejections among the last 40 are single ones
_SHORT_WAIT_S = 2.0  # a server that asks for more means all requests
_LONGEST_BACKOFF_S = 30.0
_LONGEST_BACKOFF_WHEN_TOLD_S = 8.0


@dataclass(frozen=True, slots=True)
class Ticket:
    """Leave to send one question.

    Args:
        sent_at: when it was given, in the pacer's clock.
        tokens: reserved for it.
        sent_requests, sent_tokens: all that was sent so far, this one included.
    """

    sent_at: float
    tokens: float
    sent_requests: float
    sent_tokens: float


class Pacer:
    """Admission control for one server and key, shared by all questions of a process.

    Args:
        rpm: requests a minute that are never exceeded, None for no limit of one's own.
        tpm: tokens a minute likewise; estimates are corrected once the server has counted.
        clock: monotonic seconds; timers are the event loop's.
        chance: source of jitter.
    """

    def __init__(
        self,
        *,
        rpm: float | None = None,
        tpm: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        chance: random.Random | None = None,
    ) -> None:
        self.under_way = 0
        self.waited_s = 0.0
        self._own_requests = math.inf if rpm is None else rpm / 60
        self._own_tokens = math.inf if tpm is None else tpm / 60
        self._clock = clock
        self._chance = chance or random.Random()  # noqa: S311 - jitter, not secrets
        self._requests, self._tokens = LearnedLimit(), LearnedLimit()
        self._request_meter, self._token_meter = Meter(), Meter()
        self._throttle = Throttle()
        self._sent_requests = self._sent_tokens = 0.0
        self._told: RateLimits | None = None
        self._heard = False
        self._paused_until = -math.inf
        self._recent: deque[bool] = deque(maxlen=_RECENT)
        self._streak = 0
        self._first_sent_at = math.inf
        self._waiting: deque[tuple[asyncio.Future[Ticket], float]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def counts_tokens(self) -> bool:
        """Whether `settle` makes use of the tokens that the server counted."""
        return self._own_tokens < math.inf

    async def admit(self, tokens: float = 0.0, *, again: bool = False) -> Ticket:
        """Wait for one's turn; every ticket must be given back by `settle`.

        Args:
            tokens: of prompt and reply together, estimated.
            again: the question was sent before: it goes to the front of the queue.
        """
        now = self._clock()
        if not self._waiting and self._delay(now) <= 0.0:
            return self._ticket(now, tokens)
        turn: asyncio.Future[Ticket] = asyncio.get_running_loop().create_future()
        (self._waiting.appendleft if again else self._waiting.append)((turn, tokens))
        self._serve_waiting()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.under_way -= 1
            raise
        finally:
            self.waited_s += self._clock() - now

    def observe(self, limits: RateLimits) -> None:
        """Hear what a reply says about limits; to be followed by the `settle` of its ticket."""
        self._told = limits

    def settle(
        self, ticket: Ticket, outcome: Outcome, *, retry_after: float | None = None, tokens: float | None = None
    ) -> None:
        """Give a ticket back.

        Args:
            ticket: from `admit`.
            outcome: `rejected` is a 429, `failed` says nothing about limits.
            retry_after: seconds it asked to wait.
            tokens: as the server counted them, None where it did not.
        """
        now = self._clock()
        self.under_way -= 1
        told, self._told = self._told, None
        if told is not None:
            self._learn(told, ticket, now)
        if tokens is not None:
            self._token_meter.take(tokens - ticket.tokens)
        if outcome == "answered":
            self._heard = True
            self._streak = 0
            self._recent.append(False)
            self._throttle.accepted(ticket.sent_at, now)
        elif outcome == "rejected":
            self._recent.append(True)
            if sum(self._recent) > _SINGLE or (retry_after or 0.0) > _SHORT_WAIT_S:
                self._reject(ticket, now, retry_after)
        if self._waiting:
            self._serve_waiting()

    def dismiss(self, make_error: Callable[[], Exception]) -> None:
        """Send everyone who waits away with an error of their own."""
        for turn, _ in self._waiting:
            if not turn.done():
                turn.set_exception(make_error())
        self._waiting.clear()

    def _learn(self, told: RateLimits, ticket: Ticket, now: float) -> None:
        known = self._requests.rate
        self._requests.observe(
            told.limit_requests,
            told.remaining_requests,
            told.reset_requests,
            now=now,
            sent_then=ticket.sent_requests,
        )
        self._tokens.observe(
            told.limit_tokens, told.remaining_tokens, told.reset_tokens, now=now, sent_then=ticket.sent_tokens
        )
        if known == math.inf and self._requests.rate < math.inf:
            # What was sent before the limit was known says nothing against it, but a window counts it.
            self._throttle.forgive(now)
            ahead = self._sent_requests - self._requests.rate * (now - self._first_sent_at)
            self._request_meter.take(min(max(0.0, ahead), self._requests.evenly))

    def _reject(self, ticket: Ticket, now: float, retry_after: float | None) -> None:
        if now >= self._paused_until:
            self._streak += 1
        backoff = 0.25 * 2 ** min(self._streak, 10)
        wait = min(_LONGEST_BACKOFF_S, backoff)
        if retry_after is not None:
            # Some servers say "one second" to everything: the longer nothing is accepted, the rarer they are tried.
            wait = max(retry_after, min(_LONGEST_BACKOFF_WHEN_TOLD_S, backoff))
        jitter = self._chance.uniform(0.05, 0.2) + 0.05 * wait
        pace = self._pace(now)
        self._paused_until = max(self._paused_until, now + wait + jitter)
        self._throttle.rejected(ticket.sent_at, now, pace, self._paused_until)

    def _pace(self, now: float) -> float:
        return min(self._own_requests, self._requests.pace(now, self._sent_requests), self._throttle.pace(now))

    def _delay(self, now: float) -> float:
        """Seconds until the next question may go."""
        if not self._heard and self.under_way >= FIRST_BURST:
            due = self._first_sent_at + _DOUBLING_S * math.log2((self.under_way + 1) / FIRST_BURST)
            if now < due:
                return due - now
        if now < self._paused_until:
            return self._paused_until - now
        token_pace = min(self._own_tokens, self._tokens.pace(now, self._sent_tokens))
        return max(self._request_meter.delay(now, self._pace(now)), self._token_meter.delay(now, token_pace))

    def _ticket(self, now: float, tokens: float) -> Ticket:
        self.under_way += 1
        self._first_sent_at = min(self._first_sent_at, now)
        self._request_meter.take(1.0)
        self._token_meter.take(tokens)
        self._sent_requests += 1.0
        self._sent_tokens += tokens
        self._throttle.sent(now)
        return Ticket(now, tokens, self._sent_requests, self._sent_tokens)

    def _serve_waiting(self) -> None:
        """Release the requests that may go, and come back when the next one may."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = self._clock()
        while self._waiting:
            turn, tokens = self._waiting[0]
            if turn.done():
                self._waiting.popleft()
                continue
            delay = self._delay(now)
            if delay > 0.0:
                self._timer = asyncio.get_running_loop().call_later(min(delay, 1.0), self._serve_waiting)
                return
            self._waiting.popleft()
            turn.set_result(self._ticket(now, tokens))
