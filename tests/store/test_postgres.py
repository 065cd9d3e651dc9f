"""What PostgreSQL is stricter about than SQLite: NUL characters, and the length of what is kept."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from assistant.domain.items import Content, Item
from assistant.domain.prelabels import FailureReason, Prelabel, PrelabelStatus, RunIdentity
from assistant.domain.reviews import Review
from assistant.store.certification.results import ResultStore
from assistant.store.content.embeddings import EmbeddingStore
from assistant.store.content.items import ItemStore, NewItem
from assistant.store.database import Database
from assistant.store.review.labels.reviews import ReviewStore
from assistant.store.runs.journal_lines import StoredReply
from assistant.store.runs.prelabels import AnsweredItem, PrelabelStore
from assistant.store.runs.runs import RunStore
from tests.postgres import PostgresServer

pytestmark = pytest.mark.postgres
NUL = "before\0after"


@pytest.fixture
def database(postgres: PostgresServer) -> Iterator[Database]:
    """A fresh PostgreSQL database."""
    opened = Database.open(postgres.migrated_url())
    assert not opened.is_sqlite
    yield opened
    opened.close()


def test_nul_characters_are_kept_wherever_content_can_hold_them(database: Database) -> None:
    items, runs, prelabels = ItemStore(database), RunStore(database), PrelabelStore(database)
    given = Item(NUL, Content(NUL, query=NUL, media=(NUL,)), "en", NUL, {NUL: [NUL]})
    items.add([NewItem(given, b"\0\x01", 1)])
    items.record_ingest("posts.jsonl", f"text = {NUL}", {"added": 1})
    items.record_refusals("posts.jsonl", [(2, "no_text", NUL, NUL)])
    stored = items.get(NUL)
    assert stored is not None
    assert stored.item == given
    run = runs.open_import(NUL)
    answer = Prelabel(
        PrelabelStatus.FAILED, (NUL,), rationale=NUL, reason=FailureReason.MALFORMED, detail=NUL, model=NUL
    )
    reply = StoredReply(run.key, stored.content_digest, 1, NUL, 1.0, "now")
    prelabels.commit(run, [AnsweredItem(stored.key, 0, answer, None)], [reply])
    assert runs.find(run.name).model == NUL
    assert prelabels.newest_of(run, [stored.key]) == {stored.key: (answer, 0)}
    assert prelabels.stored_replies(run, [stored.content_digest])[stored.content_digest][0].body == NUL
    [[result]] = ResultStore(database).pages(run)
    assert (result["text"], result["rationale"], result["detail"]) == (NUL, NUL, NUL)


def test_a_rater_may_have_any_name(database: Database) -> None:
    items, reviews = ItemStore(database), ReviewStore(database)
    items.add([NewItem(Item("a", Content("one")), b"", 1)])
    for rater in (NUL, "r" * 300):
        assert reviews.add([(1, Review("a", rater, ("safe",), source="labels.csv", meta={}))])["added"] == 1
        assert reviews.add([(1, Review("a", rater, ("safe",), source="labels.csv", meta={}))])["unchanged"] == 1


def test_vectors_come_back_to_the_last_bit(database: Database) -> None:
    vectors = np.random.default_rng(1).normal(size=(3, 64)).astype(np.float32)
    store = EmbeddingStore(database)
    store.put("e", ["a", "b", "c"], vectors)
    store.put("e", ["a"], vectors[1:2])  # the first of record stays
    found = store.get("e", ["a", "b", "c", "d"])
    assert sorted(found) == ["a", "b", "c"]
    assert all(np.array_equal(found[name], row) for name, row in zip("abc", vectors, strict=True))


def test_thousands_of_keys_in_one_question_are_no_matter(database: Database) -> None:
    items, prelabels = ItemStore(database), PrelabelStore(database)
    items.add([NewItem(Item(f"i{n}", Content(f"text {n}")), b"", n) for n in range(5000)])
    assert len(items.keys_of([f"i{n}" for n in range(-1000, 6000)])) == 5000
    run = RunStore(database).open(RunIdentity("p", "q", "m", "{}"), prompt=("p", "1"), policy=("q", "1"))
    answer = Prelabel(PrelabelStatus.LABELLED, ("safe",), cost_usd=0.001)
    prelabels.commit(run, [AnsweredItem(key, 0, answer, None) for key in range(1, 5001)], [])
    totals = ResultStore(database).totals(run)
    assert (totals.labels, totals.cost_usd) == ({"safe": 5000}, pytest.approx(5.0))
    assert sum(len(page) for page in ResultStore(database).pages(run)) == 5000
