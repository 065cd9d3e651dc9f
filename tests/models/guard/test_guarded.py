import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import orjson
import pytest
from aiohttp import web

from assistant.cli.error_words import error_words
from assistant.errors import (
    BudgetError,
    FatalModelError,
    ModelError,
    RejectedRequestError,
    RetryableModelError,
    SettingsError,
)
from assistant.models.chat_api import read_answer
from assistant.models.dev.faults import Faults
from assistant.models.dev.options import DevServerOptions
from assistant.models.dev.server import DevServer
from assistant.models.guard.budget import Budget, Prices
from assistant.models.guard.counts import GuardCounts
from assistant.models.guard.guarded import GuardedModel
from assistant.models.guard.pacing import Pacer
from assistant.models.interface import LabelModel
from assistant.models.openai import OpenAIModel
from tests.models.serving import Handler, always, canned, completion, problem, question, serving
from tests.worded import says

Job = Callable[[GuardedModel, DevServer], Coroutine[Any, Any, Any]]


def guard_dev(options: DevServerOptions, job: Job, **guard: Any) -> Any:
    """Run a job against a guarded model on the test server."""

    async def run() -> Any:
        async with serving(options) as (server, url):
            model = GuardedModel(OpenAIModel("dev", base_url=url, key=options.key or "k"), **guard)
            try:
                return await job(model, server)
            finally:
                await model.aclose()

    return asyncio.run(run())


def guard_canned(handler: Handler, job: Callable[[GuardedModel], Coroutine[Any, Any, Any]], **guard: Any) -> Any:
    """Run a job against a guarded model on a server with one kind of answer."""

    async def run() -> Any:
        async with canned(handler) as url:
            model = GuardedModel(OpenAIModel("m", base_url=url), **guard)
            try:
                return await job(model)
            finally:
                await model.aclose()

    return asyncio.run(run())


async def ask_all(model: LabelModel, count: int, concurrency: int = 64) -> list[ModelError | bytes]:
    """Ask so many different questions; bodies and errors in order."""
    results: list[ModelError | bytes] = [b""] * count
    todo = iter(range(count))

    async def work() -> None:
        for number in todo:
            try:
                results[number] = (await model.ask(question(f"post {number}"))).body
            except ModelError as error:
                results[number] = error

    await asyncio.gather(*(work() for _ in range(concurrency)))
    return results


def test_it_is_a_label_model_with_the_adapters_name() -> None:
    async def run() -> None:
        model: LabelModel = GuardedModel(OpenAIModel("m", base_url="http://127.0.0.1:1/v1"))
        assert (model.spec, model.parallel) == ("openai:m", None)

    asyncio.run(run())


def test_faults_on_a_fifth_of_first_attempts_lose_nothing() -> None:
    # 500, reset, half a body, 503 and 429 in equal parts
    faults = Faults(
        server_error=0.04, reset=0.04, half_body=0.04, unavailable=0.04, rate_limited=0.04, retry_after_s=0.05
    )

    async def job(model: GuardedModel, server: DevServer) -> tuple[list[ModelError | bytes], GuardCounts, Any]:
        return await ask_all(model, 300), model.counts, server.log.counts()

    results, counts, seen = guard_dev(DevServerOptions(faults=faults), job)
    assert all(isinstance(result, bytes) and read_answer(result).text for result in results)
    assert seen["distinct"] == 300
    assert seen["answered"] == 300
    assert seen["answered_again"] == 0
    assert counts.answered == 300
    assert counts.sent == seen["asked"] == 300 + sum(seen["faults"].values())
    reasons = {
        "server_error": "server_error",
        "reset": "reset",
        "half_body": "truncated",
        "unavailable": "unavailable",
        "rate_limited": "rate_limited",
    }
    assert counts.retries == {reasons[fault]: count for fault, count in seen["faults"].items()}
    assert counts.rate_limited == seen["faults"]["rate_limited"]


def test_latency_is_that_of_the_attempt_that_succeeded() -> None:
    async def job(model: GuardedModel, _: DevServer) -> float:
        return (await model.ask(question())).latency_ms

    options = DevServerOptions(latency_ms=20, faults=Faults(rate_limited=1.0, retry_after_s=0.3))
    assert 20 <= guard_dev(options, job) < 200


