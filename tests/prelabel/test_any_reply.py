"""Whatever a server sends, reading it raises only the documented errors, and no label comes from outside the set."""

from __future__ import annotations

import copy
import math
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain.items import Content, Item
from assistant.domain.policies import Label, LabelKind, LabelSet
from assistant.models.chat_api import MalformedReplyError, dump_json, read_answer, read_usage
from assistant.prelabel.parse import ReplyFaultError, read_reply
from assistant.prelabel.signals import reply_signals

SETS = [
    LabelSet(kind, tuple(Label(name, name) for name in ("safe", "hate", "2")))
    for kind in (LabelKind.SINGLE, LabelKind.MULTI, LabelKind.ORDINAL)
]
SHOWN = frozenset({"H1"})
ITEM = Item("a", Content("some words"))
TEXT = '{"label": "hate", "labels": "hate", "clauses": ["H1"], "confidence": 0.9, "rationale": "r", "quote": "some"}'
TOKENS = ['{"label": "', "hate", TEXT[len('{"label": "hate') :]]
BODY: dict[str, Any] = {
    "id": "x",
    "model": "m",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": TEXT, "refusal": None},
            "logprobs": {
                "content": [
                    {
                        "token": token,
                        "logprob": -0.1,
                        "bytes": [1],
                        "top_logprobs": [{"token": "safe", "logprob": -2.5}],
                    }
                    for token in TOKENS
                ]
            },
        }
    ],
    "usage": {"prompt_tokens": 7, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 1}},
}
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=8)
    | st.sampled_from(["hate", "H1", "<think>", "length", "95%", "{", TEXT])
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["label", "text", "token", "type"]), inner)
    ),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value inside."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


def with_value(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy with another value at one place."""
    if not path:
        return value
    changed = copy.deepcopy(body)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


def read(raw: bytes) -> None:
    read_usage(raw)
    try:
        answer = read_answer(raw)
    except MalformedReplyError:
        return
    assert all(
        math.isfinite(count) and count <= 2**31 - 1 for count in (answer.prompt_tokens, answer.completion_tokens)
    )
    for label_set in SETS:
        try:
            reply = read_reply(answer, label_set, SHOWN)
        except ReplyFaultError as fault:
            fault.detail.encode()
            continue
        signals = reply_signals(reply, answer, ITEM, label_set)
        assert set(reply.labels) <= set(label_set.names)
        assert label_set.kind is LabelKind.MULTI or len(reply.labels) == 1
        assert all(math.isfinite(value) and value >= 0 for value in signals.values())
        assert all(signals[name] <= 1 for name in ("label_probability", "stated_confidence") if name in signals)
        orjson.dumps([reply.rationale, reply.clauses, reply.quote])


@settings(max_examples=600)
@given(st.sampled_from(places(BODY)), _VALUES)
def test_any_value_at_any_place_of_a_completion_is_read_or_refused(path: tuple[Any, ...], value: Any) -> None:
    read(dump_json(with_value(BODY, path, value)))


@settings(max_examples=600)
@given(
    st.sampled_from(places(orjson.loads(TEXT))), _VALUES, st.sampled_from(["{}", "<think>{{</think>{}", "```\n{}\n```"])
)
def test_any_value_at_any_place_of_the_answer_is_read_or_refused(path: tuple[Any, ...], value: Any, wrap: str) -> None:
    text = wrap.format(dump_json(with_value(orjson.loads(TEXT), path, value)).decode())
    read(dump_json(with_value(BODY, ("choices", 0, "message", "content"), text)))


@settings(max_examples=300)
@given(st.integers(0, 10_000), st.binary(max_size=6))
def test_any_bytes_at_any_place_of_a_body_are_read_or_refused(at: int, put: bytes) -> None:
    body = orjson.dumps(BODY)
    place = at % len(body)
    read(body[:place] + put + body[place + len(put) :])
