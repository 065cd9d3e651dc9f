import pytest

from evals.agreement.people_panel import people_coefficients, people_panel
from evals.data.eval_data import Sight
from tests.evals.judged import judged


def test_alpha_with_missing_answers_as_published() -> None:
    # Krippendorff 2011, section C: 4 observers, 12 units; nominal 0.743, ordinal 0.815, interval 0.849
    raters = {
        "A": ["1", "2", "3", "3", "2", "1", "4", "1", "2", "-", "-", "-"],
        "B": ["1", "2", "3", "3", "2", "2", "4", "1", "2", "5", "-", "3"],
        "C": ["-", "3", "3", "3", "2", "3", "4", "2", "2", "5", "1", "-"],
        "D": ["1", "2", "3", "3", "2", "4", "4", "1", "2", "5", "1", "-"],
    }
    figures = people_coefficients(judged(raters, {}))
    assert figures["krippendorff_alpha"].value == pytest.approx(0.743421052631579)
    assert figures["krippendorff_alpha_ordinal"].value == pytest.approx(0.8153875037548814)
    assert figures["krippendorff_alpha_interval"].value == pytest.approx(0.8491071428571428)


def test_raw_is_the_chance_that_two_reviewers_of_an_item_agree() -> None:
    figures = people_coefficients(judged({"a": "xx", "b": "xy", "c": "x-"}, {}))
    assert figures["raw"].value == 0.5


def test_one_reviewer_is_no_agreement_and_says_so() -> None:
    figures = people_coefficients(judged({"a": "xy"}, {}))
    assert all(figure.value is None and figure.reason for figure in figures.values())


def test_answers_in_sight_of_the_machines_do_not_count() -> None:
    seen = {"a": [Sight.BLIND] * 2, "b": [Sight.ASSISTED] * 2}
    assert people_coefficients(judged({"a": "xy", "b": "xy"}, {}, sights=seen))["raw"].value is None


def test_each_reviewer_stands_beside_the_others_least_agreement_first() -> None:
    panel = people_panel(judged({"a": "xxxx", "b": "xxxx", "c": "yxyx"}, {}))
    assert panel is not None
    # c agrees with each of the others on 2 of 4 items; a with b on all and with c on half of them
    assert [(row.name, row.with_others.value) for row in panel.reviewers] == [("c", 0.5), ("a", 0.75), ("b", 0.75)]
    assert panel.items == 4


def test_a_reviewer_who_shares_no_item_is_not_in_the_panel() -> None:
    panel = people_panel(judged({"a": "xx-", "b": "xx-", "c": "--x"}, {}))
    assert panel is not None
    assert [row.name for row in panel.reviewers] == ["a", "b"]


def test_one_reviewer_an_item_is_no_panel() -> None:
    assert people_panel(judged({"a": "x-", "b": "-x"}, {})) is None
