"""The dialects as they go over the wire; what the integrations make of them is in test_provider_faults."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import orjson
import pytest

from assistant.models.dev.options import DevServerOptions
from assistant.models.dev.wire_faults import WireFault, WireFaultPlan
from tests.models.serving import SCHEMA, serving

Json = dict[str, Any]

ANTHROPIC: Json = {
    "model": "dev",
    "max_tokens": 50,
    "temperature": 0,
    "system": [{"type": "text", "text": "Judge."}],
    "messages": [{"role": "user", "content": [{"type": "text", "text": "post"}]}],
    "tools": [{"name": "answer", "input_schema": SCHEMA}],
    "tool_choice": {"type": "tool", "name": "answer"},
}
GEMINI: Json = {
    "systemInstruction": {"parts": [{"text": "Judge."}]},
    "contents": [{"role": "user", "parts": [{"text": "post"}]}],
    "generationConfig": {"responseMimeType": "application/json", "responseJsonSchema": SCHEMA, "temperature": 0},
}
OLLAMA: Json = {
    "model": "dev",
    "messages": [{"role": "system", "content": "Judge."}, {"role": "user", "content": "post"}],
    "format": SCHEMA,
    "options": {"temperature": 0},
}
BEDROCK: Json = {
    "system": [{"text": "Judge."}],
    "messages": [{"role": "user", "content": [{"text": "post"}]}],
    "inferenceConfig": {"temperature": 0},
    "toolConfig": {
        "tools": [{"toolSpec": {"name": "answer", "inputSchema": {"json": SCHEMA}}}],
        "toolChoice": {"tool": {"name": "answer"}},
    },
}
CHAT: Json = {
    "model": "dev",
    "messages": OLLAMA["messages"],
    "temperature": 0,
    "response_format": {"type": "json_schema", "json_schema": {"schema": SCHEMA}},
}
PATHS: dict[str, tuple[str, Json]] = {
    "anthropic": ("/v1/messages", ANTHROPIC),
    "google_genai": ("/v1beta/models/dev:generateContent", GEMINI),
    "ollama": ("/api/chat", OLLAMA),
    "bedrock_converse": ("/model/dev/converse", BEDROCK),
    "azure_openai": ("/openai/deployments/dev/chat/completions?api-version=2024-10-21", CHAT),
    "groq": ("/groq/openai/v1/chat/completions", CHAT),
    "mistralai": ("/mistralai/v1/chat/completions", CHAT),
    "deepseek": ("/deepseek/chat/completions", CHAT),
    "xai": ("/xai/v1/chat/completions", CHAT),
}
KEY_HEADERS = {
    "anthropic": ("x-api-key", "{}"),
    "google_genai": ("x-goog-api-key", "{}"),
    "ollama": ("authorization", "Bearer {}"),
    "bedrock_converse": ("authorization", "AWS4-HMAC-SHA256 Credential={}/20260101/us-east-1/bedrock/aws4_request"),
    "azure_openai": ("api-key", "{}"),
}


def call(
    path: str, payload: Json, options: DevServerOptions | None = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes, dict[str, str]]:
    """One request to a server: (status, body, headers)."""

    async def run() -> tuple[int, bytes, dict[str, str]]:
        async with serving(options) as (_, url), aiohttp.ClientSession() as session:
            root = url.removesuffix("/v1")
            async with session.post(root + path, data=orjson.dumps(payload), headers=headers) as response:
                said = {name.lower(): value for name, value in response.headers.items()}
                return response.status, await response.read(), said

    return asyncio.run(run())


def reply(provider: str, options: DevServerOptions | None = None) -> Any:
    """The body of one reply; of a stream its lines."""
    status, body, _ = call(*PATHS[provider], options)
    assert status == 200, body
    return [orjson.loads(line) for line in body.splitlines()] if provider == "ollama" else orjson.loads(body)


def refusal(provider: str, options: DevServerOptions) -> tuple[int, Any]:
    """(status, body) of a request that is refused."""
    status, body, _ = call(*PATHS[provider], options)
    return status, orjson.loads(body)


def met(kind: str) -> DevServerOptions:
    """A server where every request meets one fault."""
    return DevServerOptions(wire_fault=WireFault(kind, retry_after_s=4.0))


def label_in(provider: str, body: Any) -> str:
    """The label in a reply, from where the provider's clients read it."""
    match provider:
        case "anthropic":
            value = body["content"][-1]["input"]
        case "google_genai":
            value = orjson.loads(body["candidates"][0]["content"]["parts"][-1]["text"])
        case "ollama":
            value = orjson.loads("".join(line["message"]["content"] for line in body))
        case "bedrock_converse":
            value = body["output"]["message"]["content"][-1]["toolUse"]["input"]
        case _:
            content = body["choices"][0]["message"]["content"]
            value = orjson.loads(content if isinstance(content, str) else content[-1]["text"])
    return str(value["label"])


