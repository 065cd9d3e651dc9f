"""Streams of events, put back together: all that servers do to them."""

from typing import Any

import orjson
import pytest

from assistant.models.chat_api import read_answer
from assistant.models.http.event_stream import CutStreamError, is_event_stream, read_stream


def chunk(**delta: Any) -> bytes:
    ended = delta.pop("ended", None)
    choice = {"index": 0, "delta": delta, "finish_reason": ended}
    return b"data: " + orjson.dumps({"id": "x", "model": "m", "choices": [choice]}) + b"\n\n"


DONE = b"data: [DONE]\n\n"
USAGE = b'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}\n\n'
PARTS = chunk(role="assistant", content='{"label": ') + chunk(content='"spam"}')


def text_of(body: bytes) -> str:
    assert is_event_stream(body)
    return read_answer(orjson.dumps(read_stream(body))).text


@pytest.mark.parametrize(
    "body",
    [
        PARTS + chunk(ended="stop") + USAGE + DONE,
        PARTS + DONE,  # no finish reason
        PARTS + chunk(ended="stop"),  # no last word
        b": keep-alive\n\n" + PARTS + b": keep-alive\n\n" + DONE,
        (PARTS + DONE).replace(b"\n", b"\r\n"),
        (PARTS + DONE).replace(b"data: ", b"data:"),
        (PARTS + DONE).replace(b"\n\n", b"\n"),
        b"event: message\nid: 1\n" + PARTS + DONE.rstrip(),
        b"data: " + orjson.dumps({"choices": [{"message": {"content": '{"label": "spam"}'}}]}) + b"\n\n" + DONE,
    ],
)
def test_the_parts_of_a_reply_add_up(body: bytes) -> None:
    assert text_of(body) == '{"label": "spam"}'


def test_tokens_logprobs_thinking_and_calls_add_up_too() -> None:
    token = {"token": "a", "logprob": -0.1, "top_logprobs": []}
    logged = orjson.dumps({"choices": [{"delta": {"content": "a"}, "logprobs": {"content": [token]}}]})
    body = b"data: " + logged + b"\n\ndata: " + logged + b"\n\n" + chunk(ended="stop") + USAGE + DONE
    answer = read_answer(orjson.dumps(read_stream(body)))
    assert (answer.text, answer.prompt_tokens, answer.completion_tokens, answer.model) == ("aa", 7, 3, "m")
    assert [part.token for part in answer.logprobs] == ["a", "a"]
    called = [
        {"index": 0, "id": "c", "function": {"name": "answer", "arguments": ""}},
        {"index": 0, "function": {"arguments": '{"label": '}},
        {"index": 0, "function": {"arguments": '"spam"}'}},
    ]
    body = b"".join(chunk(tool_calls=[call]) for call in called) + chunk(ended="tool_calls") + DONE
    assert text_of(body) == '{"label": "spam"}'
    thought = chunk(reasoning_content="it {may} be") + chunk(reasoning_content=" an ad") + PARTS + DONE
    assert read_stream(thought)["choices"][0]["message"]["reasoning_content"] == "it {may} be an ad"
    assert text_of(thought) == '{"label": "spam"}'


@pytest.mark.parametrize("body", [PARTS, PARTS + b'data: {"choices": [{"del', b": keep-alive\n\n", chunk(content="{")])
def test_a_stream_that_ends_before_the_reply_does_is_cut(body: bytes) -> None:
    with pytest.raises(CutStreamError):
        read_stream(body)


@pytest.mark.parametrize(
    "last",
    [
        b'data: {"error": {"message": "gone", "code": 502}}\n\n',
        b'event: error\ndata: {"message": "gone", "code": 502}\n\n',
        b'{"error": {"message": "gone", "code": 502}}\n\n',
    ],
)
def test_an_error_in_mid_stream_is_the_whole_reply(last: bytes) -> None:
    assert read_stream(PARTS + last) == {"error": {"message": "gone", "code": 502}}
    assert read_stream(PARTS + last + DONE)["error"]


def test_an_error_in_the_last_choice_stays_with_it() -> None:
    failed = b'data: {"choices": [{"delta": {}, "finish_reason": "error", "error": {"code": 502}}]}\n\n'
    assert read_stream(PARTS + failed)["choices"][0]["error"] == {"code": 502}


def test_a_stream_without_any_reply_has_no_choices() -> None:
    assert read_stream(DONE)["choices"] == []
