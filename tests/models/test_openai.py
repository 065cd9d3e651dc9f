import asyncio
import socket
from typing import Any

import orjson
import pytest
from aiohttp import web

from assistant.cli.error_words import error_words
from assistant.errors import FatalModelError, RejectedRequestError, RetryableModelError
from assistant.models.chat_api import read_answer
from assistant.models.dev.faults import Faults
from assistant.models.dev.options import DevServerOptions
from assistant.models.dev.wire_faults import WireFault
from assistant.models.http.limits import RateLimits
from assistant.models.interface import LabelModel, ModelRequest
from assistant.models.openai import OpenAIModel
from tests.models.serving import Handler, always, canned, completion, problem, question, serving
from tests.worded import says


async def ask_once(model: OpenAIModel, request: ModelRequest | None = None) -> bytes:
    """One reply's body; the model is closed."""
    try:
        return (await model.ask(request or question())).body
    finally:
        await model.aclose()


def ask_canned(handler: Handler, **options: object) -> bytes:
    """Ask a server with one canned answer."""

    async def run() -> bytes:
        async with canned(handler) as url:
            return await ask_once(OpenAIModel("m", base_url=url, **options))  # type: ignore[arg-type]  # by name

    return asyncio.run(run())


def ask_dev(options: DevServerOptions, *requests: ModelRequest) -> tuple[OpenAIModel, list[bytes], dict[str, object]]:
    """Ask the test server several questions in a row: (model, bodies, the server's counts)."""

    async def run() -> tuple[OpenAIModel, list[bytes], dict[str, object]]:
        async with serving(options) as (server, url):
            model = OpenAIModel("dev", base_url=url, key=options.key)
            try:
                bodies = [(await model.ask(request)).body for request in requests]
            finally:
                await model.aclose()
            return model, bodies, server.log.counts()

    return asyncio.run(run())


def test_a_question_gets_an_answer_in_the_schema_with_logprobs() -> None:
    _, (body,), _ = ask_dev(DevServerOptions(), question("hello"))
    answer = read_answer(body)
    assert orjson.loads(answer.text)["label"] in {"safe", "hate", "violence"}
    assert answer.model == "dev"
    assert answer.prompt_tokens > 0
    assert "".join(part.token for part in answer.logprobs) == answer.text


def test_latency_is_that_of_the_server() -> None:
    async def run() -> float:
        async with serving(DevServerOptions(latency_ms=50)) as (_, url):
            model = OpenAIModel("dev", base_url=url)
            reply = await model.ask(question())
            await model.aclose()
            return reply.latency_ms

    assert 50 <= asyncio.run(run()) < 500


def test_it_is_a_label_model() -> None:
    model: LabelModel = OpenAIModel("m", base_url="http://127.0.0.1:1/v1")
    assert (model.spec, model.parallel) == ("openai:m", None)


def test_key_and_organization_are_sent() -> None:
    seen: dict[str, str] = {}

    async def answer(request: web.BaseRequest) -> web.Response:
        seen.update(request.headers)
        return web.json_response(completion())

    ask_canned(answer, key="sk-1", organization="org-2")
    assert seen["Authorization"] == "Bearer sk-1"
    assert seen["OpenAI-Organization"] == "org-2"


def test_without_a_key_no_authorization_is_sent() -> None:
    seen: dict[str, str] = {}

    async def answer(request: web.BaseRequest) -> web.Response:
        seen.update(request.headers)
        return web.json_response(completion())

    ask_canned(answer)
    assert "Authorization" not in seen


@pytest.mark.parametrize(
    ("options", "structured", "logprobs"),
    [
        (DevServerOptions(json_schema=False), "json_object", 20),
        (DevServerOptions(json_schema=False, json_object=False), "text", 20),
        (DevServerOptions(logprobs=False), "json_schema", 0),
        (DevServerOptions(json_schema=False, json_object=False, logprobs=False, max_tokens=False), "text", 0),
    ],
)
def test_what_the_server_lacks_is_found_out_once_and_remembered(
    options: DevServerOptions, structured: str, logprobs: int
) -> None:
    model, bodies, counts = ask_dev(options, question("a"), question("b"), question("c"))
    assert (model.dialect.structured, model.dialect.top_logprobs) == (structured, logprobs)
    assert all("label" in orjson.loads(read_answer(body).text) for body in bodies)
    refused = 2 * (not options.json_schema) - options.json_object * (not options.json_schema)
    refused += (not options.logprobs) + (not options.max_tokens)
    assert counts["status"] == {"200": 3, "400": refused}


