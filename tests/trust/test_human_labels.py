"""What counts as a human label; a certificate counts the first blind answers, as many for every item."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.domain.labels import LabelAnswer
from assistant.domain.reviews import HumanAnswer, ItemAnswers
from assistant.trust.human_labels import ConsensusLabels, HumanLabels, LabelColumns
from assistant.trust.pool import CONTESTED, NONE


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


def labels_of(*answers: HumanAnswer, adjudicated: LabelAnswer | None = None, blind: bool = False) -> ConsensusLabels:
    """What one item, `a`, comes to."""
    settled = {} if adjudicated is None else {"a": adjudicated}
    return HumanLabels({"a": answers}, settled).consensus(frozenset({"a"} if blind else ()))


def answer(label: str, *, shown: bool | None = False) -> HumanAnswer:
    return HumanAnswer(f"rater of {label}", (label,), shown)


def test_the_consensus_is_what_most_reviewers_answered_and_a_tie_has_none() -> None:
    assert labels_of(answer("x"), answer("y"), answer("x")).labels == {"a": ("x",)}
    split = labels_of(answer("x"), answer("y"))
    assert (split.labels, split.tied) == ({}, {"a"})


def test_an_answer_in_sight_of_the_machines_counts_except_where_labels_have_to_be_blind() -> None:
    given = answer("x"), answer("y", shown=True), answer("y", shown=True)
    assert labels_of(*given).labels == {"a": ("y",)}
    blind = labels_of(*given, blind=True)
    assert (blind.labels, blind.assisted) == ({"a": ("x",)}, {"a"})
    nothing = labels_of(answer("y", shown=True), blind=True)
    assert (nothing.labels, nothing.tied, nothing.assisted) == ({}, frozenset(), {"a"})


def test_an_imported_answer_of_which_blindness_is_not_known_counts_and_is_named() -> None:
    found = labels_of(answer("x", shown=None), blind=True)
    assert (found.labels, found.unknown_blindness) == ({"a": ("x",)}, {"a"})


def test_an_adjudication_overrules_reviewers_except_where_labels_are_blind_and_they_agree() -> None:
    agreed, split = (answer("x"), answer("x")), (answer("x"), answer("y"))
    assert labels_of(*agreed, adjudicated=("z",)).labels == {"a": ("z",)}
    assert labels_of(*agreed, adjudicated=("z",), blind=True).labels == {"a": ("x",)}
    assert labels_of(*split, adjudicated=("z",), blind=True).labels == {"a": ("z",)}
    assert labels_of(adjudicated=("z",)).labels == {"a": ("z",)}
    assert labels_of(adjudicated=("z",), blind=True).labels == {}


def test_a_label_that_leaves_categories_unknown_is_no_complete_label() -> None:
    found = labels_of(HumanAnswer("ana", ("p",), False, unknown=("q",)))
    assert found.labels == {}
    assert found.in_part["a"].labels == ("p",)
    assert found.in_part["a"].unknown == ("q",)
    # A second answer that knows it makes it complete.
    assert labels_of(
        HumanAnswer("ana", ("p",), False, unknown=("q",)), HumanAnswer("bo", ("p", "q"), False)
    ).labels == {"a": ("p", "q")}


def test_the_answers_to_some_items_are_taken_and_adjudicated_items_without_answers_among_them() -> None:
    given = [
        ItemAnswers("a", said("x"), said("y")),
        ItemAnswers("b", said("x"), []),
        ItemAnswers("c", [], said("x")),  # withdrawn since
    ]
    taken = HumanLabels.of(given, {"d": ("z",), "e": ("z",)}, {"a", "c", "d"})
    assert dict(taken.by_item) == {"d": [], "a": said("x")}
    assert dict(taken.first) == {"a": said("y"), "c": said("x")}
    assert dict(taken.adjudicated) == {"d": ("z",)}
    assert HumanLabels.of(given, {}).by_item.keys() == {"a", "b"}


def test_answers_known_in_part_occur_as_what_they_add_up_to() -> None:
    in_part = [HumanAnswer("ana", ("p",), False, unknown=("q",)), HumanAnswer("bo", ("q",), False, unknown=("p",))]
    labels = HumanLabels({"a": in_part, "b": said("x")}, {"c": ("z",)})
    assert labels.occurring() == {("p", "q"), ("x",), ("z",)}


def columns(final: list[int], first: list[int], changed: list[int]) -> LabelColumns:
    nothing: frozenset[str] = frozenset()
    return LabelColumns(
        np.array(first), np.array(final), np.array(first), nothing, nothing, nothing, nothing, np.array(changed), 1
    )


def test_a_changed_answer_counts_as_an_error_whatever_the_machine_said() -> None:
    found = columns([1, 0, NONE], [0, 0, 0], [0, 2])
    assert found.certifying.tolist() == [CONTESTED, 0, CONTESTED]
    # Against the machine's 0 item 0 is held by its label now, 1; item 2 has none now, and keeps its first.
    assert found.against(np.array([0, 0, 0])).tolist() == [1, 0, 0]
    # Against a machine's 1 item 0 differs by its first answer already.
    assert found.against(np.array([1, 0, 0])).tolist() == [0, 0, 0]
