"""Cells that hold a label or several."""

import pytest

from assistant.ingest.answers import AnswerError, read_answer


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
        ("[sic]", ("[sic]",)),
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
     ([None], "no_label"), ([{"a": 1}], "bad_label"), (b"x", "bad_label")],
)  # fmt: skip
def test_a_cell_without_a_label_is_an_answer_error(value: object, reason: str) -> None:
    with pytest.raises(AnswerError) as told:
        read_answer(value)
    assert told.value.reason == reason