def test_questions_on_their_way_together_agree_on_one_dialect() -> None:
    async def run() -> tuple[OpenAIModel, dict[str, object]]:
        async with serving(DevServerOptions(json_schema=False, logprobs=False)) as (server, url):
            model = OpenAIModel("dev", base_url=url)
            await asyncio.gather(*(model.ask(question(str(i))) for i in range(20)))
            await model.ask(question("late"))
            await model.aclose()
            return model, server.log.counts()

    model, counts = asyncio.run(run())
    assert (model.dialect.structured, model.dialect.top_logprobs) == ("json_object", 0)
    assert counts["answered"] == 21


def test_a_feature_that_has_worked_is_not_dropped_for_one_odd_complaint() -> None:
    calls = 0

    async def answer(_: web.BaseRequest) -> web.Response:
        nonlocal calls
        calls += 1
        if calls == 1:
            return web.json_response(completion())
        return web.json_response(problem("response_format: too many enum values"), status=400)

    async def run() -> OpenAIModel:
        async with canned(answer) as url:
            model = OpenAIModel("m", base_url=url)
            await model.ask(question("a"))
            with pytest.raises(RejectedRequestError):
                await ask_once(model, question("b"))
            return model

    assert asyncio.run(run()).dialect.structured == "json_schema"
    assert calls == 2


@pytest.mark.parametrize("structured", ["json_object", "text"])
def test_a_structure_can_be_set_instead_of_found_out(structured: str) -> None:
    async def run() -> bytes:
        async with serving() as (_, url):
            return await ask_once(OpenAIModel("dev", base_url=url, structured=structured))  # type: ignore[arg-type]

    assert "label" in orjson.loads(read_answer(asyncio.run(run())).text)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("server_error", "server_error"),
        ("unavailable", "unavailable"),
        ("reset", "reset"),
        ("half_body", "truncated"),
        ("rate_limited", "rate_limited"),
    ],
)
def test_each_fault_of_a_server_has_its_reason(fault: str, reason: str) -> None:
    options = DevServerOptions(faults=Faults(**{fault: 1.0}, retry_after_s=0.5))  # type: ignore[arg-type]  # by name
    with pytest.raises(RetryableModelError) as caught:
        ask_dev(options, question())
    assert caught.value.reason == reason
    assert caught.value.retry_after == (0.5 if fault == "rate_limited" else None)


def test_a_server_that_is_not_there_is_a_connection_failure_with_advice() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with pytest.raises(RetryableModelError, check=says("can't be reached")) as caught:
        asyncio.run(ask_once(OpenAIModel("m", base_url=url)))
    assert caught.value.reason == "connection"
    assert "OPENAI_BASE_URL" in error_words(caught.value).hint


def test_a_server_that_takes_too_long_times_out() -> None:
    async def run() -> None:
        async with serving(DevServerOptions(latency_ms=3_600_000)) as (_, url):
            await ask_once(OpenAIModel("dev", base_url=url, timeout_s=0.1))

    with pytest.raises(RetryableModelError, check=says(r"within 0\.1 s")) as caught:
        asyncio.run(run())
    assert caught.value.reason == "timeout"


def test_a_wrong_key_is_fatal_and_not_in_the_message() -> None:
    async def run() -> None:
        async with serving(DevServerOptions(key="right-key-123")) as (_, url):
            await ask_once(OpenAIModel("dev", base_url=url, key="wrong-key-456"))

    with pytest.raises(FatalModelError, check=says("key was refused")) as caught:
        asyncio.run(run())
    assert "wrong-key-456" not in str(error_words(caught.value))


def test_a_missing_model_is_fatal() -> None:
    async def run() -> None:
        async with serving() as (_, url):
            await ask_once(OpenAIModel("dve", base_url=url))

    with pytest.raises(FatalModelError, check=says("no model 'dve'")):
        asyncio.run(run())


def test_too_long_a_prompt_is_refused_for_good() -> None:
    with pytest.raises(RejectedRequestError) as caught:
        ask_dev(DevServerOptions(context_tokens=50), question("long " * 200))
    assert caught.value.reason == "too_long"


@pytest.mark.parametrize("body", [b"", b'{"choices": [{"message": {"con'])
def test_a_success_that_is_no_completion_is_asked_again(body: bytes) -> None:
    with pytest.raises(RetryableModelError) as caught:
        ask_canned(always(200, body))
    assert caught.value.reason == "truncated"


