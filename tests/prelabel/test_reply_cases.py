"""What real servers and models replied, and what each reply says."""

from __future__ import annotations

from contextlib import suppress

import pytest

from assistant.domain.items import Content, Item
from assistant.domain.policies import Label, LabelKind, LabelSet
from assistant.domain.prelabels import FailureReason
from assistant.models.chat_api import MalformedReplyError, read_answer, read_usage
from assistant.prelabel.parse import ReadReply, ReplyFaultError, read_reply
from assistant.prelabel.signals import reply_signals
from tests.reply_cases import reply_bodies

POLICY = LabelSet(LabelKind.SINGLE, tuple(Label(name, name) for name in ("safe", "hate", "self_harm", "spam")))
SHOWN = frozenset({"SP1", "H1"})
SPAM = ("spam", (), 0.9, "ad")
EXPECTED: dict[str, tuple[object, ...] | FailureReason] = {
    "reply-cl-br": ("spam", ("SP1",), 0.9, "ad"),
    "reply-cl-title": ("spam", ("SP1",), 0.9, "ad"),
    "reply-conf-percent": ("spam", (), 0.95, "ad"),
    "reply-conf-word": ("spam", (), None, "ad"),
    "reply-key-case": ("spam", (), None, None),
    "reply-label-dot": SPAM,
    "reply-label-hyphen": ("self_harm", (), 0.9, "ad"),
    "reply-label-list-and-labels": ("spam", (), None, None),
    "reply-lit-Lbl": ("spam", (), None, None),
    "reply-lp-nulltoken": SPAM,
    "reply-raw-newline": ("spam", (), None, "line one\nline two"),
    "reply-think-braces": SPAM,
    "reply-think-cut": FailureReason.TRUNCATED,
    "reply-think-cut95": FailureReason.TRUNCATED,
    "reply-think-draft": SPAM,
    "reply-think-open": SPAM,
    "reply-trailing-comma": ("spam", (), None, None),
    "reply-unicode-escape": ("spam", (), None, "\ufffd"),
}


def read(body: bytes) -> ReadReply:
    return read_reply(read_answer(body), POLICY, SHOWN)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_reply_says_what_it_says(name: str) -> None:
    body, expected = reply_bodies()[name], EXPECTED[name]
    if isinstance(expected, FailureReason):
        with pytest.raises(ReplyFaultError) as caught:
            read(body)
        assert caught.value.reason is expected
        return
    found = read(body)
    assert (found.labels[0], found.clauses, found.confidence, found.rationale) == expected
    signals = reply_signals(found, read_answer(body), Item("a", Content("x")), POLICY)
    assert "label_probability" not in signals  # the one case that has logprobs has a token that is null


def test_no_reply_of_a_server_is_read_with_an_error_of_our_own() -> None:
    for body in reply_bodies().values():
        read_usage(body)
        with suppress(MalformedReplyError, ReplyFaultError):
            assert read(body).labels
