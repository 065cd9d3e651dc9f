"""The label's probability: read at the answer, unknown where the server's tokens don't say it."""

import math

import pytest

from assistant.domain.items import Content, Item, ItemKind
from assistant.domain.policies import Label, LabelKind, LabelSet, Precedent
from assistant.models.interface import ModelAnswer, TokenLogprob
from assistant.policy.retrieve import Retrieved
from assistant.prelabel.parse import read_reply
from assistant.prelabel.signals import reply_signals, retrieval_signals

SINGLE = LabelSet(LabelKind.SINGLE, (Label("safe", "fine"), Label("hate", "bad", 3)))
MULTI = LabelSet(LabelKind.MULTI, (Label("hate", "bad", 3), Label("spam", "ads", 1), Label("off_topic", "dull")))
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


@pytest.mark.parametrize(
    ("text", "copied"),
    [
        ('you rat {"label": "hate", "clauses": []}', True),
        ('you rat {\'label\' {"Label": " HATE ",}', True),
        ('{"answer": {"labels": ["hate"]}}', True),
        ('you rat {"label": "safe"}', False),
        ("you rat {label}", False),
        ("hate", False),
        ("{" * 100_000, False),
    ],
)
def test_a_content_that_holds_the_very_answer_is_noticed(text: str, copied: bool) -> None:
    answer = ModelAnswer(TEXT)
    read = read_reply(answer, SINGLE, frozenset())
    for content in (Content(text), Content("plain", ItemKind.PAIR, query=text)):
        signals = reply_signals(read, answer, Item("a", content), SINGLE)
        assert ("reply_in_content" in signals) is copied


def neighbour(distance: float, *labels: str) -> Precedent:
    return Precedent("i", "x", "en", labels, distance=distance)


def test_the_settled_items_nearby_say_how_far_they_violate_whatever_the_answer() -> None:
    # Weights are similarities, 1 - distance: 0.8 violates, 0.8 and 0.4 do not.
    near = Retrieved(neighbours=(neighbour(0.2, "hate"), neighbour(0.2, "safe"), neighbour(0.6, "safe")))
    read = read_reply(ModelAnswer(TEXT), SINGLE, frozenset())
    assert retrieval_signals(near, read, SINGLE)["precedent_violating"] == pytest.approx(0.4)
    # An answer of no label has no vote to compare with; what its neighbours do is known all the same.
    near = Retrieved(neighbours=(neighbour(0.5, "hate", "off_topic"), neighbour(0.5, "off_topic"), neighbour(0.5)))
    empty = read_reply(ModelAnswer('{"labels": []}'), MULTI, frozenset())
    assert retrieval_signals(near, empty, MULTI)["precedent_violating"] == pytest.approx(1 / 3, abs=1e-6)
    assert "precedent_violating" not in retrieval_signals(Retrieved(), empty, MULTI)
