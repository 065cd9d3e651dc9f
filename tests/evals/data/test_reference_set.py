"""Labels that only a machine gave are none: they move no scale and no chance, and are reported before anything else."""

from pathlib import Path

import pytest

from assistant.domain.labels import NO_ANSWER
from assistant.reports.markdown import as_markdown
from assistant.stats.agreement.coefficient_intervals import coefficients_of_ratings
from evals.agreement.label_rows import label_rows
from evals.agreement.panel_of_variant import agreement_panel
from evals.agreement.people_panel import people_coefficients
from evals.agreement.replace import may_replace
from evals.comparison.scores import ComparisonTerms
from evals.data.collect import OPEN, Collector
from evals.data.columns import VariantAnswer
from evals.data.eval_data import EvalData, Scale, Sight, VariantIdentity
from evals.data.files import read_eval_files
from evals.evaluate import evaluate
from evals.report.document import as_report
from evals.report.sentences import invalid_sentence
from tests.evals.judged import judged
from tests.shared_data import shared_file

GRADES = ["0", "1", "2", "3", "3", "0", "1", "2"]
JUDGED = ["0", "1", "2", "2", "3", "1", "1", "2"]
OF_GRADES = ("gwet_ac2", "cohen_kappa_quadratic", "cohen_kappa_linear", "krippendorff_alpha_ordinal", "kendall_tau_b")


def test_a_grade_that_only_the_machine_gave_stretches_no_scale() -> None:
    clean = agreement_panel(judged({"a": GRADES}, {"m": JUDGED}), "m")
    odd = agreement_panel(judged({"a": [*GRADES, "3"]}, {"m": [*JUDGED, "10"]}), "m")
    assert odd.classes == ("0", "1", "2", "3", NO_ANSWER)
    for name in OF_GRADES:
        assert odd.coefficients[name].value == pytest.approx(clean.coefficients[name].value)
    assert (odd.coefficients["raw"].value, clean.coefficients["raw"].value) == (pytest.approx(6 / 9), 0.75)


def test_a_word_among_grades_does_not_make_names_of_them() -> None:
    data = judged({"a": [*GRADES, "3"]}, {"m": [*JUDGED, "N/A"]})
    assert data.scale is Scale.ORDINAL
    assert agreement_panel(data, "m").coefficients["gwet_ac2"].n == 8


def test_two_grades_at_once_are_no_grade_and_no_set_of_labels() -> None:
    data = judged({"a": [*GRADES, "3"]}, {"m": [*JUDGED, "2+3"]})
    assert data.scale is Scale.ORDINAL
    assert data.invalid == {"m": {"2|3": 1}}


def test_a_grade_that_was_declared_is_one_though_no_person_gave_it() -> None:
    stated = judged({"a": ["0", "1", "2", "2"]}, {"m": ["0", "1", "2", "3"]}, classes=["0", "1", "2", "3"])
    assert (stated.invalid, stated.classes) == ({}, ("0", "1", "2", "3"))
    collector = Collector(known=["0", "1", "2", "3"])
    collector.variant("m", VariantIdentity())
    for at, (person, machine) in enumerate(zip("0122", "0123", strict=True)):
        collector.human(f"i{at}", "a", (person,), Sight.BLIND)
        collector.machine("m", f"i{at}", VariantAnswer((machine,)))
    data = collector.data()
    assert (data.invalid, data.classes) == ({}, ("0", "1", "2", "3"))
    assert agreement_panel(data, "m").coefficients["gwet_ac2"].n == 4


def test_a_label_that_people_gave_elsewhere_is_one() -> None:
    collector = Collector()
    collector.reference_set.learn(("3",), (), ())
    collector.variant("m", VariantIdentity())
    for at, (person, machine) in enumerate(zip("0122", "0123", strict=True)):
        collector.human(f"i{at}", "a", (person,), Sight.BLIND)
        collector.machine("m", f"i{at}", VariantAnswer((machine,)))
    assert collector.data().invalid == {}


def both_answers(extra: str | None) -> EvalData:
    """Eight items with two labels, and one on which the machine answers something else."""
    return judged({"a": "xxxxyyyy" + "x"}, {"m": ["x", "x", "x", "y", "y", "y", "y", "y", extra]})


@pytest.mark.parametrize("extra", ["z", None])
def test_neither_a_name_of_its_own_nor_a_failure_is_a_category_of_chance(extra: str | None) -> None:
    # Seven of nine agree. Shares of x and y as Gwet takes them, of the ninth item the person's rating alone:
    # x = (3 + 3 / 2 - 1 + 1 + ...) by hand: items (x,x) 3, (x,y) 1, (y,y) 4, (x,-) 1: x = (3 + 1/2 + 1) / 9 = 1/2.
    # Chance = x (1 - x) + y (1 - y) over 2 - 1 labels = 1/2; AC1 = (7/9 - 1/2) / (1/2) = 5/9.
    panel = agreement_panel(both_answers(extra), "m")
    assert panel.coefficients["gwet_ac1"].value == pytest.approx(5 / 9)
    assert panel.coefficients["raw"].value == pytest.approx(7 / 9)
    # Cohen: people x 5/9, machine x 3/9 and y 5/9: chance 5/9 * 3/9 + 4/9 * 5/9 = 35/81.
    assert panel.coefficients["cohen_kappa"].value == pytest.approx((7 / 9 - 35 / 81) / (1 - 35 / 81))


