import numpy as np
import pytest

from assistant.domain.reasons import Reason
from assistant.errors import InputError
from assistant.reports.reasons.worded import english
from evals.agreement.panel_of_variant import agreement_panel, memberships
from evals.data.eval_data import EvalData, Scale, Sight
from tests.evals.judged import judged


def two_by_two(both_yes: int, person_yes: int, machine_yes: int, both_no: int) -> EvalData:
    people = "y" * (both_yes + person_yes) + "n" * (machine_yes + both_no)
    machine = "y" * both_yes + "n" * person_yes + "y" * machine_yes + "n" * both_no
    return judged({"a": people}, {"m": machine})


def test_low_prevalence_lowers_kappa_but_not_ac1() -> None:
    # Gwet 2008, 125 items, one label rare: kappa -0.0234, AC1 0.9408 at 94.4 % agreement (reference_values.json)
    figures = agreement_panel(two_by_two(118, 5, 2, 0), "m").coefficients
    assert figures["raw"].value == pytest.approx(0.944)
    assert figures["cohen_kappa"].value == pytest.approx(-0.023391812865497075)
    assert figures["gwet_ac1"].value == pytest.approx(0.9407763376087177)


def test_one_class_only_has_raw_agreement_but_no_kappa_and_says_why() -> None:
    panel = agreement_panel(judged({"a": "xxx"}, {"m": "xxx"}), "m")
    assert panel.coefficients["raw"].value == 1.0
    assert panel.coefficients["raw"].low == pytest.approx(0.07 ** (1 / 3), abs=1e-6)  # 3 of 3: p³ falls to 7 %
    kappa = panel.coefficients["cohen_kappa"]
    assert (kappa.value, kappa.low, kappa.high) == (None, None, None)
    assert kappa.reason


def test_without_an_item_people_settled_there_is_no_panel() -> None:
    with pytest.raises(InputError, match=r"variant_without_consensus \(variant='m'\)"):
        agreement_panel(judged({"a": "x-"}, {"m": "-x"}), "m")


def test_labels_of_routed_review_are_weighted_back_to_all_items() -> None:
    # After verification_bias_demo of reference_values.json: 900 sure items (97 % right, 5 % audited), 100 unsure ones
    # (60 % right, all reviewed).
    sure, unsure = "y" * 44 + "n", "y" * 60 + "n" * 40  # 44 of 45 is the nearest to 97 %
    data = judged({"a": "y" * 145}, {"m": sure + unsure}, inclusion=[0.05] * 45 + [1.0] * 100)
    panel = agreement_panel(data, "m")
    raw, naive = panel.coefficients["raw"], panel.naive
    assert raw.value == pytest.approx((44 / 45 * 900 + 60) / 1000)
    assert naive is not None
    assert naive.value == pytest.approx(104 / 145)
    assert panel.effective_n < 145


def test_without_weights_there_is_no_naive_figure_beside() -> None:
    assert agreement_panel(judged({"a": "xy"}, {"m": "xx"}), "m").naive is None


