import math

import pytest

from assistant.models.interface import TokenLogprob
from assistant.models.label_tokens import label_probabilities


def token(text: str, probability: float = 1.0, **alternatives: float) -> TokenLogprob:
    """A token with its alternatives by name; the chosen one is among them, as servers give it."""
    top = {text: probability} | alternatives
    return TokenLogprob(text, math.log(probability), tuple((name, math.log(p)) for name, p in top.items()))


def alternatives(text: str, probability: float, others: dict[str, float]) -> TokenLogprob:
    return token(text, probability, **others)


def test_probability_is_read_at_the_labels_first_token_and_renormalised_over_the_label_set() -> None:
    reply = [token('{"label": "'), token("safe", 0.6, hate=0.2, You=0.2), token('"}')]
    # 0.6 and 0.2 are the labels' own; "You" leads to no label and is left out: 0.6 / 0.8 and 0.2 / 0.8.
    assert label_probabilities(reply, ["safe", "hate"], "safe") == pytest.approx({"safe": 0.75, "hate": 0.25})


def test_later_tokens_do_not_count_once_the_label_is_certain() -> None:
    reply = [token('{"label": "'), token("har", 0.5, safe=0.5), token("assment", 0.01), token('"}', 0.01)]
    found = label_probabilities(reply, ["safe", "harassment"], "harassment")
    assert found == pytest.approx({"safe": 0.5, "harassment": 0.5})


def test_several_alternatives_that_begin_one_label_are_added_up() -> None:
    reply = [token('{"label": "'), token("safe", 0.4, har=0.3, hara=0.1, h=0.2), token('"}')]
    found = label_probabilities(reply, ["safe", "harassment"], "safe")
    assert found == pytest.approx({"safe": 0.4, "harassment": 0.6})


def test_labels_that_share_their_first_token_are_told_apart_along_the_chosen_path() -> None:
    reply = [
        token('{"label": "'),
        token("hate", 0.8, safe=0.2),
        alternatives("_", 0.75, {'"': 0.25}),
        token("speech", 0.5),
        token('"}'),
    ]
    # hate_speech: 0.8 x 0.75, then certain; hate: 0.8 x 0.25.
    found = label_probabilities(reply, ["safe", "hate", "hate_speech"], "hate_speech")
    assert found == pytest.approx({"safe": 0.2, "hate": 0.2, "hate_speech": 0.6})


def test_the_closing_quote_decides_for_the_shorter_of_two_labels() -> None:
    reply = [token('{"label": "'), token("hate", 0.8, safe=0.2), alternatives('"}', 0.25, {"_": 0.75})]
    found = label_probabilities(reply, ["safe", "hate", "hate_speech"], "hate")
    assert found == pytest.approx({"safe": 0.2, "hate": 0.2, "hate_speech": 0.6})


def test_an_alternative_that_several_labels_begin_with_is_shared_as_they_stand() -> None:
    reply = [token('{"label":"'), alternatives("safe", 0.5, {"spam": 0.1, "hate": 0.1, "s": 0.3}), token('"}')]
    # "s" goes to safe and spam as 5 to 1: 0.25 and 0.05.
    found = label_probabilities(reply, ["safe", "spam", "hate"], "safe")
    assert found == pytest.approx({"safe": 0.75, "spam": 0.15, "hate": 0.1}, rel=1e-4)


@pytest.mark.parametrize(
    ("opening", "chosen", "other"),
    [
        ('{"label": ', '"safe', '"hate'),  # the quote merged with the label
        ('{"label":', ' "safe', ' "hate'),  # space and quote merged
        ('{"label"', ': "safe', ': "hate'),
    ],
)
def test_quotes_merged_into_the_labels_token_are_seen_through(opening: str, chosen: str, other: str) -> None:
    reply = [token(opening), alternatives(chosen, 0.7, {other: 0.3}), token('"}')]
    assert label_probabilities(reply, ["safe", "hate"], "safe") == pytest.approx({"safe": 0.7, "hate": 0.3})


def test_the_label_merged_with_what_follows_is_seen_through() -> None:
    reply = [token('{"label": "'), alternatives('safe"}', 0.7, {'hate"}': 0.2, "hate": 0.1})]
    assert label_probabilities(reply, ["safe", "hate"], "safe") == pytest.approx({"safe": 0.7, "hate": 0.3})


