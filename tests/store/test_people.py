"""Who answered: one person in two spellings counts once, on every database."""

import pytest
import sqlalchemy as sa

from assistant.domain.canonical import rater_key
from assistant.domain.items import Content, Item
from assistant.domain.reviews import Review
from assistant.store.certification.labelled import LabelledStore
from assistant.store.certification.pool import PoolStore
from assistant.store.content.items import ItemStore, NewItem
from assistant.store.database import Database, person_of
from assistant.store.review.labels.reviews import ReviewStore, counting, superseded
from assistant.store.review.queue.routed_items import answered
from assistant.store.tables.content import reviews

NAMES = ["3", "3.0", "Ana", "ana ", " ANA", "A  na", "a na", "Zoe\u0301", "zo\u00e9", "03", "3.5", "ana_b"]


def test_sql_and_python_take_the_same_names_for_one(database: Database) -> None:
    with database.read() as connection:
        found = [connection.execute(sa.select(person_of(sa.literal(name)))).scalar_one() for name in NAMES]
    assert found == [rater_key(name) for name in NAMES]


@pytest.fixture
def stored(database: Database) -> Database:
    """An item that one person answered under two names and another person once."""
    ItemStore(database).add([NewItem(Item("a", Content("one")), b"", 1)])
    store = ReviewStore(database)
    for rater, label in (("Ana", "spam"), ("bo", "safe")):
        store.add([(1, Review("a", rater, (label,), source="f"))])
    with database.write() as connection:  # as a database may hold it from before
        row = {"item_id": 1, "rater": "ana ", "labels": ["safe"], "source": "g", "meta": {}, "created_at": "2024"}
        connection.execute(sa.insert(reviews), [row | {"project_id": database.project_id}])
    return database


def test_the_later_of_one_persons_answers_counts_in_either_spelling(stored: Database) -> None:
    [(_, _, _, by_person)] = ReviewStore(stored).by_item()
    assert {name: one.labels for name, one in by_person.items()} == {"ana": ("safe",), "bo": ("safe",)}
    [said] = PoolStore(stored).human_answers()
    assert [(one.rater, one.labels) for one in said.newest] == [("Ana", ("safe",)), ("bo", ("safe",))]
    assert [(one.rater, one.labels) for one in said.first] == [("Ana", ("spam",)), ("bo", ("safe",))]
    [item] = LabelledStore(stored).items()
    assert [label.rater for label in item.labels] == ["Ana", "bo", "Ana"]
    query = sa.select(reviews.c.rater).where(counting(None), ~superseded(None)).order_by(reviews.c.id)
    with stored.read() as connection:
        assert list(connection.execute(query).scalars()) == ["bo", "ana "]


def test_people_are_counted_once(stored: Database) -> None:
    assert ReviewStore(stored).count() == {"labels": 3, "items": 1, "raters": 2}
    with stored.read() as connection:
        assert answered(connection, 1, 1, blind=False)[1].people == 2


def test_an_answer_in_another_spelling_that_says_the_same_is_unchanged(stored: Database) -> None:
    counts = ReviewStore(stored).add([(1, Review("a", "ANA", ("spam",), source="f"))])
    assert (counts["added"], counts["unchanged"]) == (0, 1)


def test_ids_are_looked_up_in_every_spelling_and_two_that_fit_are_named(database: Database) -> None:
    store = ItemStore(database)
    counts, clashes = store.add([NewItem(Item(name, Content(name)), b"", 1) for name in ("7", "8.0", "caf\u00e9")])
    assert (counts["added"], clashes) == (3, [])
    found, several = store.resolve(["7.0", "8", "cafe\u0301", "9"])
    assert (found, several) == ({"7.0": 1, "8": 2, "cafe\u0301": 3}, {})
    with database.write() as connection:
        connection.execute(sa.text("UPDATE items SET external_id = '7.0' WHERE external_id = '8.0'"))
    found, several = store.resolve(["7.0", "7", "7.00"])
    assert (found, several) == ({"7.0": 2, "7": 1}, {"7.00": ("7", "7.0")})