def test_the_same_question_gets_the_same_label_in_every_dialect() -> None:
    found = {label_in(provider, reply(provider)) for provider in PATHS}
    assert len(found) == 1
    assert found < {"safe", "hate", "violence"}


@pytest.mark.parametrize("provider", PATHS)
def test_a_thinking_block_stands_before_the_same_answer_and_is_billed(provider: str) -> None:
    plain, thinking = reply(provider), reply(provider, met("thinking"))
    assert label_in(provider, thinking) == label_in(provider, plain)
    assert written(provider, thinking) == written(provider, plain) + 40


def written(provider: str, body: Any) -> int:
    """Tokens billed as output."""
    match provider:
        case "anthropic":
            found = body["usage"]["output_tokens"]
        case "google_genai":
            found = body["usageMetadata"]["candidatesTokenCount"] + body["usageMetadata"]["thoughtsTokenCount"]
        case "ollama":
            found = body[-1]["eval_count"]
        case "bedrock_converse":
            found = body["usage"]["outputTokens"]
        case _:
            found = body["usage"]["completion_tokens"]
    return int(found)


@pytest.mark.parametrize("provider", KEY_HEADERS)
def test_the_key_is_read_where_the_provider_has_it(provider: str) -> None:
    name, form = KEY_HEADERS[provider]
    options = DevServerOptions(key="right")
    assert call(*PATHS[provider], options, {name: form.format("right")})[0] == 200
    assert call(*PATHS[provider], options, {name: form.format("wrong")})[0] in {400, 401, 403}


def test_a_wrong_key_is_told_in_each_providers_words() -> None:
    said = {provider: refusal(provider, met("bad_key")) for provider in PATHS}
    assert said["anthropic"][1]["error"] == {"type": "authentication_error", "message": "invalid x-api-key"}
    assert said["google_genai"][1]["error"]["details"][0]["reason"] == "API_KEY_INVALID"
    assert said["xai"][1]["error"].startswith("Incorrect API key")
    statuses = {provider: status for provider, (status, _) in said.items()}
    assert statuses == dict.fromkeys(PATHS, 401) | {"google_genai": 400, "xai": 400, "bedrock_converse": 403}


@pytest.mark.parametrize("provider", PATHS)
def test_a_429_says_how_long_to_wait_gemini_in_its_body(provider: str) -> None:
    status, body, headers = call(*PATHS[provider], met("rate_limited"))
    assert status == 429
    if provider == "google_genai":
        assert {"retryDelay": "4s"}.items() <= orjson.loads(body)["error"]["details"][1].items()
        assert "retry-after" not in headers
    else:
        assert headers["retry-after"] == "4"


@pytest.mark.parametrize("provider", ["anthropic", "bedrock_converse"])
def test_a_tool_call_that_is_cut_keeps_its_first_field(provider: str) -> None:
    body = reply(provider, met("truncated"))
    assert body.get("stop_reason", body.get("stopReason")) == "max_tokens"
    call_ = body["content"][0] if provider == "anthropic" else body["output"]["message"]["content"][0]["toolUse"]
    assert list(call_["input"]) == ["label"]


def test_an_error_breaks_off_ollamas_stream() -> None:
    *_, last = reply("ollama", met("error_in_200"))
    assert list(last) == ["error"]


def test_a_prompt_that_gemini_blocks_has_no_candidate() -> None:
    body = reply("google_genai", met("blocked"))
    assert "candidates" not in body
    assert body["promptFeedback"]["blockReason"] == "PROHIBITED_CONTENT"


