"""LangChain's integrations one question at a time: what a provider says, and what it lacks."""

import asyncio
import warnings
from typing import Any

import pytest
from aiohttp import web

from assistant.cli.error_words import error_words
from assistant.errors import FatalModelError, ModelError, RetryableModelError, SettingsError
from assistant.models.chat_api import read_answer
from assistant.models.http.limits import RateLimits
from assistant.models.interface import RawReply
from assistant.models.langchain.model import LangChainModel
from tests.models.provider_fakes import PACKAGES, Asked, Fake, access, as_json, good, provider_fake
from tests.models.provider_words import ACCOUNT_FAULTS, LACKING, Refuse, anthropic, lacks
from tests.models.serving import question
from tests.worded import says

PROVIDERS = sorted(PACKAGES)
pytestmark = [  # of Google's SDK, and of integrations that close nothing themselves
    pytest.mark.filterwarnings("ignore:Inheritance class:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def ask(
    provider: str, fake: Fake, monkeypatch: pytest.MonkeyPatch, *texts: str, name: str = "some-model", **more: Any
) -> list[RawReply]:
    """Ask some questions one after the other."""
    access(provider, fake.url, monkeypatch)

    async def run() -> list[RawReply]:
        model = LangChainModel(provider, name, **more)
        try:
            return [await model.ask(question(text)) for text in texts or ("a",)]
        finally:
            await model.aclose()

    return asyncio.run(run())


def refused(provider: str, fault: Refuse, monkeypatch: pytest.MonkeyPatch) -> tuple[ModelError, Fake]:
    """The error of one question."""
    with provider_fake(fault) as fake, pytest.raises(ModelError) as caught:
        ask(provider, fake, monkeypatch)
    return caught.value, fake


@pytest.mark.parametrize(("provider", "fault", "what"), ACCOUNT_FAULTS)
def test_faults_of_the_account_are_known_by_their_words_whatever_their_status(
    provider: str, fault: Refuse, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    error, fake = refused(provider, fault, monkeypatch)
    assert isinstance(error, FatalModelError)
    assert what in error_words(error).what
    assert len(fake.asked) == 1
    assert "{" not in str(error_words(error))
    assert fake.url not in str(error_words(error))
    if provider != "azure_openai":
        assert "OPENAI" not in str(error_words(error))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_address_without_an_api_is_named_with_advice_that_fits_the_provider(
    provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    error, _ = refused(provider, lambda _: as_json({"message": "no route"}, 404), monkeypatch)
    assert isinstance(error, FatalModelError)
    assert "base_url in [model.extra]" in error_words(error).hint
    assert "OPENAI_BASE_URL" not in error_words(error).hint


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_time_to_wait_is_kept(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"error": {"message": "slow down"}, "message": "slow down"}
    error, _ = refused(provider, lambda _: as_json(body, 429, {"Retry-After": "4"}), monkeypatch)
    assert isinstance(error, RetryableModelError)
    assert (error.reason, error.retry_after) == ("rate_limited", 4.0)


def test_googles_time_to_wait_is_read_from_the_details(monkeypatch: pytest.MonkeyPatch) -> None:
    retry = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"}
    told = {"code": 429, "message": "Resource exhausted.", "status": "RESOURCE_EXHAUSTED", "details": [retry]}
    error, _ = refused("google_genai", lambda _: as_json({"error": told}, 429), monkeypatch)
    assert isinstance(error, RetryableModelError)
    assert (error.reason, error.retry_after) == ("rate_limited", 7.0)


@pytest.mark.parametrize(("provider", "marks", "refusal"), LACKING)
def test_what_a_model_lacks_is_found_out_once(
    provider: str, marks: str, refusal: Refuse, monkeypatch: pytest.MonkeyPatch
) -> None:
    with provider_fake(lacks(marks, refusal)) as fake:
        replies = ask(provider, fake, monkeypatch, "a", "b")
    assert [read_answer(reply.body).text for reply in replies] == ['{"label":"safe","clauses":[]}'] * 2
    assert [marks in asked.text for asked in fake.asked] == [True, False, False]


def test_servers_that_only_stream_are_asked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    async def only_streams(asked: Asked) -> web.StreamResponse:
        if not asked.body.get("stream"):
            said = "This model only support stream mode, please enable the stream parameter to access the model."
            return as_json({"error": {"message": said}}, 400)
        response = web.StreamResponse()
        response.content_type = "text/event-stream"
        await response.prepare(asked.request)
        whole = good(asked, {"label": "safe"}).body
        assert isinstance(whole, bytes)
        chunk = whole.replace(b'"message"', b'"delta"').replace(b"chat.completion", b"chat.completion.chunk")
        await response.write(b"data: " + chunk + b"\n\ndata: [DONE]\n\n")
        return response

    with provider_fake(only_streams) as fake:
        replies = ask("deepseek", fake, monkeypatch, "a", "b")
    answers = [read_answer(reply.body) for reply in replies]
    assert [(answer.text, answer.prompt_tokens) for answer in answers] == [('{"label":"safe"}', 100)] * 2
    assert len(fake.asked) == 3


@pytest.mark.parametrize(
    ("provider", "variable"),
    [
        ("anthropic", "ANTHROPIC_API_KEY"),
        ("google_genai", "GOOGLE_API_KEY"),
        ("groq", "GROQ_API_KEY"),
        ("mistralai", "MISTRAL_API_KEY"),
        ("deepseek", "DEEPSEEK_API_KEY"),
        ("azure_openai", "AZURE_OPENAI_API_KEY"),
        ("azure_openai", "AZURE_OPENAI_ENDPOINT"),
        ("azure_openai", "OPENAI_API_VERSION"),
    ],
)
def test_a_missing_variable_is_named_when_the_model_is_made(
    provider: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    access(provider, "http://127.0.0.1:9", monkeypatch)
    LangChainModel(provider, "m")
    monkeypatch.setenv(variable, "")
    for other in ("GEMINI_API_KEY", "OPENAI_API_KEY", "AZURE_OPENAI_AD_TOKEN"):
        monkeypatch.delenv(other, raising=False)
    with pytest.raises(SettingsError) as caught:
        LangChainModel(provider, "m")
    assert caught.value.where == variable
    assert variable in error_words(caught.value).hint


def test_a_provider_may_be_spelled_as_langchain_lets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with provider_fake() as fake:
        access("bedrock_converse", fake.url, monkeypatch)
        monkeypatch.setitem(PACKAGES, "bedrock-converse", "langchain_aws")
        ask("bedrock-converse", fake, monkeypatch, options={"region": "eu-central-1"})
    assert "eu-central-1" in fake.asked[0].headers["Authorization"]


@pytest.mark.parametrize("missing", ["AWS_ACCESS_KEY_ID", "AWS_REGION"])
def test_what_aws_misses_is_named_before_anything_is_sent(
    missing: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with provider_fake() as fake:
        access("bedrock_converse", fake.url, monkeypatch)
        also = "AWS_SECRET_ACCESS_KEY" if missing == "AWS_ACCESS_KEY_ID" else "AWS_DEFAULT_REGION"
        for name in (missing, also):
            monkeypatch.delenv(name, raising=False)
        with pytest.raises(FatalModelError) as caught:
            asyncio.run(LangChainModel("bedrock_converse", "m").ask(question()))
        assert missing in str(error_words(caught.value))
        assert not fake.asked


@pytest.mark.parametrize("key", ["key-12345\n6", "key 123456", "schlüssel-1"])
def test_a_key_that_can_be_none_is_refused(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    access("anthropic", "http://127.0.0.1:9", monkeypatch)
    monkeypatch.setenv("ANTHROPIC_API_KEY", key)
    with pytest.raises(SettingsError) as caught:
        LangChainModel("anthropic", "m")
    assert caught.value.where == "ANTHROPIC_API_KEY"
    assert key not in str(error_words(caught.value))


def test_what_a_provider_says_of_its_limits_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    headers = {
        "anthropic": {"anthropic-ratelimit-requests-limit": "50", "anthropic-ratelimit-requests-remaining": "49"},
        "groq": {"x-ratelimit-limit-requests": "50", "x-ratelimit-remaining-requests": "49"},
        "mistralai": {"x-ratelimit-limit-requests": "50", "x-ratelimit-remaining-requests": "49"},
    }
    for provider, said in headers.items():

        def limited(asked: Asked, said: dict[str, str] = said) -> web.Response:
            response = good(asked, {"label": "safe"})
            response.headers.update(said)
            return response

        heard: list[RateLimits] = []
        with provider_fake(limited) as fake:
            ask(provider, fake, monkeypatch, on_limits=heard.append)
        assert [(limits.limit_requests, limits.remaining_requests) for limits in heard] == [(50, 49)], provider


@pytest.mark.parametrize("provider", PROVIDERS)
def test_further_headers_are_sent(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with provider_fake() as fake:
        ask(provider, fake, monkeypatch, headers={"X-Team": "reviewers"})
    assert fake.asked[0].headers["X-Team"] == "reviewers"


@pytest.mark.parametrize(
    ("provider", "options", "sent"),
    [
        ("ollama", {"num_ctx": 32768}, '"num_ctx":32768'),
        ("google_genai", {"thinking_budget": 0}, '"thinking_budget":0'),
        ("anthropic", {"top_k": 5}, '"top_k":5'),
        ("bedrock_converse", {"region": "eu-central-1"}, ""),
        ("deepseek", {"extra_body": {"thinking": {"type": "disabled"}}}, '"disabled"'),
    ],
)
def test_a_providers_own_options_reach_its_requests(
    provider: str, options: dict[str, Any], sent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with provider_fake() as fake:
        ask(provider, fake, monkeypatch, options=options)
    assert sent in fake.asked[0].text


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_address_is_an_option_too(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with provider_fake() as fake, provider_fake() as other:
        ask(provider, other, monkeypatch, options={"base_url": fake.url})
    assert (len(fake.asked), len(other.asked)) == (1, 0)


@pytest.mark.parametrize("provider", ["ollama", "bedrock_converse"])
def test_an_option_that_an_integration_does_not_know_is_named(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with provider_fake() as fake, pytest.raises(FatalModelError, check=says(r"num_ctxx|can't be set up")) as caught:
        ask(provider, fake, monkeypatch, options={"num_ctxx": 1})
    assert "[model.extra]" in str(error_words(caught.value))
    assert not fake.asked


def test_a_thinking_budget_in_the_options_is_added_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    thinking = {"thinking": {"type": "enabled", "budget_tokens": 2048}}
    with provider_fake() as fake:
        ask("anthropic", fake, monkeypatch, options=thinking)
    assert fake.asked[0].body["max_tokens"] == 256 + 2048


def test_a_server_that_refuses_the_larger_limit_is_asked_with_a_smaller_one(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = anthropic(400, "invalid_request_error", "max_tokens: 20256 > 8192, which is the maximum for some-model")
    with provider_fake(lambda asked: refusal(asked) if asked.body["max_tokens"] > 8192 else None) as fake:
        ask("anthropic", fake, monkeypatch, "a", "b", options={"thinking": {"type": "enabled", "budget_tokens": 20000}})
    assert [asked.body["max_tokens"] for asked in fake.asked] == [20256, 5256, 5256]


def test_ollama_is_given_the_limit_of_the_reply_and_a_context_that_holds_the_prompt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with provider_fake() as fake:
        ask("ollama", fake, monkeypatch, "short", "long " * 6000, "short")
    sent = [(asked.body["options"]["num_predict"], asked.body["options"]["num_ctx"]) for asked in fake.asked]
    # 30,000 bytes are estimated as 10,000 tokens and a few; 16,384 is the next size that holds them.
    assert sent == [(256, 4096), (256, 16384), (256, 16384)]


def test_late_answers_of_calls_that_cannot_be_cancelled_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def late(_: Asked) -> None:
        await asyncio.sleep(2.4)

    with provider_fake(late) as fake:
        replies = ask("bedrock_converse", fake, monkeypatch, timeout_s=2.0)
    assert read_answer(replies[0].body).prompt_tokens == 100
    assert len(fake.asked) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_second_event_loop_asks_as_well_as_the_first(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with provider_fake() as fake:
        for _ in range(2):
            ask(provider, fake, monkeypatch, "a", "b")
    assert len(fake.asked) == 4


@pytest.mark.parametrize("provider", PROVIDERS)
def test_nothing_is_printed_while_providers_answer_oddly(
    provider: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def odd(asked: Asked) -> web.Response:
        return as_json(
            {"usageMetadata": {"promptTokenCount": 5}, "error": {"message": "boom"}}, 500 if asked.number else 200
        )

    with warnings.catch_warnings():
        warnings.simplefilter("default")
        with provider_fake(odd) as fake:
            for text in ("a", "b"):
                try:
                    ask(provider, fake, monkeypatch, text)
                except ModelError:
                    continue
    assert capfd.readouterr() == ("", "")
