"""Labels made elsewhere, in long, wide and multi-label form."""

from collections.abc import Mapping

import pytest

from assistant.ingest.labels.labels import LabelRow, MachineRow, to_labels, to_machine
from assistant.ingest.reading.answer_columns import AnswerColumns, map_label_columns, map_machine_columns
from assistant.ingest.reading.rows import InputRow, Refusal
from tests.refused import refused, words_of


def labels_of(values: Mapping[str, object], columns: AnswerColumns | None = None) -> list[LabelRow | Refusal]:
    return list(to_labels(InputRow(values, 3), columns or map_label_columns(list(values))))


def machine_of(values: Mapping[str, object], columns: AnswerColumns | None = None) -> MachineRow | Refusal:
    return to_machine(InputRow(values, 3), columns or map_machine_columns(list(values)))


def test_a_row_of_item_rater_and_label_is_one_answer() -> None:
    values = {"item_id": "set:1", "rater_id": "r1", "label": 2, "meta": {"round": 1}, "seconds": 4}
    assert labels_of(values) == [LabelRow("set:1", "r1", ("2",), {"seconds": 4, "round": 1}, 3)]


def test_an_object_of_votes_gives_the_labels_with_1_and_names_the_open_ones() -> None:
    columns = map_label_columns(["item_id", "rater", "labels"], known_labels=["S", "H", "V", "SH"])
    values = {"item_id": "1", "rater": "gold", "labels": {"S": 0, "H": 1, "V": None}}
    assert labels_of(values, columns) == [LabelRow("1", "gold", ("H",), {"unknown": ["V", "SH"]}, 3)]


def test_all_votes_0_is_an_answer_with_no_label() -> None:
    (answer,) = labels_of({"item_id": "1", "rater": "a", "labels": {"S": 0}})
    assert isinstance(answer, LabelRow)
    assert answer.labels == ()


def test_each_named_column_can_be_one_raters_label() -> None:
    columns = map_label_columns(["id", "text", "label_a", "label_b"], rater_columns=["label_a", "label_b"])
    assert columns.describe() == "item = id, one column a rater: label_a, label_b"
    assert labels_of({"id": "1", "text": "x", "label_a": "ok", "label_b": "spam"}, columns) == [
        LabelRow("1", "label_a", ("ok",), {"text": "x"}, 3),
        LabelRow("1", "label_b", ("spam",), {"text": "x"}, 3),
    ]
    empty, only = labels_of({"id": "1", "text": "x", "label_a": "", "label_b": "spam"}, columns)
    assert isinstance(empty, Refusal)
    assert (empty.reason, empty.message) == ("no_label", "label_a: the label is empty")
    assert isinstance(only, LabelRow)
    assert only.rater == "label_b"


def test_each_named_column_can_be_one_label() -> None:
    columns = map_label_columns(["id", "rater", "hate", "spam"], label_columns=["hate", "spam"])
    assert labels_of({"id": "1", "rater": "a", "hate": "1", "spam": ""}, columns) == [
        LabelRow("1", "a", ("hate",), {"unknown": ["spam"]}, 3)
    ]


def test_a_name_is_given_to_rows_that_do_not_say_who_labelled() -> None:
    without = map_label_columns(["id", "label"], rater_name="Ada")
    assert labels_of({"id": 7, "label": "ok"}, without) == [LabelRow("7", "Ada", ("ok",), {}, 3)]
    with_some = map_label_columns(["id", "annotator", "label"], rater_name="Ada")
    raters = [labels_of({"id": 7, "annotator": who, "label": "ok"}, with_some)[0] for who in ("Bo", "")]
    assert [rater.rater for rater in raters if isinstance(rater, LabelRow)] == ["Bo", "Ada"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"item_id": ""}, "no_item"), ({"rater": None}, "no_rater"), ({"label": " "}, "no_label"),
     ({"label": {}}, "no_label"), ({"item_id": 1e20}, "no_item"), ({"label": {"x": 5}}, "bad_label")],
)  # fmt: skip
def test_a_row_that_says_too_little_is_refused_with_its_line(change: dict[str, object], reason: str) -> None:
    (refusal,) = labels_of({"item_id": "1", "rater": "a", "label": "ok"} | change)
    assert isinstance(refusal, Refusal)
    assert (refusal.line, refusal.reason) == (3, reason)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (["text", "rater", "label"], "no column looks like the item's id"),
        (["id", "label"], "no column names the labeler"),
        (["id", "rater"], "no column looks like the label"),
    ],
)
def test_a_missing_column_is_an_input_error_that_says_which_option_names_it(columns: list[str], message: str) -> None:
    with refused(match=message) as told:
        map_label_columns(columns)
    assert "--" in words_of(told.value)
    assert columns[0] in words_of(told.value)