@pytest.mark.parametrize("provider", PATHS)
@pytest.mark.parametrize("lack", ["temperature", "system"])
def test_what_a_model_lacks_is_refused_where_it_is_used(provider: str, lack: str) -> None:
    status, body = refusal(provider, DevServerOptions(lacks=(lack,)))
    assert status == 400
    named = "instruction" if (provider, lack) == ("google_genai", "system") else lack
    assert named in orjson.dumps(body).decode().lower()


def test_ollama_answers_in_one_object_where_no_stream_is_wanted() -> None:
    path, payload = PATHS["ollama"]
    status, body, headers = call(path, payload | {"stream": False})
    assert (status, headers["content-type"].partition(";")[0]) == (200, "application/json")
    assert orjson.loads(orjson.loads(body)["message"]["content"])["label"]


@pytest.mark.parametrize("kind", ["reset", "broken_body", "short_body"])
def test_a_connection_that_breaks_gives_no_reply(kind: str) -> None:
    with pytest.raises(aiohttp.ClientError):
        call(*PATHS["anthropic"], met(kind))


@pytest.mark.parametrize(("kind", "media"), [("html", "text/html"), ("cut_json", "application/json")])
def test_a_200_that_holds_no_json(kind: str, media: str) -> None:
    status, body, headers = call(*PATHS["anthropic"], met(kind))
    assert (status, headers["content-type"].partition(";")[0]) == (200, media)
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(body)


def test_a_fault_that_was_ordered_is_met_on_openais_own_paths_too() -> None:
    status, body, _ = call("/v1/chat/completions", CHAT, met("bad_key"))
    assert (status, orjson.loads(body)["error"]["code"]) == (401, "invalid_api_key")
    assert call("/v1/embeddings", {"model": "dev", "input": ["a"]}, met("server_error"))[0] == 500


EMBEDDINGS: dict[str, tuple[str, Json]] = {
    "google_genai": (
        "/v1beta/models/dev:batchEmbedContents",
        {"requests": [{"model": "models/dev", "content": {"parts": [{"text": text}]}} for text in ("a", "b")]},
    ),
    "ollama": ("/api/embed", {"model": "dev", "input": ["a", "b"]}),
    "azure_openai": ("/openai/deployments/dev/embeddings", {"model": "dev", "input": ["a", "b"]}),
    "mistralai": ("/mistralai/v1/embeddings", {"model": "dev", "input": ["a", "b"]}),
}


def vectors(provider: str, options: DevServerOptions | None = None) -> list[list[float]]:
    """The vectors in one reply."""
    body = orjson.loads(call(*EMBEDDINGS[provider], options)[1])
    if provider == "ollama":
        return [list(row) for row in body["embeddings"]]
    rows = body["embeddings"] if provider == "google_genai" else body["data"]
    return [list(row.get("values") or row["embedding"]) for row in rows]


@pytest.mark.parametrize("provider", EMBEDDINGS)
def test_embeddings_are_the_same_in_every_dialect_and_can_be_all_zero(provider: str) -> None:
    assert vectors(provider) == vectors("ollama")
    assert [any(row) for row in vectors(provider, met("zero_vectors"))] == [False, False]


def test_a_request_that_is_none_is_refused_as_the_provider_does() -> None:
    status, body = call("/v1/messages", {"model": "dev"})[:2]
    assert (status, orjson.loads(body)["type"]) == (400, "error")
    assert call("/v1/messages", {"model": "other", "messages": []})[0] == 404


def test_a_fault_can_be_for_first_attempts_for_a_while_or_after_some_answers() -> None:
    first = WireFaultPlan(WireFault("reset", first_only=True))
    # the last one is the first question with a note below it
    assert [first.kind_of(text) for text in ("is a?", "is b?", "is a?", "is a? Again.")] == ["reset", "reset", "", ""]
    moments = iter([10.0, 14.9, 15.0])
    early = WireFaultPlan(WireFault("reset", seconds=5.0), clock=lambda: next(moments))
    assert [early.kind_of("a") for _ in range(3)] == ["reset", "reset", ""]
    later = WireFaultPlan(WireFault("reset", after=1))
    assert later.kind_of("a") == ""
    later.note_answer()
    assert later.kind_of("b") == "reset"
