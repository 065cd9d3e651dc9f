"""A run over some items alone, its replies shared with runs that ask the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.domain.items import Content, Item
from assistant.domain.prelabels import FailureReason, Prelabel, PrelabelStatus, RunIdentity, Usage
from assistant.domain.reviews import Review
from assistant.domain.runs import Run
from assistant.errors import InputError
from assistant.routing.route import Decision, Route
from assistant.store.certification.labelled import LabelledStore
from assistant.store.content.items import ItemStore, NewItem
from assistant.store.content.precedents import PrecedentStore, remember
from assistant.store.database import Database
from assistant.store.review.labels.reviews import ReviewStore
from assistant.store.runs.eval_answers import EvalAnswerStore
from assistant.store.runs.journal_lines import StoredReply
from assistant.store.runs.prelabels import AnsweredItem, PrelabelStore
from assistant.store.runs.routes import RouteStore
from assistant.store.runs.runs import RunStore
from assistant.store.runs.selected import SelectedPrelabels
from tests.stored import newest_routes

IDENTITY = RunIdentity("prompt", "policy", "openai:x", '{"sampling":{"temperature":0.0}}')
SAFE = Prelabel(
    PrelabelStatus.LABELLED, ("safe",), {"label_probability": 0.9}, clauses=("H1",), usage=Usage(100, 10), cost_usd=0.5
)
FAILED = Prelabel(PrelabelStatus.FAILED, reason=FailureReason.MALFORMED, usage=Usage(100, 5), latency_ms=7.0)
NAMES = {"prompt": ("demo", "1"), "policy": ("rules", "2")}


def filled(database: Database, texts: list[str]) -> tuple[Run, Run]:
    """Production's run and an evaluation's that asks the same, over items i0, i1, ... (row numbers 1, 2, ...)."""
    ItemStore(database).add([NewItem(Item(f"i{n}", Content(text)), b"", n) for n, text in enumerate(texts)])
    runs = RunStore(database)
    return runs.open(IDENTITY, **NAMES), runs.open_evaluation(IDENTITY, "data", **NAMES)


def reply(run: Run, text: str, attempt: int = 1, at: str = "2026-01-01") -> StoredReply:
    return StoredReply(run.key, Content(text).digest, attempt, f"{run.name} {attempt}", 30.0, at)


def test_an_evaluation_is_nobodys_newest_run_and_is_one_for_each_data(database: Database) -> None:
    production, evaluation = filled(database, ["a"])
    runs = RunStore(database)
    assert evaluation.id > production.id
    runs.event(production, "started", {})
    runs.event(evaluation, "started", {})
    assert runs.all() == [production]
    assert runs.open_evaluation(IDENTITY, "data", **NAMES) == evaluation
    assert runs.open_evaluation(IDENTITY, "other data", **NAMES) != evaluation
    assert runs.of_evaluation(IDENTITY, "data") == evaluation
    for name in (evaluation.name, str(evaluation.id)):
        with pytest.raises(InputError, match="run_of_evaluation"):
            runs.find(name)
    with pytest.raises(InputError, match=r"run_not_found \(run='r99'"):
        runs.find("r99")


def test_only_selected_items_are_asked_settled_or_not_each_content_once(database: Database) -> None:
    # i3 has the content of i0, which is asked for it, as in production; i2 is a precedent.
    _, evaluation = filled(database, ["a", "b", "c", "a", "d", "d"])
    PrecedentStore(database).add("rules", [(3, Content("c").digest, ("safe",))], "lead")
    store = SelectedPrelabels(database, [6, 4, 3, 5])
    assert store.count_pending(evaluation, "rules") == 3
    assert [one.stored.item.id for one in store.pending(evaluation, "rules")] == ["i0", "i2", "i4"]
    assert [one.stored.item.id for one in store.pending(evaluation, "rules", after=1, limit=1)] == ["i2"]
    store.commit(evaluation, [AnsweredItem(1, 0, SAFE, None), AnsweredItem(5, 0, FAILED, None)], [])
    assert [one.stored.item.id for one in store.pending(evaluation, "rules")] == ["i2"]
    assert [one.stored.item.id for one in store.pending(evaluation, "rules", retry_failed=True)] == ["i2", "i4"]
    assert [(stored.item.id, source) for stored, source, _, _ in store.unshared(evaluation)] == [("i3", 1), ("i5", 5)]
    assert newest_routes(database, evaluation.id) == {}


def test_many_selected_items_come_in_order_page_by_page(database: Database) -> None:
    _, evaluation = filled(database, [f"text {n}" for n in range(4100)])  # more keys than one look-up takes
    store = SelectedPrelabels(database, range(1, 4101, 2))
    assert store.count_pending(evaluation, "rules") == 2050
    found, after = [], 0
    while page := store.pending(evaluation, "rules", after=after, limit=300):
        found += [one.stored.key for one in page]
        after = page[-1].stored.key
    assert found == list(range(1, 4101, 2))


def test_runs_that_ask_the_same_share_replies_both_ways(database: Database) -> None:
    production, evaluation = filled(database, ["a", "b", "c"])
    store, selected = PrelabelStore(database), SelectedPrelabels(database, [1, 2, 3])
    store.commit(production, [], [reply(production, "a"), reply(production, "b", at="2026-01-05")])
    selected.commit(evaluation, [], [reply(evaluation, "a", 2), reply(evaluation, "c")])
    digests = [Content(text).digest for text in "abc"]

    def bodies(of: PrelabelStore, run: Run) -> list[list[str]]:
        found = of.stored_replies(run, digests)
        return [[one.body for one in found.get(digest, [])] for digest in digests]

    shared = [["r1 1", "r2 2"], ["r1 1"], ["r2 1"]]
    assert bodies(store, production) == shared
    assert bodies(selected, evaluation) == shared
    assert store.count_known(production, "rules") == selected.count_known(evaluation, "rules") == 3
    other = RunStore(database).open(replace(IDENTITY, replicate=1), **NAMES)
    assert bodies(store, other) == [[], [], []]
    # Replies of other runs that may have been asked with a selected item in sight don't count.
    before = SelectedPrelabels(database, [1, 2, 3], shared_before="2026-01-03")
    assert bodies(before, evaluation) == [["r1 1", "r2 2"], [], ["r2 1"]]
    assert before.count_known(evaluation, "rules") == 2


def test_of_two_replies_to_one_attempt_the_runs_own_counts(database: Database) -> None:
    production, evaluation = filled(database, ["a"])
    store, digest = PrelabelStore(database), Content("a").digest
    store.commit(production, [], [reply(production, "a")])
    store.commit(evaluation, [], [reply(evaluation, "a")])
    for run in (production, evaluation):
        assert [one.body for one in store.stored_replies(run, [digest])[digest]] == [f"{run.name} 1"]


def test_answers_to_given_items_are_the_newest_column_by_column(database: Database) -> None:
    production, _ = filled(database, ["a", "b", "c"])
    PrelabelStore(database).commit(production, [AnsweredItem(1, 0, FAILED, None), AnsweredItem(2, 0, FAILED, None)], [])
    PrelabelStore(database).commit(production, [AnsweredItem(1, 1, SAFE, None)], [])
    store = EvalAnswerStore(database)
    given = store.answers(production.id, [3, 2, 1])
    assert (given.keys, given.statuses, given.labels) == ([1, 2], ["labelled", "failed"], [("safe",), ()])
    assert (given.signals, given.clauses) == ([{"label_probability": 0.9}, {}], [["H1"], []])
    assert (given.costs_usd, given.latencies_ms, given.tokens) == ([0.5, None], [0.0, 7.0], [110, 105])
    assert len(store.answers(production.id, [1, 3])) == 1
    assert len(store.answers(production.id, [])) == 0


def test_labelled_items_come_with_every_label_and_what_ties_them_to_others(database: Database) -> None:
    production, _ = filled(database, ["a", "b", "c"])
    ItemStore(database).put_groups({1: 1, 2: 1})
    reviews = ReviewStore(database)
    reviews.add([(2, Review("i1", "ana", ("safe",), False)), (2, Review("i1", "bo", ("hate", "spam"), True))])
    reviews.add([(2, Review("i1", "ana", ("spam",), None)), (3, Review("i2", "ana", ("safe",), False))])
    store = LabelledStore(database)
    first, second = store.items()
    assert (first.facts.id, first.facts.key, first.facts.group, first.facts.content.text) == ("i1", 2, 1, "b")
    assert [(one.rater, one.labels, one.shown_suggestion) for one in first.labels] == [
        ("ana", ("safe",), False),
        ("bo", ("hate", "spam"), True),
        ("ana", ("spam",), None),
    ]
    assert (second.facts.id, second.facts.group) == ("i2", None)
    assert set(store.facts(["i0", "i2", "none"])) == {"i0", "i2"}
    PrecedentStore(database).add("rules", [(1, Content("a").digest, ("safe",))], "lead")
    assert [(one.digest, one.group) for one in store.precedents("rules")] == [(Content("a").digest, 1)]
    assert store.precedents("other") == []
    moment = store.first_settled("rules", [Content("a").digest, Content("b").digest])
    with database.write() as connection:
        remember(connection, "rules", [(1, Content("a").digest, (), "withdrawn")], "lead")
    assert store.precedents("rules") == []
    assert store.first_settled("rules", [Content("a").digest]) == moment is not None
    assert store.first_settled("rules", [Content("b").digest]) is None
    routes = [Decision(Route.ACCEPT, "high_probability", (), 0.05, 1), Decision(Route.REVIEW, "low", (), 1.0, 1)]
    for route in routes:
        RouteStore(database).append(production.id, [("i0", route), ("i1", route)])
    ((name, given),) = store.routed(production.id)  # nobody labelled i0
    assert (name, [chance for _, chance in given]) == ("i1", [0.05, 1.0])
