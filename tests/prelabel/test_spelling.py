"""Labels as models write them: read where exactly one of the set fits, refused where none or several do."""

import pytest

from assistant.domain.labels import OffLabelSetError
from assistant.domain.policies import Label, LabelKind, LabelSet
from assistant.prelabel.spelling import named_labels, read_spelled_labels


def label_set(*names: str, kind: LabelKind = LabelKind.SINGLE) -> LabelSet:
    return LabelSet(kind, tuple(Label(name, name) for name in names))


PLAIN = label_set("safe", "not safe", "self_harm", "spam", "C++", "辱骂")
MULTI = label_set("safe", "spam", "self_harm", kind=LabelKind.MULTI)
GRADES = label_set("0", "1", "2", kind=LabelKind.ORDINAL)


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("spam.", "spam"),
        ("**spam**", "spam"),
        ("`Spam`", "spam"),
        ("“spam”", "spam"),
        ("[spam]", "spam"),
        ("Label: spam", "spam"),
        ("Final answer: spam.", "spam"),
        ("label: 'spam'", "spam"),
        ("标签：辱骂。", "辱骂"),
        ("self-harm", "self_harm"),
        ("Self Harm", "self_harm"),
        ("self\\_harm", "self_harm"),
        ("ｓｐａｍ", "spam"),
        ("not-safe", "not safe"),
        ("c++", "C++"),
    ],
)
def test_what_is_added_around_a_name_is_forgiven(written: str, label: str) -> None:
    assert read_spelled_labels(written, PLAIN) == (label,)
    assert read_spelled_labels([written], PLAIN) == (label,)


@pytest.mark.parametrize(
    "written",
    [
        "not spam",
        "spam or safe",
        "spam, safe",
        "spammy",
        "spam?",
        "sp am",
        "C",
        "",
        ".",
        "label:",
        "unsafe",
        "spam (SP1)",
    ],
)
def test_nothing_near_a_label_becomes_it(written: str) -> None:
    with pytest.raises(OffLabelSetError):
        read_spelled_labels(written, PLAIN)


def test_names_that_are_spelled_alike_are_told_apart_or_refused() -> None:
    alike = label_set("self_harm", "self-harm", "etc.", "etc")
    assert read_spelled_labels("self-harm", alike) == ("self-harm",)
    assert read_spelled_labels("etc.", alike) == ("etc.",)
    with pytest.raises(OffLabelSetError):
        read_spelled_labels("self harm", alike)
    with pytest.raises(OffLabelSetError):
        read_spelled_labels("etc!", alike)


def test_grades_lose_a_full_stop_and_no_sign() -> None:
    assert read_spelled_labels("2.", GRADES) == ("2",)
    assert read_spelled_labels("Grade: 2", GRADES) == ("2",)
    for written in ("-2", ".2", "2/2", "12", "0.2"):
        with pytest.raises(OffLabelSetError):
            read_spelled_labels(written, GRADES)


def test_several_labels_may_stand_in_one_text_where_several_are_allowed() -> None:
    assert read_spelled_labels("Labels: self-harm, spam.", MULTI) == ("spam", "self_harm")
    assert read_spelled_labels(["Spam.", "self harm"], MULTI) == ("spam", "self_harm")
    for written in ("spam, junk", ["spam", "junk."], "spam, , safe"):
        with pytest.raises(OffLabelSetError):
            read_spelled_labels(written, MULTI)


def test_a_text_names_a_label_by_whole_words_only() -> None:
    assert named_labels("It is SPAM, maybe self-harm.", PLAIN) == {"spam", "self_harm"}
    assert named_labels("It is not safe.", PLAIN) == {"not safe"}
    assert named_labels("Spammers, safety, unsafe", PLAIN) == frozenset()
    assert named_labels("这是辱骂。标签是spam的", PLAIN) == {"辱骂", "spam"}
    assert named_labels("2 of 12", GRADES) == {"2"}
