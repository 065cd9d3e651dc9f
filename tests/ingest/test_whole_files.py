"""Files that are taken as a whole: the first bad line stops the reading, with its place."""

from pathlib import Path

import pytest

from assistant.domain.items import Content, Item
from assistant.errors import InputError
from assistant.ingest.whole_files import read_human_labels, read_items, read_machine_answers

ITEMS = {"a": Item("a", Content("x")), "b": Item("b", Content("y"))}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rows.jsonl"


def test_items_come_by_id(file: Path) -> None:
    file.write_text('{"id": "a", "text": "x"}\n\n{"id": "b", "text": "y"}\n')
    assert read_items(file) == ITEMS


@pytest.mark.parametrize(
    ("content", "line", "message", "hint"),
    [
        ("", "", "the file holds no rows", "look whether it is the right one"),
        ('{"id": 1, "text": "x"}\n{"id": \n[1]\n', ":2", "broken JSON at column 8", "correct this line; 1 more"),
        ('{"id": 1, "text": "x"}\n{"id": 2, "text": ""}\n', ":2", "column 'text' is empty", "correct this line"),
        ('{"id": 1, "text": "x"}\n{"text": "y"}\n', ":2", "column 'id' is empty", "correct this line"),
        ('{"text": "x"}\n', ":1", "no column holds the items' ids", "each line is {id, text, lang?"),
        ('{"id": 1, "words": "x"}\n', ":1", "no column looks like the text", "the columns are: id, words"),
        ('{"id": 1, "text": "x"}\n\n{"id": "1", "text": "y"}\n', ":3", "item '1' was in line 1 already", "an id of"),
    ],
)  # fmt: skip
def test_a_bad_file_of_items_is_refused_with_its_place(
    file: Path, content: str, line: str, message: str, hint: str
) -> None:
    file.write_text(content)
    with pytest.raises(InputError) as told:
        read_items(file)
    assert told.value.where == f"{file}{line}"
    assert message in told.value.what
    assert hint in told.value.hint


@pytest.mark.parametrize(
    ("row", "message", "hint"),
    [
        ('{"item_id": "c", "rater_id": "r", "label": "1"}', "there is no item 'c'", "or take the line out"),
        ('{"item_id": "a", "rater_id": "r", "label": "2"}', "'r' answers item 'a' twice: '1' in line 1, '2' here",
         "keep the answer that counts"),
        ('{"item_id": "a", "rater_id": "r", "label": "1"}', "'r' answers item 'a' twice: '1' in line 1, '1' here", ""),
        ('{"item_id": "a", "rater_id": "s", "label": ""}', "the label is empty", "correct this line"),
        ('{"item_id": "a", "label": "1"}', "column 'rater_id' is empty", "correct this line"),
    ],
)  # fmt: skip
def test_a_bad_human_label_is_refused_with_its_place(file: Path, row: str, message: str, hint: str) -> None:
    file.write_text(f'{{"item_id": "a", "rater_id": "r", "label": "1"}}\n{row}\n')
    with pytest.raises(InputError) as told:
        read_human_labels(file, ITEMS)
    assert (told.value.where, told.value.what) == (f"{file}:2", message)
    assert hint in told.value.hint


def test_a_file_of_another_shape_says_which_one_is_read(file: Path) -> None:
    file.write_text('{"item_id": "a", "label": "1"}\n')
    with pytest.raises(
        InputError, match=r"rows.jsonl:1: no column says who labelled\n  each line is \{item_id, rater_id"
    ):
        read_human_labels(file, ITEMS)
    with pytest.raises(
        InputError, match=r"rows.jsonl:1: nothing says which model answered\n  each line is \{item_id, mo"
    ):
        read_machine_answers(file, ITEMS)


def test_labels_that_some_object_mentions_are_open_where_another_leaves_them_out(file: Path) -> None:
    file.write_text(
        '{"item_id": "a", "rater_id": "r", "labels": {"H": 1, "V": 0}}\n'
        '{"item_id": "b", "rater_id": "r", "labels": {"V": 1}}\n'
    )
    answers = read_human_labels(file, ITEMS)
    assert [(row.labels, row.meta.get("unknown")) for rows in answers.values() for row in rows] == [
        (("H",), None),
        (("V",), ["H"]),
    ]


def test_machine_answers_come_by_model_and_item_and_a_second_one_is_refused(file: Path) -> None:
    one = '{"item_id": "a", "model": "m", "label": "1", "score": 0.5}\n'
    file.write_text(one + one.replace('"m"', '"k"'))
    answers = read_machine_answers(file, ITEMS)
    assert list(answers) == ["m", "k"]
    assert answers["m"]["a"].score == 0.5
    file.write_text(one + one.replace('"1"', '"2"'))
    with pytest.raises(InputError, match=r"rows.jsonl:2: 'm' answers item 'a' twice: '1' in line 1, '2' here"):
        read_machine_answers(file, ITEMS)
    file.write_text(one.replace("0.5", '"sure"'))
    with pytest.raises(InputError, match=r"rows.jsonl:1: score 'sure' is no number"):
        read_machine_answers(file, ITEMS)


def test_a_missing_file_is_named(file: Path) -> None:
    with pytest.raises(InputError, match=r"rows.jsonl: no such file"):
        read_items(file)