def test_an_error_told_with_status_200_keeps_its_meaning() -> None:
    body = {"error": {"message": "Provider is rate limited", "code": 429}}
    with pytest.raises(RetryableModelError) as caught:
        ask_canned(always(200, body))
    assert caught.value.reason == "rate_limited"


def test_a_redirect_is_not_followed_with_the_key() -> None:
    with pytest.raises(FatalModelError, check=says("no chat completions there")):
        ask_canned(always(307, b"", {"location": "http://127.0.0.1:1/v1"}), key="sk-1")


def test_pretty_printed_replies_are_taken_as_they_are() -> None:
    body = orjson.dumps(completion("hi"), option=orjson.OPT_INDENT_2) + b"\n\n"
    assert ask_canned(always(200, body)) == body.strip()


def test_rate_limits_are_told_for_good_and_bad_replies() -> None:
    heard: list[RateLimits] = []

    async def run() -> None:
        async with serving(DevServerOptions(rate_limit=2)) as (_, url):
            model = OpenAIModel("dev", base_url=url, on_limits=heard.append)
            for text in "ab":
                await model.ask(question(text))
            with pytest.raises(RetryableModelError):
                await ask_once(model, question("c"))

    asyncio.run(run())
    assert [limits.remaining_requests for limits in heard] == [1, 0, 0]
    assert heard[0].limit_requests == 2
    assert heard[0].retry_after is None
    assert 0 < (heard[2].retry_after or 0) <= 0.5


def test_connections_are_kept_and_never_more_than_allowed() -> None:
    async def run() -> int:
        peers: set[object] = set()

        async def answer(request: web.BaseRequest) -> web.Response:
            await request.read()
            peers.add(request.transport.get_extra_info("peername") if request.transport else None)
            await asyncio.sleep(0.005)
            return web.json_response(completion())

        async with canned(answer) as url:
            model = OpenAIModel("m", base_url=url, concurrency=4)
            await asyncio.gather(*(model.ask(question(str(i))) for i in range(40)))
            await model.aclose()
        return len(peers)

    assert asyncio.run(run()) == 4


def check(options: DevServerOptions, name: str = "dev", key: str | None = None) -> str:
    """What `check` says about the test server."""

    async def run() -> str:
        async with serving(options) as (_, url):
            model = OpenAIModel(name, base_url=url, key=key)
            try:
                return await model.check()
            finally:
                await model.aclose()

    return asyncio.run(run())


def test_check_finds_the_model() -> None:
    assert "dev answers at 127.0.0.1" in check(DevServerOptions(models=("dev", "other")))


def test_check_tells_the_nearest_names_of_a_missing_model() -> None:
    with pytest.raises(FatalModelError, check=says("no model 'dve'")) as caught:
        check(DevServerOptions(models=("dev", "embedder")), "dve")
    assert "dev" in error_words(caught.value).hint


def test_check_tells_a_wrong_key() -> None:
    with pytest.raises(FatalModelError, check=says("key was refused")):
        check(DevServerOptions(key="right-key-123"), key="wrong-key-456")


def test_check_asks_one_short_question_where_there_is_no_list() -> None:
    async def answer(request: web.BaseRequest) -> web.Response:
        if request.path.endswith("/models"):
            return web.json_response(problem("no such page"), status=404)
        return web.json_response(completion("OK"))

    async def run() -> str:
        async with canned(answer) as url:
            model = OpenAIModel("m", base_url=url)
            try:
                return await model.check()
            finally:
                await model.aclose()

    assert asyncio.run(run()).startswith("m answers at 127.0.0.1")


def test_check_says_when_nobody_is_there() -> None:
    async def run() -> None:
        model = OpenAIModel("m", base_url="http://127.0.0.1:9/v1")
        try:
            await model.check()
        finally:
            await model.aclose()

    with pytest.raises(RetryableModelError, check=says("can't be reached")):
        asyncio.run(run())


