"""What servers say, in their own words, and what becomes of the question: by status, code and words together."""

import orjson
import pytest

from assistant.cli.error_words import error_words
from assistant.errors import FatalModelError, ModelError, RejectedRequestError, RetryableModelError
from assistant.models.http.errors import error_for
from assistant.models.http.refusals import read_refusal


def told(status: int, message: str, code: object = None, kind: str | None = None, model: str = "m1") -> ModelError:
    body = orjson.dumps({"error": {"message": message, "type": kind, "code": code, "param": None}})
    return error_for(read_refusal(status, {}, body), server="host:1", model=model)


TPM = "on tokens per min (TPM): Limit 30000, Requested 36055. The input or output tokens must be reduced"
BILLING = "Please add a payment method: https://platform.openai.com/account/billing"
LIMIT, EXHAUSTED = "rate_limit_exceeded", "RESOURCE_EXHAUSTED"


@pytest.mark.parametrize(
    ("status", "message", "code", "word"),
    [
        (429, "You exceeded your current quota, please check your plan.", "insufficient_quota", "quota"),
        (403, "用户额度不足", "insufficient_user_quota", "quota"),
        (403, "You exceeded your current quota, please check your plan and billing details.", None, "quota"),
        (400, "Access denied, please make sure your account is in good standing.", "Arrearage", "quota"),
        (400, "Your credit balance is too low to access the API.", None, "quota"),
        (400, "API access has been blocked because a spend alert threshold was reached", None, "quota"),
        (402, "This request requires more credits", None, "quota"),
        (429, "Your prepayment credits are depleted. Please go to AI Studio to manage billing.", EXHAUSTED, "quota"),
        (403, "Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid one must be provided.", None, "quota"),
        (500, "insufficient balance (1008)", None, "quota"),
        (400, "Incorrect API key provided: xa***23", None, "key was refused"),
        (400, "API key not valid. Please pass a valid API key.", "API_KEY_INVALID", "key was refused"),
        (403, "Your account has been suspended", None, "key was refused"),
        (503, "当前分组 default 下对于模型 m1 无可用渠道", "model_not_found", "no model"),
        (400, "The provided model identifier is invalid.", "ValidationException", "no model"),
    ],
)  # fmt: skip
def test_what_will_not_pass_stops_the_job_with_its_true_cause(
    status: int, message: str, code: str | None, word: str
) -> None:
    error = told(status, message, code)
    assert isinstance(error, FatalModelError)
    assert word in error_words(error).what
    assert error_words(error).hint


@pytest.mark.parametrize(
    ("status", "message", "code", "reason"),
    [
        (429, f"Request too large for gpt-4o {TPM}", "rate_limit_exceeded", "too_long"),
        (413, "Request too large for model `x` on TPM: Limit 6000, Requested 7011", "rate_limit_exceeded", "too_long"),
        (429, "Rate limit reached: Limit 6000, Used 100, Requested 7000. Try again in 9s", None, "too_long"),
        (500, "the request exceeds the available context size", None, "too_long"),
        (500, "This model's maximum context length is 4096 tokens", None, "too_long"),
        (503, "prompt is too long: 210000 tokens", None, "too_long"),
        (422, "`inputs` tokens + `max_new_tokens` must be <= 4096", None, "too_long"),
        (400, "Input data may contain inappropriate content.", "data_inspection_failed", "content_filter"),
        (400, "系统检测到输入或生成内容可能包含不安全或敏感内容", "1301", "content_filter"),
        (500, "rejected", "content_filter", "content_filter"),
        (400, "The request was rejected because it was considered high risk", None, "content_filter"),
    ],
)
def test_what_is_wrong_with_one_question_is_asked_once(
    status: int, message: str, code: str | None, reason: str
) -> None:
    error = told(status, message, code)
    assert isinstance(error, RejectedRequestError)
    assert error.reason == reason