def test_what_another_variant_failed_at_moves_nothing() -> None:
    alone = judged({"a": "xxxxyyyy"}, {"m": "xxxyyyyy"}, classes=["x", "y"])
    beside = judged({"a": "xxxxyyyy"}, {"m": "xxxyyyyy", "other": ["q", *"xxxyyyy"]}, classes=["x", "y"])
    first, second = (agreement_panel(data, "m").coefficients for data in (alone, beside))
    assert {name: one.value for name, one in first.items()} == {name: one.value for name, one in second.items()}


def test_what_a_machine_answers_moves_nothing_among_people() -> None:
    people = {"a": "xxxxyyyy", "b": "xxxyyyyx"}
    plain, odd = (people_coefficients(judged(people, {"m": said})) for said in ("xxxxyyyy", "zqxxyyyw"))
    assert {name: one.value for name, one in plain.items()} == {name: one.value for name, one in odd.items()}
    assert (plain["gwet_ac1"].low, plain["krippendorff_alpha"].high) == (
        odd["gwet_ac1"].low,
        odd["krippendorff_alpha"].high,
    )


def test_without_answers_beyond_the_label_set_categories_change_nothing() -> None:
    first, second = [0, 0, 1, 1, 2, 2, 0], [0, 1, 1, 1, 2, 0, 0]
    plain, stated = (coefficients_of_ratings(first, second, 3, categories=k) for k in (None, 3))
    assert plain == stated


def test_the_interval_of_ac1_holds_with_an_answer_beyond_the_label_set() -> None:
    found = agreement_panel(both_answers("z"), "m").coefficients["gwet_ac1"]
    assert found.low is not None
    assert found.high is not None
    assert found.value is not None
    assert found.low < found.value < found.high


def test_an_answer_that_is_none_is_the_first_thing_said() -> None:
    data = judged({"a": [*GRADES, "3"]}, {"m": [*JUDGED, "10"], "n": [*JUDGED, "2"]})
    panel = agreement_panel(data, "m")
    told = "1 of 9 answers of m is '10', which is no grade of the reference set (0, 1, 2, 3): counted as no valid"
    told += " answer."
    assert invalid_sentence(panel) == told
    assert invalid_sentence(agreement_panel(data, "n")) == ""
    assert invalid_sentence(panel, "zh").startswith("m 的 9 个答案中有 1 个为 '10'")
    made = evaluate(data, "grades", terms=ComparisonTerms())
    lines = [line for line in as_markdown(as_report(made)).splitlines() if line and not line.startswith("#")]
    assert lines[1].lstrip("> ") == told  # the first is the mark of a report


def test_an_answer_that_is_none_is_never_nearer_to_people_than_a_grade() -> None:
    # Three reviewers say 3 to every item. A grade beyond the scale would lie one step from 3, and 0 three steps.
    people = dict.fromkeys("abc", "3" * 40)
    off, lowest = (may_replace(judged({**people, "d": ["0", *"3" * 39]}, {"m": [one] * 40}), "m") for one in ("9", "0"))
    assert [one.winning_rate for one in off.allowances] == [one.winning_rate for one in lowest.allowances] == [0.0] * 7


def test_several_are_counted_by_what_they_are() -> None:
    data = judged({"a": "xyxyxy"}, {"m": ["q", "y", "q", "w", "x", "y"]})
    assert invalid_sentence(agreement_panel(data, "m")) == (
        "3 of 6 answers of m are 'q' (2), 'w' (1), which are no labels of the reference set (x, y): "
        "counted as no valid answers."
    )
    assert [row.label for row in label_rows(data, "m", data.answered("m"), 0.95)] == ["q", "w", "x", "y"]


def test_a_published_judge_with_one_answer_off_the_scale() -> None:
    folder = shared_file("data", "llmjudge_dl2023")
    files = [folder / f"{name}.jsonl.gz" for name in ("labels", "machine", "items")]
    found = agreement_panel(read_eval_files(*files), "h2oloo-zeroshot2")
    shown = {name: round(found.coefficients[name].value or 0, 3) for name in found.coefficients}
    # By scikit-learn and own code on the 2,685 answers that are grades; of raw agreement on all 2,686.
    assert (shown["gwet_ac2"], shown["cohen_kappa_quadratic"], shown["ndcg_10"]) == (0.700, 0.415, 0.590)
    assert (shown["raw"], found.n, found.coefficients["gwet_ac2"].n) == (0.534, 2686, 2685)
    assert found.invalid is not None
    assert (found.invalid.labels, found.invalid.answers) == ({"10": 1}, 2686)


def test_a_gold_set_with_unlabelled_categories() -> None:
    folder = shared_file("data", "openai_moderation")
    data = read_eval_files(folder / "labels.jsonl.gz", folder / "machine.jsonl.gz", Path(folder / "items.jsonl.gz"))
    found = agreement_panel(data, "openai/gpt-oss-safeguard-20b (policy_v001)")
    assert (found.coefficients["raw"].value, found.n, data.left_out) == (0.5, 2, {OPEN: 488})
    agreement = {row.label: row.agreement for row in found.labels if row.agreement is not None}
    assert (agreement["V"].n, agreement["V"].value) == (11, pytest.approx(10 / 11))
    assert any(note.code == "known_in_part" and ("items", 10) in note.values for note in found.notes)
