import asyncio
import random
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import pytest

from assistant.errors import FatalModelError
from assistant.models.dev.faults import LimitState, RequestLimit
from assistant.models.guard.pacing import FIRST_BURST, Pacer, Ticket
from assistant.models.http.limits import RateLimits
from tests.models.virtual_time import run_virtually


def pacer(**limits: float | None) -> Pacer:
    """A pacer on the running loop's clock, with repeatable jitter."""
    return Pacer(clock=asyncio.get_running_loop().time, chance=random.Random(1), **limits)  # type: ignore[arg-type]


class SlidingWindow:
    """A third kind of server: no more than so many in any stretch of a period."""

    def __init__(self, per_second: float, period: float) -> None:
        self._most = round(per_second * period)
        self._period = period
        self._taken: deque[float] = deque()

    def take(self, now: float) -> LimitState:
        while self._taken and self._taken[0] <= now - self._period:
            self._taken.popleft()
        allowed = len(self._taken) < self._most
        if allowed:
            self._taken.append(now)
        reset = self._taken[0] + self._period - now
        return LimitState(allowed, self._most, self._most - len(self._taken), reset, 0.0 if allowed else reset)


class Closed:
    """A server that is closed until a moment: its minute was used up before, by another program."""

    def __init__(self, inner: RequestLimit | SlidingWindow | None, until: float) -> None:
        self._inner = inner
        self._until = until

    def take(self, now: float) -> LimitState:
        if now < self._until:
            return LimitState(False, 100, 0, self._until - now, self._until - now)
        return LimitState(True, 100, 100, 0.0, 0.0) if self._inner is None else self._inner.take(now)


@dataclass
class Outcome:
    """What came of a simulated job: seconds, rejections, the most attempts one question needed."""

    seconds: float
    rejections: int
    most_attempts: int


Told = Callable[[float], float | None]
"""What a server's Retry-After says, given the seconds it will really reject for; None for no such header."""