@pytest.mark.parametrize(
    ("status", "message", "code", "reason", "wait"),
    [
        (429, f"Rate limit reached for gpt-4. Try again in 6m0.5s. {BILLING}", LIMIT, "rate_limited", 360.5),
        (429, "Limit 10000, Used 8554, Requested 3082. Please try again in 9.816s.", None, "rate_limited", 9.816),
        (429, "exceeded token rate limit. Please retry after 12 seconds. Go here: x", "429", "rate_limited", 12.0),
        (429, "Tokens per minute limit exceeded - too many tokens processed.", None, "rate_limited", None),
        (429, "You exceeded your current quota. Quota exceeded for metric: x", EXHAUSTED, "rate_limited", None),
        (429, "Allocated quota exceeded, please increase it.", "Throttling.AllocationQuota", "rate_limited", None),
        (403, "Rate limit exceeded", None, "rate_limited", None),
        (400, "Too many requests, slow down", None, "rate_limited", None),
        (400, "The engine is currently overloaded, please try again later", "engine_overloaded", "unavailable", None),
        (400, "Model is currently loading", None, "unavailable", None),
        (403, "当前分组上游负载已饱和，请稍后再试", None, "unavailable", None),
        (404, "Model x is temporarily not available", None, "unavailable", None),
        (500, "upstream connect error or disconnect/reset before headers", None, "unavailable", None),
        (500, "The request took too long", None, "server_error", None),
        (504, "upstream timed out", None, "timeout", None),
    ],
)  # fmt: skip
def test_what_passes_is_waited_for_as_long_as_the_server_says(
    status: int, message: str, code: str | None, reason: str, wait: float | None
) -> None:
    error = told(status, message, code)
    assert isinstance(error, RetryableModelError)
    assert (error.reason, error.retry_after) == (reason, wait)


def test_the_name_of_a_model_means_nothing() -> None:
    error = told(404, "The model `text-moderation-overload` does not exist", model="text-moderation-overload")
    assert isinstance(error, FatalModelError)
    assert "no model" in error_words(error).what


def test_what_a_provider_said_to_a_router_counts_and_its_wait_too() -> None:
    raw = orjson.dumps({"error": {"message": "This model's maximum context length is 8192 tokens"}}).decode()
    body = {
        "error": {"message": "Provider returned error", "code": 502, "metadata": {"raw": raw, "provider_name": "X"}}
    }
    assert (
        getattr(error_for(read_refusal(502, {}, orjson.dumps(body)), server="s", model="m1"), "reason", "")
        == "too_long"
    )
    retry = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"}
    listed = [{"error": {"code": 429, "message": "busy", "status": "RESOURCE_EXHAUSTED", "details": [retry]}}]
    assert read_refusal(429, {}, orjson.dumps(listed)).retry_after == 34.0


def test_a_header_goes_before_words_about_the_wait() -> None:
    body = orjson.dumps({"error": {"message": "try again in 20s"}})
    assert read_refusal(429, {"retry-after": "3"}, body).retry_after == 3.0
    assert read_refusal(429, {}, body).retry_after == 20.0


@pytest.mark.parametrize("status", [200, 404, 400, 405, 301])
def test_a_web_page_suspects_the_address(status: int) -> None:
    page = b"\xef\xbb\xbf\n <!DOCTYPE html><html><body>Open WebUI</body></html>"
    error = error_for(read_refusal(status, {}, page), server="host:1", model="m1")
    assert isinstance(error, FatalModelError)
    assert "with a web page" in error_words(error).what
    assert "OPENAI_BASE_URL" in error_words(error).hint


def test_the_page_of_a_gateway_that_failed_is_waited_for() -> None:
    page = b"<html><head><title>502 Bad Gateway</title></head></html>"
    error = error_for(read_refusal(502, {}, page), server="host:1", model="m1")
    assert isinstance(error, RetryableModelError)
    assert error.reason == "unavailable"
