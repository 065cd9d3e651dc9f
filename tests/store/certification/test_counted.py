"""Which labels the stores read under a policy version: one condition for answers, adjudications, gold, precedents."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from assistant.domain.label_versions import CarriedVersion, LabelVersions, LastRows, WhyLeftOut
from assistant.domain.review_work import Cause
from assistant.domain.reviews import Review
from assistant.store.certification.pool import PoolStore
from assistant.store.content.precedents import PrecedentStore
from assistant.store.database import Database
from assistant.store.review.disagreements import adjudications
from assistant.store.review.disagreements.adjudications import AdjudicationStore
from assistant.store.review.labels import gold
from assistant.store.review.labels.left_out import items_left_out, left_out_labels
from assistant.store.review.labels.reviews import ReviewStore
from assistant.store.tables.content import items
from assistant.store.tables.policy_changes import policy_changes, stale_items

ENOUGH = LastRows(99, 99, 99, 99)


@pytest.fixture
def given(database: Database) -> Database:
    """Two items labeled, adjudicated, made gold and precedents under version 1; the second is stale by change 1."""
    under(database, LabelVersions("community", "1"))
    ReviewStore(database).add([(1, Review("i0", "ann", ("a",))), (2, Review("i1", "ann", ("b",)))])
    with database.write() as connection:
        rows = connection.execute(sa.select(items.c.id, items.c.content_digest))
        digests = {row.id: row.content_digest for row in rows}
        for key in (1, 2):
            adjudications.add(connection, key, ("a",), cause=Cause.EDGE_CASE, note="", actor="lea")
            gold.add(connection, key, policy_id="community", labels=("a",), explanation="", actor="lea")
        change = {"id": 1, "project_id": 1, "policy_id": "community", "old_version": "1", "new_version": "2"}
        change |= {"digest": "", "source": "", "note": "", "proposed_by": "lea", "created_at": ""}
        connection.execute(sa.insert(policy_changes), [change])
        connection.execute(sa.insert(stale_items), [{"change_id": 1, "item_id": 2, "reasons": "near"}])
    PrecedentStore(database).add("community", [(key, digests[key], ("a",)) for key in (1, 2)], "lea")
    return database


def under(database: Database, versions: LabelVersions) -> Database:
    database.versions_in_use = lambda: versions
    return database


def counts(database: Database) -> tuple[int, int, int, int]:
    """Items with an answer, an adjudication, gold and a precedent that count."""
    with database.read() as connection:
        known = sum(gold.by_language(connection, "community").values())
    answered, settled = list(PoolStore(database).human_answers()), AdjudicationStore(database).newest()
    return len(answered), len(settled), known, PrecedentStore(database).count("community")


@pytest.mark.usefixtures("run")
def test_under_another_version_nothing_counts_and_everything_is_told(given: Database) -> None:
    assert counts(given) == (2, 2, 2, 2)
    under(given, LabelVersions("community", "2"))
    assert counts(given) == (0, 0, 0, 0)
    told = left_out_labels(given)
    assert [(one.kind, one.version, one.why, one.labels) for one in told] == [
        (kind, "1", WhyLeftOut.NOT_CARRIED, 2) for kind in ("labels", "adjudications", "gold", "precedents")
    ]
    assert [one.key for one in items_left_out(given)] == [1, 2]


@pytest.mark.usefixtures("run")
def test_what_is_carried_over_counts_but_for_stale_items_and_later_rows(given: Database) -> None:
    under(given, LabelVersions("community", "2", (CarriedVersion("1", (), ENOUGH),), "1"))
    assert counts(given) == (2, 2, 2, 2)
    assert left_out_labels(given) == []
    under(given, LabelVersions("community", "2", (CarriedVersion("1", (1,), ENOUGH),), "1"))
    assert counts(given) == (1, 1, 1, 1)
    assert {(one.why, one.change_id, one.labels) for one in left_out_labels(given)} == {(WhyLeftOut.STALE, 1, 1)}
    assert [one.key for one in items_left_out(given)] == [2]
    under(given, LabelVersions("community", "2", (CarriedVersion("1", (), LastRows(1, 1, 1, 1)),), "1"))
    assert counts(given) == (1, 1, 1, 1)
    assert {one.why for one in left_out_labels(given)} == {WhyLeftOut.LATER}


@pytest.mark.usefixtures("run")
def test_a_new_answer_takes_the_place_of_a_stale_one_and_one_that_does_not_count_replaces_none(given: Database) -> None:
    second = LabelVersions("community", "2", (CarriedVersion("1", (1,), ENOUGH),), "1")
    ReviewStore(under(given, second)).add([(2, Review("i1", "ann", ("a",), source="again"))])
    [first, again] = PoolStore(given).human_answers()
    assert [(one.labels, one.version) for one in (*first.newest, *again.newest)] == [(("a",), "1"), (("a",), "2")]
    under(given, LabelVersions("community", "1"))  # as before: what was given under version 2 replaces nothing
    assert [one.newest[0].labels for one in PoolStore(given).human_answers()] == [("a",), ("b",)]


@pytest.mark.usefixtures("run")
def test_labels_of_another_policy_never_count(given: Database) -> None:
    under(given, LabelVersions("relevance", "1"))
    assert counts(given)[:2] == (0, 0)
    assert {one.why for one in left_out_labels(given)} == {WhyLeftOut.OTHER_POLICY}
