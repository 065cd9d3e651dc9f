"""Answers: asked once, shared among equal contents, superseded but never overwritten."""

from dataclasses import replace

from assistant.domain.items import Content, Item
from assistant.domain.prelabels import FailureReason, Prelabel, PrelabelStatus, RunIdentity, Usage
from assistant.domain.runs import NOT_STORED, Run
from assistant.routing.route import Decision, Route
from assistant.store.certification.results import ResultStore
from assistant.store.content.items import ItemStore, NewItem
from assistant.store.content.precedents import PrecedentStore, remember
from assistant.store.database import Database
from assistant.store.runs.journal_lines import StoredReply
from assistant.store.runs.prelabels import AnsweredItem, PrelabelStore
from assistant.store.runs.runs import RunStore

IDENTITY = RunIdentity("prompt", "policy", "openai:x", "{}")
SAFE = Prelabel(PrelabelStatus.LABELLED, ("safe",), {"label_probability": 0.9}, usage=Usage(100, 10, 50), cost_usd=0.5)
FAILED = Prelabel(PrelabelStatus.FAILED, reason=FailureReason.MALFORMED, detail="no JSON", usage=Usage(100, 5))
REVIEW = Decision(Route.REVIEW, "low_probability", (), 1.0, 7)


def filled(database: Database, texts: list[str]) -> Run:
    ItemStore(database).add([NewItem(Item(f"i{n}", Content(text)), b"", n) for n, text in enumerate(texts)])
    return RunStore(database).open(IDENTITY, prompt=("demo", "1"), policy=("rules", "2"))


def test_the_same_identity_is_the_same_run_and_anything_else_another(database: Database) -> None:
    runs = RunStore(database)
    first = runs.open(IDENTITY, prompt=("demo", "1"), policy=("rules", "2"))
    assert runs.open(IDENTITY, prompt=("demo", "1"), policy=("rules", "2")) == first
    other = runs.open(replace(IDENTITY, replicate=1), prompt=("demo", "1"), policy=("rules", "2"))
    assert (first.name, other.name) == ("r1", "r2")
    assert runs.find("r1") == first
    assert (runs.newest(), runs.all()) == (None, [])  # nothing was asked in them yet


def test_the_newest_run_is_the_newest_with_a_usable_answer(database: Database) -> None:
    first, store, runs = filled(database, ["a", "b"]), PrelabelStore(database), RunStore(database)
    names = {"prompt": ("demo", "1"), "policy": ("rules", "2")}
    second = runs.open(replace(IDENTITY, replicate=1), **names)
    runs.event(second, "started", {"to_ask": 2})
    assert (runs.newest(), runs.all()) == (None, [second])
    store.commit(second, [AnsweredItem(1, 0, FAILED, REVIEW)], [])
    assert runs.newest() is None
    store.commit(first, [AnsweredItem(1, 0, SAFE, REVIEW)], [])
    assert (runs.newest(), runs.find(None), runs.newest("rules")) == (first, first, first)
    assert runs.newest("another policy") is None
    store.commit(second, [AnsweredItem(2, 0, SAFE, REVIEW)], [])
    assert (runs.newest(), runs.all()) == (second, [first, second])


def test_a_planned_run_is_the_one_there_is_or_one_that_no_row_has(database: Database) -> None:
    names = {"prompt": ("demo", "1"), "policy": ("rules", "2")}
    run, store, runs = filled(database, ["a"]), PrelabelStore(database), RunStore(database)
    assert runs.planned(IDENTITY, **names) == run
    other = runs.planned(replace(IDENTITY, replicate=1), **names)
    assert (other.id, other.name, other.prompt, other.policy) == (NOT_STORED, "", "demo@1", "rules@2")
    assert (store.count_pending(other, "rules"), ResultStore(database).totals(other).statuses["pending"]) == (1, 1)
    assert store.run_numbers() == {run.key: run.id}
    assert replace(runs.open(replace(IDENTITY, replicate=1), **names), id=0, created_at="") == other


def test_what_was_answered_is_not_pending_any_more(database: Database) -> None:
    run = filled(database, ["a", "b", "c"])
    store = PrelabelStore(database)
    assert store.count_pending(run, "rules") == 3
    first = store.pending(run, "rules")[0]
    store.commit(run, [AnsweredItem(first.stored.key, 0, SAFE, REVIEW)], [])
    assert [one.stored.item.id for one in store.pending(run, "rules")] == ["i1", "i2"]
    assert [one.stored.item.id for one in store.pending(run, "rules", after=2, limit=1)] == ["i2"]


