"""Jobs through LangChain's integrations, against loopback fakes of the providers' HTTP APIs."""

import asyncio
import csv
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.cli.conftest import Assistant, Said
from tests.models.provider_fakes import PACKAGES, Asked, Fake, access, as_json, good, provider_fake
from tests.models.provider_words import anthropic, google, lacks

PROVIDERS = sorted(PACKAGES)
ITEMS = 10
Job = Callable[..., Said]
pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning")  # in Google's SDK


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the workspace with the posts is kept once it is made."""
    return tmp_path_factory.mktemp("template") / "workspace"


@pytest.fixture
def job(assistant: Assistant, template: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Job:
    """Runs `assistant prelabel` on ten posts with a provider's model, the environment pointing at a fake."""
    if not template.exists():
        posts = tmp_path / "posts.csv"
        with posts.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "text"])
            writer.writerows(
                [f"p{number}", f"river {number * 37 % 101}, a walk, number {number}"] for number in range(ITEMS)
            )
        assert assistant("init", template).status == 0
        assert assistant("ingest", posts, "-w", template).status == 0
    workspace = tmp_path / "workspace"
    shutil.copytree(template, workspace)

    def run(provider: str, fake: Fake, *more: str, name: str = "some-model", without: str = "") -> Said:
        access(provider, fake.url, monkeypatch)
        if without:
            monkeypatch.delenv(without)
        words = ("prelabel", "--model", f"{provider}:{name}", "--concurrency", "4", "--json", *more)
        return assistant(*words, "-w", workspace)

    return run


def labelled(said: Said) -> dict[str, int]:
    """How many items of each status."""
    assert said.stdout, said.stderr
    return {name: count for name, count in said.json["statuses"].items() if count}


async def reset(asked: Asked) -> web.Response:
    """The connection is reset before the reply."""
    assert asked.request.transport is not None
    asked.request.transport.abort()
    return web.Response()


async def broken_off(asked: Asked) -> web.StreamResponse:
    """The connection ends inside the reply's body."""
    response = web.StreamResponse()
    response.content_type, response.content_length = "application/json", 5000
    await response.prepare(asked.request)
    await response.write(b'{"id": "x", ')
    assert asked.request.transport is not None
    asked.request.transport.close()
    return response


def half_a_reply(asked: Asked) -> web.Response:
    """200 with JSON that is cut."""
    body = good(asked, {"label": "safe"}).body
    assert isinstance(body, bytes)
    return web.Response(body=body[:60], content_type="application/json")


def a_page(_: Asked) -> web.Response:
    """200 with a gateway's web page."""
    return web.Response(text="<!doctype html><html><body>The router restarts.</body></html>", content_type="text/html")


def busy(_: Asked) -> web.Response:
    """503."""
    return as_json({"error": {"message": "overloaded, try again"}}, 503)


FAULTS = (reset, broken_off, half_a_reply, a_page, busy)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_breaks_on_the_way_is_retried_and_no_item_is_lost(provider: str, job: Job) -> None:
    seen: Counter[int] = Counter()

    def break_first(asked: Asked) -> Any:
        number = int(asked.text.rpartition("a walk, number ")[2][0])
        seen[number] += 1
        return FAULTS[number % len(FAULTS)](asked) if seen[number] == 1 else None

    with provider_fake(break_first) as fake:
        said = job(provider, fake)
    assert labelled(said) == {"labelled": ITEMS}, said.stderr
    assert said.status == 0
    assert set(seen.values()) == {2}
    assert sum(said.json["session"]["retries"].values()) == ITEMS


def in_the_stream(line: str) -> Callable[[Asked], web.Response | None]:
    """Ollama's stream with this one line, the first time each question is asked."""
    seen: set[str] = set()

    def answer(asked: Asked) -> web.Response | None:
        new = asked.text not in seen
        seen.add(asked.text)
        return web.Response(text=line + "\n", content_type="application/x-ndjson") if new else None

    return answer


@pytest.mark.parametrize(
    "line",
    [
        '{"error": "an error was encountered while running the model: unexpected EOF"}',
        '{"model":"m","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":""},'
        '"done":true,"done_reason":"load"}',
    ],
)
def test_ollamas_errors_inside_the_stream_are_retried(line: str, job: Job) -> None:
    with provider_fake(in_the_stream(line)) as fake:
        said = job("ollama", fake)
    assert labelled(said) == {"labelled": ITEMS}


