"""The one guard around any adapter: pacing, retries, deadline, spend cap, and knowing when to stop for good."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

from assistant.errors import (
    BudgetError,
    FatalModelError,
    ModelError,
    RejectedRequestError,
    RetryableModelError,
    SettingsError,
)
from assistant.models.chat_api import estimate_tokens, read_usage
from assistant.models.guard.budget import Budget, Prices
from assistant.models.guard.counts import GuardCounts
from assistant.models.guard.outage import Outage
from assistant.models.guard.pacing import Pacer, Ticket
from assistant.models.guard.patience import Patience, asks_too_much, failure_of
from assistant.models.http.limits import ReportsLimits
from assistant.models.http.thinking import room_of
from assistant.models.interface import LabelModel, ModelRequest, RawReply

_BILLED_UNSEEN = frozenset({"timeout", "truncated"})


class GuardedModel:
    """A LabelModel that keeps asking as long as that makes sense.

    Args:
        model: the adapter.
        pacer: admission control; a new one without limits of its own when None.
        budget: spend cap; None only counts.
        prices: of the model; a cap needs them.
        max_attempts: for failures that may be the question's fault. A server that can't be reached doesn't count,
            and being told to slow down counts a fifth.
        deadline_s: seconds from sending a question first until it is given up, not counting waits for its turn and
            for a server that can't be reached.
        outage_patience_s: seconds without any success after which everything stops.
        clock: monotonic seconds.

    Raises:
        SettingsError: a cap without prices.
    """

    def __init__(
        self,
        model: LabelModel,
        *,
        pacer: Pacer | None = None,
        budget: Budget | None = None,
        prices: Prices | None = None,
        max_attempts: int = 5,
        deadline_s: float = 900.0,
        outage_patience_s: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.spec = model.spec
        self.parallel = model.parallel
        self.budget = budget or Budget()
        self.prices = prices or Prices()
        if self.budget.cap is not None and not self.prices.known:
            raise SettingsError("budget_price_unknown", where=f'[prices."{model.spec}"]', model=model.spec)
        self.pacer = pacer or Pacer()
        self._max_attempts = max_attempts
        self._deadline_s = deadline_s
        self._outage = Outage(model.spec, outage_patience_s, clock)
        self._clock = clock
        self._model = model
        self._sent = self._answered = self._rate_limited = self._unseen = self._unseen_tokens = 0
        self._unseen_usd = 0.0
        self._backed_off_s = 0.0
        self._retries: Counter[str] = Counter()
        self._stop: FatalModelError | BudgetError | None = None
        self._stopped = asyncio.Event()
        if isinstance(model, ReportsLimits):
            model.on_limits = self.pacer.observe

    @property
    def counts(self) -> GuardCounts:
        """What was done so far."""
        return GuardCounts(
            self._sent,
            self._answered,
            dict(self._retries),
            self._rate_limited,
            self.pacer.waited_s,
            self._backed_off_s,
            self._unseen,
            self._unseen_tokens,
            self._unseen_usd,
            self.budget.spent,
        )

    async def ask(self, request: ModelRequest) -> RawReply:
        """Ask until there is a reply or no sense in going on; `latency_ms` is that of the attempt that succeeded.

        Raises:
            RetryableModelError: this question keeps failing while the server works for others.
            RejectedRequestError: it is refused for good.
            FatalModelError: nothing can succeed any more; later questions get the same error unasked.
            BudgetError: asking could exceed the cap.
        """
        try:
            return await self._attempt(request, None)
        except RetryableModelError as failure:
            # tenacity costs 30 µs a call: only questions that failed pay for it.
            return await self._persist(request, failure)

    async def check(self) -> str:
        """As the adapter checks itself."""
        return await self._model.check()

    async def aclose(self) -> None:
        """Close the adapter."""
        await self._model.aclose()

    def refuse(self, error: FatalModelError | BudgetError) -> None:
        """Send nothing any more: questions that wait, and later ones, end with (a copy of) this error."""
        self._stop = self._stop or error
        self._stopped.set()
        self.pacer.dismiss(self._stop_error)

    def _stop_error(self) -> ModelError:
        error = self._stop
        assert error is not None  # noqa: S101 - called after `refuse` only
        return type(error)(error.what, where=error.where, hint=error.hint).with_values(error.values)

    async def _attempt(self, request: ModelRequest, patience: Patience | None) -> RawReply:
        if self._stop is not None:
            raise self._stop_error()
        prompt_tokens = request.estimated_tokens or estimate_tokens(request.messages)
        estimate = self.prices.cost(prompt_tokens, request.sampling.max_tokens + room_of(self._model)) or 0.0
        self.budget.reserve(estimate)
        cost = 0.0
        try:
            ticket = await self._admit(prompt_tokens + request.sampling.max_tokens, patience)
            self._sent += 1
            try:
                reply = await self._model.ask(request)
            except ModelError as error:
                if getattr(error, "reason", "") in _BILLED_UNSEEN:
                    cost = estimate
                    self._unseen += 1
                    self._unseen_tokens += prompt_tokens + request.sampling.max_tokens
                    self._unseen_usd += estimate
                self._note_failure(ticket, error)
                raise
            except BaseException:
                self.pacer.settle(ticket, "failed")
                raise
            cost = self._note_answer(ticket, reply)
            return reply
        finally:
            self.budget.settle(estimate, cost)

    async def _admit(self, tokens: int, patience: Patience | None) -> Ticket:
        if patience is None:
            return await self.pacer.admit(tokens)
        began = self._clock()
        try:
            return await self.pacer.admit(tokens, again=True)
        finally:
            patience.paced_s += self._clock() - began

    def _note_answer(self, ticket: Ticket, reply: RawReply) -> float:
        """Count an answer; returns its cost in US$."""
        self._answered += 1
        self._outage.succeeded(self._clock())
        if not self.prices.known and not self.pacer.counts_tokens:
            self.pacer.settle(ticket, "answered")
            return 0.0
        prompt, completion, cached = read_usage(reply.body)
        self.pacer.settle(ticket, "answered", tokens=prompt + completion or None)
        return self.prices.cost(prompt, completion, cached) or 0.0

    def _note_failure(self, ticket: Ticket, error: ModelError) -> None:
        """Report to the pacer and the outage watch; stop everything when the error says so."""
        if not isinstance(error, RetryableModelError):
            self.pacer.settle(ticket, "answered" if isinstance(error, RejectedRequestError) else "failed")
            self._note_refusal(error)
            return
        limited = error.reason == "rate_limited"
        self._rate_limited += limited
        self.pacer.settle(ticket, "rejected" if limited else "failed", retry_after=error.retry_after)
        gone = asks_too_much(error, self.spec, self._deadline_s) or self._outage.failed(error)
        if gone is not None:
            self.refuse(gone)

    def _note_refusal(self, error: ModelError) -> None:
        if isinstance(error, FatalModelError):
            self.refuse(error)
        elif isinstance(error, RejectedRequestError):
            self._outage.succeeded(self._clock())

    async def _persist(self, request: ModelRequest, first: RetryableModelError) -> RawReply:
        """Go on after a first failure, with growing, jittered waits."""
        patience = Patience(self._max_attempts, self._deadline_s, self._outage, self._clock)
        failed: list[RetryableModelError] = [first]

        async def attempt() -> RawReply:
            if failed:
                raise failed.pop()
            return await self._attempt(request, patience)

        retrying = AsyncRetrying(
            retry=retry_if_exception_type(RetryableModelError),
            stop=patience.is_over,
            wait=patience.wait,
            before_sleep=self._count_retry,
            sleep=self._sleep,
            reraise=True,
        )
        return await retrying(attempt)

    def _count_retry(self, state: RetryCallState) -> None:
        self._retries[failure_of(state).reason] += 1

    async def _sleep(self, seconds: float) -> None:
        began = self._clock()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), seconds)
        self._backed_off_s += self._clock() - began