def test_an_item_without_any_reply_is_asked_again_and_a_failed_one_only_on_request(database: Database) -> None:
    run = filled(database, ["a", "b"])
    store = PrelabelStore(database)
    unanswered = replace(FAILED, reason=FailureReason.NO_ANSWER)
    store.commit(run, [AnsweredItem(1, 0, FAILED, REVIEW), AnsweredItem(2, 0, unanswered, REVIEW)], [])
    assert [(one.stored.item.id, one.revision) for one in store.pending(run, "rules")] == [("i1", 1)]
    both = store.pending(run, "rules", retry_failed=True)
    assert [(one.stored.item.id, one.revision) for one in both] == [("i0", 1), ("i1", 1)]


def test_a_later_revision_supersedes_and_both_are_paid_for(database: Database) -> None:
    run = filled(database, ["a"])
    store = PrelabelStore(database)
    store.commit(run, [AnsweredItem(1, 0, replace(FAILED, cost_usd=0.25), REVIEW)], [])
    store.commit(run, [AnsweredItem(1, 1, SAFE, REVIEW)], [])
    totals = ResultStore(database).totals(run)
    assert totals.statuses == {"labelled": 1, "settled": 0, "pending": 0}
    assert (totals.cost_usd, totals.prompt_tokens) == (0.75, 200)
    [[result]] = ResultStore(database).pages(run)
    assert (result["status"], result["labels"], result["route"]) == ("labelled", ["safe"], "review")


def test_equal_contents_share_one_answer_and_its_cost_counts_once(database: Database) -> None:
    run = filled(database, ["same", "other", "same", "same"])
    store = PrelabelStore(database)
    assert [one.stored.item.id for one in store.pending(run, "rules")] == ["i0", "i1"]
    store.commit(run, [AnsweredItem(1, 0, SAFE, REVIEW), AnsweredItem(2, 0, SAFE, REVIEW)], [])
    shared = store.unshared(run)
    assert [(stored.item.id, source, answer.labels) for stored, source, answer, _ in shared] == [
        ("i2", 1, ("safe",)),
        ("i3", 1, ("safe",)),
    ]
    store.commit(
        run, [AnsweredItem(stored.key, rev, answer, REVIEW, source) for stored, source, answer, rev in shared], []
    )
    assert store.unshared(run) == []
    totals = ResultStore(database).totals(run)
    assert (totals.statuses["labelled"], totals.shared, totals.cost_usd) == (4, 2, 1.0)


def test_replies_are_kept_once_per_attempt_and_found_by_content(database: Database) -> None:
    run = filled(database, ["a"])
    store = PrelabelStore(database)
    replies = [StoredReply(run.key, "d1", attempt, f"body {attempt}", 1.5, "now") for attempt in (2, 1)]
    store.commit(run, [], replies)
    store.commit(run, [], replies)
    found = store.stored_replies(run, ["d1", "d2"])
    assert [reply.body for reply in found["d1"]] == ["body 1", "body 2"]
    assert list(found) == ["d1"]


def test_replies_of_a_killed_session_are_taken_in_whatever_run_they_belong_to(database: Database) -> None:
    run = filled(database, ["a"])
    store = PrelabelStore(database)
    left = [StoredReply(run.key, "d1", 1, "{}", 1.0, "now"), StoredReply("unknown run", "d2", 1, "{}", 1.0, "now")]
    assert store.take_in(iter(left)) == 1
    assert list(store.stored_replies(run, ["d1", "d2"])) == ["d1"]


def test_what_people_settled_is_not_asked_and_a_withdrawn_precedent_is(database: Database) -> None:
    run = filled(database, ["a", "b"])
    store, precedents = PrelabelStore(database), PrecedentStore(database)
    digest = Content("a").digest
    precedents.add("rules", [(1, digest, ("safe",))], "lead")
    assert [one.stored.item.id for one in store.pending(run, "rules")] == ["i1"]
    assert [one.stored.item.id for one in store.pending(run, "other policy")] == ["i0", "i1"]
    assert ResultStore(database).totals(run).statuses == {"settled": 1, "pending": 1}
    with database.write() as connection:
        assert remember(connection, "rules", [(1, digest, (), "withdrawn")], "lead") == 1
        assert remember(connection, "rules", [(1, digest, (), "withdrawn")], "lead") == 0
    assert [one.stored.item.id for one in store.pending(run, "rules")] == ["i0", "i1"]
    assert precedents.count("rules") == 0


def test_a_precedent_settled_anew_carries_the_newest_answer(database: Database) -> None:
    filled(database, ["a"])
    precedents = PrecedentStore(database)
    digest = Content("a").digest
    precedents.add("rules", [(1, digest, ("safe",))], "lead")
    precedents.add("rules", [(1, digest, ("hate",))], "lead")
    assert [one.labels for one in precedents.all("rules")] == [("hate",)]
