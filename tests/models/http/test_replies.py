"""What stands in a 200: answers in any wrapping, and the server's trouble in every form it takes."""

import orjson
import pytest

from assistant.errors import FatalModelError, RejectedRequestError, RetryableModelError
from assistant.models.chat_api import read_answer
from assistant.models.http.errors import error_for
from assistant.models.http.refusals import HttpRefusal
from assistant.models.http.replies import CutReplyError, completion_in
from tests.models.serving import completion

ANSWER = '{"label": "spam"}'
PLAIN = orjson.dumps(completion(ANSWER))


def reply(**parts: object) -> dict[str, object]:
    """A completion with parts of it, or of its choice, replaced."""
    whole = completion(ANSWER)
    choice = whole["choices"][0] | {name: parts.pop(name) for name in ("finish_reason", "message") if name in parts}  # type: ignore[index]
    if "choice_error" in parts:
        choice["error"] = parts.pop("choice_error")
    return whole | {"choices": [choice]} | parts


@pytest.mark.parametrize(
    "body",
    [
        PLAIN,
        b" \r\n\n" + PLAIN + b"\n\n",
        b"\xef\xbb\xbf" + PLAIN,
        b"\n\xef\xbb\xbf " + PLAIN + b"\0\0",
        PLAIN.decode().encode("utf-16"),
        b": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n" + PLAIN,
        orjson.dumps(reply(error=None)),
        orjson.dumps(reply(error={"message": "a note beside a whole answer"})),
        orjson.dumps(reply(base_resp={"status_code": 0, "status_msg": ""})),
        orjson.dumps({"choices": [{"text": ANSWER, "finish_reason": "stop"}]}),
    ],
)
def test_an_answer_is_found_in_any_wrapping(body: bytes) -> None:
    found = completion_in(body, {})
    assert isinstance(found, bytes)
    assert read_answer(found).text == ANSWER


BLANK = {"role": "assistant", "content": ""}
PARTIAL = {"role": "assistant", "content": '{"label": "sp'}
TROUBLE: list[tuple[dict[str, object], str]] = [
    ({"choices": []}, "unavailable"),
    ({"choices": None, "usage": None}, "unavailable"),
    ({"id": "x"}, "unavailable"),
    ({"choices": [None]}, "unavailable"),
    ({"choices": [], "error": {"message": "engine is warming up", "code": 503}}, "unavailable"),
    ({"error": "engine is warming up"}, "unavailable"),
    ({"error": {"message": "slow down", "code": "429"}}, "rate_limited"),
    ({"error": {"message": "slow down", "type": "rate_limit_error"}}, "rate_limited"),
    ({"error": {"message": "Overloaded", "type": "overloaded_error"}}, "unavailable"),
    ({"error": {"code": 504, "message": "timeout"}}, "timeout"),
    ({"base_resp": {"status_code": 1002, "status_msg": "rate limit"}, "choices": None}, "unavailable"),
    (reply(finish_reason="error"), "unavailable"),
    (reply(finish_reason="error", message=BLANK, usage=None), "unavailable"),
    (reply(finish_reason="error", message=BLANK, choice_error={"code": 502, "message": "gone"}), "unavailable"),
    (reply(finish_reason=None, message=PARTIAL, choice_error={"code": 500, "message": "boom"}), "server_error"),
    (reply(finish_reason="insufficient_system_resource", message=PARTIAL), "unavailable"),
    (reply(finish_reason="network_error", message=PARTIAL), "unavailable"),
    (reply(finish_reason=None, message=PARTIAL, error={"code": 502, "message": "gone"}), "unavailable"),
]


@pytest.mark.parametrize(("body", "reason"), TROUBLE)
def test_trouble_of_the_server_is_waited_for_and_never_read_as_the_models_word(
    body: dict[str, object], reason: str
) -> None:
    found = completion_in(orjson.dumps(body), {})
    assert isinstance(found, HttpRefusal)
    error = error_for(found, server="host:1", model="m1")
    assert isinstance(error, RetryableModelError)
    assert error.reason == reason


def test_what_does_not_pass_is_known_in_a_200_too() -> None:
    def error(problem: dict[str, object]) -> Exception:
        found = completion_in(orjson.dumps({"error": problem}), {})
        assert isinstance(found, HttpRefusal)
        return error_for(found, server="host:1", model="m1")

    assert isinstance(error({"message": "Insufficient credits", "code": 402}), FatalModelError)
    assert isinstance(error({"message": "No auth credentials found", "code": 401}), FatalModelError)
    assert isinstance(error({"message": "bad key", "type": "authentication_error"}), FatalModelError)
    long = error({"message": "maximum context length is 8192", "type": "invalid_request_error"})
    assert isinstance(long, RejectedRequestError)
    assert long.reason == "too_long"


@pytest.mark.parametrize("body", [b"", b"  \n", PLAIN[:40], PLAIN[:-2], b"[" + PLAIN])
def test_a_body_that_breaks_off_is_cut(body: bytes) -> None:
    with pytest.raises(CutReplyError):
        completion_in(body, {})


def test_a_sentence_of_a_gateway_is_trouble_in_its_words() -> None:
    found = completion_in(b"upstream connect error or disconnect/reset before headers", {})
    assert isinstance(found, HttpRefusal)
    assert found.message == "upstream connect error or disconnect/reset before headers"


CALLED = {"type": "function", "function": {"name": "answer", "arguments": ANSWER}}


@pytest.mark.parametrize(
    ("message", "ended", "text"),
    [
        ({"content": None, "tool_calls": [CALLED]}, "tool_calls", ANSWER),
        ({"content": "", "tool_calls": [{"function": {"arguments": {"label": "spam"}}}]}, "stop", '{"label":"spam"}'),
        ({"content": None, "function_call": {"name": "answer", "arguments": ANSWER}}, "function_call", ANSWER),
        ({"content": "<think>so</think>", "tool_calls": [CALLED]}, "stop", f"<think>so</think>\n{ANSWER}"),
        ({"content": ANSWER, "tool_calls": None}, "stop", ANSWER),
        ({"content": ANSWER, "tool_calls": []}, "stop", ANSWER),
        ({"content": None, "reasoning_content": ANSWER}, "stop", ANSWER),
        ({"content": "", "reasoning": ANSWER}, "stop", ANSWER),
        ({"content": "\n\n", "reasoning_content": ANSWER}, "stop", ANSWER),
        ({"content": ANSWER, "reasoning_content": "it is not {safe}"}, "stop", ANSWER),
        ({"content": None, "reasoning_content": '{"label": "safe"} no, wait'}, "length", ""),
        ({"content": None, "reasoning_content": f"Maybe {{safe}}? {ANSWER[:3]} no.\n{ANSWER}\n"}, "stop", ANSWER),
        ({"content": None, "reasoning_content": f'First {{"label": "safe"}}, but no: {ANSWER}'}, "stop", ANSWER),
        ({"content": None, "reasoning_content": f"{ANSWER} or is it hate?"}, "stop", f"{ANSWER} or is it hate?"),
        ({"content": None, "reasoning_content": None}, "stop", ""),
    ],
)
def test_the_answer_is_read_where_the_server_put_it(message: dict[str, object], ended: str, text: str) -> None:
    body = orjson.dumps(reply(message=message, finish_reason=ended))
    found = completion_in(body, {})
    assert isinstance(found, bytes)
    assert read_answer(found).text == text
