import asyncio
import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import aiohttp
import orjson
import pytest

from assistant.models.chat_api import encode_request, read_answer
from assistant.models.dev.faults import Faults
from assistant.models.dev.options import DevServerOptions
from assistant.models.dialect import response_format
from assistant.models.interface import ModelAnswer
from tests.models.serving import SCHEMA, question, serving

Json = dict[str, object]


def call(options: DevServerOptions, path: str, payload: Json | None = None, key: str = "") -> tuple[int, Json]:
    """One request to a test server: (status, body)."""

    async def run() -> tuple[int, Json]:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        method = "POST" if payload else "GET"
        async with (
            serving(options) as (_, url),
            aiohttp.ClientSession(headers=headers) as session,
            session.request(method, url + path, json=payload) as response,
        ):
            return response.status, await response.json()

    return asyncio.run(run())


async def complete(session: aiohttp.ClientSession, url: str, text: str) -> tuple[int, bytes, dict[str, str]]:
    """Ask for one completion: (status, body, headers)."""
    body = encode_request("dev", question(text), response_format(SCHEMA))
    async with session.post(f"{url}/chat/completions", data=body) as response:
        return response.status, await response.read(), {name.lower(): value for name, value in response.headers.items()}


def answers(options: DevServerOptions, *texts: str) -> list[ModelAnswer]:
    """The answers of one server to these posts."""

    async def run() -> list[ModelAnswer]:
        async with serving(options) as (_, url), aiohttp.ClientSession() as session:
            return [read_answer((await complete(session, url, text))[1]) for text in texts]

    return asyncio.run(run())


def labels(options: DevServerOptions, *texts: str) -> list[str]:
    """The labels in those answers."""
    return [orjson.loads(answer.text)["label"] for answer in answers(options, *texts)]


def test_it_listens_on_loopback_only() -> None:
    async def run() -> str:
        async with serving() as (_, url):
            return url

    assert asyncio.run(run()).startswith("http://127.0.0.1:")


def test_the_same_post_gets_the_same_answer_and_all_labels_occur() -> None:
    posts = [f"post {number}" for number in range(60)]
    once, again = labels(DevServerOptions(), *posts), labels(DevServerOptions(), *posts)
    assert once == again
    assert set(once) == {"safe", "hate", "violence"}


def test_the_keyword_that_stands_last_decides() -> None:
    options = DevServerOptions(keywords={"kill": "violence", "slur": "hate"})
    assert labels(options, "a slur, then kill", "kill, then a slur") == ["violence", "hate"]


def test_usage_counts_the_prompt_and_the_reply() -> None:
    (answer,) = answers(DevServerOptions(), "x" * 400)
    # 400 characters of post and 15 of the system message at 4 a token, and 4 for the frame
    assert answer.prompt_tokens == 415 // 4 + 4
    assert answer.completion_tokens == len(answer.logprobs)


def test_a_long_prefix_is_cached_from_the_second_time_on() -> None:
    async def run() -> list[int]:
        async with serving() as (_, url), aiohttp.ClientSession() as session:
            cached = []
            for text in "ab":
                prompt = [{"role": "system", "content": "x" * 8000}, {"role": "user", "content": text}]
                payload = {"model": "dev", "messages": prompt}
                async with session.post(f"{url}/chat/completions", json=payload) as response:
                    cached.append(read_answer(await response.read()).cached_tokens)
            return cached

    # 8000 characters are 2000 tokens, in steps of 128: 1920
    assert asyncio.run(run()) == [0, 1920]


def test_a_post_of_200_kb_is_taken() -> None:
    assert answers(DevServerOptions(), "x" * 200_000 + "\x00🙂")[0].prompt_tokens > 50_000


def test_models_are_listed_and_retrieved() -> None:
    options = DevServerOptions(models=("dev", "second"))
    _, listed = call(options, "/models")
    assert [card["id"] for card in listed["data"]] == ["dev", "second"]  # type: ignore[index, attr-defined]  # JSON
    assert call(options, "/models/second")[1]["id"] == "second"
    assert call(options, "/models/third")[0] == 404


def test_embeddings_are_repeatable_and_alike_for_like_texts() -> None:
    payload: Json = {"model": "dev", "input": ["a red car", "the red car", "quarterly report"]}
    _, body = call(DevServerOptions(dimensions=128), "/embeddings", payload)
    first, second, third = (entry["embedding"] for entry in body["data"])  # type: ignore[attr-defined]  # JSON
    assert len(first) == 128
    assert sum(value * value for value in first) == pytest.approx(1.0)
    near, far = (sum(a * b for a, b in zip(first, other, strict=True)) for other in (second, third))
    assert near > far + 0.2


def test_embeddings_come_as_base64_for_the_sdk() -> None:
    payload: Json = {"model": "dev", "input": "x", "encoding_format": "base64"}
    status, body = call(DevServerOptions(dimensions=8), "/embeddings", payload)
    assert status == 200
    assert len(body["data"][0]["embedding"]) == 44  # type: ignore[index]  # 8 floats are 32 bytes, 44 characters


def test_a_key_is_asked_for() -> None:
    options = DevServerOptions(key="k-1")
    assert call(options, "/models")[0] == 401
    assert call(options, "/models", key="k-1")[0] == 200


@pytest.mark.parametrize(
    "payload", [{"model": "dev"}, {"model": "dev", "messages": [7]}, {"model": "dev", "messages": 3}]
)
def test_what_is_no_request_is_refused(payload: Json) -> None:
    assert call(DevServerOptions(), "/chat/completions", payload)[0] == 400


def test_unknown_addresses_are_refused() -> None:
    assert call(DevServerOptions(), "/completions", {"model": "dev"})[0] == 404