def whole_seconds(seconds: float) -> float:
    """As HTTP has it."""
    return max(1.0, -(-seconds // 1))


async def drive(
    server: RequestLimit | SlidingWindow | Closed,
    questions: int,
    concurrency: int,
    *,
    headers: bool = True,
    told: Told = whole_seconds,
    latency: float = 0.3,
) -> Outcome:
    """Ask a server; `told` is its Retry-After."""
    loop, chance, pace = asyncio.get_running_loop(), random.Random(7), pacer()
    began, attempts = loop.time(), Counter[int]()
    todo = iter(range(questions))

    async def work() -> None:
        for number in todo:
            while True:
                attempts[number] += 1
                ticket = await pace.admit(100, again=attempts[number] > 1)
                await asyncio.sleep(chance.uniform(0, 0.005))
                state = server.take(loop.time())
                await asyncio.sleep(latency * chance.uniform(0.9, 1.1) if state.allowed else 0.003)
                if headers:
                    pace.observe(RateLimits(state.limit, state.remaining, state.reset))
                if state.allowed:
                    pace.settle(ticket, "answered")
                    break
                wait = told(state.retry_after)
                pace.settle(ticket, "rejected", retry_after=wait)
                grown = min(4.0, 0.5 * 2 ** (attempts[number] - 1))  # as `Patience` waits
                await asyncio.sleep(max(chance.uniform(0, grown), wait or 0.0))

    await asyncio.gather(*(work() for _ in range(concurrency)))
    return Outcome(loop.time() - began, attempts.total() - questions, max(attempts.values()))


def server_of(kind: str, per_second: float, period: float) -> RequestLimit | SlidingWindow:
    """A fresh limit of one of the kinds in use."""
    return SlidingWindow(per_second, period) if kind == "sliding" else RequestLimit(per_second, period, kind)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["bucket", "window", "sliding"])
@pytest.mark.parametrize("concurrency", [64, 256])
@pytest.mark.parametrize("told", [whole_seconds, float])
def test_at_50_a_second_with_headers_hardly_anything_is_rejected_and_little_time_lost(
    kind: str, concurrency: int, told: Told
) -> None:
    outcome = run_virtually(drive(server_of(kind, 50, 1.0), 400, concurrency, told=told))
    assert outcome.seconds <= 1.12 * 400 / 50
    assert outcome.rejections <= 12
    assert outcome.most_attempts <= 2


@pytest.mark.parametrize("kind", ["bucket", "window", "sliding"])
def test_without_headers_the_pace_is_found_by_trying(kind: str) -> None:
    outcome = run_virtually(drive(server_of(kind, 50, 1.0), 3000, 128, headers=False))
    assert outcome.seconds <= 1.3 * 3000 / 50
    assert outcome.rejections <= 300
    assert outcome.most_attempts <= 15  # of the 25 that the guard allows


@pytest.mark.parametrize("kind", ["bucket", "window", "sliding"])
def test_limits_per_minute_are_kept_with_hardly_a_rejection(kind: str) -> None:
    outcome = run_virtually(drive(server_of(kind, 500 / 60, 60.0), 1500, 64))
    assert outcome.seconds <= 1.7 * (1500 - 500) * 60 / 500
    assert outcome.rejections <= 20


def always(seconds: float | None) -> Told:
    """A Retry-After that is the same whatever happens."""
    return lambda _: seconds


@pytest.mark.parametrize("told", [whole_seconds, float, always(1.0), always(5.0), always(None)])
@pytest.mark.parametrize("closed_s", [5.0, 30.0])
def test_a_server_that_was_closed_when_the_job_began_is_used_to_the_full_soon_after_it_opens(
    told: Told, closed_s: float
) -> None:
    # 193 items, 16 at once, 0.8 s each: 10 s once it is open; with three requests a minute it took 239 s
    server = Closed(None, 1000.0 + closed_s)
    outcome = run_virtually(drive(server, 193, 16, headers=False, told=told, latency=0.8))
    assert outcome.seconds <= closed_s * 1.5 + 10.0 + 8.0
    assert outcome.rejections <= 16 + 12
    assert outcome.most_attempts <= 13  # of the 25 that the guard allows


@pytest.mark.parametrize("seed", range(40))
def test_any_server_is_used_to_nearly_half_at_least_and_rejects_less_than_it_takes(seed: int) -> None:
    """Limits by bucket and window, from one in two seconds to 120 a second, open or closed at first, told or not."""
    draw = random.Random(seed)
    per_second, period = 0.5 * 240 ** draw.random(), draw.choice([1.0, 2.0, 10.0, 60.0])
    kind, closed_s = draw.choice(["bucket", "window", "sliding"]), draw.choice([0.0, 3.0, 20.0, 45.0])
    concurrency, latency = draw.choice([4, 16, 64, 256]), draw.choice([0.05, 0.3, 1.0, 3.0])
    told: Told = draw.choice([whole_seconds, float, always(1.0), always(5.0), always(None)])
    at_once = max(1, round(per_second * period))
    lasting = per_second if kind == "bucket" else at_once / period
    questions = round(min(1500, max(60, lasting * 120)))
    ideal = closed_s + max(questions * latency / concurrency, (questions - at_once) / lasting, latency)
    server = Closed(server_of(kind, per_second, period), 1000.0 + closed_s)
    outcome = run_virtually(drive(server, questions, concurrency, headers=False, told=told, latency=latency))
    assert outcome.seconds <= 2.25 * ideal + 10.0
    assert outcome.rejections <= questions
    assert outcome.most_attempts <= 15


def test_rare_rejections_that_have_nothing_to_do_with_speed_do_not_stop_everybody() -> None:
    async def run() -> float:
        loop, pace, chance = asyncio.get_running_loop(), pacer(), random.Random(3)
        todo, began = iter(range(2000)), loop.time()

        async def work() -> None:
            for _ in todo:
                ticket = await pace.admit()
                if chance.random() < 0.04:
                    pace.settle(ticket, "rejected", retry_after=0.2)
                    await asyncio.sleep(0.2)
                    ticket = await pace.admit(again=True)
                await asyncio.sleep(0.3)
                pace.settle(ticket, "answered")

        await asyncio.gather(*(work() for _ in range(64)))
        return loop.time() - began

    # without any waiting it takes 2000 * 0.3 / 64 = 9.4 s; with a stop of everybody at each of the 80 it took 600 s
    assert run_virtually(run()) < 45


async def admitted(pace: Pacer, count: int, tokens: float = 0.0) -> list[float]:
    """The moments at which so many questions were let go, counted from the first call; all are answered at once."""
    loop = asyncio.get_running_loop()
    began, moments = loop.time(), []
    for _ in range(count):
        ticket = await pace.admit(tokens)
        moments.append(loop.time() - began)
        pace.settle(ticket, "answered")
    return moments


def test_configured_requests_per_minute_are_spaced_evenly() -> None:
    async def run() -> list[float]:
        return await admitted(pacer(rpm=120), 5)

    assert run_virtually(run()) == pytest.approx([0.0, 0.5, 1.0, 1.5, 2.0], abs=0.05)


def test_configured_tokens_per_minute_are_kept() -> None:
    async def run() -> list[float]:
        return await admitted(pacer(tpm=6000), 3, tokens=200)

    # 100 tokens a second: each question of 200 takes two
    assert run_virtually(run()) == pytest.approx([0.0, 2.0, 4.0], abs=0.05)


def test_tokens_are_corrected_once_the_server_has_counted() -> None:
    async def run() -> float:
        pace = pacer(tpm=6000)
        pace.settle(await pace.admit(200), "answered", tokens=50)
        began = asyncio.get_running_loop().time()
        await pace.admit(200)
        return asyncio.get_running_loop().time() - began

    assert run_virtually(run()) == pytest.approx(0.5, abs=0.05)


def test_a_long_retry_after_makes_everybody_wait_and_then_go_one_by_one() -> None:
    async def run() -> list[float]:
        loop, pace = asyncio.get_running_loop(), pacer()
        tickets = [await pace.admit() for _ in range(10)]
        for ticket in tickets[:9]:
            pace.settle(ticket, "answered")
        pace.settle(tickets[9], "rejected", retry_after=5.0)
        began = loop.time()

        async def one() -> float:
            await pace.admit()
            return loop.time() - began

        return sorted(await asyncio.gather(*(one() for _ in range(4))))

    moments = run_virtually(run())
    assert 5.0 < moments[0] < 5.6
    # nine were taken in the five seconds since, so about two a second from here
    assert all(0.3 < later - earlier < 1.0 for earlier, later in pairwise(moments))


def test_what_was_asked_before_goes_first() -> None:
    async def run() -> list[str]:
        pace, order = pacer(rpm=60), list[str]()

        async def one(name: str, *, again: bool) -> None:
            await pace.admit(again=again)
            order.append(name)

        await pace.admit()
        async with asyncio.TaskGroup() as group:
            for name in ("new 1", "new 2", "old"):
                group.create_task(one(name, again=name == "old"))
                await asyncio.sleep(0)
        return order

    assert run_virtually(run()) == ["old", "new 1", "new 2"]


def test_the_beginning_is_gentle_until_the_first_answer() -> None:
    async def run() -> tuple[int, int]:
        pace, tickets = pacer(), list[Ticket]()

        async def one() -> None:
            tickets.append(await pace.admit())

        tasks = [asyncio.create_task(one()) for _ in range(200)]
        await asyncio.sleep(0.001)
        at_once = len(tickets)
        pace.settle(tickets[0], "answered")
        await asyncio.sleep(0.001)
        await asyncio.gather(*tasks)
        return at_once, len(tickets)

    assert run_virtually(run()) == (FIRST_BURST, 200)


def test_an_idle_server_is_not_kept_waiting_for_long() -> None:
    async def run() -> float:
        pace, loop = pacer(), asyncio.get_running_loop()
        began = loop.time()
        await asyncio.gather(*(pace.admit() for _ in range(256)))
        return loop.time() - began

    # 32 at once, then twice as many every 80 ms: 256 after 240 ms, though nothing was answered yet
    assert run_virtually(run()) == pytest.approx(0.24, abs=0.01)


def test_a_cancelled_question_leaves_the_queue() -> None:
    async def run() -> tuple[int, float]:
        pace, loop = pacer(rpm=60), asyncio.get_running_loop()
        await pace.admit()
        began = loop.time()
        gone = asyncio.create_task(pace.admit())
        await asyncio.sleep(0)
        gone.cancel()
        await pace.admit()
        return pace.under_way, loop.time() - began

    under_way, waited = run_virtually(run())
    assert under_way == 2
    assert waited == pytest.approx(1.0, abs=0.05)


def test_dismissed_questions_end_with_the_error_given() -> None:
    async def run() -> list[object]:
        pace = pacer(rpm=1)
        await pace.admit()
        waiting = [asyncio.create_task(pace.admit()) for _ in range(3)]
        await asyncio.sleep(0)
        pace.dismiss(lambda: FatalModelError("gone"))
        return list(await asyncio.gather(*waiting, return_exceptions=True))

    assert [type(result) for result in run_virtually(run())] == [FatalModelError] * 3


def test_admission_is_cheap_without_limits() -> None:
    async def run() -> float:
        pace = Pacer()
        best = float("inf")
        for _ in range(5):
            began = time.process_time()
            for _ in range(2000):
                pace.settle(await pace.admit(100), "answered")
            best = min(best, (time.process_time() - began) / 2000)
        return best

    assert asyncio.run(run()) < 40e-6  # measured: 6 µs on an idle machine
