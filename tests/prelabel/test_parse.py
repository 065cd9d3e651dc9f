"""Replies: read when they can be, refused with the reason when not; never a label from outside the set."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain.policies import Label, LabelKind, LabelSet
from assistant.domain.prelabels import FailureReason
from assistant.models.interface import ModelAnswer
from assistant.prelabel.parse import ReplyFaultError, read_reply

SINGLE = LabelSet(LabelKind.SINGLE, (Label("safe", "fine"), Label("hate", "bad", 3)))
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
        ('Here is my answer: {"label": "safe"} Hope it helps!', ("safe",)),
        ('{"label": " Hate "}', ("hate",)),
        ('{"label": ["hate"]}', ("hate",)),
        ("hate", ("hate",)),
        ("**Safe**.", ("safe",)),
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
        ('{"label": "hate", "confidence": 140}', FailureReason.MALFORMED),
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


def test_confidence_in_per_cent_is_read_as_a_share() -> None:
    assert read_reply(ModelAnswer('{"label": "hate", "confidence": 85}'), SINGLE, SHOWN).confidence == 0.85


@given(st.text())
def test_whatever_the_model_writes_only_labels_of_the_set_come_out(text: str) -> None:
    try:
        labels = read_reply(ModelAnswer(text), SINGLE, SHOWN).labels
    except ReplyFaultError:
        return
    assert set(labels) <= {"safe", "hate"}
    assert len(labels) == 1