def test_content_faults_come_in_the_reply() -> None:
    cut, odd, broken, declined = (
        answers(DevServerOptions(faults=Faults(**{fault: 1.0})), "post")[0]  # type: ignore[arg-type]  # by name
        for fault in ("truncated", "off_label", "malformed", "refusal")
    )
    assert cut.finish_reason == "length"
    assert orjson.loads(odd.text)["label"] == "no_such_label"
    for answer in (cut, broken):
        with pytest.raises(orjson.JSONDecodeError):
            orjson.loads(answer.text)
    assert (declined.text, declined.refusal) == ("", "I can't help with that.")


def test_faults_meet_first_attempts_only_and_are_counted() -> None:
    async def run() -> tuple[list[list[int]], dict[str, object]]:
        options = DevServerOptions(faults=Faults(server_error=0.3, rate_limited=0.2))
        async with serving(options) as (server, url), aiohttp.ClientSession() as session:
            rounds = [[(await complete(session, url, f"post {n}"))[0] for n in range(200)] for _ in range(2)]
            return rounds, server.log.counts()

    (first, second), counts = asyncio.run(run())
    # shares of 200 with a standard deviation of 6 to 7
    assert 35 <= first.count(500) <= 85
    assert 20 <= first.count(429) <= 60
    assert set(second) == {200}
    assert counts["asked"] == 400
    assert counts["distinct"] == 200
    assert counts["faults"] == {"rate_limited": first.count(429), "server_error": first.count(500)}
    assert counts["answered"] == 200 + first.count(200)
    assert counts["answered_again"] == first.count(200)


def test_faults_can_meet_every_attempt() -> None:
    async def run() -> set[int]:
        options = DevServerOptions(faults=Faults(server_error=1.0, every_attempt=True))
        async with serving(options) as (_, url), aiohttp.ClientSession() as session:
            return {(await complete(session, url, "post"))[0] for _ in range(3)}

    assert asyncio.run(run()) == {500}


def test_slow_answers_take_longer() -> None:
    async def run() -> float:
        options = DevServerOptions(latency_ms=10, faults=Faults(slow=1.0, slow_ms=80))
        async with serving(options) as (_, url), aiohttp.ClientSession() as session:
            began = time.perf_counter()
            await complete(session, url, "post")
            return time.perf_counter() - began

    assert asyncio.run(run()) >= 0.09


def test_a_rate_limit_is_real_and_told_in_headers() -> None:
    async def run() -> tuple[list[int], dict[str, str]]:
        async with serving(DevServerOptions(rate_limit=5)) as (_, url), aiohttp.ClientSession() as session:
            replies = await asyncio.gather(*(complete(session, url, str(n)) for n in range(40)))
            headers = next(headers for status, _, headers in replies if status == 429)
            return sorted(status for status, _, _ in replies), headers

    statuses, headers = asyncio.run(run())
    assert statuses.count(200) >= 5  # at once; one more for each fifth of a second that this machine takes
    assert statuses.count(429) == 40 - statuses.count(200) > 0
    assert headers["x-ratelimit-limit-requests"] == "5"
    assert headers["x-ratelimit-remaining-requests"] == "0"
    assert headers["retry-after"] == "1"
    assert 0 < int(headers["retry-after-ms"]) <= 200


def test_every_asking_is_logged_with_times_and_status(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"

    async def run() -> None:
        async with (
            serving(DevServerOptions(latency_ms=20, log_path=path)) as (_, url),
            aiohttp.ClientSession() as session,
        ):
            await asyncio.gather(*(complete(session, url, text) for text in "abab"))

    asyncio.run(run())
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["status"] for line in lines] == [200] * 4
    assert len({line["digest"] for line in lines}) == 2
    assert all(line["answered"] - line["received"] >= 0.019 for line in lines)


def test_counts_can_be_asked_for_over_http() -> None:
    async def run() -> dict[str, object]:
        async with serving(DevServerOptions(latency_ms=30)) as (_, url), aiohttp.ClientSession() as session:
            await asyncio.gather(*(complete(session, url, text) for text in "abc"))
            async with session.get(url.removesuffix("/v1") + "/dev/counts") as response:
                counts: dict[str, object] = await response.json()
                return counts

    counts = asyncio.run(run())
    assert (counts["asked"], counts["answered_again"], counts["peak"]) == (3, 0, 3)


def test_after_a_stop_it_comes_back_on_the_same_port() -> None:
    async def run() -> None:
        async with serving() as (server, url), aiohttp.ClientSession() as session:
            await complete(session, url, "a")
            await server.stop()
            with pytest.raises(aiohttp.ClientError):
                await complete(session, url, "b")
            assert await server.start() == url
            assert (await complete(session, url, "c"))[0] == 200

    asyncio.run(run())


def test_a_stop_cuts_questions_off() -> None:
    async def run() -> None:
        async with serving(DevServerOptions(latency_ms=3_600_000)) as (server, url), aiohttp.ClientSession() as session:
            asking = asyncio.create_task(complete(session, url, "a"))
            while not server.log.under_way:  # noqa: ASYNC110 - another thing's state
                await asyncio.sleep(0.005)
            await server.stop()
            with pytest.raises(aiohttp.ClientError):
                await asking

    asyncio.run(run())  # not after the hour that the answer takes


def test_serving_announces_its_address_and_ends_on_a_signal() -> None:
    code = (
        "from assistant.models.dev.options import DevServerOptions as Options\n"
        "from assistant.models.dev.server import serve\n"
        "serve(Options(), lambda url: print(url, flush=True))"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        port = int(url.rpartition(":")[2].removesuffix("/v1"))
        socket.create_connection(("127.0.0.1", port), timeout=60).close()
        process.terminate()
        assert process.wait(timeout=120) == 0
