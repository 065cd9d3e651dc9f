"""Items: each id once, exact text, shared content."""

from assistant.domain.items import Content, Item, ItemKind
from assistant.store.content.items import ItemStore, NewItem
from assistant.store.database import Database

STRANGE = "nul \0, zero\u200bwidth, \u202eright-to-left, 👩‍👩‍👧, \uf000 private, e\u0301"


def new(item_id: str, text: str, line: int = 1) -> NewItem:
    return NewItem(Item(item_id, Content(text)), b"", line)


def test_giving_the_same_items_again_changes_nothing(database: Database) -> None:
    store = ItemStore(database)
    batch = [new("a", "one"), new("b", "two")]
    assert store.add(batch)[0] == {"added": 2, "same_content": 0, "with_media": 0}
    assert store.add(batch)[0] == {"added": 0, "unchanged": 2, "with_media": 0}
    assert store.count() == {"items": 2, "contents": 2, "same_content": 0, "with_media": 0}


def test_an_id_that_stands_for_another_text_is_refused_with_its_line(database: Database) -> None:
    store = ItemStore(database)
    store.add([new("a", "one")])
    counts, clashes = store.add([new("a", "another", 7), new("b", "two", 8), new("b", "three", 9)])
    assert counts["clash"] == 2
    assert [(clash.line, clash.external_id) for clash in clashes] == [(7, "a"), (9, "b")]
    stored = store.get("a")
    assert stored is not None
    assert stored.item.content.text == "one"


def test_exact_duplicates_are_counted_and_only_the_first_is_asked_about(database: Database) -> None:
    store = ItemStore(database)
    counts, _ = store.add([new("a", "same"), new("b", "same"), new("c", "other")])
    assert counts["same_content"] == 1
    assert store.add([new("d", "same")])[0]["same_content"] == 1
    asked = [stored.item.id for page in store.pages(first_only=True) for stored in page]
    assert asked == ["a", "c"]
    assert [stored.item.id for page in store.pages() for stored in page] == ["a", "b", "c", "d"]


def test_text_is_kept_to_the_last_code_point(database: Database) -> None:
    store = ItemStore(database)
    huge = "长" * 70_000  # about 200 KB
    meta = {"nested": {"list": [1, None, "\0"]}, "时间": 1.5}
    store.add(
        [
            NewItem(Item("strange", Content(STRANGE), "en", "s\0urce", meta), b"", 1),
            NewItem(Item("\uf000id", Content(huge)), b"", 2),
            NewItem(Item("pair", Content("doc", ItemKind.PAIR, "query")), b"", 3),
        ]
    )
    strange, long, pair = store.get("strange"), store.get("\uf000id"), store.get("pair")
    assert strange is not None
    assert long is not None
    assert pair is not None
    assert strange.item == Item("strange", Content(STRANGE), "en", "s\0urce", meta)
    assert long.item.content.text == huge
    assert pair.item.content == Content("doc", ItemKind.PAIR, "query")
    assert pair.content_digest != Content("doc").digest


def test_pages_cover_everything_once_in_order(database: Database) -> None:
    store = ItemStore(database)
    store.add([new(f"i{number}", f"text {number}") for number in range(25)])
    pages = list(store.pages(page=10))
    assert [len(page) for page in pages] == [10, 10, 5]
    assert [stored.item.id for page in pages for stored in page] == [f"i{number}" for number in range(25)]
