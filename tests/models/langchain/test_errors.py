from json import JSONDecodeError

import pytest

from assistant.cli.error_words import error_words
from assistant.errors import FatalModelError, ModelError, RejectedRequestError, RetryableModelError
from assistant.models.langchain.errors import model_error, setup_error


class Response:
    """The part of an SDK's response that matters."""

    def __init__(self, status_code: int, headers: dict[str, str]) -> None:
        self.status_code = status_code
        self.headers = headers


def failure(name: str, message: str = "boom", **parts: object) -> Exception:
    """An exception of a class with this name, as the SDKs make them."""
    error: Exception = type(name, (Exception,), {})(message)
    for part, value in parts.items():
        setattr(error, part, value)
    return error


def told(error: Exception) -> ModelError:
    """What it means."""
    return model_error(error, spec="anthropic:claude", model="claude")


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (failure("APIStatusError", status_code=529), RetryableModelError, "unavailable"),
        (failure("ClientError", code=429), RetryableModelError, "rate_limited"),
        (
            failure("Throttled", response={"ResponseMetadata": {"HTTPStatusCode": 429, "HTTPHeaders": {}}}),
            RetryableModelError,
            "rate_limited",
        ),
        (failure("HTTPStatusError", response=Response(500, {})), RetryableModelError, "server_error"),
        (failure("ModelRateLimitError"), RetryableModelError, "rate_limited"),
        (failure("OverloadedError"), RetryableModelError, "unavailable"),
        (failure("APITimeoutError"), RetryableModelError, "timeout"),
        (failure("APIConnectionError"), RetryableModelError, "connection"),
        (failure("ContextOverflowError"), RejectedRequestError, "too_long"),
        (failure("ReadError"), RetryableModelError, "reset"),
        (failure("ClientPayloadError"), RetryableModelError, "reset"),
        (JSONDecodeError("Expecting value", "", 0), RetryableModelError, "truncated"),
        (AttributeError("'str' object has no attribute 'model_dump'"), RetryableModelError, "truncated"),
        (ValueError("No data received from Ollama stream."), RetryableModelError, "truncated"),
        (failure("ResponseError", "unexpected EOF", status_code=-1), RetryableModelError, "server_error"),
        (failure("SomethingNoOneHasSeen"), RetryableModelError, "server_error"),
        (NotImplementedError("no such thing"), RejectedRequestError, "bad_request"),
    ],
)
def test_exceptions_are_understood_by_status_or_by_name(error: Exception, kind: type[ModelError], reason: str) -> None:
    meaning = told(error)
    assert isinstance(meaning, kind)
    assert meaning.reason == reason  # type: ignore[attr-defined]  # both kinds have one
    assert "anthropic" in error_words(meaning).what


def test_the_answer_behind_an_exception_is_found_where_it_was_raised_from() -> None:
    inner = failure("HTTPStatusError", response=Response(429, {"retry-after": "9"}))
    outer = failure("ResponseError", "boom", status_code=429)
    outer.__context__, outer.__suppress_context__ = inner, True  # as `raise ... from None` leaves it
    wrapped = failure("ProviderError", "{'error': {'code': 429}}")
    wrapped.__cause__ = outer
    error = told(wrapped)
    assert isinstance(error, RetryableModelError)
    assert (error.reason, error.retry_after) == ("rate_limited", 9.0)
    assert "{" not in error_words(error).what


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (TypeError("create() got an unexpected keyword argument 'top_q'"), "top_q"),
        (failure("NoCredentialsError", "Unable to locate credentials"), "no credentials"),
        (failure("LocalProtocolError", "Illegal header value b'Bearer '"), "header"),
        (failure("SSLCertVerificationError", "self-signed certificate"), "certificate"),
    ],
)
def test_what_no_attempt_can_mend_is_fatal(error: Exception, what: str) -> None:
    wrapped = failure("APIConnectionError", "Connection error.")
    wrapped.__cause__ = error
    meaning = told(error if isinstance(error, TypeError) else wrapped)
    assert isinstance(meaning, FatalModelError)
    assert what in error_words(meaning).what


def test_retry_after_is_read_from_the_responses_headers() -> None:
    error = told(failure("RateLimitError", status_code=429, response=Response(429, {"retry-after": "9"})))
    assert isinstance(error, RetryableModelError)
    assert error.retry_after == 9.0


def test_the_errors_of_the_body_are_quoted_and_the_providers_key_is_named() -> None:
    body = {"error": {"type": "authentication_error", "message": "invalid x-api-key"}}
    error = told(failure("AuthenticationError", status_code=401, body=body))
    assert isinstance(error, FatalModelError)
    assert "invalid x-api-key" in error_words(error).what
    assert "ANTHROPIC_API_KEY" in error_words(error).hint


def test_keys_of_the_environment_are_never_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "very-secret-value")
    assert "very-secret-value" not in str(told(failure("ValueError", "key very-secret-value is bad")))
    assert "very-secret-value" not in str(setup_error(ValueError("very-secret-value"), spec="a:b"))


def test_a_missing_integration_names_the_package() -> None:
    missing = ImportError(
        "requires the langchain-mistralai package. Please install it with `pip install langchain-mistralai`"
    )
    error = setup_error(missing, spec="mistralai:m")
    assert (
        str(error_words(error))
        == "mistralai:m needs the package langchain-mistralai\n  pip install langchain-mistralai"
    )
