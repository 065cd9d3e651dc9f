"""Columns to items: what is named, what is guessed, what a row must hold."""

from collections.abc import Mapping

import pytest

from assistant.domain.items import Content, Item, ItemKind
from assistant.errors import InputError
from assistant.ingest.reading.mapping import ColumnMapping, map_columns, to_item
from assistant.ingest.reading.rows import InputRow, Refusal
from tests.refused import refused as refuses
from tests.refused import words_of


def made(values: Mapping[str, object], mapping: ColumnMapping | None = None) -> Item:
    item = to_item(InputRow(values, 5), mapping or map_columns(list(values)))
    assert isinstance(item, Item), item
    return item


def refused(values: Mapping[str, object], mapping: ColumnMapping | None = None) -> Refusal:
    refusal = to_item(InputRow(values, 5), mapping or map_columns(list(values)))
    assert isinstance(refusal, Refusal), refusal
    assert refusal.line == 5
    return refusal


def test_columns_named_by_the_user_are_taken_and_the_rest_is_meta() -> None:
    columns = ["post_id", "body", "lang", "topic", "id"]
    mapping = map_columns(columns, text="body", id="post_id")
    item = made({"post_id": " p1 ", "body": " x ", "lang": "en", "topic": "t", "id": 7}, mapping)
    assert item == Item("p1", Content(" x "), "en", None, {"topic": "t", "id": 7})


def test_usual_names_are_guessed_in_order_whatever_their_case_and_said_to_be_guessed() -> None:
    mapping = map_columns(["Comment", "Body", "UID", "platform", "topic"], source="platform")
    assert (mapping.text, mapping.id) == ("Body", "UID")
    assert mapping.describe() == (
        "text = Body (guessed), id = UID (guessed), source = platform, language identified, meta: Comment, topic"
    )


def test_every_wrong_column_is_told_at_once_with_the_nearest_and_all_there_are() -> None:
    with pytest.raises(InputError) as told:
        map_columns(["post_id", "body"], text="bdy", id="postid", media=["film"])
    assert words_of(told.value) == (
        "--text: no column 'bdy', did you mean 'body'?; --id: no column 'postid', did you mean 'post_id'?; "
        "--media: no column 'film'\n  the columns are: post_id, body"
    )


def test_without_anything_like_a_text_the_columns_are_listed() -> None:
    with refuses(match=r"no column looks like the text\n.*--text COLUMN; the columns are: a, b"):
        map_columns(["a", "b"])


def test_without_an_id_column_the_id_is_made_from_the_content_and_stable() -> None:
    mapping = map_columns(["text", "topic"])
    first, again, other = (made({"text": text, "topic": topic}, mapping) for text, topic in ("xa", "xb", "ya"))
    assert first.id == again.id == f"c-{Content('x').digest}"
    assert other.id != first.id


@pytest.mark.parametrize(
    "blank", [None, "", " \t\n", "\u200b\u200d\ufeff", "\u3000\u00a0", "\u2800", "\0\0", "\u202e\u202c"]
)
def test_a_row_that_shows_no_text_is_refused(blank: object) -> None:
    assert refused({"id": "1", "text": blank}).reason == "no_text"


def test_a_row_without_the_text_column_is_refused_with_an_excerpt() -> None:
    refusal = refused({"id": "1", "other": "x"}, map_columns(["id", "text", "other"]))
    assert (refusal.reason, refusal.excerpt) == ("no_text", "{'id': '1', 'other': 'x'}")


@pytest.mark.parametrize(
    "text", ["😀", "👩‍🚀 ok", "مرحبا \u202bx\u202c", "a\u200bb", "nul\0in", "e\u0301", "ﬁ", " x\n", "x" * 200_000]
)
def test_text_is_kept_exactly_as_it_came(text: str) -> None:
    assert made({"id": "1", "text": text}).content == Content(text)


def test_numbers_are_text_and_structures_are_not() -> None:
    assert made({"id": 1, "text": 42}).content.text == "42"
    assert [refused({"id": 1, "text": value}).reason for value in ({"a": 1}, ["x"], True)] == ["not_text"] * 3


def test_half_a_surrogate_pair_is_refused_as_encoding() -> None:
    refusal = refused({"id": "1", "text": "ab\ud83d"})
    assert (refusal.reason, refusal.message) == (
        "encoding",
        "character 3 of column 'text' is half of a surrogate pair, no character",
    )