def test_labels_nobody_mentions_share_what_is_left_over() -> None:
    reply = [token('{"label": "'), token("safe", 0.9, hate=0.06), token('"}')]
    # 0.04 is left over, less than the least likely alternative: 0.02 each for spam and threat.
    found = label_probabilities(reply, ["safe", "hate", "spam", "threat"], "safe")
    assert found == pytest.approx({"safe": 0.9, "hate": 0.06, "spam": 0.02, "threat": 0.02})


def test_what_is_left_over_is_bounded_by_the_least_likely_alternative() -> None:
    reply = [token('{"label": "'), token("safe", 0.5, hate=0.01), token('"}')]
    found = label_probabilities(reply, ["safe", "hate", "spam"], "safe")
    assert found["spam"] == pytest.approx(0.01 / 0.52)


def test_without_alternatives_the_rest_goes_to_the_other_labels() -> None:
    reply = [token('{"label": "'), TokenLogprob("safe", math.log(0.8)), token('"}')]
    found = label_probabilities(reply, ["safe", "hate", "spam"], "safe")
    assert found == pytest.approx({"safe": 0.8, "hate": 0.1, "spam": 0.1})


def test_an_unlikely_answer_forced_by_a_schema_still_has_its_share_of_the_label_set() -> None:
    reply = [token('{"label": "'), token("safe", 0.003, You=0.9, hate=0.001), token('"}')]
    assert label_probabilities(reply, ["safe", "hate"], "safe")["safe"] == pytest.approx(0.75)


def test_the_label_field_is_found_behind_a_rationale_that_names_labels() -> None:
    reply = [
        token('{"rationale": "looks safe, not '),
        token("hate", 0.9, safe=0.1),
        token('", "label": "'),
        token("safe", 0.6, hate=0.4),
        token('"}'),
    ]
    assert label_probabilities(reply, ["safe", "hate"], "safe") == pytest.approx({"safe": 0.6, "hate": 0.4})


def test_grades_may_be_numbers_or_texts() -> None:
    for opening, closing in (('{"label": ', "}"), ('{"label": "', '"}')):
        reply = [token(opening), alternatives("2", 0.5, {"1": 0.3, "3": 0.1, "0": 0.1}), token(closing)]
        found = label_probabilities(reply, ["0", "1", "2", "3"], "2")
        assert found == pytest.approx({"0": 0.1, "1": 0.3, "2": 0.5, "3": 0.1})


def test_a_bare_label_without_json_is_found() -> None:
    reply = [alternatives("safe", 0.7, {"hate": 0.3}), token(".")]
    assert label_probabilities(reply, ["safe", "hate"], "safe") == pytest.approx({"safe": 0.7, "hate": 0.3})


def test_labels_in_chinese_and_labels_with_spaces_work() -> None:
    reply = [token('{"label": "'), token("辱", 0.8, 安=0.2), token("骂", 0.9), token('"}')]
    assert label_probabilities(reply, ["安全", "辱骂"], "辱骂") == pytest.approx({"安全": 0.2, "辱骂": 0.8})
    reply = [token('{"label": "'), token("not"), alternatives(" safe", 0.6, {" sure": 0.4}), token('"}')]
    assert label_probabilities(reply, ["not safe", "not sure"], "not safe")["not safe"] == pytest.approx(0.6)


def test_there_is_no_probability_without_logprobs_or_where_the_label_is_not_in_them() -> None:
    assert label_probabilities([], ["safe"], "safe") == {}
    assert label_probabilities([token('{"label": "hate"}')], ["safe", "hate"], "safe") == {}
    assert label_probabilities([token('{"label": "safe"}')], ["hate"], "safe") == {}


def test_impossible_tokens_do_not_break_the_sum() -> None:
    chosen = TokenLogprob("safe", -math.inf, (("hate", -0.1), ("safe", -math.inf)))
    found = label_probabilities([token('{"label": "'), chosen, token('"}')], ["safe", "hate"], "safe")
    assert sum(found.values()) == pytest.approx(1.0)
    assert 0 < found["safe"] < 0.001
