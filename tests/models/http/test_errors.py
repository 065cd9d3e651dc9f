import orjson
import pytest

from assistant.cli.error_words import error_words
from assistant.errors import FatalModelError, ModelError, RejectedRequestError, RetryableModelError
from assistant.models.http.errors import error_for, lacking
from assistant.models.http.refusals import read_refusal, scrub
from tests.models.serving import problem

KEY = "sk-proj-abcdefgh12345678"


def told(status: int, body: object = None, headers: dict[str, str] | None = None) -> ModelError:
    """The error for a refusal with this body."""
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return error_for(read_refusal(status, headers or {}, raw, key=KEY), server="host:1", model="m1")


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (408, "timeout"),
        (409, "conflict"),
        (429, "rate_limited"),
        (500, "server_error"),
        (502, "unavailable"),
        (503, "unavailable"),
        (504, "timeout"),
        (529, "unavailable"),
        (599, "server_error"),
    ],
)
def test_what_may_pass_is_worth_asking_again(status: int, reason: str) -> None:
    error = told(status, problem("try later"), {"retry-after": "7"})
    assert isinstance(error, RetryableModelError)
    assert (error.reason, error.retry_after) == (reason, 7.0)
    assert error_words(error).what == f"host:1 answered {status}: try later"
    assert error_words(error).hint


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (400, problem("This model's maximum context length is 4096 tokens", "context_length_exceeded"), "too_long"),
        (400, problem("the request exceeds the available context size"), "too_long"),
        (400, problem("max_tokens is too large: 900. This model's maximum context length is 800"), "too_long"),
        (413, None, "too_long"),
        (
            400,
            problem("The response was filtered by the content management policy", "content_filter"),
            "content_filter",
        ),
        (403, problem("Your input was flagged by moderation"), "content_filter"),
        (400, problem("messages must not be empty"), "bad_request"),
        (422, {"detail": [{"loc": ["body", "seed"], "msg": "wrong", "input": "secret post"}]}, "bad_request"),
        (418, None, "bad_request"),
    ],
)
def test_one_question_may_be_refused_while_others_go_on(status: int, body: object, reason: str) -> None:
    error = told(status, body)
    assert isinstance(error, RejectedRequestError)
    assert error.reason == reason
    assert error_words(error).hint
    assert "secret post" not in str(error_words(error))


@pytest.mark.parametrize(
    ("status", "body", "word"),
    [
        (401, problem("bad key"), "OPENAI_API_KEY"),
        (403, problem("not in your region"), "rights"),
        (404, problem("The model `m1` does not exist", "model_not_found"), "no model 'm1'"),
        (400, problem("m1 is not a valid model ID"), "no model 'm1'"),
        (404, b"<html>Not Found</html>", "OPENAI_BASE_URL"),
        (405, None, "OPENAI_BASE_URL"),
        (301, None, "OPENAI_BASE_URL"),
        (501, None, "OPENAI_BASE_URL"),
        (402, problem("Insufficient Balance"), "no quota left"),
        (429, problem("You exceeded your current quota", "insufficient_quota"), "no quota left"),
    ],
)
def test_what_no_question_can_pass_is_fatal(status: int, body: object, word: str) -> None:
    error = told(status, body)
    assert isinstance(error, FatalModelError)
    assert word in str(error_words(error))
    assert error_words(error).hint


def test_an_ordinary_rate_limit_that_advertises_billing_is_not_taken_for_an_empty_account() -> None:
    message = "Rate limit reached for requests. Add a payment method at https://platform.openai.com/account/billing."
    assert isinstance(told(429, problem(message, "rate_limit_exceeded")), RetryableModelError)


def test_a_reply_that_broke_the_schema_on_the_server_is_worth_another_try() -> None:
    error = told(400, problem("Failed to generate JSON.", "json_validate_failed"))
    assert isinstance(error, RetryableModelError)
    assert error.reason == "malformed"


@pytest.mark.parametrize(
    "said",
    [
        f"Incorrect API key provided: {KEY}.",
        "Incorrect key sk-proj-****5678",
        "Authorization: Bearer abcdef123456 is bad",
    ],
)
def test_messages_never_hold_a_key(said: str) -> None:
    error = told(401, problem(said))
    text = f"{error} {error_words(error)}"
    assert "***" in text
    assert KEY not in text
    assert "5678" not in text
    assert "abcdef123456" not in text


def test_a_servers_words_are_one_short_line() -> None:
    assert scrub("a\n  b", None) == "a b"
    assert len(scrub("x" * 1000, None)) == 240


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[]", b'"boom"', b"null", b'{"error": null}', b"<html>502</html>"])
def test_bodies_of_any_kind_are_taken_apart_without_complaint(body: bytes) -> None:
    assert isinstance(told(500, body), RetryableModelError)


USED = frozenset({"system", "whole_reply", "json_schema", "logprobs", "top_logprobs", "max_tokens", "temperature"})


@pytest.mark.parametrize(
    ("status", "message", "param", "feature"),
    [
        (400, "response_format.type must be text or json_object", None, "json_schema"),
        (422, "guided decoding is off", None, "json_schema"),
        (404, "No endpoints found that support response_format", None, "json_schema"),
        (400, "logprobs are not supported", None, "top_logprobs"),
        (400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", "max_tokens", "max_tokens"),
        (400, "Unsupported value: 'temperature' does not support 0.", "temperature", "temperature"),
        (400, "seed is not supported", None, None),  # not used
        (400, "This model's maximum context length is 4096; max_tokens is 256", None, None),
        (400, "messages must not be empty", None, None),
        (500, "response_format broke us", None, None),
        (400, "Conversation roles must alternate user/assistant/...; System role not supported", None, "system"),
        (400, "Unsupported value: 'messages[0].role' does not support 'system'.", "messages[0].role", "system"),
        (400, "Developer instruction is not enabled for models/gemma-3-27b-it", None, "system"),
        (422, "body.messages.0.role Input should be 'user' or 'assistant'", None, "system"),
        (400, "Only user, assistant and tool roles are supported, got system", None, "system"),
        (400, "This model does not support system messages", None, "system"),
        (400, "'system' is not one of ['user', 'assistant']", None, "system"),
        (424, "Server error: Conversation roles must alternate user/assistant", None, "system"),
        (500, "Jinja Exception: System role not supported", None, "system"),
        (400, "该模型不支持 system 角色", None, "system"),
        (500, "the system is out of memory", None, None),
        (400, "This model only support stream mode, please enable the stream parameter.", None, "whole_reply"),
        (400, "parameter.enable_thinking must be set to false for non-streaming calls", None, "whole_reply"),
        (400, "Non-streaming requests are not available for this model", None, "whole_reply"),
        (400, "`stream` must be true", None, "whole_reply"),
        (400, "该模型仅支持流式输出", None, "whole_reply"),
    ],
)
def test_a_complaint_about_a_parameter_names_the_feature_to_drop(
    status: int, message: str, param: str | None, feature: str | None
) -> None:
    refusal = read_refusal(status, {}, orjson.dumps(problem(message, param=param)))
    assert lacking(refusal, USED) == feature  # type: ignore[arg-type]  # literal names