def test_groups_widen_the_interval_when_their_items_agree_with_each_other() -> None:
    machine = "".join("x" * 5 if group % 2 else "y" * 5 for group in range(40))
    alone = judged({"a": "x" * 200}, {"m": machine})
    grouped = judged({"a": "x" * 200}, {"m": machine}, groups=[str(at // 5) for at in range(200)])
    narrow, wide = (agreement_panel(data, "m").coefficients["raw"] for data in (alone, grouped))
    assert narrow.value == wide.value == 0.5
    assert wide.effective_n == pytest.approx(40, rel=0.05)
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)  # type: ignore[operator]


def test_precision_and_recall_of_a_label_are_those_of_its_row_and_column() -> None:
    rows = {row.label: row for row in agreement_panel(two_by_two(40, 10, 20, 30), "m").labels}
    yes = rows["y"]
    assert yes.people == pytest.approx(0.5)
    assert yes.machine == pytest.approx(0.6)
    assert yes.precision.value == pytest.approx(40 / 60)
    assert yes.recall.value == pytest.approx(40 / 50)
    assert yes.f1.value == pytest.approx(80 / 110)


def test_precision_of_a_label_the_machine_never_gave_is_undefined_not_zero() -> None:
    rows = {row.label: row for row in agreement_panel(judged({"a": "xyy"}, {"m": "xxx"}), "m").labels}
    assert rows["y"].precision.value is None
    assert rows["y"].precision.reason == Reason("label_never_by_machine")
    assert rows["y"].recall.value == 0.0


def test_grades_have_weighted_coefficients_by_the_numbers_they_are() -> None:
    # reference_values.json, weighted_kappa_irr_anxiety: 4 is used by one rater only where the scale is 1 to 6
    second = [3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4]
    third = [2, 1, 4, 4, 3, 2, 1, 6, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2]
    figures = agreement_panel(judged({"r2": list(map(str, second))}, {"r3": list(map(str, third))}), "r3").coefficients
    assert figures["cohen_kappa_linear"].value == pytest.approx(0.12621359223300954)
    assert figures["cohen_kappa_quadratic"].value == pytest.approx(0.22979797979797978)


def test_an_unusable_answer_has_no_place_among_grades_but_counts_as_not_agreeing() -> None:
    panel = agreement_panel(judged({"a": ["1", "2", "3", "3"]}, {"m": ["1", "2", "3", None]}), "m")
    assert panel.coefficients["raw"].value == 0.75
    assert panel.coefficients["cohen_kappa_quadratic"].value == 1.0
    assert panel.coefficients["cohen_kappa_quadratic"].n == 3
    assert Reason.of("items_without_usable_answer", items=1) in panel.notes


def test_sets_of_labels_have_a_row_for_each_label_and_a_jaccard() -> None:
    panel = agreement_panel(judged({"a": ["x+y", "x", ""]}, {"m": ["x", "x", "z"]}), "m")
    assert [row.label for row in panel.labels] == ["(none)", "x", "y", "z"]
    assert panel.coefficients["jaccard"].value == pytest.approx((0.5 + 1 + 0) / 3)
    assert memberships(("(none)", "x|y"), Scale.MULTI)["x"].tolist() == [False, True]


def test_people_and_machine_are_compared_like_with_like() -> None:
    # Of three reviewers two say x everywhere: pairs agree on 1 of 3; the machine says x: with one at random 2 of 3.
    panel = agreement_panel(judged({"a": "xxxx", "b": "xxxx", "c": "yyyy"}, {"m": "xxxx"}), "m")
    assert panel.ceiling is not None
    assert panel.ceiling.human_human.value == pytest.approx(1 / 3)
    assert panel.ceiling.machine_human.value == pytest.approx(2 / 3)
    assert panel.ceiling.gap.value == pytest.approx(1 / 3)
    assert panel.ceiling.raters == 3


def test_one_reviewer_an_item_gives_no_ceiling() -> None:
    assert agreement_panel(judged({"a": "xy"}, {"m": "xy"}), "m").ceiling is None


def test_the_pull_of_the_machines_answer_is_assisted_less_blind() -> None:
    blind, seen = Sight.BLIND, Sight.ASSISTED
    data = judged(
        {"a": "x" * 30 + "y" * 10, "b": "x" * 20 + "y" * 20},
        {"m": "x" * 40},
        sights={"a": [seen] * 40, "b": [blind] * 40},
    )
    arms = agreement_panel(data, "m").arms
    assert arms is not None
    assert arms.blind.value == 0.5
    assert arms.assisted.value == 0.75
    assert arms.pull.value == pytest.approx(0.25)
    # Both arms hold the same 40 items: the variance is of the items' own differences, 0.25 - 0.25² = 0.1875.
    half = arms.pull.high - arms.pull.value  # type: ignore[operator]
    assert half == pytest.approx(2.0227 * np.sqrt(0.1875 / 39), rel=0.01)


def test_where_nobody_knows_who_saw_what_there_are_no_arms() -> None:
    assert agreement_panel(judged({"a": "xy"}, {"m": "xy"}), "m").arms is None


def test_answers_that_people_never_settled_on_are_named() -> None:
    notes = agreement_panel(judged({"a": "xxy"}, {"m": "xzy"}), "m").notes
    assert [english(one) for one in notes] == ["Answers that are no item's human label count as not agreeing: z (1)."]


def test_renaming_and_reordering_changes_no_figure() -> None:
    chance = np.random.default_rng(5)
    people, machine = (chance.choice(list("pqr"), 300) for _ in range(2))
    order = chance.permutation(300)
    renamed = {"p": "z", "q": "a", "r": "m"}
    before = judged({"a": people.tolist()}, {"m": machine.tolist()})
    after = judged({"a": [renamed[x] for x in people[order]]}, {"m": [renamed[x] for x in machine[order]]})
    first, second = (agreement_panel(data, "m").coefficients for data in (before, after))
    for name, figure in first.items():
        assert second[name].value == pytest.approx(figure.value)
        assert second[name].low == pytest.approx(figure.low)


def test_what_other_variants_answered_changes_no_figure_of_this_one() -> None:
    people, machine = ["0", "1", "2", "3"] * 5, ["0", "1", "3", "3"] * 5
    alone = judged({"a": people}, {"m": machine})
    beside = judged({"a": people}, {"m": machine, "odd": ["10"] * 20})
    first, second = (agreement_panel(data, "m").coefficients for data in (alone, beside))
    assert {name: one.value for name, one in first.items()} == {name: one.value for name, one in second.items()}


def test_a_stated_label_set_counts_labels_that_nobody_used() -> None:
    stated = judged({"a": "xxy"}, {"m": "xyy"}, classes=["x", "y", "z"])
    open_set = judged({"a": "xxy"}, {"m": "xyy"})
    first, second = (agreement_panel(data, "m").coefficients["gwet_ac1"].value for data in (stated, open_set))
    assert first != second  # Gwet's chance agreement depends on how many labels there are
