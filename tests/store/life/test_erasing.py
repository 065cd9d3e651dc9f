"""Content removed from the database: no table has a text of it, and the log of changes still holds for what stays."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from assistant.domain.items import Content, Item
from assistant.domain.prelabels import Prelabel, PrelabelStatus
from assistant.domain.review_work import Cause
from assistant.domain.reviews import Review
from assistant.domain.runs import Run
from assistant.store.audit import log as audit
from assistant.store.audit.binding import ADJUDICATION, REVIEW, digest_of, selected
from assistant.store.audit.bound_check import BOUND
from assistant.store.content.items import ItemStore, NewItem
from assistant.store.content.precedents import PrecedentStore
from assistant.store.database import Database
from assistant.store.dump import snapshot
from assistant.store.life import erasable
from assistant.store.life.erasing import begin, remove
from assistant.store.life.scrub import scrub
from assistant.store.review.disagreements import adjudications
from assistant.store.review.labels.reviews import ReviewStore
from assistant.store.runs.journal_lines import StoredReply
from assistant.store.runs.prelabels import AnsweredItem, PrelabelStore
from assistant.store.tables.content import items, reviews
from assistant.store.tables.review import adjudications as adjudications_table
from assistant.store.tables.review import review_details

TEXT = "Quillon Farnsby of Tamarisk Lane 塔马里斯克巷"


def written(database: Database) -> str:
    """All tables, as JSON."""
    with snapshot(database) as moment:
        return b"".join(line for shape in moment.tables for line in moment.lines(shape)).decode()


def add(database: Database, name: str, text: str, **more: object) -> int:
    item = Item(name, Content(text, query=f"who is {text}?"), "en", "forum", {"author": "farnsby.q", **more})
    ItemStore(database).add([NewItem(item, b"signature", 1)])
    return ItemStore(database).keys_of([name])[name]


def erase(database: Database, *names: str) -> int:
    with database.read() as connection:
        keys = [key for name in names for key in erasable.keys_by_id(connection, name)]
        found = erasable.contents(connection, keys)
    with database.write() as connection:
        number = begin(connection, found, kind="item", reason="asked for", actor="ida")
    with database.write() as connection:
        remove(connection, number, found, "[erased]", actor="ida")
    return number


@pytest.fixture
def said(database: Database, run: Run) -> int:
    """An item with the machine's and people's words about it; its row number."""
    key = add(database, "q", TEXT, note=TEXT)
    digest = ItemStore(database).get("q").content_digest  # type: ignore[union-attr]
    quoting = Prelabel(PrelabelStatus.LABELLED, ("safe",), rationale=f"it says {TEXT}", clauses=("H1",), model="m")
    reply = StoredReply(run.key, digest, 1, f'{{"quote": "{TEXT}"}}', 1.0, "2026-01-01T00:00:00.000+00:00")
    PrelabelStore(database).commit(run, [AnsweredItem(key, 0, quoting, None)], [reply])
    store = ReviewStore(database)
    other = ItemStore(database).keys_of(["i0"])["i0"]
    comments = {"comment": f"quotes {TEXT}", "unknown": ["spam"]}
    store.add([(other, Review("i0", "ana", ("safe",))), (key, Review("q", "ana", ("safe",), meta=comments))])
    store.add([(key, Review("q", "bo", ("spam",), meta={"comment": TEXT}))])
    with database.write() as connection:
        number, row = adjudications.add(
            connection, key, ("safe",), cause=Cause.EDGE_CASE, note=f"since {TEXT}", actor="lea"
        )
        audit.append(connection, "lea", "item.adjudicate", f"adjudication:{number}", {"item": "q", "row": row})
    PrecedentStore(database).add("rules", [(key, digest, ("safe",))], "lea")
    return key


def test_no_table_has_a_text_of_it_afterwards_and_labels_answers_and_their_check_stay(
    database: Database, said: int, run: Run
) -> None:
    assert "Farnsby" in written(database)
    assert audit.verify(database).whole
    digest = ItemStore(database).get("q").content_digest  # type: ignore[union-attr]
    erase(database, "q")
    left = written(database)
    for gone in ("Farnsby", "塔马里斯克巷", "farnsby.q", digest):
        assert gone not in left, gone
    verified = audit.verify(database)
    assert verified.whole, verified.bound.faults
    assert verified.bound.rows >= 4
    with database.read() as connection:
        rows = connection.execute(sa.select(reviews.c.rater, reviews.c.labels).where(reviews.c.item_id == said)).all()
        [row] = connection.execute(sa.select(items).where(items.c.id == said)).all()
    assert [(rater, list(labels)) for rater, labels in rows] == [("ana", ["safe"]), ("bo", ["spam"])]
    assert (row.text, row.query, row.meta, row.signature, row.same_as) == ("[erased]", None, {}, None, None)
    assert row.erased_at is not None
    assert PrelabelStore(database).newest_of(run, [said])[said][0].labels == ("safe",)
    assert PrecedentStore(database).all("rules") == []
    assert scrub(database, None)


def test_a_row_that_was_altered_before_or_after_an_erasure_is_still_found(database: Database, said: int) -> None:
    with database.write() as connection:
        tampered = sa.update(reviews).where(reviews.c.item_id == said, reviews.c.rater == "bo")
        connection.execute(tampered.values(labels=["hate"]))
    erase(database, "q")
    found = audit.verify(database)
    assert [fault.what for fault in found.bound.faults] == ["changed"]
    with database.write() as connection:
        connection.execute(sa.update(adjudications_table).values(labels=("hate",)))
    assert audit.verify(database).bound.count == 2


def test_rows_that_were_bound_together_later_hold_as_well(database: Database) -> None:
    """A database from before the log bound rows one by one: an entry binds all that was there."""
    key = add(database, "q", TEXT)
    with database.write() as connection:
        row = {"item_id": key, "rater": "ana", "labels": ["safe"], "source": "old", "meta": {"comment": TEXT}}
        row["project_id"] = 1
        rows = [row | {"created_at": "2026-01-01"}, row | {"rater": "bo", "meta": {}, "created_at": "2026-01-01"}]
        connection.execute(sa.insert(reviews), rows)
        decided = {"item_id": key, "labels": ("safe",), "cause": "edge_case", "note": TEXT, "actor": "lea"}
        connection.execute(sa.insert(adjudications_table), [decided | {"project_id": 1, "created_at": "2026-01-01"}])
        joined = reviews.outerjoin(review_details, review_details.c.review_id == reviews.c.id)
        said = digest_of(connection.execute(sa.select(*selected(REVIEW)).select_from(joined).order_by(reviews.c.id)))
        settled = digest_of(connection.execute(sa.select(*selected(ADJUDICATION))))
        bound = {
            "reviews": {"upto": 2, "rows": 2, "digest": str(said)},
            "adjudications": {"upto": 1, "rows": 1, "digest": str(settled)},
        }
        audit.append(connection, "system", BOUND, "log", bound)
    assert audit.verify(database).whole
    erase(database, "q")
    assert "Farnsby" not in written(database)
    assert audit.verify(database).whole
    with database.write() as connection:
        connection.execute(sa.update(reviews).where(reviews.c.rater == "bo").values(labels=["hate"]))
    assert [fault.what for fault in audit.verify(database).bound.faults] == ["changed"]


def test_the_same_content_under_other_ids_stays_and_its_first_item_is_asked_about(database: Database, run: Run) -> None:
    first, second, third = (add(database, name, TEXT) for name in ("a", "b", "c"))
    elsewhere = add(database.within(1), "d", TEXT + " and more")
    erase(database, "a")
    with database.read() as connection:
        rows = connection.execute(sa.select(items.c.id, items.c.same_as, items.c.text).order_by(items.c.id)).all()
    found = {row.id: (row.same_as, row.text) for row in rows if row.id in {first, second, third, elsewhere}}
    assert found == {
        first: (None, "[erased]"),
        second: (None, TEXT),
        third: (second, TEXT),
        elsewhere: (None, TEXT + " and more"),
    }
    pending = [one.stored.key for one in PrelabelStore(database).pending(run, "rules")]
    assert second in pending
    assert not {first, third} & set(pending)


def test_items_are_found_by_id_author_and_text_within_the_project(database: Database) -> None:
    one = add(database, "a", "The Cat sat")
    two = add(database, "b", "100% of a cat", author=77)
    with database.read() as connection:
        assert erasable.keys_by_id(connection, "a") == [one]
        assert erasable.keys_by_id(connection, "z") == []
        assert erasable.keys_by_author(connection, "author", "farnsby.q") == [one]
        assert erasable.keys_by_author(connection, "author", "77") == [two]
        assert erasable.keys_by_author(connection, "author", "7") == []
        assert erasable.keys_by_author(connection, "source", "forum") == [one, two]
        assert erasable.keys_by_text(connection, "cAT") == [one, two]
        assert erasable.keys_by_text(connection, "100%") == [two]
        assert erasable.keys_by_text(connection, "1_0") == []
    with database.within(2).read() as connection:
        assert erasable.keys_by_text(connection, "cat") == erasable.keys_by_id(connection, "a") == []