def test_a_named_column_that_is_not_there_is_told_with_the_nearest() -> None:
    with refused(match=r"each_rater: no column 'label_c', did you mean 'label_[ab]'"):
        map_label_columns(["id", "label_a", "label_b"], rater_columns=["label_a", "label_c"])


def test_a_machine_answer_has_model_score_and_rationale() -> None:
    values = {"item_id": "1", "model": "m", "label": "spam", "score": "0.8", "rationale": "an advert", "x": 1}
    assert machine_of(values) == MachineRow("1", "m", ("spam",), 0.8, "an advert", {"x": 1}, 3)
    bare = machine_of({"item_id": "1", "label": 0}, map_machine_columns(["item_id", "label"], model_name="m"))
    assert bare == MachineRow("1", "m", ("0",), None, None, {}, 3)


def test_a_summary_label_beside_several_labels_is_kept_in_meta() -> None:
    values = {"item_id": "1", "model": "m", "label": "flag", "labels": {"S": 0, "V": 1}}
    assert machine_of(values) == MachineRow("1", "m", ("V",), None, None, {"label": "flag"}, 3)


def test_machine_answers_need_a_model() -> None:
    with refused(match="nothing says which model answered\n  pass --model NAME"):
        map_machine_columns(["item_id", "label"])
    refusal = machine_of({"item_id": "1", "model": "", "label": "x"})
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "no_model"


@pytest.mark.parametrize("score", ["high", True, float("inf"), "inf", [1]])
def test_a_score_that_is_no_number_is_refused(score: object) -> None:
    refusal = machine_of({"item_id": "1", "model": "m", "label": "x", "score": score})
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "bad_score"


@pytest.mark.parametrize(
    ("score", "read"),
    [
        ("87%", 0.87),
        ("87 %", 0.87),
        ("0,875", 0.875),
        ("87,5%", 0.875),
        ("12,34", 12.34),
        ("nan", None),
        (None, None),
        ("#N/A", None),
        (float("nan"), None),
        (" 0.5 ", 0.5),
    ],
)
def test_a_score_may_be_a_percentage_or_missing_and_the_label_stands(score: object, read: float | None) -> None:
    answer = machine_of({"item_id": "1", "model": "m", "label": "x", "score": score})
    assert isinstance(answer, MachineRow)
    assert (answer.labels, answer.score) == (("x",), read)


@pytest.mark.parametrize(
    ("rater", "name"), [("3.0", "3"), (3.0, "3"), (3, "3"), (" Ana ", "Ana"), ("e\u0301", "\u00e9")]
)
def test_who_labelled_is_named_in_the_canonical_form(rater: object, name: str) -> None:
    (answer,) = labels_of({"item_id": "1", "rater": rater, "label": "ok"})
    assert isinstance(answer, LabelRow)
    assert answer.rater == name


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"rater": "nan"}, "no_rater"), ({"item_id": "None"}, "no_item"), ({"item_id": "#N/A"}, "no_item"),
     ({"item_id": "1.23E+18"}, "no_item")],
)  # fmt: skip
def test_a_word_for_nothing_is_no_id_and_nobodys_name(change: dict[str, object], reason: str) -> None:
    (refusal,) = labels_of({"item_id": "1", "rater": "a", "label": "ok"} | change)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == reason


def test_a_machines_row_without_a_label_says_that_it_was_asked_in_vain() -> None:
    answer = machine_of({"item_id": "1", "model": "m", "label": None, "score": 0.4})
    assert answer == MachineRow("1", "m", (), None, None, {}, 3, no_answer="no_label")
