"""The label's probability: read at the answer, unknown where the server's tokens don't say it."""

import math

import pytest

from assistant.domain.items import Content, Item
from assistant.domain.policies import Label, LabelKind, LabelSet
from assistant.models.interface import ModelAnswer, TokenLogprob
from assistant.prelabel.parse import read_reply
from assistant.prelabel.signals import reply_signals

SINGLE = LabelSet(LabelKind.SINGLE, (Label("safe", "fine"), Label("hate", "bad")))
THINKING = (
    TokenLogprob('<think>first "label": "', -0.1),
    TokenLogprob("hate", math.log(0.2)),
    TokenLogprob('"</think>', -0.1),
)
ANSWER = (TokenLogprob('{"label": "', -0.1), TokenLogprob("hate", math.log(0.9)), TokenLogprob('"}', -0.1))
TEXT = '{"label": "hate"}'


def probability(text: str, tokens: tuple[TokenLogprob, ...]) -> float | None:
    answer = ModelAnswer(text, logprobs=tokens)
    item = Item("a", Content("x"))
    return reply_signals(read_reply(answer, SINGLE, frozenset()), answer, item, SINGLE).get("label_probability")


def test_a_draft_in_thinking_gives_no_probability() -> None:
    thought = "".join(token.token for token in THINKING)
    # 0.9 is the answer's; at the draft it would be 0.2.
    assert probability(thought + TEXT, (*THINKING, *ANSWER)) == pytest.approx(0.9, abs=1e-4)


def test_thinking_that_the_server_took_out_of_the_text_alone_is_passed_over() -> None:
    assert probability(TEXT, (*THINKING, *ANSWER)) == pytest.approx(0.9, abs=1e-4)


def test_end_tokens_and_halves_of_characters_do_not_matter() -> None:
    end = TokenLogprob("<|im_end|>", -0.1)
    assert probability(TEXT, (*ANSWER, end)) == pytest.approx(0.9, abs=1e-4)
    emoji = (
        *ANSWER[:2],
        TokenLogprob('", "rationale": "', -0.1),
        TokenLogprob("\\xf0\\x9f", -0.1),
        TokenLogprob('"}', -0.1),
    )
    assert probability('{"label": "hate", "rationale": "\U0001f600"}', emoji) == pytest.approx(0.9, abs=1e-4)


@pytest.mark.parametrize(
    "tokens",
    [
        (TokenLogprob('{"label": "safe"}', -0.1),),
        (TokenLogprob("something else", -0.1),),
        (ANSWER[0], TokenLogprob("hate", -math.inf), ANSWER[2]),
        (*THINKING[:1], *ANSWER, *ANSWER, TokenLogprob("x", -0.1)),
    ],
    ids=["another label", "another text", "null", "the answer twice behind a draft"],
)
def test_tokens_that_do_not_say_it_leave_the_probability_unknown(tokens: tuple[TokenLogprob, ...]) -> None:
    assert probability(TEXT, tokens) is None
