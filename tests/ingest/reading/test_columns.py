"""Finding columns, ids as text, and what is left as meta."""

import pytest

from assistant.errors import InputError
from assistant.ingest.reading.columns import check_named, guess, identifier_text, remaining
from tests.refused import words_of


def test_named_columns_that_exist_pass() -> None:
    check_named({"text": "body", "item_id": None}, ["body"])


def test_a_name_like_no_other_gets_no_suggestion_but_the_list() -> None:
    with pytest.raises(InputError) as told:
        check_named({"text": "zzz"}, ["body", "id"])
    assert words_of(told.value) == "--text: no column 'zzz'\n  the columns are: body, id"


def test_the_order_of_usual_names_decides_and_taken_columns_are_left() -> None:
    assert guess(("text", "body"), ["BODY", "Text"]) == "Text"
    assert guess(("text", "body"), ["BODY", "Text"], taken={"Text"}) == "BODY"
    assert guess(("text",), ["body"]) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [(" a ", "a"), (5, "5"), (5.0, "5"), (True, None), (2.0**53, None), (float("nan"), None), (None, None)],
)
def test_an_id_is_text_or_a_number_with_all_its_digits(value: object, text: str | None) -> None:
    assert identifier_text(value) == text


def test_what_is_not_used_remains_with_the_keys_of_meta_beside_it() -> None:
    assert remaining({"id": 1, "a": 2, "meta": {"a": 3, "b": 4}}, {"id"}) == {"a": 2, "meta.a": 3, "b": 4}