@pytest.mark.parametrize("form", ["padded", "event_stream", "tool_call", "function_call", "reasoning"])
def test_the_same_answer_comes_in_any_form(form: str) -> None:
    _, (plain,), _ = ask_dev(DevServerOptions(), question("hello"))
    _, (body,), counts = ask_dev(DevServerOptions(wire_fault=WireFault(form)), question("hello"))
    answer, expected = read_answer(body), read_answer(plain)
    assert (answer.text, answer.prompt_tokens, counts["asked"]) == (expected.text, expected.prompt_tokens, 1)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("no_choices", "unavailable"),
        ("finish_error", "unavailable"),
        ("error_in_200", "unavailable"),
        ("overloaded_400", "unavailable"),
        ("html", "unavailable"),
        ("cut_json", "truncated"),
    ],
)
def test_trouble_of_a_gateway_has_a_reason_and_passes(fault: str, reason: str) -> None:
    async def run() -> tuple[str, bytes]:
        async with serving(DevServerOptions(wire_fault=WireFault(fault, first_only=True))) as (_, url):
            model = OpenAIModel("dev", base_url=url)
            with pytest.raises(RetryableModelError) as caught:
                await model.ask(question())
            return caught.value.reason, await ask_once(model)

    found, body = asyncio.run(run())
    assert found == reason
    assert "label" in read_answer(body).text


@pytest.mark.parametrize("fault", ["too_large_429", "context_500"])
def test_a_question_that_never_fits_is_refused_whatever_the_status(fault: str) -> None:
    with pytest.raises(RejectedRequestError) as caught:
        ask_dev(DevServerOptions(wire_fault=WireFault(fault)), question())
    assert caught.value.reason == "too_long"


def test_the_second_web_page_for_a_question_means_a_wrong_address() -> None:
    async def run() -> None:
        async with serving(DevServerOptions(wire_fault=WireFault("html"))) as (_, url):
            model = OpenAIModel("dev", base_url=url)
            with pytest.raises(RetryableModelError, check=says("with a web page")):
                await model.ask(question())
            await ask_once(model)

    with pytest.raises(FatalModelError, check=says("with a web page")) as caught:
        asyncio.run(run())
    assert "OPENAI_BASE_URL" in error_words(caught.value).hint


def test_a_firewalls_page_refuses_one_question_where_others_were_answered() -> None:
    async def answer(request: web.BaseRequest) -> web.Response:
        blocked = b"<script>" in await request.read()
        if blocked:
            return web.Response(status=403, body=b"<html><body>Request blocked</body></html>", content_type="text/html")
        return web.json_response(completion("hi"))

    async def run() -> None:
        async with canned(answer) as url:
            model = OpenAIModel("m", base_url=url)
            await model.ask(question("hello"))
            await ask_once(model, question("<script>"))

    with pytest.raises(RejectedRequestError, check=says("blocks this request")):
        asyncio.run(run())


def test_extra_parameters_and_headers_go_with_every_question_and_with_a_check() -> None:
    seen: list[tuple[str, str | None, object]] = []

    async def answer(request: web.BaseRequest) -> web.Response:
        raw = await request.read()
        seen.append((request.method, request.headers.get("X-Team"), orjson.loads(raw).get("top_k") if raw else None))
        return web.json_response(completion("hi")) if raw else web.json_response({"data": [{"id": "m"}]})

    async def run() -> None:
        async with canned(answer) as url:
            model = OpenAIModel("m", base_url=url, extra={"top_k": 5}, headers={"X-Team": "policy"})
            assert await model.check() == f"m answers at {url[7:-3]} (1 models there)"
            await ask_once(model)

    asyncio.run(run())
    assert seen == [("GET", "policy", None), ("POST", "policy", 5)]


def test_a_model_that_thinks_gets_room_for_it_beside_the_limit_of_the_answer() -> None:
    """The server thinks for 500 tokens before an answer, and takes limits up to 5,000."""
    limits: list[int] = []

    async def answer(request: web.BaseRequest) -> web.Response:
        limits.append(orjson.loads(await request.read())["max_tokens"])
        if limits[-1] > 5000:
            return web.json_response(problem("max_tokens is too large", param="max_tokens"), status=400)
        short = limits[-1] < 500
        reply: Any = completion("" if short else "hi", completion_tokens=limits[-1])
        reply["choices"][0]["finish_reason"] = "length" if short else "stop"
        reply["usage"]["completion_tokens_details"] = {"reasoning_tokens": min(limits[-1], 500)}
        return web.json_response(reply)

    async def run() -> list[str]:
        async with canned(answer) as url:
            model = OpenAIModel("m", base_url=url)
            texts = [read_answer((await model.ask(question(text, max_tokens=80))).body).text for text in "ab"]
            return [*texts, read_answer(await ask_once(model, question("c", max_tokens=4000))).text]

    assert asyncio.run(run()) == ["", "hi", "hi"]
    # The room of 4,096 is too much on top of 4,000: a quarter of it is not too much for this server.
    assert limits[:2] == [80, 80 + 4096]
    assert limits[2] == 4000 + 4096
    assert limits[-1] <= 5000