def test_a_wrong_key_and_an_empty_account_stop_the_job_and_cost_no_item(job: Job) -> None:
    low = "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing."
    with provider_fake(anthropic(400, "invalid_request_error", low)) as fake:
        empty = job("anthropic", fake)
        assert (empty.status, len(fake.asked) <= 4) == (1, True)  # no more than were on their way
        assert "no quota left" in empty.stderr
        fake.hook = anthropic(401, "authentication_error", "invalid x-api-key")
        wrong = job("anthropic", fake)
        assert (wrong.status, len(fake.asked) <= 8) == (1, True)
        assert "the key was refused" in wrong.stderr
        assert "ANTHROPIC_API_KEY" in wrong.stderr
        fake.hook = lambda _: None
        assert labelled(job("anthropic", fake)) == {"labelled": ITEMS}


def test_a_missing_key_is_named_before_anything_is_sent(job: Job) -> None:
    with provider_fake() as fake:
        said = job("anthropic", fake, without="ANTHROPIC_API_KEY")
        assert (said.status, len(fake.asked)) == (1, 0)
        assert "Set ANTHROPIC_API_KEY in the environment" in said.stderr


def test_what_a_model_lacks_is_found_out_once_and_then_left_out(job: Job) -> None:
    instruction = google(400, "Developer instruction is not enabled for models/gemma-3-27b-it")
    json_mode = google(400, "JSON mode is not enabled for models/gemma-3-27b-it")

    def gemma(asked: Asked) -> Any:
        return lacks("systemInstruction", instruction)(asked) or lacks("responseMimeType", json_mode)(asked)

    with provider_fake(gemma) as fake:
        said = job("google_genai", fake)
    assert labelled(said) == {"labelled": ITEMS}, said.stderr
    assert len(fake.asked) <= ITEMS + 2 * 4  # two refusals, of no more questions than were on their way


def test_a_model_whose_integration_itself_refuses_the_temperature_is_asked_without(job: Job) -> None:
    with provider_fake() as fake:
        said = job("anthropic", fake, name="claude-fable-5")
    assert labelled(said) == {"labelled": ITEMS}, said.stderr
    assert not any("temperature" in asked.body for asked in fake.asked)


def test_synchronous_integrations_are_asked_as_many_questions_at_once_as_wanted(job: Job) -> None:
    under_way, peak, all_there = [0], [0], asyncio.Event()

    async def hold(_: Asked) -> None:
        under_way[0] += 1
        peak[0] = max(peak[0], under_way[0])
        if under_way[0] == ITEMS:
            all_there.set()
        try:
            await asyncio.wait_for(all_there.wait(), 20)
        except TimeoutError:
            all_there.set()
        under_way[0] -= 1

    with provider_fake(hold) as fake:
        said = job("bedrock_converse", fake, "--concurrency", str(ITEMS))
    assert labelled(said) == {"labelled": ITEMS}
    assert peak == [ITEMS]


@pytest.mark.parametrize("provider", ["anthropic", "bedrock_converse"])
def test_a_tool_call_that_was_cut_is_never_an_answer(provider: str, job: Job) -> None:
    with provider_fake(lambda asked: good(asked, {"label": "hate"}, cut=True)) as fake:
        said = job(provider, fake)
    assert labelled(said) == {"failed": ITEMS}
    assert said.json["failures"] == {"truncated": ITEMS}


def thinks(asked: Asked) -> web.Response | None:
    """Gemini with 900 tokens of thinking: below that the reply has no parts."""
    limit = asked.body["generationConfig"]["maxOutputTokens"]
    if limit > 1000:
        return good(asked, {"label": "safe", "clauses": []}, thinking=900)
    used = {"promptTokenCount": 100, "thoughtsTokenCount": limit, "totalTokenCount": 100 + limit}
    candidate = {"content": {"role": "model"}, "finishReason": "MAX_TOKENS", "index": 0}
    return as_json({"candidates": [candidate], "usageMetadata": used})


def test_a_model_that_thinks_gets_room_for_it_beside_the_limit_of_its_answer(job: Job) -> None:
    with provider_fake(thinks) as fake:
        said = job("google_genai", fake)
    assert labelled(said) == {"labelled": ITEMS}, said.stdout
    limits = Counter(asked.body["generationConfig"]["maxOutputTokens"] for asked in fake.asked)
    assert set(limits) == {80, 80 + 4096}  # the prompt's own limit; with the first room
    assert limits[80] <= 4  # those that were on their way before the first reply


def test_a_prompt_that_gemini_blocks_is_asked_once_and_says_so(job: Job) -> None:
    blocked = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": {"promptTokenCount": 100}}
    with provider_fake(lambda _: as_json(blocked)) as fake:
        said = job("google_genai", fake)
    assert said.json["failures"] == {"content_filter": ITEMS}
    assert len(fake.asked) == ITEMS
    assert "Gemini" not in said.stderr