def test_retry_after_is_the_least_wait() -> None:
    async def job(model: GuardedModel, server: DevServer) -> float:
        await model.ask(question())
        first, second = server.log.askings
        return second.received - first.answered

    assert guard_dev(DevServerOptions(faults=Faults(rate_limited=1.0, retry_after_s=0.4)), job) >= 0.39


def test_a_question_that_keeps_failing_is_given_up_while_others_go_on() -> None:
    async def answer(request: web.BaseRequest) -> web.Response:
        poison = b"post 3" in await request.read()
        return web.json_response(problem("boom"), status=500) if poison else web.json_response(completion())

    async def job(model: GuardedModel) -> tuple[list[ModelError | bytes], GuardCounts]:
        return await ask_all(model, 8), model.counts

    results, counts = guard_canned(answer, job, max_attempts=3)
    failure = results[3]
    assert isinstance(failure, RetryableModelError)
    assert failure.reason == "server_error"
    assert [type(result) for result in results].count(bytes) == 7
    assert counts.retries == {"server_error": 2}


def test_a_refused_question_is_not_asked_again() -> None:
    async def job(model: GuardedModel, server: DevServer) -> int:
        with pytest.raises(RejectedRequestError):
            await model.ask(question("long " * 500))
        return len(server.log.askings)

    assert guard_dev(DevServerOptions(context_tokens=100), job) == 1


def test_the_deadline_ends_retries() -> None:
    async def job(model: GuardedModel) -> int:
        with pytest.raises(RetryableModelError):
            await model.ask(question())
        return model.counts.sent

    assert guard_canned(always(500, problem("boom")), job, max_attempts=1000, deadline_s=0.3) < 1000


def test_a_wrong_key_stops_everybody_at_once() -> None:
    async def run() -> tuple[list[ModelError | bytes], int]:
        async with serving(DevServerOptions(key="right-key")) as (_, url):
            model = GuardedModel(OpenAIModel("dev", base_url=url, key="wrong-key"))
            results = await ask_all(model, 500, concurrency=8)
            await model.aclose()
            return results, model.counts.sent

    results, sent = asyncio.run(run())
    assert all(isinstance(result, FatalModelError) for result in results)
    assert sent <= 8
    assert "OPENAI_API_KEY" in str(results[-1])


def test_questions_waiting_for_their_turn_end_with_the_fatal_error_too() -> None:
    async def job(model: GuardedModel, _: DevServer) -> list[object]:
        waiting = [asyncio.create_task(model.ask(question(str(number)))) for number in range(5)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)  # the others wait ten seconds and more
        model.refuse(FatalModelError("stop", hint="because"))
        return list(await asyncio.gather(*waiting, return_exceptions=True))

    results = guard_dev(DevServerOptions(), job, pacer=Pacer(rpm=6))
    assert [type(result).__name__ for result in results] == ["RawReply"] + ["FatalModelError"] * 4
    assert str(results[1]) == "stop\n  because"


def test_a_server_that_is_gone_for_a_while_loses_nothing() -> None:
    async def job(model: GuardedModel, server: DevServer) -> tuple[list[ModelError | bytes], GuardCounts]:
        asking = asyncio.create_task(ask_all(model, 60, concurrency=16))
        while not server.log.askings:  # noqa: ASYNC110 - another thing's state
            await asyncio.sleep(0.005)
        await server.stop()
        await asyncio.sleep(2.0)
        await server.start()
        return await asking, model.counts

    results, counts = guard_dev(DevServerOptions(latency_ms=50), job, max_attempts=3)
    assert all(isinstance(result, bytes) for result in results)
    assert counts.retries["connection"] > 0


def test_a_server_that_stays_away_stops_the_job_with_one_line() -> None:
    async def job(model: GuardedModel, server: DevServer) -> list[ModelError | bytes]:
        await model.ask(question("first"))
        await server.stop()
        return await ask_all(model, 40, concurrency=8)

    results = guard_dev(DevServerOptions(), job, outage_patience_s=1.0)
    assert all(isinstance(result, FatalModelError) for result in results)
    assert "openai:dev has not answered since" in str(error_words(results[0]))
    assert "the same command resumes" in str(error_words(results[0]))


