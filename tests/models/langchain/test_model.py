import asyncio
import subprocess
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import orjson
import pytest
from aiohttp import web

from assistant.cli.error_words import error_words
from assistant.errors import FatalModelError, RejectedRequestError, RetryableModelError
from assistant.models.chat_api import read_answer
from assistant.models.dev.faults import Faults
from assistant.models.dev.options import DevServerOptions
from assistant.models.dev.server import DevServer
from assistant.models.guard.guarded import GuardedModel
from assistant.models.http.limits import RateLimits
from assistant.models.interface import LabelModel
from assistant.models.langchain.model import LangChainModel
from tests.models.serving import canned, completion, question, serving
from tests.worded import says

pytest.importorskip("langchain_openai", reason="langchain-openai is not installed here")


def with_model(
    options: DevServerOptions,
    job: Callable[[LangChainModel, DevServer], Coroutine[Any, Any, Any]],
    name: str = "dev",
    key: str = "k-123456",
    **more: Any,
) -> Any:
    """Run a job against LangChain's OpenAI integration on the test server."""

    async def run() -> Any:
        async with serving(options) as (server, url):
            model = LangChainModel("openai", name, options={"base_url": url, "api_key": key}, **more)
            try:
                return await job(model, server)
            finally:
                await model.aclose()

    return asyncio.run(run())


async def ask(model: LangChainModel, _: DevServer) -> bytes:
    """One reply."""
    return (await model.ask(question())).body


def test_it_is_a_label_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k-123456")
    model: LabelModel = LangChainModel("openai", "gpt")
    assert (model.spec, model.parallel) == ("openai:gpt", None)


def test_a_question_gets_an_answer_in_the_schema_with_usage_and_logprobs() -> None:
    answer = read_answer(with_model(DevServerOptions(), ask))
    assert orjson.loads(answer.text)["label"] in {"safe", "hate", "violence"}
    assert "".join(part.token for part in answer.logprobs) == answer.text
    assert answer.completion_tokens == len(answer.logprobs)
    assert (answer.model, answer.finish_reason) == ("dev", "stop")


def test_it_answers_as_our_own_adapter_does() -> None:
    async def both(model: LangChainModel, server: DevServer) -> int:
        await model.ask(question("a"))
        return len({asking.digest for asking in server.log.askings})

    assert with_model(DevServerOptions(), both) == 1


@pytest.mark.parametrize(
    ("options", "structured"),
    [
        (DevServerOptions(json_schema=False), "json_object"),
        (DevServerOptions(json_schema=False, json_object=False, logprobs=False), "text"),
    ],
)
def test_what_the_server_lacks_is_found_out_once(options: DevServerOptions, structured: str) -> None:
    async def job(model: LangChainModel, server: DevServer) -> tuple[str, list[str], int]:
        found = [read_answer((await model.ask(question(text))).body).text for text in "ab"]
        return model.dialect.structured, found, [asking.status for asking in server.log.askings].count(200)

    dialect, found, good = with_model(options, job)
    assert dialect == structured
    assert all("label" in orjson.loads(text) for text in found)
    assert good == 2


def test_a_cut_reply_is_kept_though_the_sdk_raises() -> None:
    answer = read_answer(with_model(DevServerOptions(faults=Faults(truncated=1.0)), ask))
    assert answer.finish_reason == "length"
    assert answer.text
    assert answer.completion_tokens > 0


def test_a_refusal_and_a_malformed_reply_are_kept() -> None:
    assert read_answer(with_model(DevServerOptions(faults=Faults(refusal=1.0)), ask)).refusal
    broken = read_answer(with_model(DevServerOptions(faults=Faults(malformed=1.0)), ask)).text
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(broken)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("server_error", "server_error"), ("rate_limited", "rate_limited"), ("reset", "reset")],
)
def test_faults_are_worth_asking_again(fault: str, reason: str) -> None:
    options = DevServerOptions(faults=Faults(**{fault: 1.0}, retry_after_s=0.5))  # type: ignore[arg-type]  # by name
    with pytest.raises(RetryableModelError) as caught:
        with_model(options, ask)
    assert caught.value.reason == reason
    assert caught.value.retry_after == (0.5 if fault == "rate_limited" else None)


