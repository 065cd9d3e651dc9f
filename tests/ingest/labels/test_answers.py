"""Cells that hold a label or several."""

import math

import pytest

from assistant.domain.canonical import LabelNames
from assistant.ingest.labels.answers import AnswerError, read_answer


@pytest.mark.parametrize(
    ("value", "labels"),
    [
        (" spam ", ("spam",)),
        (2, ("2",)),
        (2.0, ("2",)),
        (0, ("0",)),
        (1.5, ("1.5",)),
        (False, ("false",)),
        ("a, b", ("a, b",)),
        (["a", "b", "a"], ("a", "b")),
        ([], ()),
        ('["a", 2]', ("a", "2")),
        ({"a": 1, "b": 0, "c": True}, ("a", "c")),
        ('{"a": "1", "b": "no"}', ("a",)),
        ({"a": 0}, ()),
        ("[sic", ("[sic",)),
        ("(maybe)", ("(maybe)",)),
        ("['a', 'b']", ("a", "b")),
        ("['a' 'b']", ("a", "b")),
        ("array(['a', 'b'], dtype=object)", ("a", "b")),
        ("{'a', 'b'}", ("a", "b")),
        ("{'a': 1, 'c': 0}", ("a",)),
        ('{"choices": ["a", "b"]}', ("a", "b")),
        (["a", None], ("a",)),
        ("1.0", ("1",)),
        ("True", ("True",)),
        ("e\u0301", ("\u00e9",)),
    ],
)
def test_a_cell_is_read_in_the_way_it_is_written(value: object, labels: tuple[str, ...]) -> None:
    assert read_answer(value) == (labels, ())


@pytest.mark.parametrize(
    ("text", "labels"), [("a|b, c", ("a", "b, c")), ("a; b;", ("a", "b")), ("a,b", ("a", "b")), ("a", ("a",))]
)
def test_text_with_several_labels_is_split_at_the_first_separator_it_has(text: str, labels: tuple[str, ...]) -> None:
    assert read_answer(text, several=True) == (labels, ())


def test_labels_that_are_neither_given_nor_denied_are_left_open() -> None:
    votes = {"hate": 1, "spam": None, "nudity": 0}
    assert read_answer(votes, known_labels=["hate", "spam", "nudity", "violence"]) == (("hate",), ("spam", "violence"))


@pytest.mark.parametrize(
    ("value", "reason"),
    [(None, "no_label"), (" ", "no_label"), ({}, "no_label"), ({"a": None}, "no_label"), ({"a": 3}, "bad_label"),
     ([None], "no_label"), ([{"a": 1}], "bad_label"), (b"x", "bad_label"),
     ("nan", "no_label"), ("None", "no_label"), ("#REF!", "no_label"), (math.nan, "no_label"), ("[nan]", "no_label"),
     ("[sic]", "bad_label"), ("['a', ['b']]", "bad_label"), ("['a'", "bad_label"), ("[a, b]", "bad_label")],
)  # fmt: skip
def test_a_cell_without_a_label_is_an_answer_error(value: object, reason: str) -> None:
    with pytest.raises(AnswerError) as told:
        read_answer(value)
    assert told.value.reason == reason


NAMES = LabelNames(("Hate, threats", "spam", "none", "[nsfw]", "1.0"), closed=True)


@pytest.mark.parametrize(
    ("cell", "labels"),
    [
        ("hate, threats", ("Hate, threats",)),
        ("spam, hate, threats", ("spam", "Hate, threats")),
        ("Hate, threats|spam", ("Hate, threats", "spam")),
        ("[SPAM, none]", ("spam", "none")),
        ("None", ("none",)),
        ("[NSFW]", ("[nsfw]",)),
        (1, ("1.0",)),
        ("spam;;none", ("spam", "none")),
        ("spam#none", ("spam", "none")),
    ],
)
def test_what_is_a_label_of_the_set_is_that_label_whatever_signs_it_holds(
    cell: object, labels: tuple[str, ...]
) -> None:
    assert read_answer(cell, several=True, names=NAMES) == (labels, ())


def test_an_empty_list_is_an_answer_only_where_an_answer_may_hold_no_label() -> None:
    assert read_answer("[]") == ((), ())
    with pytest.raises(AnswerError, match="the list of labels is empty") as told:
        read_answer([], exactly_one=True)
    assert told.value.reason == "no_label"


def test_none_and_a_dash_say_nothing_only_where_all_labels_are_known() -> None:
    assert read_answer("none") == (("none",), ())
    assert read_answer("-") == (("-",), ())
    for cell in ("none", "NA", "-"):
        with pytest.raises(AnswerError, match="no answer"):
            read_answer(cell, names=LabelNames(("spam", "safe"), closed=True))
