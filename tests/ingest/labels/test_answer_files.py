"""Labels and machine answers of files: one spelling in all of them, and the first bad line stops the reading."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson
import pytest

from assistant.cli.error_words import error_words
from assistant.domain.items import Content, Item
from assistant.errors import InputError
from assistant.ingest.labels.answer_files import AnswerFiles, read_answer_files, read_machine_answers
from tests.refused import refused, words_of

ITEMS = {"a": Item("a", Content("x")), "b": Item("b", Content("y"))}

Rows = Sequence[Mapping[str, object]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rows.jsonl"


def write(path: Path, rows: Rows) -> Path:
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


def said(read: AnswerFiles) -> dict[str, dict[str, tuple[str, ...]]]:
    return {item: {row.rater: row.labels for row in rows} for item, rows in read.human.items()}


@pytest.mark.parametrize(
    ("row", "message", "hint"),
    [
        ('{"item_id": "c", "rater_id": "r", "label": "1"}', "there is no item 'c'", "or take the line out"),
        ('{"item_id": "a", "label": "1"}', "column 'rater_id' is empty", "correct this line"),
        ('{"item_id": "a", "rater_id": "s", "label": "[1, x]"}', "'[1, x]' looks like a list and can't be read as one; "
         'write ["a", "b"], or a|b in a column called labels', "correct this line"),
    ],
)  # fmt: skip
def test_a_bad_human_label_is_refused_with_its_place(file: Path, row: str, message: str, hint: str) -> None:
    file.write_text(f'{{"item_id": "a", "rater_id": "r", "label": "1"}}\n{row}\n')
    with pytest.raises(InputError) as told:
        read_answer_files(file, None, ITEMS)
    words = error_words(told.value)
    assert (words.where, words.what) == (f"{file}:2", message)
    assert hint in words.hint


def test_a_file_of_another_shape_says_which_one_is_read(file: Path) -> None:
    file.write_text('{"item_id": "a", "label": "1"}\n')
    with refused(match=r"rows.jsonl:1: no column names the labeler\n  each line is \{item_id, rater_id"):
        read_answer_files(file, None, ITEMS)
    with refused(match=r"rows.jsonl:1: nothing says which model answered\n  each line is \{item_id, mo"):
        read_machine_answers(file, ITEMS)


def test_labels_that_some_object_mentions_are_open_where_another_leaves_them_out(file: Path) -> None:
    file.write_text(
        '{"item_id": "a", "rater_id": "r", "labels": {"H": 1, "V": 0}}\n'
        '{"item_id": "b", "rater_id": "r", "labels": {"V": 1}}\n'
    )
    answers = read_answer_files(file, None, ITEMS).human
    assert [(row.labels, row.meta.get("unknown")) for rows in answers.values() for row in rows] == [
        (("H",), None),
        (("V",), ["H"]),
    ]


def test_machine_answers_come_by_model_and_item(file: Path) -> None:
    one = '{"item_id": "a", "model": "m", "label": "1", "score": 0.5}\n'
    file.write_text(one + one.replace('"m"', '"k"'))
    answers = read_machine_answers(file, ITEMS).by_model
    assert list(answers) == ["m", "k"]
    assert answers["m"]["a"].score == 0.5
    file.write_text(one.replace("0.5", '"sure"'))
    with refused(match=r"rows.jsonl:1: score 'sure' is no number"):
        read_machine_answers(file, ITEMS)


def test_of_several_answers_to_an_item_the_newest_counts_and_it_is_said(file: Path) -> None:
    rows = [
        {"item_id": "a", "rater_id": "r", "label": "x"},
        {"item_id": "a", "rater_id": "s", "label": "x"},
        {"item_id": "a", "rater_id": "r", "label": "y"},
    ]
    read = read_answer_files(write(file, rows))
    assert said(read) == {"a": {"r": ("y",), "s": ("x",)}}
    assert read.notes == ("1 answers in rows.jsonl were given again to the same item: the newest counts.",)


def test_newest_is_by_time_where_rows_say_when(file: Path) -> None:
    rows = [
        {"item_id": "a", "rater_id": "r", "label": "late", "updated_at": "2024-02-01T10:00:00Z"},
        {"item_id": "a", "rater_id": "r", "label": "early", "updated_at": "2024-01-01"},
    ]
    assert said(read_answer_files(write(file, rows))) == {"a": {"r": ("late",)}}


def test_labels_raters_and_ids_written_in_several_ways_are_one_and_it_is_said(file: Path, tmp_path: Path) -> None:
    rows = [
        {"item_id": "1", "rater_id": "Ana", "label": "Self-Harm"},
        {"item_id": "1.0", "rater_id": "bo", "label": "self_harm"},
        {"item_id": "2", "rater_id": "ana ", "label": "self_harm"},
        {"item_id": "2", "rater_id": "Ana", "label": " SELF HARM "},
    ]
    machine = write(tmp_path / "m.jsonl", [{"item_id": 1.0, "model": "m", "label": "self harm"}])
    read = read_answer_files(write(file, rows), machine)
    assert said(read) == {"1": {"Ana": ("self_harm",), "bo": ("self_harm",)}, "2": {"Ana": ("self_harm",)}}
    assert read.by_model["m"]["1"].labels == ("self_harm",)
    assert read.notes == (
        "Labels written in several ways are one: 'Self-Harm' (1), 'SELF HARM' (1), 'self harm' (1) as 'self_harm'.",
        "Items in rows.jsonl written in several ways are one: '1.0' (1) as '1'.",
        "Raters written in several ways are one: 'ana' (1) as 'Ana'.",
        "1 answers in rows.jsonl were given again to the same item: the newest counts.",
    )


def test_an_id_that_could_be_two_items_is_refused_with_both(file: Path) -> None:
    write(file, [{"item_id": "7.00", "rater_id": "r", "label": "x"}])
    with refused(match=r"rows.jsonl:1: item '7.00' could be '7' or '7.0'"):
        read_answer_files(file, None, {"7": ITEMS["a"], "7.0": ITEMS["b"]})
    both = [{"item_id": name, "rater_id": "r", "label": "x"} for name in ("7", "7.0")]
    with refused(match=r"rows.jsonl:2: item '7.0' could be '7' or '7.0'"):
        read_answer_files(write(file, both))  # one person answers both: they may well be two items
    assert list(read_answer_files(file, None, {"7": ITEMS["a"], "7.0": ITEMS["b"]}).human) == ["7", "7.0"]


@pytest.mark.parametrize("word", ["", None, "nan", "NaN", "None", "NULL", "n/a", "NA", "#REF!", "<NA>"])
def test_cells_that_say_nothing_are_no_answers_and_counted(file: Path, tmp_path: Path, word: str | None) -> None:
    rows = [{"item_id": "a", "rater_id": "r", "label": "x"}, {"item_id": "a", "rater_id": "s", "label": word}]
    machine = write(tmp_path / "m.jsonl", [{"item_id": "a", "model": "m", "label": word}])
    read = read_answer_files(write(file, rows), machine)
    assert said(read) == {"a": {"r": ("x",)}}
    assert (read.by_model, read.unanswered) == ({"m": {}}, {"m": {"a"}})
    assert read.notes[0].startswith("1 cells in rows.jsonl hold no answer")
    assert read.notes[1] == "1 rows in m.jsonl hold no answer of the model; they count as not agreeing."


def test_a_word_for_nothing_that_is_a_label_is_that_label(file: Path) -> None:
    rows = [{"item_id": "a", "rater_id": "r", "label": "None"}, {"item_id": "a", "rater_id": "s", "label": "hate"}]
    read = read_answer_files(write(file, rows), label_set=["none", "hate"])
    assert said(read) == {"a": {"r": ("none",), "s": ("hate",)}}
    # Without a label set, somebody's `none` shows that it is one: programs don't write it so.
    rows = [*rows, {"item_id": "b", "rater_id": "s", "label": "none"}]
    read = read_answer_files(write(file, rows))
    assert said(read)["a"]["r"] == ("none",)
    assert read.notes == ("1 cells 'None' are read as the label 'none'; if they hold no answer, empty them.",)


def test_an_empty_list_says_that_no_label_applies_only_where_answers_hold_several(file: Path) -> None:
    single = [{"item_id": "a", "rater_id": "r", "label": ["x"]}, {"item_id": "b", "rater_id": "r", "label": []}]
    assert said(read_answer_files(write(file, single))) == {"a": {"r": ("x",)}}
    several = [{**row, "label": ["x", "y"]} if row["label"] else row for row in single]
    assert said(read_answer_files(write(file, several))) == {"a": {"r": ("x", "y")}, "b": {"r": ()}}


def test_a_label_with_a_comma_that_stands_alone_somewhere_is_not_split(file: Path, tmp_path: Path) -> None:
    rows = [{"item_id": "a", "rater_id": "r", "labels": "Hate, threats"}]
    machine = write(tmp_path / "m.jsonl", [{"item_id": "a", "model": "m", "labels": ["Hate, threats"]}])
    assert said(read_answer_files(write(file, rows), machine)) == {"a": {"r": ("Hate, threats",)}}


def test_codes_on_one_side_and_names_on_the_other_are_refused_with_advice(file: Path, tmp_path: Path) -> None:
    people = [{"item_id": "a", "rater_id": "r", "label": 0}, {"item_id": "b", "rater_id": "r", "label": 1}]
    machine = write(tmp_path / "m.jsonl", [{"item_id": "a", "model": "m", "label": "safe"}])
    with refused(match="people answered with labels such as '0', models with 'safe'") as told:
        read_answer_files(write(file, people), machine)
    assert "Parquet" in words_of(told.value)
