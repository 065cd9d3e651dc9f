"""What a user can say of how a file is read, spelled as options or as lines of a suite."""

from __future__ import annotations

import pytest

from assistant.cli.error_words import error_words
from assistant.cli.reading_words import choice_words, refusal_words
from assistant.errors import InputError, InvalidValueError, NotFoundError
from assistant.ingest.reading.problems import ReadingChoice, ReadingOptions
from assistant.ingest.reading.rows import Refusal


@pytest.mark.parametrize(
    ("reading", "words"),
    [
        (ReadingOptions(), "--header-row 3"),
        (ReadingOptions(role="labels"), "--header-row labels=3"),
        (ReadingOptions(role="labels", in_suite=True), "header_row = 3 in [data.reading.labels]"),
    ],
)
def test_a_choice_is_an_option_or_a_line_of_a_suite(reading: ReadingOptions, words: str) -> None:
    assert choice_words(reading.choice("header_row", "3")) == words


def test_text_stands_in_quotes_in_a_suite() -> None:
    choice = ReadingOptions(role="items", in_suite=True).choice("encoding", "big5")
    assert choice_words(choice) == 'encoding = "big5" in [data.reading.items]'


def test_a_refused_row_says_which_option_would_have_it_read() -> None:
    bare = Refusal(3, "no_text", "column 'text' is empty")
    assert refusal_words(bare) == "column 'text' is empty"
    word = Refusal(3, "no_text", "it holds 'nan'", remedy=ReadingChoice("take_words"))
    assert refusal_words(word) == "it holds 'nan'; --take-words takes posts that say just this"
    other = Refusal(3, "encoding", "it is not utf-8", remedy=ReadingChoice("encoding", "big5", "labels"))
    assert refusal_words(other).endswith("in another encoding, name it: --encoding labels=big5")


def test_an_error_about_a_choice_names_it_after_the_file() -> None:
    given = ReadingOptions(encoding="nope").choice("encoding", "NAME")
    words = error_words(InvalidValueError("encoding_unknown", where="a.csv", encoding="nope", given=given))
    assert str(words).startswith("a.csv: --encoding NAME: no encoding is called 'nope'\n")


def test_a_file_refused_for_its_first_row_says_what_would_have_it_read() -> None:
    remedy = ReadingChoice("encoding", "big5")
    words = error_words(InputError("rows_unusable", where="a.csv:2", said="it is not utf-8", remedy=remedy, more=4))
    assert words.what == "it is not utf-8"
    assert words.hint == (
        "if the whole file is in another encoding, name it: --encoding big5;"
        " correct this line; 4 more can't be used either"
    )


def test_of_many_errors_within_one_five_are_shown_and_the_rest_is_counted() -> None:
    each = (f"c{number}" for number in range(7))
    wrong = tuple(NotFoundError("column_not_found", field="text", name=name, columns="x", notes="") for name in each)
    words = error_words(NotFoundError("columns_not_found", wrong=wrong, columns="x", notes=""))
    assert words.what.startswith("text: no column 'c0'; text: no column 'c1'; ")
    assert words.what.endswith("text: no column 'c4'; and 2 more")
