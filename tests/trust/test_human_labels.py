"""Which answers of people a certificate counts: the first blind ones, as many for every item, whatever came later."""

from __future__ import annotations

import pytest

from assistant.domain.labels import LabelAnswer
from assistant.domain.reviews import HumanAnswer
from assistant.trust.human_labels import HumanLabels


def said(*labels: str) -> list[HumanAnswer]:
    """One blind answer of each of several people, in order."""
    return [HumanAnswer(f"rater {number}", (label,), shown_suggestion=False) for number, label in enumerate(labels)]


def people(
    first: dict[str, list[HumanAnswer]],
    now: dict[str, list[HumanAnswer]] | None = None,
    adjudicated: dict[str, LabelAnswer] | None = None,
) -> HumanLabels:
    return HumanLabels(first if now is None else now, adjudicated or {}, first)


def test_one_answer_an_item_certifies_as_it_was_given() -> None:
    counted = people({"a": said("x"), "b": said("y")}).certifying({"a", "b", "c"})
    assert (counted.answers, counted.changed, counted.wanted) == ({"a": ("x",), "b": ("y",)}, frozenset(), 1)


def test_an_answer_changed_later_stays_what_it_was_and_is_named() -> None:
    first = {"a": said("x"), "b": said("y")}
    counted = people(first, {"a": said("z"), "b": said("y")}).certifying(first)
    assert (counted.answers["a"], counted.changed) == (("x",), {"a"})


def test_one_that_was_withdrawn_stays_what_it_was_and_is_named() -> None:
    first = {"a": said("x"), "b": said("y")}
    assert people(first, {"b": said("y")}).certifying(first).changed == {"a"}


def test_further_answers_to_some_items_only_do_not_count_and_a_split_is_named() -> None:
    first = {"a": said("x", "z"), "b": said("y"), "c": said("x", "z", "z"), "d": said("y", "y")}
    counted = people(first).certifying(first)
    assert counted.answers == {"a": ("x",), "b": ("y",), "c": ("x",), "d": ("y",)}
    assert (counted.changed, counted.wanted) == ({"a", "c"}, 1)


def test_two_answers_to_every_item_count_by_majority_and_a_third_decides_a_split() -> None:
    first = {"a": said("x", "x"), "b": said("x", "y", "y"), "c": said("x", "y"), "d": said("x", "x", "y")}
    counted = people(first).certifying(first)
    assert counted.answers == {"a": ("x",), "b": ("y",), "d": ("x",)}
    assert (counted.changed, counted.wanted) == (frozenset(), 2)


def test_an_adjudication_settles_a_split_and_where_people_agree_it_counts_against() -> None:
    first = {"split": said("x", "y"), "agreed": said("x", "x")}
    counted = people(first, adjudicated={"split": ("y",), "agreed": ("y",)}).certifying(first)
    assert counted.answers == {"split": ("y",), "agreed": ("x",)}
    assert counted.changed == {"agreed"}


@pytest.mark.parametrize("order", [("p", "q"), ("q", "p")])
def test_several_labels_of_one_answer_have_no_order(order: tuple[str, str]) -> None:
    first = {"a": [HumanAnswer("ana", ("p", "q"), None)]}
    now = {"a": [HumanAnswer("ana", order, None)]}
    assert people(first, now).certifying({"a"}).changed == frozenset()
