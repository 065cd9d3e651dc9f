import math

import orjson
import pytest

from assistant.models.chat_api import (
    MalformedReplyError,
    digest_of,
    encode_request,
    estimate_tokens,
    read_answer,
    read_usage,
)
from assistant.models.dialect import Dialect
from assistant.models.interface import Message, ModelRequest, Sampling, TokenLogprob
from tests.models.serving import SCHEMA, question


def body(**changes: object) -> bytes:
    """A full reply with some parts of its choice replaced."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "x"}}
    return orjson.dumps({"model": "m", "choices": [choice | changes], "usage": {"prompt_tokens": 7}})


def test_a_request_carries_messages_sampling_and_response_format() -> None:
    sent = orjson.loads(encode_request("m", question("hi", seed=3, top_p=0.5), {"type": "json_object"}))
    assert sent == {
        "model": "m",
        "messages": [{"role": "system", "content": "Judge the post."}, {"role": "user", "content": "hi"}],
        "max_tokens": 256,
        "temperature": 0.0,
        "top_p": 0.5,
        "seed": 3,
        "logprobs": True,
        "top_logprobs": 5,
        "response_format": {"type": "json_object"},
    }


def test_a_poorer_dialect_leaves_out_what_the_server_lacks_and_writes_the_schema_into_the_system_message() -> None:
    poor = Dialect("text", 0, "max_completion_tokens", temperature=False, top_p=False, seed=False)
    sent = orjson.loads(encode_request("m", question("hi", seed=3, top_p=0.5), None, poor))
    assert set(sent) == {"model", "messages", "max_completion_tokens"}
    assert sent["messages"][0]["content"].startswith("Judge the post.\n\nAnswer with one JSON object")
    assert orjson.loads(sent["messages"][0]["content"].rpartition("\n")[2]) == SCHEMA
    assert sent["messages"][1]["content"] == "hi"


def test_content_of_any_kind_survives_encoding() -> None:
    text = 'emoji 👩‍👩‍👧 rtl \u202eabc null \x00 zero\u200bwidth "quotes" \\ 简体'
    sent = orjson.loads(encode_request("m", question(text), None))
    assert sent["messages"][1]["content"] == text


def test_halves_of_surrogate_pairs_become_replacement_characters_and_do_not_stop_a_request() -> None:
    sent = orjson.loads(encode_request("m", question("cut \ud83d here"), None))
    assert sent["messages"][1]["content"] == "cut \ufffd here"


def test_an_answer_is_read_with_usage_and_logprobs() -> None:
    content = [
        {"token": "sa", "logprob": -0.25, "top_logprobs": [{"token": "sa", "logprob": -0.25}]},
        {"token": "fe", "logprob": 0, "top_logprobs": []},
    ]
    raw = orjson.dumps(
        {
            "model": "m-2",
            "choices": [{"finish_reason": "length", "message": {"content": "safe"}, "logprobs": {"content": content}}],
            "usage": {
                "prompt_tokens": 90,
                "completion_tokens": 2,
                "prompt_tokens_details": {"cached_tokens": 64},
            },
        }
    )
    answer = read_answer(raw)
    assert (answer.text, answer.finish_reason, answer.model) == ("safe", "length", "m-2")
    assert (answer.prompt_tokens, answer.completion_tokens, answer.cached_tokens) == (90, 2, 64)
    assert answer.logprobs == (TokenLogprob("sa", -0.25, (("sa", -0.25),)), TokenLogprob("fe", 0, ()))
    assert read_usage(raw) == (90, 2, 64)


def test_a_refusal_is_told_apart_from_an_empty_answer() -> None:
    answer = read_answer(body(message={"content": None, "refusal": "I can't help."}))
    assert (answer.text, answer.refusal) == ("", "I can't help.")
    assert read_answer(body(message={"content": None, "refusal": ""})).refusal is None


def test_content_in_parts_is_joined() -> None:
    parts = [{"type": "text", "text": "ab"}, {"type": "text", "text": "c"}]
    assert read_answer(body(message={"content": parts})).text == "abc"


@pytest.mark.parametrize("value", ["NaN", "null", "-Infinity"])
def test_logprobs_that_are_no_numbers_count_as_impossible(value: str) -> None:
    raw = body(logprobs={"content": [{"token": "a", "logprob": 1234, "top_logprobs": []}]}).replace(
        b"1234", value.encode()
    )
    assert read_answer(raw).logprobs == (TokenLogprob("a", -math.inf, ()),)


@pytest.mark.parametrize(
    "logprobs",
    [
        b"7",
        b"[]",
        b'"x"',
        b'{"content": 7}',
        b'{"content": {"token": "a"}}',
        b'{"content": ["a"]}',
        b'{"content": [[]]}',
        b'{"content": [{"token": null, "logprob": -0.1, "top_logprobs": []}]}',
        b'{"content": [{"token": 7, "logprob": -0.1}]}',
        b'{"content": [{"logprob": -0.1, "top_logprobs": []}]}',
        b'{"content": [{"token": "a", "logprob": "-0.1", "top_logprobs": []}]}',
        b'{"content": [{"token": "a", "logprob": true, "top_logprobs": []}]}',
        b'{"content": [{"token": "a", "logprob": [], "top_logprobs": []}]}',
        b'{"content": [{"token": "a", "logprob": 1234, "top_logprobs": []}]}',
        b'{"content": [{"token": "a", "logprob": Infinity, "top_logprobs": []}]}',
        b'{"content": [{"token": "a", "logprob": -0.1, "top_logprobs": {"a": -0.1}}]}',
        b'{"content": [{"token": "a", "logprob": -0.1, "top_logprobs": [{"token": null, "logprob": -0.1}]}]}',
        b'{"content": [{"token": "a", "logprob": -0.1, "top_logprobs": [["a", -0.1]]}]}',
        b'{"tokens": ["a"], "token_logprobs": [-0.1]}',
    ],
)
def test_logprobs_of_an_unknown_shape_cost_nothing_but_themselves(logprobs: bytes) -> None:
    answer = read_answer(body(logprobs=7).replace(b'"logprobs":7', b'"logprobs":' + logprobs))
    assert (answer.text, answer.prompt_tokens, answer.logprobs) == ("x", 7, ())


def test_logprobs_without_alternatives_are_read() -> None:
    answer = read_answer(body(logprobs={"content": [{"token": "a", "logprob": -0.1}]}))
    assert answer.logprobs == (TokenLogprob("a", -0.1, ()),)


def test_parts_that_hold_thinking_are_no_part_of_the_answer() -> None:
    parts = [{"type": kind, "text": "draft"} for kind in ("thinking", "reasoning", "reasoning_text")]
    answer = read_answer(body(message={"content": [*parts, {"type": "text", "text": "answer"}]}))
    assert answer.text == "answer"


@pytest.mark.parametrize("count", [-1, 1.5, True, "7", None, 2**31, 2**63])
def test_counts_of_tokens_that_are_none_are_left_out(count: object) -> None:
    raw = orjson.dumps({"choices": [{"message": {"content": "x"}}], "usage": {"prompt_tokens": count}})
    assert (read_answer(raw).prompt_tokens, read_usage(raw)[0]) == (0, 0)


def test_a_reply_cut_inside_an_emoji_is_still_read() -> None:
    assert read_answer(body().replace(b'"x"', b'"x\\ud83d"')).text == "x\ufffd"


def test_bytes_that_are_no_text_are_read_alike_from_the_wire_and_from_the_store() -> None:
    sent = body().replace(b'"x"', rb'"x\\xfe' + b'\xff"')
    stored = sent.decode("utf-8", "backslashreplace").encode()  # as the journal keeps it
    assert read_answer(sent).text == read_answer(stored).text == "x\\xfe\ufffd"


def test_usage_is_zero_where_the_server_does_not_say() -> None:
    answer = read_answer(orjson.dumps({"choices": [{"message": {"content": "x"}}], "usage": None}))
    assert (answer.prompt_tokens, answer.finish_reason, answer.logprobs) == (0, "stop", ())
    assert read_usage(b"no JSON") == (0, 0, 0)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"<html>", "no JSON"),
        (b'{"choices": [{"message": {"content": "a"', "no JSON"),
        (b"[]", "no choices"),
        (b'{"choices": []}', "no choices"),
        (b'{"choices": [{"message": null}]}', "no choices"),
        (b'{"error": {"message": "overloaded"}}', "overloaded"),
        (b'{"choices": [{"message": {"content": 7}}]}', "neither text nor"),
    ],
)
def test_what_is_no_chat_completion_is_malformed(raw: bytes, said: str) -> None:
    with pytest.raises(MalformedReplyError, match=said):
        read_answer(raw)


def test_a_malformed_reply_is_a_value_error() -> None:
    assert issubclass(MalformedReplyError, ValueError)


def test_a_digest_names_roles_and_contents_only() -> None:
    one = question("a", task="t1", seed=1)
    other = question("a", task="t2", seed=2, attempt=2)
    assert digest_of(one.messages) == digest_of(other.messages)
    assert digest_of(one.messages) != digest_of(question("b").messages)
    assert digest_of((Message("user", "ab"),)) != digest_of((Message("user", "a"), Message("user", "b")))
    assert digest_of((Message("user", "\ud800"),)) == digest_of((Message("user", "\ufffd"),))


def test_estimates_of_tokens_are_generous() -> None:
    # 300 letters / 3 + 24 / 3 for the message itself; a Chinese character is three bytes, so one token each.
    assert estimate_tokens([Message("user", "a" * 300)]) == 108
    assert estimate_tokens([Message("user", "字" * 300)]) == 308


def test_a_request_without_logprobs_asks_for_none() -> None:
    sent = orjson.loads(encode_request("m", ModelRequest("t", (), Sampling(top_logprobs=0)), None))
    assert "logprobs" not in sent
    assert "top_logprobs" not in sent