def test_503_for_everybody_is_an_outage_and_not_the_questions_fault() -> None:
    down = True

    async def answer(_: web.BaseRequest) -> web.Response:
        return web.json_response(problem("restarting"), status=503) if down else web.json_response(completion())

    async def job(model: GuardedModel) -> list[ModelError | bytes]:
        nonlocal down
        asking = asyncio.create_task(ask_all(model, 20, concurrency=10))
        await asyncio.sleep(2.5)
        down = False
        return await asking

    results = guard_canned(answer, job, max_attempts=2)
    assert all(isinstance(result, bytes) for result in results)


def test_a_wait_of_hours_stops_the_job() -> None:
    async def job(model: GuardedModel) -> list[ModelError | bytes]:
        return await ask_all(model, 3, concurrency=1)

    results = guard_canned(always(429, problem("daily limit"), {"retry-after": "7200"}), job)
    assert all(isinstance(result, FatalModelError) for result in results)
    assert "asks to wait 120 minutes" in str(error_words(results[0]))


PRICES = Prices(input=1000.0, output=1000.0)  # US$ 0.001 a token, so that small jobs have round costs


def test_spending_never_exceeds_the_cap_however_many_are_on_their_way() -> None:
    budget = Budget(5.0)

    async def job(model: GuardedModel, _: DevServer) -> list[ModelError | bytes]:
        return await ask_all(model, 200, concurrency=64)

    results = guard_dev(DevServerOptions(latency_ms=20), job, budget=budget, prices=PRICES)
    bodies = [result for result in results if isinstance(result, bytes)]
    billed = sum(
        sum(orjson.loads(body)["usage"][part] for part in ("prompt_tokens", "completion_tokens")) for body in bodies
    )
    assert 0 < budget.spent <= 5.0
    assert budget.spent == pytest.approx(billed * 0.001)
    assert budget._reserved == 0.0
    assert len(bodies) < 200
    assert all(isinstance(result, (bytes, BudgetError)) for result in results)


def test_what_failed_costs_nothing_but_a_timeout_may_have() -> None:
    async def job(model: GuardedModel, _: DevServer) -> float:
        with pytest.raises(RetryableModelError):
            await model.ask(question())
        return model.counts.spent_usd

    failing = DevServerOptions(faults=Faults(server_error=1.0, every_attempt=True))
    assert guard_dev(failing, job, budget=Budget(), prices=PRICES, max_attempts=2) == 0.0
    cut = DevServerOptions(faults=Faults(half_body=1.0, every_attempt=True))
    assert guard_dev(cut, job, budget=Budget(), prices=PRICES, max_attempts=1) > 0.0


def test_a_cap_without_prices_is_refused() -> None:
    async def run() -> None:
        with pytest.raises(SettingsError, check=says("price of openai:m is not known")):
            GuardedModel(OpenAIModel("m", base_url="http://127.0.0.1:1/v1"), budget=Budget(1.0))

    asyncio.run(run())


@pytest.mark.parametrize("headers", [True, False])
def test_a_real_limit_of_50_a_second_is_kept_and_loses_nothing(headers: bool) -> None:
    """How near to the ideal time it comes is measured by `make bench` and, in virtual time, by test_pacing."""

    async def job(model: GuardedModel, _: DevServer) -> tuple[list[ModelError | bytes], GuardCounts]:
        return await ask_all(model, 250, concurrency=64), model.counts

    options = DevServerOptions(latency_ms=100, rate_limit=50, rate_headers=headers)
    results, counts = guard_dev(options, job)
    assert all(isinstance(result, bytes) for result in results)
    assert counts.rate_limited < (30 if headers else 250)


def test_cancelling_gives_everything_back() -> None:
    budget, pacer = Budget(), Pacer()

    async def job(model: GuardedModel, _: DevServer) -> None:
        asking = asyncio.create_task(model.ask(question()))
        while not (pacer.under_way and budget._reserved):  # noqa: ASYNC110 - another thing's state
            await asyncio.sleep(0.005)
        assert pacer.under_way == 1
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    guard_dev(DevServerOptions(latency_ms=5000), job, budget=budget, prices=PRICES, pacer=pacer)
    assert (pacer.under_way, budget._reserved) == (0, 0.0)