@pytest.mark.parametrize(
    ("value", "expected"), [("007 ", "007"), (123, "123"), (123.0, "123"), (1.5, "1.5"), (2**62, str(2**62))]
)
def test_ids_are_text_with_their_digits(value: object, expected: str) -> None:
    assert made({"id": value, "text": "x"}).id == expected


@pytest.mark.parametrize(
    ("value", "reason"),
    [(None, "no_id"), (" ", "no_id"), (True, "bad_id"), ([1], "bad_id"), (1e18, "bad_id"), ("x" * 513, "bad_id")],
)
def test_what_cannot_be_an_id_is_refused(value: object, reason: str) -> None:
    # 1e18 has more digits than a double holds: it came from a number that was rounded on its way.
    assert refused({"id": value, "text": "x"}).reason == reason


def test_an_id_may_have_512_characters() -> None:
    assert made({"id": "x" * 512, "text": "x"}).id == "x" * 512


def test_keys_of_a_meta_object_become_keys_of_meta() -> None:
    values = {"id": "1", "text": "x", "topic": "a", "meta": {"group": "g", "topic": "b"}}
    assert made(values).meta == {"topic": "a", "group": "g", "meta.topic": "b"}
    assert made({"id": "1", "text": "x", "meta": "plain"}).meta == {"meta": "plain"}


@pytest.mark.parametrize(
    ("value", "language"),
    [("EN", "en"), ("zh_CN", "zh-CN"), (" pt-BR ", "pt-BR"), ("und", "und"), ("", "und"), (None, "und")],
)
def test_a_language_column_is_taken_as_a_tag(value: object, language: str) -> None:
    item = made({"id": "1", "text": "x", "lang": value})
    assert (item.language, "lang" in item.meta and value != "und") == (language, False)


def test_a_language_that_is_no_tag_is_kept_in_meta() -> None:
    item = made({"id": "1", "text": "x", "language": "English (US)"})
    assert (item.language, item.meta) == ("und", {"language": "English (US)"})


def test_a_query_with_a_document_or_a_text_is_a_pair() -> None:
    pair = Content("d", ItemKind.PAIR, "q")
    assert made({"id": "1", "query": "q", "document": "d"}).content == pair
    assert made({"id": "1", "query": "q", "text": "d"}).content == pair
    both = made({"id": "1", "query": "q", "passage": "d", "text": "t"})
    assert (both.content, both.meta) == (pair, {"text": "t"})
    assert refused({"id": "1", "query": " ", "text": "d"}).reason == "no_query"
    assert refused({"id": "1", "query": "q", "text": ""}).reason == "no_text"


def test_text_and_document_cannot_both_be_what_is_judged() -> None:
    with refuses(match="text and document both name the content"):
        map_columns(["a", "b"], text="a", document="b")


@pytest.mark.parametrize(
    ("column", "value", "kind", "media"),
    [
        ("picture", "a.jpg", ItemKind.IMAGE, ("a.jpg",)),
        ("picture", ["a.jpg", "b.jpg"], ItemKind.VIDEO, ("a.jpg", "b.jpg")),
        ("frames", ["a.jpg"], ItemKind.VIDEO, ("a.jpg",)),
        ("picture", "https://x.example/a.MP4?t=1", ItemKind.VIDEO, ("https://x.example/a.MP4?t=1",)),
        ("picture", None, ItemKind.TEXT, ()),
    ],
)
def test_a_media_column_makes_images_and_videos(
    column: str, value: object, kind: ItemKind, media: tuple[str, ...]
) -> None:
    mapping = map_columns(["id", "text", column], media=[column])
    assert made({"id": "1", "text": "caption", column: value}, mapping).content == Content("caption", kind, None, media)


def test_media_may_come_without_text_but_not_as_something_else() -> None:
    mapping = map_columns(["id", "picture"], media=["picture"])
    assert made({"id": "1", "picture": "a.jpg"}, mapping).content == Content("", ItemKind.IMAGE, None, ("a.jpg",))
    assert refused({"id": "1", "picture": 7}, mapping).reason == "bad_media"
    assert refused({"id": "1", "picture": None}, mapping).reason == "no_text"
