"""When two spellings are one label, one person or one item, and when a cell says nothing."""

import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain.canonical import (
    ERROR_CELLS,
    PROGRAM_WORDS,
    LabelNames,
    canonical_text,
    common_spelling,
    id_key,
    id_spellings,
    label_key,
    rater_key,
    same_items,
    says_nothing,
    twins,
    written_for_nothing,
)

TEXT = st.text(max_size=12)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), (math.nan, ""), (" spam ", "spam"), ("\ufeffspam\u00a0", "spam"), (1, "1"), (1.0, "1"),
        (1.5, "1.5"), ("٣.٠", "3"),
        ("1.0", "1"), ("1.50", "1.5"), ("-0.0", "0"), ("+3", "3"), ("3.", "3"), ("007", "007"), ("１", "1"),
        (True, "true"), (False, "false"), ("True", "True"), ("e\u0301", "\u00e9"), ("1e3", "1e3"), ("1.2.0", "1.2.0"),
        ("²", "²"), ([1], None), ({}, None), (b"x", None),
    ],
)  # fmt: skip
def test_a_cell_is_one_text_however_it_was_typed(value: object, text: str | None) -> None:
    assert canonical_text(value) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [("Spam", " SPAM "), ("1", "1.0"), ("1", "１"), ("True", "true"), ("e\u0301tat", "\u00c9tat"),
     ("self harm", "self_harm"), ("STRASSE", "stra\u00dfe"),
     ("self-harm", "Self  Harm"), ("spam.", "spam"), ("sp\u200bam", "spam"), ("2.50", "2.5"),
     ("self\u2013harm", "self harm")],
)  # fmt: skip
def test_these_are_one_label(one: str, other: str) -> None:
    assert label_key(one) == label_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("A", "A-"), ("1", "-1"), ("1", "01"), ("C", "C++"), ("spam", "ham"), ("1.5", "15"), ("no", "none"), ("x", "x²"),
     ("hate/speech", "hate speech"), ("a", "\uff41"), ("not spam", "notspam")],
)  # fmt: skip
def test_these_are_two_labels(one: str, other: str) -> None:
    assert label_key(one) != label_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("3", "3.0"), ("Ana", "ana "), ("A  na", "a na"), ("Zoe\u0301", "zo\u00e9")]
)
def test_these_are_one_person(one: str, other: str) -> None:
    assert rater_key(one) == rater_key(other)


@pytest.mark.parametrize(("one", "other"), [("ana", "anna"), ("3", "03"), ("ana_b", "ana b"), ("ana", "ana.")])
def test_these_are_two_people(one: str, other: str) -> None:
    assert rater_key(one) != rater_key(other)


def test_an_id_is_one_with_and_without_its_decimals_and_its_case_counts() -> None:
    assert id_key("7.0") == id_key(" 7") == "7"
    assert id_key("e\u0301") == id_key("\u00e9")
    assert id_key("aB") != id_key("ab")
    assert id_key("1.5") != id_key("1.50")


@pytest.mark.parametrize(
    ("known", "meant"), [(("7",), ("7",)), (("7.0",), ("7.0",)), (("7", "7.0"), ("7.0",)), (("8",), ())]
)
def test_an_id_names_itself_else_the_item_of_the_same_key(known: tuple[str, ...], meant: tuple[str, ...]) -> None:
    assert same_items("7.0", known) == meant


def test_an_id_that_is_spelled_in_neither_way_names_both() -> None:
    assert set(same_items("7.00", ("7", "7.0"))) == {"7", "7.0"}


@given(TEXT)
def test_a_key_is_its_own_key(text: str) -> None:
    for key in (label_key, rater_key, id_key):
        assert key(key(text)) == key(text)
    once = canonical_text(text)
    assert canonical_text(once) == once


@given(TEXT)
def test_the_forms_of_unicode_and_blanks_around_make_no_difference(text: str) -> None:
    for form in ("NFC", "NFD"):
        written = f" {unicodedata.normalize(form, text)}\u00a0"
        assert label_key(written) == label_key(text)
        assert rater_key(written) == rater_key(text)
        assert id_key(written) == id_key(text)
        assert canonical_text(written) == canonical_text(text)


@given(st.integers(min_value=-(2**53), max_value=2**53))
def test_a_whole_number_is_one_in_every_way_it_is_written(number: int) -> None:
    ways: list[object] = [number, float(number), str(number), f"{number}.0", f" {number} "]
    assert {canonical_text(way) for way in ways} == {str(number)}
    assert {label_key(str(way)) for way in ways} == {rater_key(str(way)) for way in ways} == {str(number)}
    assert {id_key(str(way)) for way in ways if not isinstance(way, float)} == {str(number)}


@pytest.mark.parametrize(
    ("stored", "written"),
    [("7", "7.0"), ("7.0", "7"), ("caf\u00e9", "cafe\u0301"), ("cafe\u0301", "caf\u00e9"), ("x", " x ")],
)
def test_an_item_is_looked_up_under_the_spelling_it_is_stored_in(stored: str, written: str) -> None:
    assert stored in id_spellings(written)


@pytest.mark.parametrize("word", sorted({*ERROR_CELLS, *PROGRAM_WORDS, "", " ", "\u200b"}))
def test_what_programs_and_spreadsheets_write_for_nothing_says_nothing(word: str) -> None:
    assert says_nothing(word)
    assert written_for_nothing(word)
    assert written_for_nothing(f" {word} ")


@pytest.mark.parametrize("word", ["none", "na", "Nan", "-", "nothing", "#hashtag", "0", "no", "false", "Nana", "#NV"])
def test_what_people_write_is_content_and_a_name(word: str) -> None:
    assert not written_for_nothing(word)


def test_none_na_and_a_dash_say_nothing_where_all_labels_are_known_and_they_are_none() -> None:
    for word in ("none", "NONE", "na", "-", "nil"):
        assert not says_nothing(word)
        assert says_nothing(word, closed=True)
        assert LabelNames(("spam",), closed=True).says_nothing(word)
        assert not LabelNames(("spam", word.upper()), closed=True).says_nothing(word)


def test_a_label_is_found_by_its_spelling_then_by_its_key_and_never_by_chance() -> None:
    names = LabelNames(("Spam", "spam", "Hate"))
    assert (names.find("Spam"), names.find("spam"), names.find(" HATE ")) == ("Spam", "spam", "Hate")
    assert names.find("SPAM") is None  # it could be both
    assert names.find("ham") is None


def test_the_most_frequent_spelling_is_common_unless_one_is_preferred() -> None:
    written = ["Spam", "spam", "spam", "HATE", "hate", "Safe"]
    assert common_spelling(written, ["SAFE"]) == {"spam": "spam", "hate": "HATE", "safe": "SAFE"}


def test_twins_are_labels_that_differ_in_what_is_forgiven() -> None:
    assert twins(["Spam", "hate", "spam", "self harm", "self_harm"]) == [("Spam", "spam"), ("self harm", "self_harm")]