def test_a_slow_server_times_out() -> None:
    with pytest.raises(RetryableModelError) as caught:
        with_model(DevServerOptions(latency_ms=5000), ask, timeout_s=0.2)
    assert caught.value.reason == "timeout"


def test_a_wrong_key_and_a_missing_model_are_fatal() -> None:
    with pytest.raises(FatalModelError, check=says("key was refused")) as caught:
        with_model(DevServerOptions(key="right-key-1"), ask, key="wrong-key-1")
    assert "wrong-key-1" not in str(error_words(caught.value))
    with pytest.raises(FatalModelError, check=says("no model 'dve'")):
        with_model(DevServerOptions(), ask, name="dve")


def test_too_long_a_prompt_is_refused_for_good() -> None:
    async def job(model: LangChainModel, _: DevServer) -> None:
        await model.ask(question("long " * 500))

    with pytest.raises(RejectedRequestError) as caught:
        with_model(DevServerOptions(context_tokens=50), job)
    assert caught.value.reason == "too_long"


def test_a_missing_integration_names_the_package_to_install() -> None:
    with pytest.raises(FatalModelError, check=says("needs the package langchain-cohere")) as caught:
        asyncio.run(LangChainModel("cohere", "command").ask(question()))
    assert error_words(caught.value).hint == "pip install langchain-cohere"


def test_an_unknown_provider_is_told_with_the_known_ones() -> None:
    with pytest.raises(FatalModelError, check=says("no provider 'opnai'")) as caught:
        asyncio.run(LangChainModel("opnai", "m").ask(question()))
    assert "anthropic" in error_words(caught.value).hint


def test_a_missing_key_is_told() -> None:
    with pytest.raises(FatalModelError, check=says("can't be set up")):
        asyncio.run(LangChainModel("openai", "m").ask(question()))


def test_rate_limits_are_heard() -> None:
    heard: list[RateLimits] = []
    with_model(DevServerOptions(rate_limit=5), ask, on_limits=heard.append)
    assert [limits.limit_requests for limits in heard] == [5]


def test_the_guard_brings_all_questions_through_faults() -> None:
    async def job(model: LangChainModel, server: DevServer) -> dict[str, object]:
        guard = GuardedModel(model)
        await asyncio.gather(*(guard.ask(question(str(number))) for number in range(40)))
        return server.log.counts()

    faults = Faults(server_error=0.2, rate_limited=0.2, retry_after_s=0.05)
    counts = with_model(DevServerOptions(faults=faults), job)
    assert (counts["answered"], counts["answered_again"]) == (40, 0)


def test_it_works_in_one_event_loop_after_another() -> None:
    async def answer(_: web.BaseRequest) -> web.Response:
        return web.json_response(completion("x", prompt_tokens=1, completion_tokens=1, total_tokens=2))

    async def twice() -> None:
        async with canned(answer) as url:

            def once() -> bytes:
                model = LangChainModel("openai", "m", options={"base_url": url, "api_key": "k"})

                async def run() -> bytes:
                    try:
                        return (await model.ask(question(schema=None, top_logprobs=0))).body
                    finally:
                        await model.aclose()

                return asyncio.run(run())

            for _ in range(2):
                assert read_answer(await asyncio.to_thread(once)).text == "x"

    asyncio.run(twice())


def test_check_asks_one_short_question() -> None:
    async def job(model: LangChainModel, server: DevServer) -> tuple[str, int]:
        return await model.check(), len(server.log.askings)

    assert with_model(DevServerOptions(), job) == ("dev answers at openai", 1)


def test_importing_it_switches_tracing_off() -> None:
    code = (
        "import os\n"
        "import assistant.models.langchain.model as module\n"
        "print(os.environ.get('LANGSMITH_TRACING'), module.TRACING_FORBIDDEN)"
    )
    environ = {"LANGSMITH_TRACING": "true", "PYTHONPATH": ":".join(sys.path)}
    said = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    assert said.stdout == "None ('LANGSMITH_TRACING',)\n"
