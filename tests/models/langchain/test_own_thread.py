import asyncio
import threading
from functools import partial

import pytest

from assistant.models.langchain.own_thread import in_own_thread


def test_as_many_calls_run_at_once_as_are_made() -> None:
    barrier = threading.Barrier(40)  # more than asyncio's default threads; passes only when all 40 are there

    async def run() -> list[int]:
        return await asyncio.gather(*(in_own_thread(partial(barrier.wait, 20), patience_s=30) for _ in range(40)))

    assert sorted(asyncio.run(run())) == list(range(40))


def test_results_and_exceptions_come_back() -> None:
    async def run() -> int:
        return await in_own_thread(lambda: 7, patience_s=5)

    assert asyncio.run(run()) == 7

    async def fail() -> None:
        await in_own_thread(lambda: {}["missing"], patience_s=5)

    with pytest.raises(KeyError):
        asyncio.run(fail())


def test_a_call_that_does_not_end_is_given_up_and_its_late_result_harms_no_one() -> None:
    ends, ended = threading.Event(), threading.Event()

    def call() -> None:
        ends.wait(20)
        ended.set()

    async def run() -> None:
        with pytest.raises(TimeoutError):
            await in_own_thread(call, patience_s=0.01)

    asyncio.run(run())
    ends.set()  # the loop is closed by now
    assert ended.wait(20)
