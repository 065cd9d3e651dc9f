import numpy as np
import pytest

from assistant.domain.labels import NO_ANSWER
from assistant.errors import InputError
from assistant.reports.reasons.worded import english
from evals.data.collect import TIED, UNLABELLED, Collector
from evals.data.columns import VariantAnswer, majority
from evals.data.eval_data import NONE, Scale, Sight, VariantIdentity
from tests.evals.judged import judged


def test_what_most_reviewers_answered_is_the_reference_and_a_tie_is_none() -> None:
    data = judged({"a": "xyx", "b": "xyy", "c": "yy-"}, {"m": "xxx"})
    assert [data.classes[code] if code >= 0 else None for code in data.reference] == ["x", "y", None]
    assert data.left_out == {TIED: 1}


def test_items_no_reviewer_labelled_are_counted_and_stay() -> None:
    data = judged({"a": "x-"}, {"m": "xy"})
    assert len(data) == 2
    assert data.left_out == {UNLABELLED: 1}
    assert data.reference.tolist() == [0, NONE]


def test_answers_in_sight_of_the_machines_settle_only_items_without_others() -> None:
    blind, seen = Sight.BLIND, Sight.ASSISTED
    data = judged(
        {"a": "xx", "b": "yy", "c": "y-"}, {"m": "xx"}, sights={"a": [blind, seen], "b": [seen] * 2, "c": [seen, seen]}
    )
    # i0 has a blind answer, x; i1 has assisted ones only, x and y: they tie.
    assert data.reference.tolist() == [data.classes.index("x"), NONE]


def test_labels_that_are_numbers_are_grades_in_their_order() -> None:
    data = judged({"a": ["10", "2", "-1"], "b": ["10", "2", "0.5"]}, {"m": ["2", "2", "0.5"]})
    assert data.scale is Scale.ORDINAL
    assert data.classes == ("-1", "0.5", "2", "10")


def test_several_labels_of_one_answer_make_a_set_whatever_their_order() -> None:
    data = judged({"a": ["x+y", ""]}, {"m": ["y+x", "x"]})
    assert data.scale is Scale.MULTI
    assert data.classes == ("(none)", "x", "x|y")
    assert data.agreed("m").tolist() == [1.0, 0.0]


def test_an_unusable_answer_never_agrees() -> None:
    data = judged({"a": "xy"}, {"m": [None, "y"]})
    assert data.classes == ("x", "y", NO_ANSWER)
    assert data.agreed("m").tolist() == [0.0, 1.0]


def test_machine_answers_outside_the_label_set_are_unusable_and_said() -> None:
    data = judged({"a": "xy"}, {"m": "zy"}, classes=["x", "y"])
    assert data.agreed("m").tolist() == [0.0, 1.0]
    assert [english(note) for note in data.notes] == [
        "Model predictions outside the label set count as no usable answer: z (1)."
    ]


def test_the_label_set_keeps_its_order_and_labels_that_nobody_used() -> None:
    assert judged({"a": "ca"}, {"m": "ca"}, classes=["c", "b", "a"]).classes == ("c", "b", "a")


def test_repeats_stand_side_by_side_and_their_mean_is_what_they_took() -> None:
    collector = Collector()
    collector.human("i", "a", ("x",), Sight.BLIND)
    collector.variant("m", VariantIdentity(model="m"))
    collector.machine("m", "i", VariantAnswer(("x",), cost_usd=0.2, latency_ms=100.0), 0)
    collector.machine("m", "i", VariantAnswer(("y",), cost_usd=0.4), 1)
    variant = collector.data().variants["m"]
    assert variant.repeats == 2
    assert variant.spent is not None
    assert variant.spent.cost_usd[0] == pytest.approx(0.3)
    assert variant.spent.latency_ms[0] == 100.0
    assert np.isnan(variant.spent.tokens[0])


def test_items_of_one_group_share_a_number_and_others_stand_alone() -> None:
    data = judged({"a": "xxx"}, {"m": "xxx"}, groups=["g", "h", "g"])
    assert data.groups[0] == data.groups[2] != data.groups[1]
    assert data.grouped
    assert not data.independent().grouped


@pytest.mark.parametrize("probability", [0.0, -0.1, 1.5])
def test_inclusion_probabilities_lie_above_0_up_to_1(probability: float) -> None:
    with pytest.raises(InputError, match="inclusion_"):
        Collector().inclusion("i", probability)


def test_an_item_has_one_inclusion_probability() -> None:
    collector = Collector()
    collector.inclusion("i", 0.5)
    with pytest.raises(InputError, match="inclusion_given_twice"):
        collector.inclusion("i", 0.4)


def test_the_majority_of_nothing_is_nothing() -> None:
    empty = np.zeros(0, dtype=np.int64)
    winner, tied = majority(empty, empty, 2, 3)
    assert winner.tolist() == [NONE, NONE]
    assert tied.tolist() == []
