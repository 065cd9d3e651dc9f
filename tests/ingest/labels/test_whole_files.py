"""Files about which a statement is computed: few bad rows are left out and named, many stop the reading."""

from pathlib import Path

import pytest

from assistant.cli.error_words import error_words
from assistant.domain.items import Content, Item
from assistant.errors import InputError
from assistant.ingest.labels.whole_files import read_items
from tests.refused import refused

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
        ('{"id": 1, "text": "x"}\n\n{"id": "1", "text": "y"}\n', ":3", "item '1' was in line 1 already", "correct"),
    ],
)  # fmt: skip
def test_a_bad_file_of_items_is_refused_with_its_place(
    file: Path, content: str, line: str, message: str, hint: str
) -> None:
    file.write_text(content)
    with pytest.raises(InputError) as told:
        read_items(file)
    words = error_words(told.value)
    assert words.where == f"{file}{line}"
    assert message in words.what
    assert hint in words.hint


def test_few_bad_rows_are_left_out_and_named(file: Path) -> None:
    bad = ['{"id": ', '{"id": "c"}', '{"text": "z"}', '{"id": "a", "text": "again"}']
    good = [f'{{"id": "{name}", "text": "x"}}' for name in "abdefgh"]
    file.write_text("\n".join([*good, *bad]))
    notes: list[str] = []
    assert list(read_items(file, notes=notes)) == list("abdefgh")
    assert read_items(file)["a"].content.text == "x"
    [broken, others] = notes
    assert broken.startswith("1 of 11 rows in rows.jsonl can't be used and are left out (line 8: broken JSON")
    assert others == (
        "3 of 10 rows in rows.jsonl can't be used and are left out (line 9: column 'text' is empty; "
        "line 10: column 'id' is empty; line 11: item 'a' was in line 1 already; give each item an id of its own)."
    )


def test_a_missing_file_is_named(file: Path) -> None:
    with refused(match=r"rows.jsonl: no such file"):
        read_items(file)
