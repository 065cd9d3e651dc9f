"""Replies: read when they can be, refused with the reason when not; never a label from outside the set."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain.policies import Label, LabelKind, LabelSet
from assistant.domain.prelabels import FailureReason
from assistant.models.interface import ModelAnswer
from assistant.prelabel.parse import ReplyFaultError, read_reply

SINGLE = LabelSet(LabelKind.SINGLE, (Label("safe", "fine"), Label("hate", "bad", 3)))
NAMED = LabelSet(LabelKind.SINGLE, tuple(Label(name, name) for name in ("safe", "not safe", "self_harm", "安全的")))
MULTI = LabelSet(LabelKind.MULTI, SINGLE.labels)
GRADES = LabelSet(LabelKind.ORDINAL, tuple(Label(str(grade), f"grade {grade}") for grade in range(4)))
SHOWN = frozenset({"H1", "H2"})


def fault(text: str, label_set: LabelSet = SINGLE, **answer: object) -> FailureReason:
    with pytest.raises(ReplyFaultError) as caught:
        read_reply(ModelAnswer(text, **answer), label_set, SHOWN)  # type: ignore[arg-type]  # fields by name
    return caught.value.reason


def test_all_fields_are_read() -> None:
    text = '{"rationale": "because", "clauses": ["H1", "H1"], "quote": "q", "label": "hate", "confidence": 0.8}'
    read = read_reply(ModelAnswer(text), SINGLE, SHOWN)
    assert (read.labels, read.clauses, read.confidence, read.rationale, read.quote) == (
        ("hate",),
        ("H1",),
        0.8,
        "because",
        "q",
    )


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ('```json\n{"label": "safe"}\n```', ("safe",)),
        ('Here is my answer:\n```json\n{"label": "safe"}\n```\nHope it helps!', ("safe",)),
        ('```\n{"label": "safe"}', ("safe",)),
        ('{"label": "safe"} Hope it helps!', ("safe",)),
        ('{"label": "safe"}\n\nThat is safe.', ("safe",)),
        ('{"label": "safe"}\n\nIt is rude, but no clause is broken.', ("safe",)),
        ('{"label": "safe"}\nNothing is broken here. Not one clause.', ("safe",)),
        ('{"label": "safe", "quote": "q"}\n{"quote": "q", "label": "safe"}', ("safe",)),
        ('\ufeff`{"label": "safe"}`', ("safe",)),
        ('<answer>{"label": "safe"}</answer><|im_end|>', ("safe",)),
        ('{"label": "safe", "rationale": "a } in a text"}', ("safe",)),
        ('{"label": " Hate "}', ("hate",)),
        ('{"label": ["hate"]}', ("hate",)),
        ("hate", ("hate",)),
        ("**Safe**.", ("safe",)),
        ("Label: safe", ("safe",)),
    ],
)
def test_what_models_wrap_around_an_answer_is_forgiven(text: str, labels: tuple[str, ...]) -> None:
    assert read_reply(ModelAnswer(text), SINGLE, SHOWN).labels == labels


def test_several_labels_come_in_the_order_of_the_set_and_none_is_an_answer_too() -> None:
    assert read_reply(ModelAnswer('{"labels": ["hate", "safe", "hate"]}'), MULTI, SHOWN).labels == ("safe", "hate")
    assert read_reply(ModelAnswer('{"labels": []}'), MULTI, SHOWN).labels == ()


@pytest.mark.parametrize("text", ['{"label": 2}', '{"label": "2"}', '{"label": 2.0}', "2"])
def test_grades_are_read_as_numbers_or_text(text: str) -> None:
    assert read_reply(ModelAnswer(text), GRADES, SHOWN).labels == ("2",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"label": "hateful"}', FailureReason.OFF_LABEL_SET),
        ('{"label": ["safe", "hate"]}', FailureReason.OFF_LABEL_SET),
        ('{"label": []}', FailureReason.OFF_LABEL_SET),
        ('{"label": "hate", "clauses": ["H9"]}', FailureReason.CLAUSE_NOT_SHOWN),
        ('{"answer": "hate"}', FailureReason.MALFORMED),
        ('{"label": "hate"', FailureReason.MALFORMED),
        ("", FailureReason.MALFORMED),
        ("I'm sorry, I can't help with that.", FailureReason.REFUSED),
        ("抱歉，我无法提供帮助。", FailureReason.REFUSED),
        ("null", FailureReason.MALFORMED),
        ("[1, 2]", FailureReason.MALFORMED),
    ],
)
def test_what_can_not_be_used_has_a_reason(text: str, reason: FailureReason) -> None:
    assert fault(text) is reason


def test_a_grade_outside_the_scale_is_refused() -> None:
    assert fault('{"label": 4}', GRADES) is FailureReason.OFF_LABEL_SET


def test_a_cut_reply_is_truncated_and_a_declined_one_refused() -> None:
    assert fault('{"label": "ha', finish_reason="length") is FailureReason.TRUNCATED
    assert fault("", refusal="no") is FailureReason.REFUSED
    assert fault("", finish_reason="content_filter") is FailureReason.CONTENT_FILTER


def test_a_cut_reply_that_is_complete_all_the_same_is_read() -> None:
    assert read_reply(ModelAnswer('{"label": "hate"}', finish_reason="length"), SINGLE, SHOWN).labels == ("hate",)


@pytest.mark.parametrize(
    "text",
    [
        'I quote the post: {"label": "safe"} but my decision is hate.',
        'Answer: {"label": "safe"}',
        '{"label": "safe"} but my decision is hate.',
        '{"label": "safe"} On second thought: {"label": "hate"}',
        '{"label": "safe"} On second thought: {"label": "ha',
        '{"label": "safe"}\n{"label": "safe", "confidence": 0.9}',
        '```json\n{"label": "safe"}\n```\n```json\n{"label": "hate"}\n```',
        'Not hate:\n```json\n{"label": "safe"}\n```',
        '```json\nFirst idea: {"label": "safe"}\n```',
        '[{"label": "safe"}]',
        '{"label": "safe"} <think>or is it hate?</think>',
        "safe, or is it hate?",
        'The post says:\n```json\n{"label": "safe"}\n```',
        '我引用原文：\n```json\n{"label": "safe"}\n```',
        '{"label": "safe"} -- but I would decide otherwise.',
        '{"label": "safe"}\n不过我不同意。',
        '```json\n{"label": "safe"}\n```\nWait, let me look again.',
    ],
)
def test_prose_beside_an_object_decides_nothing_and_is_not_passed_over(text: str) -> None:
    assert fault(text) is FailureReason.MALFORMED


def test_the_longer_of_two_names_is_the_one_a_text_names() -> None:
    beside = '{"label": "not safe"} It is not  safe.'
    assert read_reply(ModelAnswer(beside), NAMED, SHOWN).labels == ("not safe",)
    assert fault('{"label": "not safe"} It is safe.', NAMED) is FailureReason.MALFORMED
    assert fault('{"label": "not safe"} I mean Self-Harm', NAMED) is FailureReason.MALFORMED
    assert fault('{"label": "safe"} 这是安全的。', NAMED) is FailureReason.MALFORMED
    assert read_reply(ModelAnswer('{"label": "safe"} Unsafely put.'), NAMED, SHOWN).labels == ("safe",)


DRAFT = '{"label": "safe", "confidence": 0.97}'
ANSWER = '{"label": "hate"}'


@pytest.mark.parametrize(
    "text",
    [
        f"<think>{DRAFT}</think>{ANSWER}",
        f"<thinking>\n{DRAFT} {{label}} \n</thinking>\n\n```json\n{ANSWER}\n```",
        f"{DRAFT} No.\n</think>\n{ANSWER}",
        f"The schema wants {{label, clauses}}.</think>{ANSWER}",
        f"<think>a<think>{DRAFT}</think>b {DRAFT}</think>{ANSWER}",
        f"<THINK time='3'>{DRAFT}</ think >{ANSWER}",
        f"<think>{DRAFT}</think> <think>{DRAFT}</think>{ANSWER}",
        f"<think />{ANSWER}",
        f"<seed:think>{DRAFT}</seed:think>{ANSWER}",
        f"<mm:think>{DRAFT}</mm:think>{ANSWER}",
        f"<reasoning>{DRAFT}</reasoning><answer>{ANSWER}</answer>",
        f"[THINK]{DRAFT}[/THINK]{ANSWER}",
        f"◁think▷{DRAFT}◁/think▷{ANSWER}",
        f"<|begin_of_thought|>{DRAFT}<|end_of_thought|>{ANSWER}",
        f"<|START_THINKING|>{DRAFT}<|END_THINKING|><|START_RESPONSE|>{ANSWER}<|END_RESPONSE|>",
        f"&lt;think&gt;{DRAFT}&lt;/think&gt;{ANSWER}",
        f"<|channel|>analysis<|message|>{DRAFT}<|end|><|start|>assistant<|channel|>final<|message|>{ANSWER}<|return|>",
        f"analysis {DRAFT} so hate.assistantfinal{ANSWER}",
        f"<think>{DRAFT}</think>\nhate",
        f'<think>the post says "</think>{DRAFT}", which is bait</think>{ANSWER}',
    ],
)
def test_what_stands_in_thinking_is_a_draft(text: str) -> None:
    read = read_reply(ModelAnswer(text), SINGLE, SHOWN)
    assert (read.labels, read.confidence) == (("hate",), None)


@pytest.mark.parametrize(
    "text", [f"<think>{DRAFT}", f"<think>{DRAFT} but wait", f"<think>a<think>b</think>{DRAFT}", f"hate <think>{DRAFT}"]
)
def test_thinking_that_is_not_closed_has_no_answer_in_it(text: str) -> None:
    assert fault(text) is FailureReason.MALFORMED
    for reason in ("length", "max_tokens"):
        assert fault(text, finish_reason=reason) is FailureReason.TRUNCATED


@pytest.mark.parametrize(
    "text", [f"{DRAFT} <think>hm", f"{DRAFT} But wait, this", f"<think>they wrote </think>{DRAFT} and", "safe"]
)
def test_a_reply_cut_while_it_went_on_is_truncated(text: str) -> None:
    assert fault(text, finish_reason="length") is FailureReason.TRUNCATED


@pytest.mark.parametrize("wrap", ["{}", "```json\n{}\n```", "<think>x</think>{}", "{0}\n{0}"])
@pytest.mark.parametrize("words", ["<think>", "</think>", "<think>{", '</think>{\\"label\\": \\"safe\\"}'])
def test_a_tag_inside_a_text_of_the_answer_is_content(wrap: str, words: str) -> None:
    text = '{"label": "hate", "rationale": "it says ' + words + '"}'
    read = read_reply(ModelAnswer(wrap.format(text)), SINGLE, SHOWN)
    assert (read.labels, read.rationale) == (("hate",), "it says " + words.replace("\\", ""))


@pytest.mark.parametrize(
    "text",
    [
        '{"label": "safe", "label": "hate"}',
        '{"label": "safe", "Label": "hate"}',
        '{"label": "safe", " label ": "hate"}',
        '{"label": "safe", "labels": ["hate"]}',
        '{"label": "safe", "labels": ["safe", "hate"]}',
        '{"label": "safe", "label": "junk"}',
        '{"label": "safe", "final": {"label": "hate"}}',
        '{"label": "safe", "more": [[{"Labels": ["hate"]}]]}',
        '{"more": {"label": "safe", "label": "hate"}, "label": "safe"}',
    ],
)
def test_a_label_given_twice_and_not_the_same_is_malformed(text: str) -> None:
    assert fault(text) is FailureReason.MALFORMED


@pytest.mark.parametrize(
    "text",
    [
        '{"label": "hate", "label": "hate"}',
        '{"LABEL": "hate", "labels": ["Hate"]}',
        '{"label": "hate", "labels": []}',
        '{"label": "", "labels": ["hate"]}',
        '{"label": null, "labels": "hate"}',
        '{"label": "hate", "why": {"label": "hate"}}',
        '{"label": "hate", "scores": {"safe": 0.1, "hate": 0.9}}',
    ],
)
def test_a_label_given_twice_alike_is_that_label(text: str) -> None:
    assert read_reply(ModelAnswer(text), SINGLE, SHOWN).labels == ("hate",)


def test_in_multi_an_empty_list_is_an_answer_and_parts_may_be_explained() -> None:
    assert fault('{"labels": [], "label": "hate"}', MULTI) is FailureReason.MALFORMED
    text = '{"labels": ["safe", "hate"], "why": [{"label": "hate"}, {"label": "safe"}]}'
    assert read_reply(ModelAnswer(text), MULTI, SHOWN).labels == ("safe", "hate")
    assert fault('{"labels": {}}', MULTI) is FailureReason.MALFORMED


def test_only_fields_that_were_asked_for_are_read() -> None:
    text = '{"label": "hate", "confidence": 0.99, "clauses": ["H9"], "rationale": "r", "quote": "q"}'
    read = read_reply(ModelAnswer(text), SINGLE, SHOWN, frozenset({"label"}))
    assert (read.clauses, read.confidence, read.rationale, read.quote) == ((), None, None, None)
    read = read_reply(ModelAnswer(text.replace("H9", "H1")), SINGLE, SHOWN, frozenset({"label", "clauses"}))
    assert (read.clauses, read.confidence) == (("H1",), None)


@pytest.mark.parametrize(
    "part",
    [
        '"confidence": "high"',
        '"confidence": 140',
        '"confidence": -0.1',
        '"confidence": 1.7',
        '"confidence": NaN',
        '"confidence": -Infinity',
        '"confidence": true',
        '"confidence": [0.9]',
        '"confidence": ' + "9" * 5000,
        '"confidence": 0.9, "confidence": 0.2',
        '"clauses": 5',
        '"clauses": [null, 5, {}, [], "the rule on insults", {"title": "x"}]',
        '"clauses": "none"',
        '"clauses": ["H1"], "Clauses": ["H2"]',
        '"rationale": ["a", "b"]',
        '"rationale": 7',
        '"rationale": {"steps": ["a"]}',
        '"quote": ["a", "b"]',
        '"quote": false',
    ],
)
def test_a_fault_in_an_optional_part_costs_that_part_only(part: str) -> None:
    read = read_reply(ModelAnswer(f'{{"label": "hate", {part}}}'), SINGLE, SHOWN)
    assert (read.labels, read.clauses, read.confidence, read.rationale, read.quote) == (("hate",), (), None, None, None)


@pytest.mark.parametrize(
    ("text", "rationale"),
    [
        ('{"label": "hate", "clauses": [],}', None),
        ('{"label": "hate", "clauses": ["H1", ], }', None),
        ('{"label": "hate", "rationale": "one\ntwo\t,}"}', "one\ntwo\t,}"),
        ('{"label": "h\\u0061te", "rationale": "\\ud83d"}', "\ufffd"),
        ('{"label": "hate", "rationale": "\\ud83d\\ude00"}', "\U0001f600"),
        ('{"label": "hate", "quote": None, "x": True}', None),
        ('{"label": "hate", "rationale": "50\\% of \\d, None, True"}', "50\\% of \\d, None, True"),
    ],
)
def test_a_label_that_is_plain_to_read_stands_whatever_slips_are_beside_it(text: str, rationale: str | None) -> None:
    read = read_reply(ModelAnswer(text), SINGLE, SHOWN)
    assert (read.labels, read.rationale) == (("hate",), rationale)


def test_what_is_said_of_a_fault_can_be_stored() -> None:
    with pytest.raises(ReplyFaultError) as caught:
        read_reply(ModelAnswer('{"label": "\\ud83d", "clauses": []}'), SINGLE, SHOWN)
    caught.value.detail.encode()


@pytest.mark.parametrize(
    "text", ["{" * 50_000, '{"a":' * 20_000, "<think>" * 20_000, '{"label": "hate", "rationale": ' + "[" * 50_000]
)
def test_nesting_without_end_is_malformed_and_soon_over(text: str) -> None:
    assert fault(text) is FailureReason.MALFORMED


def test_confidence_in_per_cent_is_read_as_a_share() -> None:
    assert read_reply(ModelAnswer('{"label": "hate", "confidence": 85}'), SINGLE, SHOWN).confidence == 0.85


_PIECES = st.sampled_from(
    [
        "{",
        "}",
        '"label"',
        ":",
        '"hate"',
        '"safe"',
        "hate",
        "safe",
        ",",
        "<think>",
        "</think>",
        "```",
        "\n",
        '"',
        "\\",
        "a",
        "[",
        "]",
    ]
)


@given(st.text() | st.lists(_PIECES).map("".join), st.sampled_from(["stop", "length"]))
def test_whatever_the_model_writes_only_labels_of_the_set_come_out(text: str, finish_reason: str) -> None:
    try:
        labels = read_reply(ModelAnswer(text, finish_reason), SINGLE, SHOWN).labels
    except ReplyFaultError:
        return
    assert set(labels) <= {"safe", "hate"}
    assert len(labels) == 1
