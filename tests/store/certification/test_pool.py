"""The pool: a run column by column, other answers and people's answers beside it."""

import pytest

from assistant.domain.items import Content, Item, ItemKind
from assistant.domain.prelabels import FailureReason, Prelabel, PrelabelStatus
from assistant.domain.reviews import Review
from assistant.domain.runs import Run
from assistant.store.certification.pool import PoolPage, PoolStore
from assistant.store.content.items import ItemStore, NewItem
from assistant.store.database import Database
from assistant.store.review.labels.reviews import ReviewStore
from assistant.store.runs.prelabels import AnsweredItem, PrelabelStore
from assistant.store.runs.runs import RunStore

FAILED = Prelabel(PrelabelStatus.FAILED, reason=FailureReason.REFUSED)


def answer(run: Run, database: Database, labels: dict[int, tuple[str, ...] | None], revision: int = 0) -> None:
    """Answers by row number; None for one that failed."""
    answered = [
        AnsweredItem(key, revision, FAILED if given is None else Prelabel(PrelabelStatus.LABELLED, given), None)
        for key, given in labels.items()
    ]
    PrelabelStore(database).commit(run, answered, [])


def test_a_page_holds_everything_known_about_its_items(database: Database, run: Run) -> None:
    post = Item("post", Content("one\0two"), "de", "forum", {"topic": "x", "n": [1]})
    ItemStore(database).add([NewItem(post, b"", 1)])
    ItemStore(database).put_groups({2: 2, 7: 2})
    signals = {"label_probability": 0.1 + 0.2}
    done = Prelabel(PrelabelStatus.LABELLED, ("hate", "spam"), signals)
    PrelabelStore(database).commit(run, [AnsweredItem(7, 0, done, None), AnsweredItem(2, 0, FAILED, None)], [])
    assert list(PoolStore(database).pages(run.id)) == [
        PoolPage(
            keys=[2, 7],
            ids=["i1", "post"],
            texts=["text 1", "one\0two"],
            digests=[Content("text 1").digest, post.content.digest],
            languages=["und", "de"],
            sources=[None, "forum"],
            metas=[{}, {"topic": "x", "n": [1]}],
            statuses=["failed", "labelled"],
            labels=[(), ("hate", "spam")],
            signals=[{}, signals],
            groups=[2, 2],
        )
    ]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (Content("text"), "text"),
        (Content("document", ItemKind.PAIR, "query"), "query\ndocument"),
        (Content("", ItemKind.PAIR, ""), "\n"),
        (Content("", ItemKind.IMAGE, media=("a.jpg", "b.jpg")), "a.jpg\nb.jpg"),
        (Content("transcript", ItemKind.VIDEO, media=("1.jpg",)), "transcript"),
    ],
)
def test_texts_are_what_the_embedder_is_given(database: Database, content: Content, text: str) -> None:
    ItemStore(database).add([NewItem(Item("a", content), b"", 1)])
    run = RunStore(database).open_import("m")
    answer(run, database, {1: ("safe",)})
    [page] = PoolStore(database).pages(run.id)
    assert page.texts == [content.embedded_text] == [text]


def test_pages_cover_the_answered_items_once_in_order_with_their_newest_answers(
    database: Database, run: Run, other_run: Run
) -> None:
    answer(run, database, {6: ("a",), 1: ("a",), 3: None, 4: ("b",)})
    answer(run, database, {3: ("c",), 4: None}, revision=1)
    answer(other_run, database, {2: ("z",), 3: ("z",)})
    pages = list(PoolStore(database).pages(run.id, page=3))
    assert [page.ids for page in pages] == [["i0", "i2", "i3"], ["i5"]]
    assert [page.labels for page in pages] == [[("a",), ("c",), ()], [("a",)]]
    assert [page.statuses for page in pages] == [["labelled", "labelled", "failed"], ["labelled"]]
    assert [len(page) for page in pages] == [3, 1]


def test_a_run_without_answers_has_no_pages(database: Database, run: Run) -> None:
    assert list(PoolStore(database).pages(run.id)) == []


def test_answers_of_other_runs_lie_beside_those_of_the_page(database: Database, run: Run, other_run: Run) -> None:
    third = RunStore(database).open_import("elsewhere")
    answer(run, database, {1: ("a",), 3: ("a",), 5: ("a",)})
    answer(other_run, database, {1: ("x",), 2: ("y",), 5: None, 6: ("y",)})
    answer(third, database, {3: None, 5: ()})
    answer(third, database, {3: ("late",)}, revision=1)
    store = PoolStore(database)
    [page] = store.pages(run.id)
    assert store.other_answers([other_run.id, third.id], page) == {
        other_run.id: [("x",), None, None],
        third.id: [None, ("late",), ()],
    }
    assert store.other_answers([], page) == {}
    first, second = store.pages(run.id, page=2)
    assert store.other_answers([third.id], first) == {third.id: [None, ("late",)]}
    assert store.other_answers([third.id], second) == {third.id: [()]}


@pytest.mark.usefixtures("run")
def test_a_person_who_changed_their_mind_counts_once_with_the_newest_answer(database: Database) -> None:
    reviews = ReviewStore(database)
    reviews.add([(3, Review("i2", "ann", ("a",), False)), (1, Review("i0", "bob", ("b",)))])
    reviews.add([(3, Review("i2", "bob", (), True))])
    reviews.add([(3, Review("i2", "ann", ("c", "d"), True))])
    assert list(PoolStore(database).human_answers()) == [
        ("i0", [("bob", ("b",), None, (), None)], [("bob", ("b",), None, (), None)]),
        ("i2", [("ann", ("c", "d"), True, (), None), ("bob", (), True, (), None)], [("ann", ("a",), False, (), None)]),
    ]


@pytest.mark.usefixtures("run")
def test_without_reviews_nobody_has_said_anything(database: Database) -> None:
    assert list(PoolStore(database).human_answers()) == []
